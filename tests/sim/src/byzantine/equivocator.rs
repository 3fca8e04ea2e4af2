//! Leads with two proposals for each slot, one for each half of the members, and votes for each
//! where it was proposed.

use std::{collections::BTreeMap, rc::Rc};

use weal_consensus::{Draft, Message, PrePrepare};
use weal_types::{Hash, TimeMs};

use super::{Scene, Treason};
use crate::ledger::Body;

/// See the module.
pub(super) struct Equivocator {
    /// The members that see the other proposals, by bits.
    side: u32,
    /// The other digest, by the first.
    others: BTreeMap<Hash, Hash>,
}

impl Equivocator {
    pub(super) const fn new(side: u32) -> Self {
        Self { side, others: BTreeMap::new() }
    }

    /// The same transactions at another time: another proposal, and as good.
    fn other(&mut self, scene: &mut Scene<'_>, body: &PrePrepare) -> Option<PrePrepare> {
        let first = scene.bodies.get(&body.proposal.digest())?;
        let mut proposal = first.proposal.clone();
        proposal.time = TimeMs(proposal.time.0.wrapping_add(1));
        let other = Rc::new(Body::new(proposal.clone(), first.transactions.clone()));
        self.others.insert(first.digest, other.digest);
        scene.bodies.insert(other.digest, other);
        Some(PrePrepare { view: body.view, proposal })
    }
}

impl Treason for Equivocator {
    fn send(&mut self, scene: &mut Scene<'_>, to: usize, message: Message) -> Vec<Message> {
        if self.side >> to & 1 == 0 {
            return vec![message];
        }
        match &message {
            Message::PrePrepare(signed) if signed.signer == scene.me => {
                match self.other(scene, &signed.body) {
                    Some(other) => vec![scene.sign(Draft::PrePrepare(other))],
                    None => vec![message],
                }
            }
            Message::Vote(signed) => match self.others.get(&signed.body.hash) {
                Some(other) => {
                    let mut vote = signed.body;
                    vote.hash = *other;
                    vec![scene.sign(Draft::Vote(vote))]
                }
                None => vec![message],
            },
            _ => vec![message],
        }
    }
}
