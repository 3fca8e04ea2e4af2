//! What is read off all signatures that were ever made.

use weal_consensus::Message;
use weal_types::certificate::{CertificateKind, Vote};

use crate::cast::QUORUM;
use crate::{
    model::{Cluster, State},
    sight::{Sight, held_by},
    world::Votes,
};

impl Cluster {
    /// Votes for which honest signatures and those of Byzantine validators make a certificate.
    fn certain(&self, state: &State) -> Votes {
        let sets: Vec<_> = state.nodes.iter().map(|node| node.machine.said.votes).collect();
        match self.world.setup.is_blind {
            // What is forged is no certificate.
            true => held_by(&sets, QUORUM - self.world.liars().len()),
            false => Sight::certain(&self.world, &sets),
        }
    }

    /// Whether no two PREPARE certificates of one view and slot, no two COMMIT certificates of one
    /// slot and no two CHECKPOINT certificates of one height are for different hashes.
    pub(crate) fn certificates_agree(&self, state: &State) -> bool {
        let votes = self.world.votes(self.certain(state));
        let clash = |one: &Vote, other: &Vote| {
            (one.kind, one.epoch, one.height) == (other.kind, other.epoch, other.height)
                && (one.kind != CertificateKind::Prepare || one.view == other.view)
                && one.hash != other.hash
        };
        !votes.iter().any(|(_, one)| votes.iter().any(|(_, other)| clash(one, other)))
    }

    /// Whether every accepted NEW-VIEW orders what has a COMMIT certificate of an earlier view, or
    /// begins above it.
    pub(crate) fn new_views_keep(&self, state: &State) -> bool {
        let committed: Vec<_> = self
            .world
            .votes(self.certain(state))
            .into_iter()
            .map(|(_, vote)| vote)
            .filter(|vote| vote.kind == CertificateKind::Commit)
            .collect();
        if committed.is_empty() {
            return true;
        }
        let accepted = state.nodes.iter().flat_map(|node| &node.machine.said.entered);
        accepted.into_iter().all(|(epoch, view, id)| {
            let Message::NewView(signed) = self.world.message(*id) else { return false };
            let body = &signed.body;
            let relevant = committed.iter().filter(|vote| {
                vote.epoch == *epoch && vote.view < *view && vote.height > body.stable.height
            });
            relevant.into_iter().all(|vote| {
                body.order.iter().any(|slot| (slot.height, slot.digest) == (vote.height, vote.hash))
            })
        })
    }

    /// Whether everyone has ordered every slot.
    pub(crate) fn is_ordered(&self, state: &State) -> bool {
        let setup = &self.world.setup;
        state.nodes.iter().all(|node| {
            let machine = &node.machine;
            (setup.first.0..=setup.last.0).all(|height| {
                machine.ordered.keys().any(|ordered| ordered.0 == height)
                    || machine.replica.stable_height().0 >= height
            })
        })
    }
}
