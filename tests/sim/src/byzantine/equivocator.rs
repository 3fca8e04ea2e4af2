//! Proposes one thing to one half and another to the other, and votes for both.

use std::collections::BTreeMap;

use weal_consensus::{Message, SignedVote};
use weal_types::{Hash, certificate::CertificateKind};

use super::{Scene, Treason};

/// See the module.
#[derive(Default)]
pub(super) struct Equivocator {
    /// What the other half was proposed in the place of this.
    other: BTreeMap<Hash, Hash>,
}

impl Treason for Equivocator {
    fn send(&mut self, scene: &mut Scene<'_>, to: usize, message: Message) -> Vec<Message> {
        if to % 2 == 0 {
            return vec![message];
        }
        match message {
            Message::PrePrepare(signed) if signed.signer == scene.me => {
                let mut other = signed.body.clone();
                // The same transactions a moment later: another digest.
                other.proposal.time.0 += 1;
                self.other.insert(signed.body.proposal.digest(), other.proposal.digest());
                vec![Message::PrePrepare(scene.sign(other))]
            }
            Message::Vote(signed) => vec![Message::Vote(self.vote(scene, signed))],
            message => vec![message],
        }
    }
}

impl Equivocator {
    fn vote(&self, scene: &Scene<'_>, signed: SignedVote) -> SignedVote {
        let mut vote = signed.body;
        match self.other.get(&vote.hash) {
            Some(other) if vote.kind != CertificateKind::Checkpoint && signed.signer == scene.me => {
                vote.hash = *other;
                scene.sign(vote)
            }
            _ => signed,
        }
    }
}
