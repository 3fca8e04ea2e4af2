//! Why an operation on the records was refused.

use crate::unit::{LineId, Units};

/// Why an operation was refused. Nothing has been written where one is returned.
///
/// The first group is the sender's fault and has a code of the donation contract's; the second says
/// that records are missing or contradict each other, which no message can bring about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Error {
    /// `NOT_FOUND`: no such line, hop, hold or unit.
    NotFound,
    /// `BAD_STATE`: the line, hop or fund does not allow this, or not now.
    BadState,
    /// `ZERO`: nothing would happen.
    Zero,
    /// `TOO_EARLY`: the time for it has not come.
    TooEarly,
    /// `EXPIRED`: the time for it has passed.
    Expired,
    /// `BATCH_SUM`: the path does not lead from the leaf to the batch's root.
    BatchSum,
    /// `NOT_OWNER`: the unit belongs to another gift or leaf.
    NotOwner,
    /// `DEPTH`: the unit passed more than [`crate::owner::MOST_HOPS`] hops.
    Depth,
    /// `LIMIT`: more than this operation may take.
    Limit {
        /// The most that it may take.
        most: Units,
    },
    /// `INSUFFICIENT`: the line has fewer free units.
    Insufficient {
        /// How many it has.
        free: Units,
    },
    /// `NOT_FREE`: no unit of the stretch is on the line any more.
    NotFree,
    /// `RUNS`: the units lie in too many pieces for one hop.
    Runs {
        /// How many units one hop can take.
        most: Units,
    },
    /// `COOLING`: the newest of the units may still be taken back by its giver.
    Cooling,
    /// `OVERFLOW`: a receiver would pass 2⁹⁶ − 1 units received in all.
    Overflow,

    /// No record covers this unit of this line: not proven, or the state is damaged.
    Missing {
        /// The line.
        line: LineId,
        /// The unit.
        at: Units,
    },
    /// A line's card, its counters or its books are not among the records.
    NoCard {
        /// The line; for books, line 0.
        line: LineId,
    },
    /// Records contradict each other: the state is damaged.
    Broken,
    /// The store could not read; whoever keeps it knows why.
    Unread,
}

impl core::fmt::Display for Error {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        match self {
            Self::NotFound => f.write_str("there is no such line, hop, hold or unit"),
            Self::BadState => f.write_str("the line, hop or fund does not allow this now"),
            Self::Zero => f.write_str("nothing would happen"),
            Self::TooEarly => f.write_str("the time for this has not come"),
            Self::Expired => f.write_str("the time for this has passed"),
            Self::BatchSum => f.write_str("the path does not lead from the leaf to the root"),
            Self::NotOwner => f.write_str("the unit belongs to another gift"),
            Self::Depth => f.write_str("the unit passed too many hops to find its gift"),
            Self::Limit { most } => write!(f, "at most {most} may be taken"),
            Self::Insufficient { free } => write!(f, "the line has {free} free"),
            Self::NotFree => f.write_str("none of these units is on the line any more"),
            Self::Runs { most } => write!(f, "too many pieces: one hop can take {most}"),
            Self::Cooling => f.write_str("the newest unit may still be taken back"),
            Self::Overflow => f.write_str("a line would receive more than 2^96 - 1 in all"),
            Self::Missing { line, at } => write!(f, "no record covers unit {at} of line {line}"),
            Self::NoCard { line } => write!(f, "the card or counters of line {line} are missing"),
            Self::Broken => f.write_str("records contradict each other"),
            Self::Unread => f.write_str("the records could not be read"),
        }
    }
}

impl core::error::Error for Error {}
