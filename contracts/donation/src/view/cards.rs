//! Funds, lines and their counters.

use weal_sdk::prelude::*;

/// What a line is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Value)]
pub enum Kind {
    /// Receives gifts; one per fund.
    Intake,
    /// Passes on by its plan.
    Split,
    /// Money for the purpose.
    Work,
    /// Money for overhead.
    Fee,
    /// Reimburses an advance; the money has left.
    Prepaid,
    /// Book: paid for the purpose; the money has left.
    Delivered,
    /// Book: paid for overhead; the money has left.
    Overhead,
    /// Book: returned to givers; the money has left.
    Refunded,
    /// Book: taken by an authority; the money has left.
    Seized,
    /// Book: held by an authority.
    Held,
    /// Book: left over when the fund closed.
    Closing,
}

/// Who gets what a closed fund has left.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Value)]
pub enum ClosingRule {
    /// The givers whose units they are.
    FifoOwner,
    /// All givers, by what they gave and did not take back.
    ProrataOriginal,
    /// A line of another fund.
    SimilarFund,
}

/// Where a fund is in its life.
#[derive(Clone, Debug, PartialEq, Eq, Value)]
pub enum FundStatus {
    /// Receives gifts.
    Open,
    /// Is being wound down.
    Closing {
        /// Since when.
        #[unit(timestamp)]
        since: TimeMs,
    },
}

/// A fund's card.
#[derive(Clone, Debug, PartialEq, Eq, Value)]
pub struct Fund {
    /// Hash of the charter.
    pub charter: [u8; 32],
    /// In which asset gifts come.
    pub asset: AssetId,
    /// Who is responsible.
    pub charity: AccountId,
    /// The most that fees may take in all.
    #[unit(parts_per_million)]
    pub ceiling: u32,
    /// For how long a giver may take a gift back.
    #[unit(seconds)]
    pub cooling: u64,
    /// How long after closing its lines may be swept.
    #[unit(seconds)]
    pub wind_down: u64,
    /// Who gets what is left.
    pub closing: ClosingRule,
    /// What it may pay for; empty for anything.
    pub purposes: Vec<u32>,
    /// The smallest gift.
    pub min_gift: Amount,
    /// The smallest split that anyone may ask for.
    pub min_move: Amount,
    /// When the next report is due; later, gifts are refused.
    #[unit(timestamp)]
    pub report_due: TimeMs,
    /// The line where gifts arrive, once there is one.
    pub intake: Option<u32>,
    /// Where it is in its life.
    pub status: FundStatus,
    /// While it closes, how many of its lines are not swept yet.
    pub unswept: u32,
}

/// Where a line is in its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Value)]
pub enum LineStatus {
    /// Waits for the organisation's consent.
    Proposed,
    /// Receives and sends.
    Open,
    /// Swept: what would still arrive goes to the closing book.
    Closed,
}

/// One receiver of a plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Value)]
pub struct Share {
    /// The line that receives.
    #[label("Line")]
    pub line: u32,
    /// Its part.
    #[label("Part")]
    #[unit(parts_per_million)]
    #[min(1)]
    #[max(1000000)]
    pub ppm: u32,
}

/// An announced change of purpose.
#[derive(Clone, Debug, PartialEq, Eq, Value)]
pub struct Notice {
    /// The line of the other fund.
    pub to: u32,
    /// Until when givers may take their units back.
    #[unit(timestamp)]
    pub until: TimeMs,
    /// The units below this position are concerned.
    pub upto: u128,
}

/// What an organisation has paid ahead from its own money.
#[derive(Clone, Debug, PartialEq, Eq, Value)]
pub struct Advance {
    /// How much: the most that is reimbursed.
    pub cap: Amount,
    /// The line that reimburses.
    pub of: u32,
    /// Who was paid.
    pub payee: AccountId,
}

/// A line's card.
#[derive(Clone, Debug, PartialEq, Eq, Value)]
pub struct Line {
    /// Whose rules apply.
    pub fund: u32,
    /// Whose money it is to use; for books, the charity.
    pub org: AccountId,
    /// What is counted.
    pub asset: AssetId,
    /// What it is for.
    pub kind: Kind,
    /// For an intake or a splitter, who receives what part, fees first.
    pub plan: Vec<Share>,
    /// The most that fees have taken of a unit before it came here.
    #[unit(parts_per_million)]
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

/// What an intake was given.
#[derive(Clone, Debug, PartialEq, Eq, Value)]
pub struct Gifts {
    /// In all.
    pub given: Amount,
    /// Of this, taken back by the givers.
    pub taken_back: Amount,
}

/// What a line has received and sent since it was opened.
#[derive(Clone, Debug, PartialEq, Eq, Value)]
pub struct Count {
    /// Received: the position that the next unit gets.
    pub received: u128,
    /// The next position to send in order; everything below has left.
    pub next: u128,
    /// Sent in order.
    pub sent: Amount,
    /// Carved out by name.
    pub carved: Amount,
    /// For an intake, its gifts.
    pub gifts: Option<Gifts>,
}

/// The six books of a fund in one asset: delivered, overhead, refunded, seized, held, closing.
#[derive(Clone, Debug, PartialEq, Eq, Value)]
pub struct Books {
    /// The line of the first; the others follow.
    pub first: u32,
}
