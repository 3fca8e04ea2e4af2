//! What is recorded when units arrive, leave, are acknowledged, held or paid out.

use parity_scale_codec::{Decode, Encode};
use weal_types::{AccountId, ContractId, Hash, TimeMs, codec::Bounded};

use crate::{
    Error,
    hop::Map,
    stripe::{MOST_PARTS, Plan},
    unit::{LineId, Span, Units},
};

/// Runs of one hop.
pub const MOST_RUNS: usize = 16;

/// A gift, or a hop: a line and a position on it.
///
/// A gift is named by where it arrived on its intake; a hop by where its first unit lay on the
/// sender.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Encode, Decode)]
pub struct Place {
    /// The line.
    pub line: LineId,
    /// The position.
    pub start: Units,
}

/// Units that arrived on a line together; stored under their first position.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub enum In {
    /// From outside.
    #[codec(index = 0)]
    Gift(Gift),
    /// From another line.
    #[codec(index = 1)]
    Hop(Arrival),
}

/// A gift, or a batch of gifts that a gateway collected.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct Gift {
    /// How many units.
    pub len: Units,
    /// Who paid, and to whom a refund goes.
    pub payer: AccountId,
    /// Whose it is.
    pub origin: Origin,
    /// Block time of its arrival.
    pub time: TimeMs,
    /// How many units were taken back in the same asset; at most `len`.
    pub back: Units,
}

/// Whose a gift is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
pub enum Origin {
    /// One giver's, who can open this commitment.
    #[codec(index = 0)]
    Single {
        /// The commitment.
        commit: Hash,
    },
    /// Those of the leaves of a Merkle-sum tree, in their order; see [`crate::batch`].
    #[codec(index = 1)]
    Batch(Batch),
}

/// The root of a Merkle-sum tree; its total is the length of the interval that it names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
pub struct Batch {
    /// The root.
    pub root: Hash,
    /// How many leaves.
    pub leaves: u32,
}

/// Units that came by a hop.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct Arrival {
    /// How many units; at least 1.
    pub len: Units,
    /// The hop that brought them.
    pub from: Place,
    /// Which of the hop's parts they are.
    pub part: u8,
    /// Block time of the hop.
    pub time: TimeMs,
}

impl In {
    /// How many units arrived.
    pub const fn len(&self) -> Units {
        match self {
            Self::Gift(gift) => gift.len,
            Self::Hop(arrival) => arrival.len,
        }
    }

    /// Whether none did, which no record says.
    pub const fn is_empty(&self) -> bool {
        self.len().is_zero()
    }

    /// When they arrived.
    pub const fn time(&self) -> TimeMs {
        match self {
            Self::Gift(gift) => gift.time,
            Self::Hop(arrival) => arrival.time,
        }
    }
}

/// A run of units that left a line; stored under its first position.
#[allow(clippy::large_enum_variant, reason = "most are hops; a box would be one more allocation")]
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub enum Out {
    /// The first run of a hop, with all that is known of it.
    #[codec(index = 0)]
    Hop(Hop),
    /// A further run of a hop.
    #[codec(index = 1)]
    More(More),
}

impl Out {
    /// How many units the run has.
    pub const fn len(&self) -> Units {
        match self {
            Self::Hop(hop) => hop.len,
            Self::More(more) => more.len,
        }
    }

    /// Whether it has none, which no record says.
    pub const fn is_empty(&self) -> bool {
        self.len().is_zero()
    }
}

/// A further run of a hop.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
pub struct More {
    /// How many units.
    pub len: Units,
    /// Where the hop's first run starts.
    pub head: Units,
    /// The offset of its first unit within the hop.
    pub offset: Units,
}

/// A hop: units that left a line together.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct Hop {
    /// How many units its first run has, which starts where the record lies.
    pub len: Units,
    /// Its further runs.
    pub more: Bounded<Span, 0, { MOST_RUNS - 1 }>,
    /// Which message made it; for a split, its ordinal as well.
    pub kind: HopKind,
    /// What each receiver got, empty parts included; a split's are in the order of the plan.
    pub parts: Bounded<Part, 1, MOST_PARTS>,
    /// Block time.
    pub time: TimeMs,
    /// Who was paid, what for, and on which evidence.
    pub note: Note,
}

