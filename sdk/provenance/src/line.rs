//! Lines and funds: what they are, and who keeps them.

use alloc::vec::Vec;

use parity_scale_codec::{Decode, Encode};
use weal_types::{AccountId, AssetId, Hash, TimeMs};

use crate::{
    stripe::Plan,
    unit::{FundId, LineId, Units},
};

/// What a line is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Encode, Decode)]
pub enum Kind {
    /// Receives gifts; one per fund.
    #[codec(index = 0)]
    Intake,
    /// Passes on by its plan.
    #[codec(index = 1)]
    Split,
    /// Money for the purpose.
    #[codec(index = 2)]
    Work,
    /// Money for overhead.
    #[codec(index = 3)]
    Fee,
    /// Reimburses an advance; tokens have left.
    #[codec(index = 4)]
    Prepaid,
    /// Book: paid for the purpose; tokens have left.
    #[codec(index = 5)]
    Delivered,
    /// Book: paid for overhead; tokens have left.
    #[codec(index = 6)]
    Overhead,
    /// Book: returned to givers; tokens have left.
    #[codec(index = 7)]
    Refunded,
    /// Book: taken by an authority; tokens have left.
    #[codec(index = 8)]
    Seized,
    /// Book: held by an authority.
    #[codec(index = 9)]
    Held,
    /// Book: left over when the fund closed.
    #[codec(index = 10)]
    Closing,
}

impl Kind {
    /// Whether tokens have left where units lie on such a line.
    pub const fn is_sink(self) -> bool {
        matches!(
            self,
            Self::Prepaid | Self::Delivered | Self::Overhead | Self::Refunded | Self::Seized
        )
    }

    /// Whether it is one of the six books that a fund has for each asset.
    pub fn is_book(self) -> bool {
        self >= Self::Delivered
    }
}

/// Where a line is in its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
pub enum LineStatus {
    /// Waits for the organisation's consent.
    #[codec(index = 0)]
    Proposed,
    /// Receives and sends.
    #[codec(index = 1)]
    Open,
    /// Swept: what would still arrive goes to the closing book.
    #[codec(index = 2)]
    Closed,
}

/// An announced change of purpose: until `until`, givers may take back their units below `upto`;
/// then those that are left go to `to`. It is over once the line has sent everything below `upto`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
pub struct Notice {
    /// The line of the other fund.
    pub to: LineId,
    /// Until when givers may object.
    pub until: TimeMs,
    /// The units below this position are concerned.
    pub upto: Units,
}

/// What an organisation has paid ahead from its own tokens.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
pub struct Advance {
    /// How much it paid: the most that is reimbursed.
    pub cap: Units,
    /// The line that reimburses.
    pub of: LineId,
    /// Who was paid.
    pub payee: AccountId,
}

/// A line's card. Only `status` and `notice` ever change.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct Line {
    /// Whose rules apply.
    pub fund: FundId,
    /// Whose money it is to use; for books, the charity.
    pub org: AccountId,
    /// What is counted.
    pub asset: AssetId,
    /// What it is for.
    pub kind: Kind,
    /// For an intake or a splitter, who receives what part.
    pub plan: Plan,
    /// The most that fees have taken of a unit before it came here, in parts per million.
    pub fee_so_far: u32,
    /// Purposes that it may pay for; empty for all of its fund's.
    pub purposes: Vec<u32>,
    /// Where it is in its life.
    pub status: LineStatus,
    /// An announced change of purpose.
    pub notice: Option<Notice>,
    /// For a prepaid line, what was paid ahead.
    pub advance: Option<Advance>,
}

impl Line {
    /// The notice that is pending on this line with `next` as its next position to send.
    pub fn pending_notice(&self, next: Units) -> Option<Notice> {
        self.notice.filter(|notice| next < notice.upto)
    }
}

