//! What all states of a run share: messages, votes, headers and replicas, each kept once.
//!
//! A state then names its parts by number. Everything here only grows, and nothing that a step
//! computes depends on the order in which it grew.

use std::{
    collections::BTreeMap,
    sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard},
};

use weal_consensus::Message;
use weal_types::{
    Epoch, Hash, Height,
    block::{FinalHeader, Proposal},
    certificate::Vote,
};

use crate::{
    adversary::Alphabet,
    cast::{CHAIN, START, leader, proposal},
    key::Key,
    likeness::{likeness, without},
    machine::Machine,
    node::Node,
    setup::Setup,
};

/// Names a message; 0 is none.
pub type Id = u32;

/// A set of votes: bit i for the vote that [`World::vote_bit`] gave the number i.
pub type Votes = u128;

/// See the module.
pub struct World {
    /// What is explored.
    pub setup: Setup,
    /// What Byzantine validators can say.
    pub alphabet: Alphabet,
    proposals: BTreeMap<(Height, Hash), Proposal>,
    messages: RwLock<Messages>,
    votes: RwLock<Vec<Vote>>,
    headers: RwLock<BTreeMap<Hash, FinalHeader>>,
    nodes: RwLock<Nodes>,
}

#[derive(Default)]
struct Nodes {
    by_key: BTreeMap<Key, Arc<Node>>,
    by_likeness: BTreeMap<Key, Arc<Node>>,
    cores: BTreeMap<Key, u32>,
}

#[derive(Default)]
struct Messages {
    by_key: BTreeMap<Key, Id>,
    all: Vec<Message>,
}

/// Reads what a lock guards.
pub fn read<T>(lock: &RwLock<T>) -> RwLockReadGuard<'_, T> {
    lock.read().unwrap_or_else(PoisonError::into_inner)
}

/// Changes what a lock guards.
pub fn write<T>(lock: &RwLock<T>) -> RwLockWriteGuard<'_, T> {
    lock.write().unwrap_or_else(PoisonError::into_inner)
}

impl World {
    /// An empty world.
    pub fn new(setup: Setup) -> Self {
        let proposals = all_proposals(&setup);
        let by_digest = proposals.into_iter().map(|it| ((it.height, it.digest()), it)).collect();
        Self {
            setup,
            alphabet: Alphabet::default(),
            proposals: by_digest,
            messages: RwLock::default(),
            votes: RwLock::default(),
            headers: RwLock::default(),
            nodes: RwLock::default(),
        }
    }

    /// The proposal with this digest, if there is one.
    pub fn proposal(&self, height: Height, digest: Hash) -> Option<&Proposal> {
        self.proposals.get(&(height, digest))
    }

    /// All that can be proposed.
    pub fn proposals(&self) -> impl Iterator<Item = &Proposal> {
        self.proposals.values()
    }

    /// What votes for a slot can name.
    pub fn digests(&self, epoch: Epoch, height: Height) -> Vec<Hash> {
        let proposed = self.proposals.range((height, [0; 32])..=(height, [255; 32]));
        let mut digests: Vec<_> = proposed.map(|((_, digest), _)| *digest).collect();
        digests.push(Proposal::null_digest(&CHAIN, epoch, height));
        digests
    }

    /// The number of a message. Those that nobody treats differently share one.
    pub fn message_id(&self, message: &Message) -> Id {
        let key = class(message);
        if let Some(id) = read(&self.messages).by_key.get(&key) {
            return *id;
        }
        let Messages { by_key, all } = &mut *write(&self.messages);
        *by_key.entry(key).or_insert_with(|| {
            all.push(message.clone());
            all.len() as Id
        })
    }

    /// The message with a number.
    pub fn message(&self, id: Id) -> Message {
        read(&self.messages).all[id as usize - 1].clone()
    }

