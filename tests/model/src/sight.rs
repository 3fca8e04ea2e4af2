//! What can be heard in a state: everything that was ever signed, and what follows from it.

use std::sync::Arc;

use weal_consensus::{Message, Signed};
use weal_types::{
    Epoch, View,
    certificate::{Certificate, CertificateKind, Vote},
    codec::{Bounded, Version},
};

use crate::{
    adversary::seal,
    cast::{CHAIN, QUORUM, SIZE, key, position, sign},
    node::Node,
    world::{Id, Votes, World},
};

/// See the module.
pub struct Sight {
    /// Votes for which a certificate can be formed.
    pub certain: Votes,
    /// Votes that an honest validator made.
    pub said: Votes,
    /// VIEW-CHANGEs of honest validators.
    pub changes: Vec<Change>,
    /// NEW-VIEWs of honest validators.
    pub new_views: Vec<(Epoch, View, Id)>,
    /// Their PRE-PREPAREs.
    pub proposals: Vec<Id>,
}

/// An honest validator's VIEW-CHANGE.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Change {
    /// In which epoch.
    pub epoch: Epoch,
    /// To which view.
    pub view: View,
    /// Whose.
    pub who: u8,
    /// The message.
    pub id: Id,
}

/// Votes that at least so many sets hold.
pub fn held_by(sets: &[Votes], count: usize) -> Votes {
    // at_least[i]: votes that at least i of the sets seen so far hold.
    let mut at_least = [Votes::MAX, 0, 0, 0, 0];
    for set in sets {
        for i in (1..at_least.len()).rev() {
            at_least[i] |= at_least[i - 1] & set;
        }
    }
    at_least[count.min(at_least.len() - 1)]
}

impl Sight {
    /// What the honest validators, in these states, have said.
    pub fn of(world: &World, nodes: &[Arc<Node>]) -> Self {
        let sets: Vec<_> = nodes.iter().map(|node| node.machine.said.votes).collect();
        let said = held_by(&sets, 1);
        let certain = Self::certain(world, &sets);
        let mut sight =
            Self { certain, said, changes: vec![], new_views: vec![], proposals: vec![] };
        for node in nodes {
            let (who, said) = (node.machine.who, &node.machine.said);
            let changes = said.left.iter();
            let changes = changes.map(|&(epoch, view, id)| Change { epoch, view, who, id });
            sight.changes.extend(changes);
            sight.new_views.extend(&said.began);
            sight.proposals.extend(said.proposals.iter().map(|(_, _, id)| *id));
        }
        world.alphabet.keep_certificates(world, nodes, certain);
        sight
    }

    /// Votes for which a certificate can be formed, from honest validators' votes and those that
    /// Byzantine ones add.
    pub fn certain(world: &World, sets: &[Votes]) -> Votes {
        if world.setup.is_blind {
            return world.alphabet.forgeable(world) | held_by(sets, QUORUM);
        }
        held_by(sets, QUORUM - world.liars().len())
    }
}

impl World {
    /// Validators that say more than they should.
    pub fn liars(&self) -> &[u8] {
        if self.setup.is_silent { &[] } else { &self.setup.byzantine }
    }
}

/// A vote of one validator, as a message.
pub fn vote(vote: Vote, who: u8) -> Message {
    let signer = position(vote.epoch, who);
    Message::Vote(Signed { body: vote, signer, signature: sign(key(who), &vote.message(&CHAIN)) })
}

/// Those who signed a vote or can sign it.
pub fn voters(world: &World, nodes: &[Arc<Node>], bit: u32) -> Vec<u8> {
    let honest = nodes.iter().filter(|node| node.machine.said.votes >> bit & 1 == 1);
    let honest = honest.map(|node| node.machine.who);
    honest.chain(world.liars().iter().copied()).collect()
}

/// The certificate for a vote.
pub fn certificate(world: &World, nodes: &[Arc<Node>], bit: u32, vote: Vote) -> Certificate {
    let mut voters = voters(world, nodes, bit);
    if world.setup.is_blind {
        voters = (0..SIZE).collect();
    }
    voters.sort_by_key(|who| position(vote.epoch, *who));
    let bits = voters.iter().fold(0, |bits, who| bits | 1 << position(vote.epoch, *who));
    let signatures = voters.iter().map(|who| sign(key(*who), &vote.message(&CHAIN))).collect();
    let signatures = Bounded::new(signatures).expect("four fit");
    Certificate { version: Version, vote, signers: bits, signatures }
}

/// A vote's kind, if it can be claimed in a VIEW-CHANGE to this view.
pub fn is_claimable(vote: &Vote, epoch: Epoch, view: View) -> bool {
    vote.epoch == epoch
        && match vote.kind {
            CertificateKind::Prepare => vote.view < view,
            CertificateKind::Commit => false,
            CertificateKind::Checkpoint => true,
        }
}

/// A statement with a validator's signature.
pub fn signed<T: weal_consensus::Statement>(body: T, who: u8) -> Signed<T> {
    let signer = position(body.epoch(), who);
    let signature = seal(&body, who);
    Signed { body, signer, signature }
}
