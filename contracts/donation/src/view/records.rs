//! What arrives, leaves, is held and is acknowledged.

use weal_provenance::{record, send, unit};
use weal_sdk::prelude::*;

/// A gift or a hop: a line and a position on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Value)]
pub struct Place {
    /// The line.
    #[label("Line")]
    pub line: u32,
    /// The position.
    #[label("Position")]
    pub start: u128,
}

/// The positions from `start` up to, and without, `end`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Value)]
pub struct Span {
    /// The first position.
    pub start: u128,
    /// The position behind the last.
    pub end: u128,
}

/// A stretch of a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Value)]
pub struct Stretch {
    /// The line.
    pub line: u32,
    /// Its positions.
    pub span: Span,
}

/// Units that stayed together.
#[derive(Clone, Debug, PartialEq, Eq, Value)]
pub struct Piece {
    /// Where they are, or were.
    pub at: Stretch,
    /// The hop that took them on; none where they lie.
    pub hop: Option<Place>,
}

/// The root of a Merkle-sum tree.
#[derive(Clone, Debug, PartialEq, Eq, Value)]
pub struct Batch {
    /// The root.
    pub root: [u8; 32],
    /// How many leaves.
    pub leaves: u32,
}

/// Whose a gift is.
#[derive(Clone, Debug, PartialEq, Eq, Value)]
pub enum Origin {
    /// One giver's, who can open this commitment.
    Single {
        /// The commitment.
        commit: [u8; 32],
    },
    /// Those of the leaves of a batch, in their order.
    Batch {
        /// The batch.
        batch: Batch,
    },
}

/// Units that arrived on a line together.
#[derive(Clone, Debug, PartialEq, Eq, Value)]
pub enum Arrival {
    /// A gift, or a batch of gifts that a gateway collected.
    Gift {
        /// How much.
        len: Amount,
        /// Who paid, and to whom a refund goes.
        payer: AccountId,
        /// Whose it is.
        origin: Origin,
        /// When it came.
        #[unit(timestamp)]
        time: TimeMs,
        /// How much was taken back.
        back: Amount,
    },
    /// Units that came by a hop.
    Hop {
        /// How many.
        len: Amount,
        /// The hop.
        from: Place,
        /// Which of the hop's parts.
        part: u8,
        /// When they came.
        #[unit(timestamp)]
        time: TimeMs,
    },
}

/// Units that left a line together.
#[allow(clippy::large_enum_variant, reason = "it is described, not passed around")]
#[derive(Clone, Debug, PartialEq, Eq, Value)]
pub enum Departure {
    /// The first run of a hop, with all that is known of it.
    Hop {
        /// How many units the run has.
        len: Amount,
        /// The hop's further runs.
        more: Vec<Span>,
        /// Which message made it.
        kind: HopKind,
        /// What each receiver got.
        parts: Vec<Part>,
        /// When.
        #[unit(timestamp)]
        time: TimeMs,
        /// Payee, purpose, documents.
        note: Note,
    },
    /// A further run of a hop.
    More {
        /// How many units it has.
        len: Amount,
        /// Where the hop's first run starts.
        head: u128,
        /// The offset of its first unit within the hop.
        offset: u128,
    },
}

/// The message that made a hop.
#[derive(Clone, Debug, PartialEq, Eq, Value)]
pub enum HopKind {
    /// Divided by the sender's plan.
    Split {
        /// What the sender had sent in order before.
        ordinal: u128,
    },
    /// Handed on.
    Forward,
    /// Exchanged.
    Convert,
    /// Paid out.
    Spend,
    /// Paid to an organisation for what it had paid ahead.
    Reimburse,
    /// Returned to the sender of an earlier hop.
    Back,
    /// Held.
    Hold,
    /// Released from a hold.
    Release,
    /// Seized.
    Seize,
    /// Taken back by the giver.
    Refund,
    /// Given another purpose after notice.
    Repurpose,
    /// Gathered for closing.
    Sweep,
    /// Paid to a giver at closing.
    Close,
    /// Handed to another fund at closing.
    Similar,
}