    /// The number of a vote.
    pub fn vote_bit(&self, vote: &Vote) -> u32 {
        let find = |votes: &[Vote]| votes.iter().position(|known| known == vote);
        if let Some(bit) = find(&read(&self.votes)) {
            return bit as u32;
        }
        let mut votes = write(&self.votes);
        let bit = find(&votes).unwrap_or_else(|| {
            votes.push(*vote);
            votes.len() - 1
        });
        assert!(bit < 128, "more votes than a set of them can hold");
        bit as u32
    }

    /// The votes of a set.
    pub fn votes(&self, set: Votes) -> Vec<(u32, Vote)> {
        let votes = read(&self.votes);
        let bits = (0..128).filter(|bit| set >> bit & 1 == 1);
        bits.map(|bit| (bit, votes[bit as usize])).collect()
    }

    /// All known votes of which something is true.
    pub fn votes_that(&self, is: impl Fn(&Vote) -> bool) -> Votes {
        let votes = read(&self.votes);
        let pairs = votes.iter().enumerate();
        pairs.fold(0, |set, (bit, vote)| set | Votes::from(is(vote)) << bit)
    }

    /// Remembers an executed header.
    pub fn keep_header(&self, header: &FinalHeader) {
        let hash = header.hash().0;
        if !read(&self.headers).contains_key(&hash) {
            write(&self.headers).insert(hash, header.clone());
        }
    }

    /// The headers up to one, lowest first.
    pub fn chain(&self, hash: Hash) -> Vec<FinalHeader> {
        let headers = read(&self.headers);
        let mut chain = Vec::new();
        let mut next = hash;
        while next != START.hash {
            let Some(header) = headers.get(&next) else { break };
            chain.push(header.clone());
            next = header.parent.0;
        }
        chain.reverse();
        chain
    }

    /// The node for a machine: one for all states that are alike.
    pub fn node(&self, machine: Machine) -> Arc<Node> {
        let key = Key::of(&machine);
        if let Some(node) = read(&self.nodes).by_key.get(&key) {
            return Arc::clone(node);
        }
        let text = likeness(&self.setup, &machine);
        let (like, core) = (Key::of(&text), Key::of(&without(&text, &["said"])));
        let Nodes { by_key, by_likeness, cores } = &mut *write(&self.nodes);
        let count = cores.len() as u32;
        let core = *cores.entry(core).or_insert(count);
        let number = by_likeness.len() as u32;
        let node =
            by_likeness.entry(like).or_insert_with(|| Arc::new(Node::new(number, core, machine)));
        by_key.insert(key, Arc::clone(node));
        Arc::clone(node)
    }

    /// How many states of single replicas there are.
    pub fn node_count(&self) -> usize {
        read(&self.nodes).by_likeness.len()
    }

    /// How many messages there are.
    pub fn message_count(&self) -> usize {
        read(&self.messages).all.len()
    }
}

/// Of a NEW-VIEW counts what it begins the view with: it passes no other check than one with the
/// same contents that rests on other VIEW-CHANGEs.
fn class(message: &Message) -> Key {
    match message {
        Message::NewView(signed) if is_right(message) => {
            let body = &signed.body;
            Key::of(&(1, body.epoch, body.view, body.stable, &body.order))
        }
        _ => Key::of(&(0, message)),
    }
}

fn is_right(message: &Message) -> bool {
    matches!(message, Message::NewView(signed) if crate::order::is_right(&signed.body))
}

fn all_proposals(setup: &Setup) -> Vec<Proposal> {
    let mut proposals = Vec::new();
    for epoch in [Epoch(0), Epoch(1)] {
        for view in setup.views_of(epoch) {
            let is_liar = setup.is_byzantine(leader(epoch, view));
            let variants =
                if is_liar { setup.variants } else { 1 + u8::from(setup.crasher.is_some()) };
            for height in setup.slots_of(epoch) {
                let variants = 0..variants;
                proposals.extend(variants.map(|which| proposal(epoch, view, height, which)));
            }
        }
    }
    proposals
}
