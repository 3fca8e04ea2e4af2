//! Which states of the cluster are alike: a state's print is what later steps depend on.
//!
//! Of what was said, only that counts which somebody can still use. So a print names each validator's
//! state without what it said, and then:
//!
//! * the votes for which certificates exist, however many validators made them;
//! * a validator's other votes if it is still in their view (it could contradict them), or if they can
//!   still become a certificate;
//! * VIEW-CHANGEs, NEW-VIEWs and proposals for views that somebody can still enter or vote in.

use std::{
    hash::{DefaultHasher, Hash, Hasher},
    sync::Arc,
};

use weal_types::{
    View,
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
    if world.setup.delivery != Delivery::Certificates || world.setup.epoch_end.is_some() {
        // Here it matters who votes, or votes are of two epochs.
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

/// The lowest view that a validator may still vote in, whatever crash comes.
fn floor(setup: &Setup, node: &Node) -> View {
    let said = &node.machine.said.left;
    match setup.journal {
        Journal::Instant => node.machine.target,
        Journal::Honest => said.iter().map(|(_, view, _)| *view).max().unwrap_or(View(0)),
        Journal::Lies(_) => View(0),
    }
}

/// Whether a validator can still enter a view.
fn can_enter(setup: &Setup, node: &Node, view: View) -> bool {
    let is_below = setup.journal != Journal::Instant || node.machine.replica.view() < view;
    is_below && floor(setup, node) <= view
}

/// Votes without a certificate that can still get one.
fn hopeful(world: &World, nodes: &[Arc<Node>], floors: &[View], certain: Votes) -> Votes {
    let needed = QUORUM - world.liars().len();
    let said = nodes.iter().fold(0, |all, node| all | node.machine.said.votes);
    let mut hopeful = 0;
    for (bit, vote) in world.votes(said & !certain) {
        let may_vote = |(node, floor): (&Arc<Node>, &View)| {
            let is_voter = node.machine.said.votes >> bit & 1 == 1;
            is_voter || vote.kind == CertificateKind::Checkpoint || *floor <= vote.view
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
    floor: View,
    hasher: &mut DefaultHasher,
) {
    let setup = &world.setup;
    let said = &node.machine.said;
    let anyone = |view| nodes.iter().any(|other| can_enter(setup, other, view));
    for (epoch, view, id) in &said.left {
        let leader = leader(*epoch, *view);
        let is_used = match nodes.iter().find(|other| other.machine.who == leader) {
            Some(leader) => {
                let has_led = leader.machine.said.began.iter().any(|(_, led, _)| led == view);
                can_enter(setup, leader, *view) && !has_led
            }
            None => anyone(*view),
        };
        let is_followed = setup.follow
            && nodes.iter().any(|other| other.machine.target < *view);
        if is_used || is_followed {
            (0, view, id).hash(hasher);
        } else if *view >= floor {
            (1, view).hash(hasher);
        }
    }
    for (_, view, id) in &said.began {
        if anyone(*view) || *view >= floor {
            (2, view, id).hash(hasher);
        }
    }
    // Whether a COMMIT certificate of an earlier view can still come that this should have kept.
    for (_, view, id) in &said.entered {
        if nodes.iter().any(|other| self::floor(setup, other) < *view) {
            (3, view, id).hash(hasher);
        }
    }
    for (view, id) in &said.proposals {
        let is_wanted = |other: &Arc<Node>| self::floor(setup, other) <= *view;
        if nodes.iter().any(is_wanted) {
            (4, id).hash(hasher);
        }
    }
}

impl World {
    /// Votes of a view or later ones, and those that belong to no view.
    pub fn votes_from(&self, view: View) -> Votes {
        let is_from =
            |vote: &Vote| vote.kind == CertificateKind::Checkpoint || vote.view >= view;
        self.votes_that(is_from)
    }
}