/// What one receiver of a hop got.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Value)]
pub struct Part {
    /// The receiver.
    pub line: u32,
    /// The position of its first unit.
    pub start: u128,
    /// How many.
    pub len: Amount,
}

/// What a hop says besides its units.
#[derive(Clone, Debug, PartialEq, Eq, Value)]
pub struct Note {
    /// Who was paid: payee, agent or giver.
    pub payee: Option<AccountId>,
    /// Which of the fund's purposes.
    pub purpose: Option<u32>,
    /// Commitment to a document.
    pub doc: Option<[u8; 32]>,
    /// The payees, where there are many.
    pub batch: Option<Batch>,
    /// Where the trace goes on.
    pub next: Option<Next>,
    /// For a refund or a payment at closing, the gift that was paid.
    pub gift: Option<Place>,
}

/// An interval booked in another contract.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Value)]
pub struct Next {
    /// The contract.
    pub contract: ContractId,
    /// Its line.
    pub line: u32,
    /// The positions there.
    pub span: Span,
}

/// An acknowledgement of units in a sink.
#[derive(Clone, Debug, PartialEq, Eq, Value)]
pub struct Stamp {
    /// How many units it covers.
    pub len: Amount,
    /// Who acknowledged.
    pub by: AccountId,
    /// Commitment to the evidence.
    pub evidence: [u8; 32],
    /// When.
    #[unit(timestamp)]
    pub time: TimeMs,
}

/// Units under an authority's hold.
#[derive(Clone, Debug, PartialEq, Eq, Value)]
pub struct Hold {
    /// From which line, and where released units go.
    pub line: u32,
    /// Where they lie on the book of held units.
    pub start: u128,
    /// How many are left.
    pub len: Amount,
    /// Whose hold it is.
    pub authority: AccountId,
    /// Commitment to its legal basis.
    pub legal: [u8; 32],
    /// Until when; anyone may release it then.
    #[unit(timestamp)]
    pub until: TimeMs,
}

/// A round of pro-rata payments, while it lasts.
#[derive(Clone, Debug, PartialEq, Eq, Value)]
pub struct Round {
    /// What is paid in it.
    pub amount: Amount,
    /// The sum of the weights.
    pub weight: Amount,
    /// Where on the intake the next gift lies.
    pub cursor: u128,
    /// The weights of the gifts before it.
    pub before: Amount,
    /// What of the next gift's share is paid already.
    pub part: Amount,
}

/// One giver's part of a batch, and the path that shows it.
#[derive(Clone, Debug, PartialEq, Eq, Value)]
pub struct Leaf {
    /// Its place among the leaves.
    pub index: u32,
    /// The giver's commitment.
    pub commit: [u8; 32],
    /// How much.
    pub amount: Amount,
    /// The siblings from the leaf up: hash and sum.
    pub path: Vec<([u8; 32], Amount)>,
}

/// A hop as it was made.
#[derive(Clone, Debug, PartialEq, Eq, Value)]
pub struct Moved {
    /// The line that sent.
    pub line: u32,
    /// The first position taken; with the line it names the hop.
    pub start: u128,
    /// What was taken.
    pub runs: Vec<Span>,
    /// What each receiver got, empty parts included.
    pub parts: Vec<Part>,
}

impl From<&send::Moved> for Moved {
    fn from(moved: &send::Moved) -> Self {
        let run = |run: &unit::Span| Span { start: run.start.get(), end: run.end.get() };
        let part = |part: &record::Part| Part {
            line: part.line.0,
            start: part.start.get(),
            len: part.len.into(),
        };
        Self {
            line: moved.id.line.0,
            start: moved.id.start.get(),
            runs: moved.runs.iter().map(run).collect(),
            parts: moved.parts.iter().map(part).collect(),
        }
    }
}
