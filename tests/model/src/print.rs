//! Which states of the cluster are alike: a state's print is what later steps depend on.
//!
//! Of what was said, only that counts which somebody can still use. So a print names each
//! validator's state without what it said, and then:
//!
//! * the votes for which certificates exist, however many validators made them;
//! * a validator's other votes if it is still in their view (it could contradict them), or if they
//!   can still become a certificate;
//! * VIEW-CHANGEs, NEW-VIEWs and proposals for views that somebody can still enter or vote in.

use std::{
    hash::{DefaultHasher, Hash, Hasher},
    sync::Arc,
};

use weal_types::{
    Epoch, View,
    certificate::{CertificateKind, Vote},
};

use crate::{
    cast::{QUORUM, leader},
    node::Node,
    setup::{Delivery, Journal, Setup},
    sight::Sight,
    world::{Votes, World},
};

/// A state's print: 64 bits, as many as the checker tells states apart by.
pub fn print(world: &World, nodes: &[Arc<Node>], crashes: u8) -> u64 {
    let mut hasher = DefaultHasher::new();
    crashes.hash(&mut hasher);
    if world.setup.delivery != Delivery::Certificates {
        // Here it matters who votes.
        nodes.iter().for_each(|node| node.number.hash(&mut hasher));
        return hasher.finish();
    }
    let sets: Vec<_> = nodes.iter().map(|node| node.machine.said.votes).collect();
    let certain = Sight::certain(world, &sets);
    certain.hash(&mut hasher);
    let floors: Vec<_> = nodes.iter().map(|node| floor(&world.setup, node)).collect();
    let hopeful = hopeful(world, nodes, &floors, certain);
    for (node, floor) in nodes.iter().zip(&floors) {
        node.core.hash(&mut hasher);
        let present = world.votes_from(*floor);
        (node.machine.said.votes & (present | hopeful)).hash(&mut hasher);
        statements(world, nodes, node, *floor, &mut hasher);
    }
    hasher.finish()
}

/// A view of an epoch.
type Place = (Epoch, View);

/// The lowest view that a validator may still vote in, whatever crash comes.
fn floor(setup: &Setup, node: &Node) -> Place {
    let said = node.machine.said.left.iter();
    let start = (Epoch(0), View(0));
    match setup.journal_of(node.machine.who) {
        journal if !node.machine.disk.matters(journal) => (node.machine.epoch, node.machine.target),
        Journal::Honest | Journal::Instant => {
            said.map(|(epoch, view, _)| (*epoch, *view)).max().unwrap_or(start)
        }
        Journal::Lies(_) => start,
    }
}

/// Whether a validator can still enter a view.
fn can_enter(setup: &Setup, node: &Node, place: Place) -> bool {
    let present = (node.machine.epoch, node.machine.replica.view());
    let may_fall = node.machine.disk.matters(setup.journal_of(node.machine.who));
    let is_below = may_fall || present < place;
    is_below && floor(setup, node) <= place
}

/// Votes without a certificate that can still get one.
fn hopeful(world: &World, nodes: &[Arc<Node>], floors: &[Place], certain: Votes) -> Votes {
    let needed = QUORUM - world.liars().len();
    let said = nodes.iter().fold(0, |all, node| all | node.machine.said.votes);
    let mut hopeful = 0;
    for (bit, vote) in world.votes(said & !certain) {
        let may_vote = |(node, floor): (&Arc<Node>, &Place)| {
            let is_voter = node.machine.said.votes >> bit & 1 == 1;
            is_voter
                || vote.kind == CertificateKind::Checkpoint
                || *floor <= (vote.epoch, vote.view)
        };
        let voters = nodes.iter().zip(floors).filter(|pair| may_vote(*pair)).count();
        hopeful |= Votes::from(voters >= needed) << bit;
    }
    hopeful
}

fn statements(
    world: &World,
    nodes: &[Arc<Node>],
    node: &Node,
    floor: Place,
    hasher: &mut DefaultHasher,
) {
    let setup = &world.setup;
    let said = &node.machine.said;
    let anyone = |place| nodes.iter().any(|other| can_enter(setup, other, place));
    for (epoch, view, id) in &said.left {
        let place = (*epoch, *view);
        let leader = leader(*epoch, *view);
        let is_used = match nodes.iter().find(|other| other.machine.who == leader) {
            Some(leader) => {
                let mut led = leader.machine.said.began.iter();
                can_enter(setup, leader, place) && !led.any(|(of, at, _)| (*of, *at) == place)
            }
            None => anyone(place),
        };
        let wanted = |other: &Arc<Node>| (other.machine.epoch, other.machine.target);
        let is_followed = setup.follow && nodes.iter().any(|other| wanted(other) < place);
        if is_used || is_followed {
            (0, id).hash(hasher);
        } else if place >= floor {
            (1, place).hash(hasher);
        }
    }
    for (epoch, view, id) in &said.began {
        if anyone((*epoch, *view)) || (*epoch, *view) >= floor {
            (2, id).hash(hasher);
        }
    }
    // Whether a COMMIT certificate of an earlier view can still come that this should have kept.
    let is_below = |place| nodes.iter().any(|other| self::floor(setup, other) < place);
    for (epoch, view, id) in &said.entered {
        if is_below((*epoch, *view)) {
            (3, id).hash(hasher);
        }
    }
    for (epoch, view, id) in &said.proposals {
        if nodes.iter().any(|other| self::floor(setup, other) <= (*epoch, *view)) {
            (4, id).hash(hasher);
        }
    }
}

impl World {
    /// Votes of a view or later ones, and those that belong to no view.
    fn votes_from(&self, place: Place) -> Votes {
        let is_from = |vote: &Vote| {
            vote.kind == CertificateKind::Checkpoint || (vote.epoch, vote.view) >= place
        };
        self.votes_that(is_from)
    }
}
