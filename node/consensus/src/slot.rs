//! What a replica knows of one height above its stable one (docs/consensus.md, Objects).

use alloc::{collections::BTreeMap, sync::Arc};

use weal_types::{
    Hash, Height, View,
    block::{FinalHeader, Proposal},
    certificate::{Certificate, CertificateKind},
};

use crate::{
    message::{PrePrepare, Signed},
    tally::Tally,
};

/// See the module.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Slot {
    /// What the leader of the present view proposed here.
    pub(crate) proposed: Option<Proposed>,
    /// The proposal of the next view's leader, for which it is too early.
    pub(crate) early: Option<Proposed>,
    /// What was accepted here in the present view. Rule: Accept.
    pub(crate) accepted: Option<Accepted>,
    pub(crate) prepares: Tally,
    pub(crate) commits: Tally,
    pub(crate) checkpoints: Tally,
    /// Rule: Prepared. The PREPARE certificate of the highest view: what a VIEW-CHANGE claims.
    pub(crate) prepared: Option<Arc<Certificate>>,
    /// Rule: Ordered. The COMMIT certificate: the slot is ordered, and locked.
    pub(crate) ordered: Option<Arc<Certificate>>,
    /// The result, and its hash.
    pub(crate) executed: Option<(FinalHeader, Hash)>,
    /// Proposals that were looked for. At most one for each view that this replica voted in, and
    /// two that others voted for: a body that was PREPAREd may be wanted until the height is
    /// stable.
    pub(crate) bodies: BTreeMap<Hash, Content>,
}

/// A leader's proposal.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Proposed {
    pub(crate) signed: Signed<PrePrepare>,
    pub(crate) digest: Hash,
    /// Whether its time was near this machine's when it came.
    pub(crate) is_timely: bool,
    /// Whether the leader was seen to propose something else as well.
    pub(crate) is_contradicted: bool,
}

/// What was accepted in a slot.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Accepted {
    pub(crate) view: View,
    pub(crate) digest: Hash,
    /// Whether the journal has it, so that PREPARE may be said.
    pub(crate) is_durable: bool,
}

/// A proposal with its transactions, as far as the engine has it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Content {
    /// Asked for; these validators should have it.
    Wanted(u128),
    /// Valid, and in the journal or not.
    Valid {
        /// The proposal.
        proposal: Proposal,
        /// Whether it was handed to the journal.
        is_kept: bool,
    },
    /// Breaks a rule.
    Invalid,
}

impl Slot {
    pub(crate) const fn new() -> Self {
        Self {
            proposed: None,
            early: None,
            accepted: None,
            prepares: Tally::new(CertificateKind::Prepare),
            commits: Tally::new(CertificateKind::Commit),
            checkpoints: Tally::new(CertificateKind::Checkpoint),
            prepared: None,
            ordered: None,
            executed: None,
            bodies: BTreeMap::new(),
        }
    }

    /// The digest that is ordered here.
    pub(crate) fn ordered_digest(&self) -> Option<Hash> {
        self.ordered.as_ref().map(|certificate| certificate.vote.hash)
    }

    /// The valid proposal with this digest.
    pub(crate) fn proposal(&self, digest: &Hash) -> Option<&Proposal> {
        match self.bodies.get(digest) {
            Some(Content::Valid { proposal, .. }) => Some(proposal),
            _ => None,
        }
    }

    /// Keeps the PREPARE certificate if it is of a higher view than the one known.
    pub(crate) fn raise_prepared(&mut self, certificate: &Arc<Certificate>) {
        let known = self.prepared.as_ref().map(|known| known.vote.view);
        if known.is_none_or(|known| known < certificate.vote.view) {
            self.prepared = Some(Arc::clone(certificate));
        }
    }

    /// Forgets what belongs to views that were left, and counts votes of the one that begins. What
    /// a journal knows of the new view stays.
    pub(crate) fn enter(&mut self, view: View) {
        self.proposed = None;
        self.accepted = self.accepted.filter(|accepted| accepted.view >= view);
        self.prepares.enter(view);
        self.commits.enter(view);
    }
}

/// Bit i of a status: what holds of height `stable + 1 + i`.
pub(crate) const fn status_bit(stable: Height, height: Height) -> u32 {
    match height.0.checked_sub(stable.0.saturating_add(1)) {
        Some(offset) if offset < 32 => 1 << offset,
        _ => 0,
    }
}
