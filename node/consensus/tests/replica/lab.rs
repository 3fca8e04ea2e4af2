//! Replicas without clock, disk and network: whatever they ask for happens at once, unless a test
//! holds it back.

use std::collections::{BTreeSet, VecDeque};
use std::sync::Arc;

use weal_consensus::{
    Action, BlockLimits, Body, Check, Event, Evidence, Halt, Handover, Life, Mark, Message,
    Ordered, Pace, Record, Replica, Settings, Signatures, Timer, Token, Verified,
};
use weal_types::{
    ChainId, Epoch, Gas, Hash, Height, PublicKey, TimeMs, View,
    block::{FinalHeader, Proposal},
    certificate::{Certificate, Validator, ValidatorSet},
    codec::{Bounded, Version},
};

pub const CHAIN: ChainId = ChainId([9; 32]);
pub const NOW: TimeMs = TimeMs(1_000_000);
pub const GENESIS: Mark = Mark { height: Height(0), hash: [7; 32] };

/// A signature is the key and the message; good enough where nobody forges.
pub struct Plain;

impl Signatures for Plain {
    fn hold(&self, checks: &[Check]) -> bool {
        checks.iter().all(|check| check.signature == signature(&check.key, &check.message))
    }
}

pub fn signature(key: &PublicKey, message: &Hash) -> [u8; 64] {
    let mut bytes = [0; 64];
    bytes[..32].copy_from_slice(&key.0);
    bytes[32..].copy_from_slice(message);
    bytes
}

pub fn set(epoch: u64, keys: impl IntoIterator<Item = u8>) -> ValidatorSet {
    let validators: Vec<_> =
        keys.into_iter().map(|key| Validator { key: PublicKey([key; 32]) }).collect();
    let validators = Bounded::new(validators).unwrap();
    ValidatorSet { version: Version, epoch: Epoch(epoch), validators }
}

pub fn settings(size: u8, me: u8) -> Settings {
    Settings {
        chain: CHAIN,
        validators: set(0, 0..size),
        me,
        start: GENESIS,
        stable: GENESIS,
        certificate: None,
        handover: None,
        window: 16,
        term: 1_000,
        pace: Pace { between_ms: 10, in_flight: 8, manual: false },
        limits: BlockLimits { transactions: 100, bytes: 10_000 },
    }
}

/// One replica and what surrounds it.
pub struct Node {
    pub replica: Replica,
    pub key: PublicKey,
    pub journal: Vec<Record>,
    /// Notes that go to the journal with the next record.
    notes: Vec<Record>,
    /// What waits for the disk while it is held.
    pub held: VecDeque<(Token, Vec<Record>)>,
    pub is_disk_held: bool,
    pub timers: BTreeSet<Timer>,
    pub headers: Vec<FinalHeader>,
    pub stable: Vec<(FinalHeader, Option<Arc<Certificate>>)>,
    pub evidence: Vec<Evidence>,
    pub halted: Option<Halt>,
    pub muted: Option<Message>,
    pub syncs: Vec<Arc<Certificate>>,
    pub entered: Vec<(Epoch, Option<u8>)>,
    pub offers: usize,
    /// What the state says about the end of the epoch, from a height on.
    pub handover: Option<(Height, Handover)>,
}

/// A cluster in the test's hand.
pub struct Lab {
    pub nodes: Vec<Node>,
    pub wire: VecDeque<(usize, u8, Message)>,
    /// Messages between these are lost.
    pub cut: BTreeSet<(usize, usize)>,
    pub now: TimeMs,
    /// Bodies that nobody but the proposer has.
    pub withheld: BTreeSet<Hash>,
    pub proposals: Vec<Proposal>,
    /// Every message that went out.
    pub said: Vec<(u8, Message)>,
    /// How often a replica has started.
    lives: u64,
}

impl Node {
    pub fn new(settings: Settings) -> Self {
        let key = settings.validators.validators[usize::from(settings.me)].key;
        Self {
            replica: Replica::new(settings),
            key,
            journal: Vec::new(),
            notes: Vec::new(),
            held: VecDeque::new(),
            is_disk_held: false,
            timers: BTreeSet::new(),
            headers: Vec::new(),
            stable: Vec::new(),
            evidence: Vec::new(),
            halted: None,
            muted: None,
            syncs: Vec::new(),
            entered: Vec::new(),
            offers: 0,
            handover: None,
        }
    }
}

impl Lab {
    /// So many replicas, started, with nothing in flight.
    pub fn new(size: u8) -> Self {
        Self::with(size, |_| {})
    }

