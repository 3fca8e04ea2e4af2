//! What a traitor may put together from what it heard and said: true certificates, also such as
//! nobody else made.

use std::collections::BTreeMap;

use weal_consensus::{Message, Signed};
use weal_types::{
    certificate::{Certificate, CertificateKind, Vote},
    codec::Version,
};

use super::bounded;

/// Heights below the newest that are remembered.
const KEPT: u64 = 32;

/// See the module.
#[derive(Default)]
pub(super) struct Hearsay {
    /// By what was voted for: who did, and the signature.
    votes: BTreeMap<Vote, BTreeMap<u8, [u8; 64]>>,
}

impl Hearsay {
    /// Remembers the votes in a message.
    pub(super) fn hear(&mut self, message: &Message) {
        match message {
            Message::Vote(Signed { body, signer, signature }) => {
                self.votes.entry(*body).or_default().insert(*signer, *signature);
                self.forget_below(body);
            }
            Message::Certificate(certificate) => {
                let Certificate { vote, signers, signatures, .. } = &**certificate;
                let signers = (0..128).filter(|signer| signers >> signer & 1 == 1);
                let said = self.votes.entry(*vote).or_default();
                said.extend(signers.zip(signatures.iter().copied()));
                self.forget_below(vote);
            }
            _ => {}
        }
    }

    fn forget_below(&mut self, newest: &Vote) {
        self.votes.retain(|vote, _| vote.height.0 + KEPT > newest.height.0);
    }

    /// The certificates of one kind that a quorum's votes make, those of early views first.
    pub(super) fn certificates(
        &self,
        kind: CertificateKind,
        quorum: usize,
    ) -> impl Iterator<Item = Certificate> {
        let is_proven = move |(vote, said): &(&Vote, &BTreeMap<u8, [u8; 64]>)| {
            vote.kind == kind && said.len() >= quorum
        };
        self.votes.iter().filter(is_proven).filter_map(|(vote, said)| {
            let signers = said.keys().fold(0, |bits, signer| bits | 1 << signer);
            let signatures = bounded(said.values().copied().collect())?;
            Some(Certificate { version: Version, vote: *vote, signers, signatures })
        })
    }
}
