//! What a replica starts from, and the numbers of the protocol.

use alloc::sync::Arc;

use weal_types::{
    ChainId, Height,
    certificate::{Certificate, ValidatorSet},
};

use crate::{event::Handover, message::Mark};

/// Slots above the stable height in which validators vote: W. Enough to keep execution, disk and
/// network busy at once; all memory of a replica is bounded by it.
pub const WINDOW: u64 = 16;

/// Slots above the stable height that a leader fills.
pub const IN_FLIGHT: u64 = 8;

/// Heights after which the leader changes even if it works well.
pub const TERM: u64 = 1_000;

/// How long a replica waits for progress in the first view after an ordered slot. It doubles with
/// each view without one, up to [`PROGRESS_MOST_MS`].
pub const PROGRESS_MS: u64 = 1_000;

/// The longest wait for progress. It must exceed what the network really takes.
pub const PROGRESS_MOST_MS: u64 = 30_000;

/// How often an unanswered VIEW-CHANGE is sent again.
pub const RESEND_MS: u64 = 1_000;

/// How often a replica says what it has.
pub const HEARTBEAT_MS: u64 = 500;

/// Heartbeats of a validator that left the view alone, after which the others rotate for it: 60 s.
pub const ALONE_HEARTBEATS: u16 = 120;

/// How often that time doubles within a term: to an hour, about.
pub(crate) const ALONE_DOUBLINGS: u8 = 6;

/// A fresh proposal's time lies at most so far behind the clock of who votes for it.
pub const TIME_BEHIND_MS: u64 = 10_000;

/// And at most so far ahead: a leader cannot move the chain's time by more.
pub const TIME_AHEAD_MS: u64 = 500;

/// What a replica starts from.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Settings {
    /// The chain.
    pub chain: ChainId,
    /// Who votes. One validator, or at least four.
    pub validators: ValidatorSet,
    /// This validator's position in the set.
    pub me: u8,
    /// Where the epoch begins: the last header of the one before, or genesis.
    pub start: Mark,
    /// The last final height in the database.
    pub stable: Mark,
    /// Its certificate; `None` where it is the epoch's start.
    pub certificate: Option<Arc<Certificate>>,
    /// The end of the epoch, if the state at `stable` schedules it.
    pub handover: Option<Handover>,
    /// Which slots may be used at once: [`WINDOW`] or less.
    pub window: u64,
    /// Heights of a leader's term: [`TERM`], or what a test wants.
    pub term: u64,
    /// How blocks are paced.
    pub pace: Pace,
    /// What a block may hold.
    pub limits: BlockLimits,
}

/// How a leader spaces its blocks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Pace {
    /// Least time between the builds of two blocks, in milliseconds. A lone transaction after a
    /// silence never waits for it; under load it lets transactions share a block's fixed costs.
    pub between_ms: u64,
    /// Slots above the stable height that a leader fills: [`IN_FLIGHT`] or less. More would only
    /// let transactions wait in blocks instead of the pool.
    pub in_flight: u64,
    /// Whether blocks are built only when they are due, as a devnet without mining wants it.
    pub manual: bool,
}

/// What a proposal may hold on every chain. What governance may change, such as the gas of a block,
/// is no part of it: validators that have executed more and less would judge otherwise. Execution
/// passes over what is too much.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct BlockLimits {
    /// Transactions.
    pub transactions: u32,
    /// Their bytes.
    pub bytes: u32,
}

/// The first end of a term above `height`.
pub(crate) const fn term_end(term: u64, height: Height) -> Height {
    let term = if term == 0 { TERM } else { term };
    Height((height.0 / term).saturating_add(1).saturating_mul(term))
}