    pub fn with(size: u8, adapt: impl Fn(&mut Settings)) -> Self {
        let node = |me| {
            let mut settings = settings(size, me);
            adapt(&mut settings);
            Node::new(settings)
        };
        let mut lab = Self {
            nodes: (0..size).map(node).collect(),
            wire: VecDeque::new(),
            cut: BTreeSet::new(),
            now: NOW,
            withheld: BTreeSet::new(),
            proposals: Vec::new(),
            said: Vec::new(),
            lives: 0,
        };
        for at in 0..lab.nodes.len() {
            lab.start(at);
        }
        lab.run();
        lab
    }

    pub fn proposal(&self, view: u64, height: u64, proposer: u8, tag: u8) -> Proposal {
        Proposal {
            version: Version,
            epoch: Epoch(0),
            height: Height(height),
            first_view: View(view),
            proposer,
            time: self.now,
            tx_root: [tag; 32],
            tx_count: 1,
            tx_bytes: 1,
            gas: Gas(1),
            evidence_root: [0; 32],
        }
    }

    /// Tells a replica something, and does what it asks for.
    pub fn tell(&mut self, at: usize, event: Event) {
        let mut events = VecDeque::from([event]);
        while let Some(event) = events.pop_front() {
            for action in self.nodes[at].replica.step(self.now, event) {
                events.extend(self.perform(at, action));
            }
        }
    }

    fn perform(&mut self, at: usize, action: Action) -> Option<Event> {
        let node = &mut self.nodes[at];
        let me = node.replica.reign().1.unwrap_or_default();
        match action {
            Action::Sign(draft) => {
                let signature = signature(&node.key, &draft.message(&CHAIN));
                return Some(Event::Signed(draft.signed(me, signature)));
            }
            Action::Persist(token, records) => {
                let mut all = std::mem::take(&mut node.notes);
                all.extend(records);
                if node.is_disk_held {
                    node.held.push_back((token, all));
                    return None;
                }
                node.journal.extend(all);
                return Some(Event::Durable(token));
            }
            Action::Note(record) => node.notes.push(record),
            Action::Send(to, message) => self.send(at, usize::from(to), message),
            Action::Broadcast(message) => {
                self.said.push((me, message.clone()));
                for to in (0..self.nodes.len()).filter(|to| *to != at) {
                    self.send(at, to, message.clone());
                }
            }
            Action::FetchBody { height, digest, .. } => {
                let found = self.proposals.iter().find(|known| known.digest() == digest);
                let found = found.filter(|_| !self.withheld.contains(&digest));
                let body = found.cloned().map_or(Body::Missing, Body::Valid);
                return Some(Event::Body { height, digest, body });
            }
            Action::Build { view, height, .. } => {
                let tag = height.0 as u8;
                let mut proposal = self.proposal(view.0, height.0, me, tag);
                proposal.epoch = self.nodes[at].replica.reign().0.epoch;
                self.proposals.push(proposal.clone());
                return Some(Event::Built { view, height, proposal: Some(proposal) });
            }
            Action::Execute(ordered) => return Some(self.execute(at, ordered)),
            Action::Stable(header, certificate) => node.stable.push((header, certificate)),
            Action::Sync(certificate) => node.syncs.push(certificate),
            Action::SendEpochEnd { to, epoch } => self.send_end(at, to, epoch),
            Action::Offer => node.offers += 1,
            Action::SetTimer(timer, _) => {
                node.timers.insert(timer);
            }
            Action::StopTimer(timer) => {
                node.timers.remove(&timer);
            }
            Action::Accuse(evidence) => node.evidence.push(evidence),
            Action::Mute(message) => node.muted = Some(message),
            Action::Entered(epoch, me) => node.entered.push((epoch, me)),
            Action::Halt(halt) => node.halted = Some(halt),
        }
        None
    }

    fn send(&mut self, from: usize, to: usize, message: Message) {
        if !self.cut.contains(&(from, to)) {
            let me = self.nodes[from].replica.reign().1.unwrap_or_default();
            self.wire.push_back((to, me, message));
        }
    }

    fn send_end(&mut self, at: usize, to: u8, epoch: Epoch) {
        let ends = self.nodes[at].stable.iter().rev();
        let end = ends.filter(|(header, _)| header.epoch == epoch).find_map(|(_, end)| end.clone());
        self.send(at, usize::from(to), Message::Certificate(end.expect("an end has one")));
    }

