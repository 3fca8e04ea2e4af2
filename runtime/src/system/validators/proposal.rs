//! What validators agree on before it is decided.

use parity_scale_codec::{Decode, Encode};
use weal_types::{
    AccountId, Hash, Height, PublicKey, TimeMs,
    codec::{Bounded, Version},
    hash::{Tag, hash},
    limit,
};

use super::schedule::Member;

/// How long approvals count, in milliseconds: 30 days. What nobody wants any more goes away.
pub const OPEN_MS: u64 = 30 * 24 * 3_600_000;

/// Heights for which a joiner's word counts that it is ready.
pub const READY_HEIGHTS: u64 = 1_000;

/// Proposals of one operator that may wait at once, so that none keeps the others from agreeing.
pub const PROPOSALS_EACH: usize = 4;

/// Proposals of one page. With a hundred approvals and the longest texts each, they are below the
/// limit of a call's result.
pub const PROPOSALS_PAGE: usize = 12;

/// A change of the set.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub enum Change {
    /// One more validator.
    Add(Member),
    /// One less.
    Remove(PublicKey),
}

impl Change {
    /// What names it: equal changes are one proposal.
    pub fn id(&self) -> Hash {
        hash(Tag::SetChange, &[&self.encode()])
    }

    /// The validator that it is about.
    pub const fn key(&self) -> &PublicKey {
        match self {
            Self::Add(member) => &member.key,
            Self::Remove(key) => key,
        }
    }
}

/// A change that is not decided yet.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct Proposal {
    /// Format of this type.
    pub version: Version<1>,
    /// What is to change.
    pub change: Change,
    /// Who proposed it.
    pub by: AccountId,
    /// Who approves; operators of validators when they did.
    pub approvals: Bounded<AccountId, 0, { limit::VALIDATORS }>,
    /// The newest height at which the joiner said that it is ready.
    pub ready: Option<Height>,
    /// Until when the approvals count.
    pub until: TimeMs,
}

impl Proposal {
    /// Where it lives.
    pub fn key(id: &Hash) -> [u8; 33] {
        crate::system::key(b'c', id)
    }

    /// One that nobody has approved of yet.
    pub fn new(change: Change, by: AccountId, now: TimeMs) -> Self {
        let until = TimeMs(now.0.saturating_add(OPEN_MS));
        let approvals = Bounded::default();
        Self { version: Version, change, by, approvals, ready: None, until }
    }

    /// Whether the validator that is to be added is known to be ready at `height`; one that leaves
    /// need not be.
    pub fn is_ready(&self, height: Height) -> bool {
        let is_recent = |ready: Height| ready.0.saturating_add(READY_HEIGHTS) >= height.0;
        matches!(self.change, Change::Remove(_)) || self.ready.is_some_and(is_recent)
    }
}