/// What a line has received and sent, in units since it was opened.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Encode, Decode)]
pub struct Count {
    /// C: received; the position that the next unit gets.
    pub received: Units,
    /// D: the next position to send in order; everything below has left.
    pub next: Units,
    /// S: sent in order.
    pub sent: Units,
    /// K: carved out by name.
    pub carved: Units,
    /// For an intake, its gifts.
    pub gifts: Option<Gifts>,
}

/// What an intake was given.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Encode, Decode)]
pub struct Gifts {
    /// G: given.
    pub given: Units,
    /// R: of these, taken back by their givers.
    pub taken_back: Units,
}

impl Count {
    /// A fresh line's.
    pub fn of(kind: Kind) -> Self {
        let gifts = (kind == Kind::Intake).then(Gifts::default);
        Self { gifts, ..Self::default() }
    }

    /// Units that are there: C − S − K.
    pub fn free(&self) -> Units {
        let left = self.received.checked_sub(self.sent);
        left.and_then(|left| left.checked_sub(self.carved)).unwrap_or_default()
    }

    /// Carved units that lie at or above the next position: K − (D − S). Where there are none,
    /// everything from D on is free and nobody need look.
    pub fn carved_ahead(&self) -> Units {
        let behind = self.next.checked_sub(self.sent).unwrap_or_default();
        self.carved.checked_sub(behind).unwrap_or_default()
    }
}

/// The six books of a fund in one asset: lines with consecutive ids, in the order of [`Kind`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
pub struct Books {
    /// The line [`Kind::Delivered`].
    pub first: LineId,
}

impl Books {
    /// Kinds of books, in the order of their ids.
    pub const KINDS: [Kind; 6] =
        [Kind::Delivered, Kind::Overhead, Kind::Refunded, Kind::Seized, Kind::Held, Kind::Closing];

    /// The book of a kind; `None` if `kind` is no book.
    pub fn line(&self, kind: Kind) -> Option<LineId> {
        let place = Self::KINDS.iter().position(|book| *book == kind)?;
        self.first.0.checked_add(u32::try_from(place).ok()?).map(LineId)
    }
}

/// Who gets what a closed fund has left.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
pub enum ClosingRule {
    /// The givers whose units they are.
    #[codec(index = 0)]
    FifoOwner,
    /// All givers, by what they gave and did not take back.
    #[codec(index = 1)]
    ProrataOriginal,
    /// A line of another fund.
    #[codec(index = 2)]
    SimilarFund,
}

/// Where a fund is in its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
pub enum FundStatus {
    /// Receives gifts.
    #[codec(index = 0)]
    Open,
    /// Is being wound down.
    #[codec(index = 1)]
    Closing {
        /// Since when.
        since: TimeMs,
    },
}

/// A fund's card.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct Fund {
    /// Hash of the charter.
    pub charter: Hash,
    /// In which asset gifts come.
    pub asset: AssetId,
    /// Who is responsible.
    pub charity: AccountId,
    /// The most that fees may take in all, in parts per million.
    pub ceiling: u32,
    /// For how many seconds a giver may take a gift back.
    pub cooling: u64,
    /// How many seconds after closing its lines may be swept.
    pub wind_down: u64,
    /// Who gets what is left.
    pub closing: ClosingRule,
    /// What it may pay for.
    pub purposes: Vec<u32>,
    /// The smallest gift.
    pub min_gift: Units,
    /// The smallest split that anyone may ask for.
    pub min_move: Units,
    /// When the next report is due; later, gifts are refused.
    pub report_due: TimeMs,
    /// Where gifts arrive, once there is an intake.
    pub intake: Option<LineId>,
    /// Where it is in its life.
    pub status: FundStatus,
    /// While it closes, how many of its lines are not swept yet.
    pub unswept: u32,
}

/// `seconds` after `time`, or the end of time.
pub fn after(time: TimeMs, seconds: u64) -> TimeMs {
    TimeMs(time.0.saturating_add(seconds.saturating_mul(1_000)))
}