    /// A result that depends on everything that was executed.
    pub fn execute(&mut self, at: usize, ordered: Ordered) -> Event {
        let node = &mut self.nodes[at];
        let parent =
            node.headers.last().map_or(weal_types::BlockHash(GENESIS.hash), |header| header.hash());
        let height = ordered.height();
        let proposal = match &ordered {
            Ordered::Proposal(proposal) => proposal.digest(),
            Ordered::Null(_) => [0; 32],
        };
        let header = FinalHeader {
            version: Version,
            chain: CHAIN,
            epoch: node.replica.reign().0.epoch,
            height,
            parent,
            proposal,
            time: TimeMs(height.0),
            tx_root: [0; 32],
            tx_count: 0,
            state_root: proposal,
            receipts_root: [0; 32],
            gas_used: Gas(0),
            set_id: [0; 32],
            next_set_id: [0; 32],
        };
        node.headers.push(header.clone());
        let known = node.handover.as_ref().filter(|(from, _)| height >= *from);
        Event::Executed { header, handover: known.map(|(_, handover)| handover.clone()) }
    }

    /// Delivers one message, if it passes the door.
    pub fn deliver(&mut self, to: usize, from: u8, message: Message) {
        let checked = Verified::check(message, &self.nodes[to].replica.rules(), &Plain);
        if let Ok(message) = checked {
            self.tell(to, Event::Message { from, message });
        }
    }

    /// Delivers until nothing is under way.
    pub fn run(&mut self) {
        while let Some((to, from, message)) = self.wire.pop_front() {
            self.deliver(to, from, message);
        }
    }

    /// Loses what is under way.
    pub fn lose(&mut self) {
        self.wire.clear();
    }

    /// Something can be ordered; the leader builds once, everyone else knows of it.
    pub fn transactions_everywhere(&mut self) {
        for at in 0..self.nodes.len() {
            self.tell(at, Event::Pool(Some(self.now)));
        }
        self.run();
    }

    pub fn nothing_to_order(&mut self) {
        for at in 0..self.nodes.len() {
            self.tell(at, Event::Pool(None));
        }
        self.run();
    }

    /// Rings a timer, if it runs.
    pub fn ring(&mut self, at: usize, timer: Timer) {
        if self.nodes[at].timers.remove(&timer) {
            self.tell(at, Event::Expired(timer));
        }
    }

    pub fn ring_all(&mut self, timer: Timer) {
        for at in 0..self.nodes.len() {
            self.ring(at, timer);
        }
        self.run();
    }

    /// One block after the other until this height is stable everywhere.
    pub fn grow_to(&mut self, height: u64) {
        for _ in 0..height * 4 {
            self.transactions_everywhere();
            self.ring_all(Timer::Build);
            self.ring_all(Timer::Heartbeat);
            if self.nodes.iter().all(|node| node.replica.stable_height().0 >= height) {
                return;
            }
        }
        panic!("height {height} is not reached: {:?}", self.heights());
    }

    pub fn heights(&self) -> Vec<u64> {
        self.nodes.iter().map(|node| node.replica.stable_height().0).collect()
    }

    pub fn views(&self) -> Vec<u64> {
        self.nodes.iter().map(|node| node.replica.view().0).collect()
    }

    /// The disk takes what it held back.
    pub fn release_disk(&mut self, at: usize) {
        self.nodes[at].is_disk_held = false;
        while let Some((token, records)) = self.nodes[at].held.pop_front() {
            self.nodes[at].journal.extend(records);
            self.tell(at, Event::Durable(token));
        }
    }

    /// Stops a replica and starts it from its journal and an empty database.
    pub fn restart(&mut self, at: usize, adapt: impl Fn(&mut Settings)) {
        let mut fresh = settings(self.nodes.len() as u8, at as u8);
        adapt(&mut fresh);
        let journal = std::mem::take(&mut self.nodes[at].journal);
        self.nodes[at] = Node { journal: journal.clone(), ..Node::new(fresh) };
        for record in journal {
            self.tell(at, Event::Replay(record));
        }
        self.start(at);
    }

    fn start(&mut self, at: usize) {
        self.lives += 1;
        self.tell(at, Event::Start(Life(self.lives)));
    }

    /// The digest that each replica executed at a height.
    pub fn executed(&self, height: u64) -> BTreeSet<Hash> {
        let headers = self.nodes.iter().flat_map(|node| &node.headers);
        headers.filter(|header| header.height.0 == height).map(|header| header.proposal).collect()
    }

    pub fn cut_off(&mut self, at: usize) {
        for other in 0..self.nodes.len() {
            self.cut.insert((at, other));
            self.cut.insert((other, at));
        }
    }
}
