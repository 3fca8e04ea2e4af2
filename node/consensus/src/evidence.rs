//! Pairs of statements that no correct validator makes. Their signatures convince everybody
//! (docs/consensus.md, Evidence).

use alloc::sync::Arc;

use parity_scale_codec::{Decode, Encode};
use weal_types::certificate::CertificateKind;

use crate::message::{NewView, PrePrepare, Signed, SignedVote, ViewChange};

/// Two statements of one validator that contradict each other.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode)]
pub enum Evidence {
    /// Two proposals for one slot in one view. Rule: Equivocation.
    PrePrepares(Signed<PrePrepare>, Signed<PrePrepare>),
    /// Two votes of one kind for one slot in one view.
    Votes(SignedVote, SignedVote),
    /// Two VIEW-CHANGEs for one view.
    ViewChanges(Arc<Signed<ViewChange>>, Arc<Signed<ViewChange>>),
    /// Two NEW-VIEWs for one view.
    NewViews(Arc<Signed<NewView>>, Arc<Signed<NewView>>),
    /// A COMMIT, and a later VIEW-CHANGE that does not claim what the COMMIT rests on.
    Amnesia(SignedVote, Arc<Signed<ViewChange>>),
}

impl Evidence {
    /// Whom it accuses.
    pub fn culprit(&self) -> u8 {
        match self {
            Self::PrePrepares(one, _) => one.signer,
            Self::Votes(one, _) | Self::Amnesia(one, _) => one.signer,
            Self::ViewChanges(one, _) => one.signer,
            Self::NewViews(one, _) => one.signer,
        }
    }

    /// Whether the statements do contradict each other and have one signer. That the signatures
    /// hold is another question.
    pub fn is_contradiction(&self) -> bool {
        match self {
            Self::PrePrepares(one, other) => {
                let (first, second) = (&one.body, &other.body);
                one.signer == other.signer
                    && first.view == second.view
                    && first.proposal.epoch == second.proposal.epoch
                    && first.proposal.height == second.proposal.height
                    && first.proposal != second.proposal
            }
            Self::Votes(one, other) => {
                let (first, second) = (&one.body, &other.body);
                one.signer == other.signer
                    && (first.kind, first.epoch, first.view, first.height)
                        == (second.kind, second.epoch, second.view, second.height)
                    && first.hash != second.hash
            }
            Self::ViewChanges(one, other) => {
                let (first, second) = (&one.body, &other.body);
                one.signer == other.signer
                    && (first.epoch, first.view) == (second.epoch, second.view)
                    && first != second
            }
            Self::NewViews(one, other) => {
                let (first, second) = (&one.body, &other.body);
                one.signer == other.signer
                    && (first.epoch, first.view) == (second.epoch, second.view)
                    && is_other_new_view(first, second)
            }
            Self::Amnesia(commit, change) => {
                commit.signer == change.signer
                    && commit.body.kind == CertificateKind::Commit
                    && commit.body.epoch == change.body.epoch
                    && forgets(commit, &change.body)
            }
        }
    }
}

/// Whether two NEW-VIEWs for one view differ in what is signed. The certificates beside it may
/// differ: several prove the same.
pub(crate) fn is_other_new_view(one: &NewView, other: &NewView) -> bool {
    let changes = one.changes.iter().map(|change| &change.body);
    one.stable != other.stable
        || one.order != other.order
        || !changes.eq(other.changes.iter().map(|change| &change.body))
}

/// Whether a VIEW-CHANGE leaves out what its sender must hold since it sent this COMMIT: a PREPARE
/// certificate of that view or a later one, unless the slot is final.
pub(crate) fn forgets(commit: &SignedVote, change: &ViewChange) -> bool {
    let vote = &commit.body;
    let is_claimed =
        change.claims.iter().any(|claim| claim.height == vote.height && claim.view >= vote.view);
    vote.view < change.view && vote.height > change.stable.height && !is_claimed
}
