//! What a replica is told, and what it asks for.

use alloc::{boxed::Box, sync::Arc, vec::Vec};

use weal_types::{
    Epoch, Hash, Height, TimeMs, View,
    block::{FinalHeader, Proposal},
    certificate::{Certificate, ValidatorSet},
};

use crate::{
    evidence::Evidence,
    message::{Draft, Life, Message},
    record::Record,
    verify::Verified,
};

/// Something that happened outside a replica.
#[allow(clippy::large_enum_variant, reason = "one exists at a time, and is moved once")]
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Event {
    /// A record of the journal, in the order in which they were persisted; only before
    /// [`Event::Start`].
    Replay(Record),
    /// All records have been replayed: begin this life.
    Start(Life),
    /// A message of another validator.
    Message {
        /// Who sent it; it may bear others' signatures.
        from: u8,
        /// What was said.
        message: Verified,
    },
    /// The answer to [`Action::Sign`].
    Signed(Message),
    /// What [`Action::Persist`] asked for survives a power cut from now on.
    Durable(Token),
    /// The answer to [`Action::FetchBody`].
    Body {
        /// For which slot.
        height: Height,
        /// Digest of the proposal.
        digest: Hash,
        /// What was found.
        body: Body,
    },
    /// The answer to [`Action::Build`]; without a proposal where nothing was left to order.
    Built {
        /// In which view it was asked for.
        view: View,
        /// For which slot.
        height: Height,
        /// What the leader wants to order.
        proposal: Option<Proposal>,
    },
    /// The answer to [`Action::Execute`].
    Executed {
        /// The result.
        header: FinalHeader,
        /// The change of validators that the state after this block schedules, if there is one.
        handover: Option<Handover>,
    },
    /// The answer to [`Action::Sync`]: all blocks up to this one were fetched, executed and
    /// compared with certified headers, and survive a power cut: the journal has none of them.
    Synced {
        /// The newest.
        header: FinalHeader,
        /// What makes it final.
        certificate: Arc<Certificate>,
        /// As in [`Event::Executed`].
        handover: Option<Handover>,
    },
    /// Since when, by the engine's clock, the oldest transaction waits that could be ordered now:
    /// executable on the newest executed state and the slots in flight. `None` if there is none.
    Pool(Option<TimeMs>),
    /// Somebody wants a block even if there is nothing to order; one such wish makes one block.
    Due,
    /// A transaction that everyone was offered ten seconds ago was passed over by the leader of the
    /// present view.
    Unfair,
    /// A timer that [`Action::SetTimer`] set has run out.
    Expired(Timer),
}

/// Names one request to persist.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Token(pub u64);

/// What became of the search for a proposal and its transactions.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Body {
    /// All there, and valid: signatures hold, roots match, limits are kept.
    Valid(Proposal),
    /// The proposal's transactions break a rule; whoever proposed them is at fault.
    Invalid,
    /// Not found yet.
    Missing,
}

/// The next epoch, as the state knows it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Handover {
    /// Last height of the present epoch.
    pub end: Height,
    /// Who votes afterwards.
    pub next: ValidatorSet,
    /// How the next epoch ends in its turn, if that is decided too.
    pub then: Option<Box<Handover>>,
}

/// What waits for time to pass.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Timer {
    /// Somebody waits for a slot to be ordered, or for a new view.
    Progress,
    /// Half of that time: the oldest transactions are offered to everyone once more.
    Offer,
    /// The own VIEW-CHANGE is sent again.
    Resend,
    /// What this replica has is said to all.
    Heartbeat,
    /// The next block may be built.
    Build,
}

impl Timer {
    /// All of them.
    pub const ALL: [Self; 5] =
        [Self::Progress, Self::Offer, Self::Resend, Self::Heartbeat, Self::Build];
}

/// What a slot holds once it is ordered.
#[allow(clippy::large_enum_variant, reason = "few exist at a time, and are moved once")]
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Ordered {
    /// A proposal.
    Proposal(Proposal),
    /// Nothing: a new view filled the slot.
    Null(Height),
}

impl Ordered {
    /// Which slot.
    pub const fn height(&self) -> Height {
        match self {
            Self::Proposal(proposal) => proposal.height,
            Self::Null(height) => *height,
        }
    }
}

/// Something that the engine is to do. The order of a list of actions matters.
#[allow(clippy::large_enum_variant, reason = "few exist at a time, and are moved once")]
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Action {
    /// Sign with this validator's key, and give it back: [`Event::Signed`].
    Sign(Draft),
    /// Append to the journal, where a power cut cannot reach it: [`Event::Durable`].
    Persist(Token, Vec<Record>),
    /// Append to the journal before whatever is persisted next; nothing waits for it.
    Note(Record),
    /// Send to one validator.
    Send(u8, Message),
    /// Send to all other validators.
    Broadcast(Message),
    /// Find the proposal with this digest and its transactions: [`Event::Body`]. Asked again on
    /// each heartbeat until it is there.
    FetchBody {
        /// For which slot.
        height: Height,
        /// Which.
        digest: Hash,
        /// Who should have it: bit i for validator i.
        holders: u128,
    },
    /// Choose transactions for a slot: [`Event::Built`].
    Build {
        /// In which view.
        view: View,
        /// For which slot.
        height: Height,
        /// Whether a block is wanted even if there is nothing to order.
        even_empty: bool,
    },
    /// Execute on the state after the height before it: [`Event::Executed`].
    Execute(Ordered),
    /// The header is final. Store it with its state in one step, then tell clients. Without a
    /// certificate, that of the next height with one proves it.
    Stable(FinalHeader, Option<Arc<Certificate>>),
    /// This certificate shows that others are further. Fetch and execute all up to it:
    /// [`Event::Synced`]. One thing is executed at a time, whoever asked for it: what
    /// [`Action::Execute`] asks for meanwhile is executed if it is first, and void once it is among
    /// the fetched blocks. The search is over, without an answer, when execution has come as far.
    Sync(Arc<Certificate>),
    /// This validator is in an earlier epoch: send it the certificate of that epoch's last header.
    SendEpochEnd {
        /// To whom.
        to: u8,
        /// Whose end.
        epoch: Epoch,
    },
    /// Offer the oldest ready transactions to all validators once more.
    Offer,
    /// Say [`Event::Expired`] after this time, and forget what was set before.
    SetTimer(Timer, u64),
    /// Forget the timer.
    StopTimer(Timer),
    /// Somebody has provably broken the rules.
    Accuse(Evidence),
    /// This replica has made statements that its journal does not know: the journal is an old one.
    /// It follows, and votes no more in this epoch.
    Mute(Message),
    /// A new epoch has begun; `None` where this validator is not part of it.
    Entered(Epoch, Option<u8>),
    /// Stop, keep all data, and tell the operator.
    Halt(Halt),
}

/// Why a replica can no longer take part. Restarting does not help; somebody must look.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Halt {
    /// The engine answered something that was not asked for: a bug.
    Unexpected {
        /// What came.
        event: &'static str,
        /// For which height.
        height: Height,
    },
    /// A quorum certified another result than this machine computed, or no result can be certified:
    /// execution differs between machines.
    Divergence {
        /// Where.
        height: Height,
        /// What this machine computed, if it did.
        own: Option<Hash>,
    },
    /// Two quorums contradict each other: more validators are faulty than the chain survives.
    Safety {
        /// In which slot.
        height: Height,
        /// What was ordered first.
        first: Hash,
        /// What was to be ordered in its place.
        second: Hash,
    },
}
