//! What can happen next to an honest validator.
//!
//! Any message that exists may come, at any time and again. What is left out changes nothing, or
//! not yet: a message for a view that the replica has left or has not entered, about a height that
//! is stable or ordered. Those for a later view come when that view has begun: to come earlier is
//! to be kept until then. [`Delivery::Each`] leaves out nothing of this.

use std::collections::BTreeSet;

use weal_consensus::{Claim, Message, ViewChange};
use weal_types::{
    Height, View,
    certificate::{CertificateKind, Vote},
};

use crate::{
    cast::{QUORUM, SIZE, leader},
    machine::Machine,
    node::{Input, Node},
    setup::{Delivery, Timers},
    sight::{Sight, voters},
    usurper::subsets,
    world::{Id, World},
};

/// Collects inputs of one node.
pub struct Inputs<'a> {
    /// The run.
    pub world: &'a World,
    /// What can be heard.
    pub sight: &'a Sight,
    /// Everyone.
    pub nodes: &'a [std::sync::Arc<Node>],
    /// Whose inputs.
    pub machine: &'a Machine,
    /// Where they go.
    pub found: Vec<Input>,
}

impl Inputs<'_> {
    fn hear(&mut self, id: Id) {
        self.found.push(Input::Hear([id, 0, 0]));
    }

    /// All of them, crashes aside.
    pub fn collect(&mut self) {
        self.proposals();
        self.votes();
        self.changes();
        self.new_views();
        if self.world.setup.timers == Timers::Free {
            self.found.push(Input::Impatience);
            if self.world.setup.first < self.world.setup.last {
                self.found.push(Input::Heartbeat);
            }
        }
        if self.machine.disk.is_awaited() {
            self.found.push(Input::Durable);
        }
    }

    /// What a crash can leave of the disk.
    pub fn crashes(&mut self) {
        for kept in 0..=self.machine.disk.at_risk() {
            for database in [true, false] {
                if !database || self.machine.disk.is_settled() {
                    self.found.push(Input::Crash { kept: kept as u8, database });
                }
            }
        }
    }

    fn is_each(&self) -> bool {
        self.world.setup.delivery == Delivery::Each
    }

    fn is_open(&self, height: Height) -> bool {
        height > self.machine.replica.stable_height()
    }

    fn proposals(&mut self) {
        let (epoch, view) = (self.machine.epoch, self.machine.replica.view());
        for proposed in self.world.alphabet.proposals(self.world).iter() {
            let is_now = proposed.view == view || (self.is_each() && proposed.view > view);
            if proposed.epoch == epoch && is_now && self.is_open(proposed.height) {
                self.hear(proposed.id);
            }
        }
        for id in self.sight.proposals.clone() {
            let Message::PrePrepare(signed) = self.world.message(id) else { continue };
            let is_now = signed.body.view == view || (self.is_each() && signed.body.view > view);
            if signed.body.proposal.epoch == epoch && is_now {
                self.hear(id);
            }
        }
    }

    fn votes(&mut self) {
        match self.world.setup.delivery {
            Delivery::Certificates => self.certificates(),
            Delivery::Quorums => self.quorums(),
            Delivery::Each => self.single_votes(),
        }
    }

    /// Whether a vote can still change something.
    fn is_wanted(&self, vote: &Vote) -> bool {
        vote.epoch == self.machine.epoch
            && self.is_open(vote.height)
            && match vote.kind {
                CertificateKind::Prepare => vote.view == self.machine.replica.view(),
                CertificateKind::Commit => !self.machine.ordered.contains_key(&vote.height),
                CertificateKind::Checkpoint => true,
            }
    }

    fn certificates(&mut self) {
        for (bit, vote) in self.world.votes(self.sight.certain) {
            if self.is_wanted(&vote) {
                // Where it first makes the replica look for a body, it counts the second time, as
                // votes do that were kept.
                let id = self.world.alphabet.certificate_id(bit);
                self.found.push(Input::Hear([id, id, 0]));
            }
        }
    }

    fn quorums(&mut self) {
        for (bit, vote) in self.world.votes(self.sight.certain) {
            if !self.is_wanted(&vote) {
                continue;
            }
            let is_own = self.machine.said.votes >> bit & 1 == 1;
            let voters = voters(self.world, self.nodes, bit).into_iter();
            let others = voters.filter(|who| *who != self.machine.who);
            let needed = others.take(QUORUM - usize::from(is_own));
            let mut ids = [0; 3];
            for (place, who) in ids.iter_mut().zip(needed) {
                *place = self.world.alphabet.vote_id(self.world, bit, vote, who);
            }
            self.found.push(Input::Hear(ids));
        }
    }

    fn single_votes(&mut self) {
        let setup = &self.world.setup;
        let lies = match self.world.liars() {
            [] => 0,
            _ => self.world.alphabet.forgeable(self.world),
        };
        for (bit, vote) in self.world.votes(self.sight.said | lies) {
            if vote.epoch != self.machine.epoch || !self.is_open(vote.height) {
                continue;
            }
            for who in (0..SIZE).filter(|who| *who != self.machine.who) {
                let mut nodes = self.nodes.iter();
                let says = match nodes.find(|node| node.machine.who == who) {
                    Some(node) => node.machine.said.votes >> bit & 1 == 1,
                    None => !setup.is_silent,
                };
                if says {
                    self.hear(self.world.alphabet.vote_id(self.world, bit, vote, who));
                }
            }
        }
    }

    /// VIEW-CHANGEs: to the view's leader as many as it needs beside its own, together; to others
    /// as many as make them follow, if that is explored.
    fn changes(&mut self) {
        let epoch = self.machine.epoch;
        for view in self.world.setup.views_of(epoch).filter(|view| *view > View(0)) {
            let is_leader = leader(epoch, view) == self.machine.who;
            let is_behind = self.machine.replica.view() < view && self.machine.target <= view;
            let is_early = self.machine.target < view;
            if self.is_each() {
                let ids = self.changes_to(view);
                ids.into_iter().for_each(|id| self.hear(id));
            } else if is_behind && (is_leader || (self.world.setup.follow && is_early)) {
                self.pairs(view);
            }
        }
    }

    /// Others' VIEW-CHANGEs to a view.
    fn changes_to(&self, view: View) -> Vec<Id> {
        let epoch = self.machine.epoch;
        let honest = self.sight.changes.iter().filter(|change| {
            (change.epoch, change.view) == (epoch, view) && change.who != self.machine.who
        });
        let mut ids: Vec<_> = honest.map(|change| change.id).collect();
        for who in self.world.liars() {
            let to = (epoch, view);
            ids.extend(self.world.alphabet.changes(self.world, self.sight, to, *who).iter());
        }
        ids
    }

    /// Two VIEW-CHANGEs of two validators. Where two pairs give the leader the same stable height
    /// and the same claims to choose from, one of them does.
    fn pairs(&mut self, view: View) {
        let mut seen = BTreeSet::new();
        for pair in subsets(&self.changes_to(view), QUORUM - 1) {
            let bodies: Vec<_> = pair.iter().map(|id| self.change(*id)).collect();
            if bodies[0].0 == bodies[1].0 {
                continue;
            }
            let stable = bodies.iter().map(|(_, body)| body.stable).max();
            let claims: BTreeSet<Claim> =
                bodies.iter().flat_map(|(_, body)| body.claims.iter().copied()).collect();
            if seen.insert((stable, highest(&claims))) {
                self.found.push(Input::Hear([pair[0], pair[1], 0]));
            }
        }
    }

    fn change(&self, id: Id) -> (u8, ViewChange) {
        match self.world.message(id) {
            Message::ViewChange(signed, _) => (signed.signer, signed.body.clone()),
            _ => unreachable!("the number is that of a VIEW-CHANGE"),
        }
    }

    fn new_views(&mut self) {
        let (epoch, view) = (self.machine.epoch, self.machine.replica.view());
        for (of, to, id) in self.sight.new_views.clone() {
            if of == epoch && to > view && to >= self.machine.target {
                self.hear(id);
            }
        }
        for to in self.world.setup.views_of(epoch) {
            let is_lie = self.world.liars().contains(&leader(epoch, to));
            if is_lie && to > view && to >= self.machine.target {
                let ids = self.world.alphabet.new_views(self.world, self.sight, epoch, to);
                ids.iter().for_each(|id| self.hear(*id));
            }
        }
    }
}

/// The claims of the highest view for each slot.
fn highest(claims: &BTreeSet<Claim>) -> Vec<Claim> {
    let is_beaten = |claim: &Claim| {
        claims.iter().any(|other| other.height == claim.height && other.view > claim.view)
    };
    claims.iter().filter(|claim| !is_beaten(claim)).copied().collect()
}
