//! How the contract refuses. Every message makes its checks in the order of this list.

use weal_provenance::{Error as Refusal, record::Place};
use weal_sdk::prelude::*;

use crate::view::Wire;

/// How the contract refuses.
#[derive(Clone, Debug, PartialEq, Eq, ContractError)]
pub enum Error {
    /// This reference was used for something else.
    #[code(1)]
    DupRef,
    /// There is no such fund, line, hop, hold or unit.
    #[code(2)]
    NotFound,
    /// The caller, or who approves, may not do this.
    #[code(3)]
    Unauthorized,
    /// The organisation is suspended.
    #[code(4)]
    Frozen,
    /// The line or fund is of another kind, not open, or under notice.
    #[code(5)]
    BadState,
    /// The fund takes no gifts.
    #[code(6)]
    FundClosed,
    /// Nothing would happen.
    #[code(7)]
    Zero,
    /// The time for this has not come.
    #[code(8)]
    TooEarly,
    /// Sender and receiver are the same line.
    #[code(9)]
    SameLine,
    /// Fund or asset do not fit.
    #[code(10)]
    RestrictionMismatch,
    /// The organisation has not accepted the line.
    #[code(11)]
    LineNotAccepted,
    /// Fees along this way could pass the charter's ceiling.
    #[code(12)]
    FeeCeiling,
    /// The plan's parts are not distinct, accepted lines that add up to a million and are not all
    /// for fees.
    #[code(13)]
    BadPlan,
    /// The fund or the line may not pay for this.
    #[code(14)]
    Purpose,
    /// The two are the same party, or declared related.
    #[code(15)]
    RelatedParty,
    /// This invoice has been paid.
    #[code(16)]
    Reused,
    /// The rate is not within what a bank attests, or nobody attests one.
    #[code(17)]
    RateBand,
    /// More than {most}, or less than the least.
    #[code(18)]
    Limit {
        /// The most, or the least.
        most: Amount,
    },
    /// The charity's report is overdue.
    #[code(19)]
    ReportOverdue,
    /// The line has {free} free.
    #[code(20)]
    Insufficient {
        /// What it has.
        free: Amount,
    },
    /// None of these units is on the line any more.
    #[code(21)]
    NotFree,
    /// The units lie in too many pieces; {most} can go at once.
    #[code(22)]
    Runs {
        /// How many units can.
        most: Amount,
    },
    /// The newest of these units may still be taken back by its giver.
    #[code(23)]
    Cooling,
    /// A line would receive more than 2^96 - 1 in all.
    #[code(24)]
    Overflow,
    /// The path does not lead from the leaf to the batch.
    #[code(25)]
    BatchSum,
    /// The unit belongs to another gift.
    #[code(26)]
    NotOwner,
    /// The time for this has passed.
    #[code(27)]
    Expired,
    /// The units passed too many hops to find their givers: settle with a similar fund.
    #[code(28)]
    Depth,
    /// Exactly {needed} must be attached.
    #[code(29)]
    Attached {
        /// How much.
        needed: Amount,
    },
    /// Records contradict each other.
    #[code(30)]
    Broken,
}

/// What a method of the contract returns.
pub type Result<T = ()> = core::result::Result<T, Error>;

/// Where a gift or a hop lies, by which it is known.
pub(crate) type Hop = Result<Wire<Place>>;

impl From<Refusal> for Error {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::NotFound => Self::NotFound,
            Refusal::BadState => Self::BadState,
            Refusal::Zero => Self::Zero,
            Refusal::TooEarly => Self::TooEarly,
            Refusal::Expired => Self::Expired,
            Refusal::BatchSum => Self::BatchSum,
            Refusal::NotOwner => Self::NotOwner,
            Refusal::Depth => Self::Depth,
            Refusal::Limit { most } => Self::Limit { most: most.into() },
            Refusal::Insufficient { free } => Self::Insufficient { free: free.into() },
            Refusal::NotFree => Self::NotFree,
            Refusal::Runs { most } => Self::Runs { most: most.into() },
            Refusal::Cooling => Self::Cooling,
            Refusal::Overflow => Self::Overflow,
            Refusal::Missing { .. } | Refusal::NoCard { .. } => Self::NotFound,
            Refusal::Broken | Refusal::Unread => Self::Broken,
        }
    }
}