/// The message that made a hop.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
pub enum HopKind {
    /// Divided by the sender's plan.
    #[codec(index = 0)]
    Split {
        /// What the sender had sent in order before it.
        ordinal: Units,
    },
    /// Handed on.
    #[codec(index = 1)]
    Forward,
    /// Exchanged.
    #[codec(index = 2)]
    Convert,
    /// Paid out.
    #[codec(index = 3)]
    Spend,
    /// Paid to an organisation for what it had paid ahead.
    #[codec(index = 4)]
    Reimburse,
    /// Returned to the sender of an earlier hop.
    #[codec(index = 5)]
    Back,
    /// Held.
    #[codec(index = 6)]
    Hold,
    /// Released from a hold.
    #[codec(index = 7)]
    Release,
    /// Seized.
    #[codec(index = 8)]
    Seize,
    /// Taken back by the giver.
    #[codec(index = 9)]
    Refund,
    /// Given another purpose after notice.
    #[codec(index = 10)]
    Repurpose,
    /// Gathered for closing.
    #[codec(index = 11)]
    Sweep,
    /// Paid to a giver at closing.
    #[codec(index = 12)]
    Close,
    /// Handed to another fund at closing.
    #[codec(index = 13)]
    Similar,
}

/// What one receiver of a hop got.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
pub struct Part {
    /// The receiver.
    pub line: LineId,
    /// c: the position that its first unit got.
    pub start: Units,
    /// y: how many units; zero where the share was less than one.
    pub len: Units,
}

/// What a hop says besides its units.
#[derive(Clone, Debug, Default, PartialEq, Eq, Encode, Decode)]
pub struct Note {
    /// Who was paid: payee, agent or giver.
    pub payee: Option<AccountId>,
    /// Which of the fund's purposes.
    pub purpose: Option<u32>,
    /// Commitment to a document.
    pub doc: Option<Hash>,
    /// The payees, where there are many: their amounts lie in the hop's units in this order.
    pub batch: Option<Batch>,
    /// Where the trace goes on.
    pub next: Option<Next>,
    /// For a refund or a payment at closing, the gift that was paid.
    pub gift: Option<Place>,
}

/// An interval booked in another contract.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
pub struct Next {
    /// The contract.
    pub contract: ContractId,
    /// Its line.
    pub line: LineId,
    /// The positions there.
    pub span: Span,
}

impl Hop {
    /// Its runs, given where the first starts.
    pub fn runs(&self, start: Units) -> impl Iterator<Item = Span> + '_ {
        let end = start.checked_add(self.len).unwrap_or(Units::MAX);
        core::iter::once(Span::new(start, end)).chain(self.more.iter().copied())
    }

    /// x: how many units it took.
    pub fn taken(&self) -> Result<Units, Error> {
        self.more.iter().try_fold(self.len, |sum, run| sum.plus(run.count()))
    }

    /// How it maps offsets to what receiver `part` got. `plan` is the sender's.
    pub fn map<'a>(&self, part: usize, plan: &'a Plan) -> Result<Map<'a>, Error> {
        Ok(match self.kind {
            HopKind::Split { ordinal } => Map::Split { plan, part, ordinal },
            HopKind::Convert => Map::Convert { from: self.taken()?, to: self.part(part)?.len },
            _ => Map::Transfer,
        })
    }

    /// What receiver `part` got.
    pub fn part(&self, part: usize) -> Result<Part, Error> {
        self.parts.get(part).copied().ok_or(Error::Broken)
    }

    /// Whether the sender's plan is needed to follow it.
    pub const fn is_split(&self) -> bool {
        matches!(self.kind, HopKind::Split { .. })
    }
}

/// An acknowledgement of units in a sink; stored under line, level and first position.
///
/// Levels: 1 the bank, 2 an independent attester of delivery, 3 the payee, 4 an attester of what
/// came of it. Level 0 is the payment itself and has no record.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct Stamp {
    /// How many units it covers.
    pub len: Units,
    /// Who acknowledged.
    pub by: AccountId,
    /// Commitment to the evidence.
    pub evidence: Hash,
    /// Block time.
    pub time: TimeMs,
}

/// Levels of stamps: 1 to this.
pub const MOST_LEVEL: u8 = 4;

/// Units under an authority's hold.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct Hold {
    /// From which line, and where released units go.
    pub line: LineId,
    /// Where they lie on the book of held units.
    pub start: Units,
    /// How many are left.
    pub len: Units,
    /// Whose hold it is.
    pub authority: AccountId,
    /// Commitment to its legal basis.
    pub legal: Hash,
    /// Until when; anyone may release it then.
    pub until: TimeMs,
}

/// A round of pro-rata payments, while it lasts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
pub struct Round {
    /// X: what is paid in it.
    pub amount: Units,
    /// W: the sum of the weights.
    pub weight: Units,
    /// Where on the intake the next gift lies.
    pub cursor: Units,
    /// w: the weights of the gifts before it.
    pub before: Units,
    /// What of the next gift's share is already paid.
    pub part: Units,
}
