//! Counting votes of one kind for one slot. Rules: Prepared, Ordered, Execute (docs/consensus.md).
//!
//! Of each validator two votes are kept: that of the view the replica is in, and the one of the
//! highest view above it. So whatever others send, a slot's memory is bounded, and votes that
//! arrive before the NEW-VIEW that they belong to are not lost.

use alloc::{collections::BTreeMap, vec::Vec};

use weal_types::{
    Epoch, Hash, Height, View,
    certificate::{Certificate, CertificateKind, Vote},
    codec::{Bounded, Version},
};

use crate::message::{Signed, SignedVote};

/// The votes of one kind for one slot.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Tally {
    kind: CertificateKind,
    /// By validator: what it said in the present view, and in the highest above.
    votes: BTreeMap<u8, [Option<Said>; 2]>,
}

/// What one validator said.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct Said {
    view: View,
    hash: Hash,
    signature: [u8; 64],
}

impl Tally {
    pub(crate) const fn new(kind: CertificateKind) -> Self {
        Self { kind, votes: BTreeMap::new() }
    }

    /// Keeps a vote that is of view `now` or later. Another vote of the same validator in the same
    /// view that says otherwise stays, and is returned: the two are evidence.
    pub(crate) fn add(&mut self, now: View, signed: &SignedVote) -> Option<SignedVote> {
        let Signed { body: vote, signer, signature } = *signed;
        let [current, next] = self.votes.entry(signer).or_default();
        let place = if vote.view <= now { current } else { next };
        match place {
            Some(said) if said.view == vote.view => {
                let body = Vote { hash: said.hash, ..vote };
                let known = Signed { body, signer, signature: said.signature };
                return Some(known).filter(|known| known.body != vote);
            }
            // A later view says more about where its sender is.
            Some(said) if said.view > vote.view => return None,
            _ => {}
        }
        *place = Some(Said { view: vote.view, hash: vote.hash, signature });
        None
    }

    /// The replica enters a view: votes of that view count now, earlier ones are forgotten.
    pub(crate) fn enter(&mut self, view: View) {
        for [current, next] in self.votes.values_mut() {
            if next.is_some_and(|said| said.view <= view) {
                *current = next.take();
            }
        }
    }

    fn said(&self) -> impl Iterator<Item = (u8, &Said)> {
        self.votes
            .iter()
            .flat_map(|(signer, said)| said.iter().flatten().map(move |said| (*signer, said)))
    }

    /// How many say this.
    pub(crate) fn count(&self, view: View, hash: &Hash) -> usize {
        self.said().filter(|(_, said)| said.view == view && said.hash == *hash).count()
    }

    /// Who says this: bit i for validator i.
    pub(crate) fn voters(&self, view: View, hash: &Hash) -> u128 {
        let agree = self.said().filter(|(_, said)| said.view == view && said.hash == *hash);
        agree.fold(0, |bits, (signer, _)| bits | 1_u128.checked_shl(signer.into()).unwrap_or(0))
    }

    /// The hashes that somebody voted for in this view.
    pub(crate) fn hashes(&self, view: View) -> Vec<Hash> {
        let mut hashes: Vec<_> =
            self.said().filter(|(_, said)| said.view == view).map(|(_, said)| said.hash).collect();
        hashes.sort_unstable();
        hashes.dedup();
        hashes
    }

    /// How many have voted in this view.
    pub(crate) fn heard(&self, view: View) -> usize {
        self.said().filter(|(_, said)| said.view == view).count()
    }

    /// The votes of one validator.
    pub(crate) fn of(&self, signer: u8, epoch: Epoch, height: Height) -> Vec<SignedVote> {
        let said = self.votes.get(&signer).into_iter().flatten().flatten();
        said.map(|said| {
            let (view, hash) = (said.view, said.hash);
            let body = Vote { kind: self.kind, epoch, view, height, hash };
            Signed { body, signer, signature: said.signature }
        })
        .collect()
    }

    /// The certificate for this, once a quorum says it. All votes that are there go into it.
    pub(crate) fn certificate(&self, vote: Vote, quorum: usize) -> Option<Certificate> {
        let voters = self.voters(vote.view, &vote.hash);
        if (voters.count_ones() as usize) < quorum {
            return None;
        }
        let agree =
            self.said().filter(|(_, said)| said.view == vote.view && said.hash == vote.hash);
        let signatures = Bounded::new(agree.map(|(_, said)| said.signature).collect()).ok()?;
        Some(Certificate { version: Version, vote, signers: voters, signatures })
    }
}
