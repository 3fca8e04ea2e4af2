//! What the contract keeps besides the records of the algebra, and what its queries answer.

use weal_provenance::{Span, line::Kind};
use weal_sdk::prelude::*;

use crate::view::Wire;

/// A hash of 32 bytes.
pub type Hash = [u8; 32];
/// A caller's own number for a message, unique among theirs.
pub type Reference = [u8; 16];

/// A rate that a bank attests: `num` units of the other asset for `den` units of this one.
#[derive(Clone, Debug, PartialEq, Eq, Value)]
pub struct Band {
    /// Units received.
    #[min(1)]
    pub num: u32,
    /// Units given.
    #[min(1)]
    pub den: u32,
    /// How far an exchange may deviate.
    #[unit(parts_per_million)]
    #[max(1000000)]
    pub tolerance: u32,
    /// Until when it counts.
    #[unit(timestamp)]
    pub until: TimeMs,
}

/// What was done under a reference.
#[derive(Clone, Debug, PartialEq, Eq, Value)]
pub struct Done {
    /// Hash of the message.
    pub payload: Hash,
    /// Line of the gift or the hop that it made.
    pub line: u32,
    /// Its position.
    pub start: u128,
}

/// Since when a hold is, and who stands behind it with its authority.
#[derive(Clone, Debug, PartialEq, Eq, Value)]
pub struct Custody {
    /// When it was placed.
    #[unit(timestamp)]
    pub since: TimeMs,
    /// The second authority, where there is one.
    pub second: Option<AccountId>,
}

/// An appeal against a hold.
#[derive(Clone, Debug, PartialEq, Eq, Value)]
pub struct Appeal {
    /// Who brought it; by gift key, who carried it.
    pub by: AccountId,
    /// Commitment to the reasons.
    pub doc: Hash,
    /// When it must be decided: from then on anyone may release the hold.
    #[unit(timestamp)]
    pub due: TimeMs,
    /// Whether a panel has decided that the hold stays.
    pub dismissed: bool,
}

/// A charity's report on a fund.
#[derive(Clone, Debug, PartialEq, Eq, Value)]
pub struct Report {
    /// Who reports.
    pub by: AccountId,
    /// Commitment to it.
    pub doc: Hash,
}

/// An objection to what became of units.
#[derive(Clone, Debug, PartialEq, Eq, Value)]
pub struct Dispute {
    /// Who objects; by gift key, who carried it.
    pub by: AccountId,
    /// The position behind the last unit concerned.
    pub end: u128,
    /// Commitment to the reasons.
    pub doc: Hash,
    /// Where a giver objects by key, the commitment that it opens: the gift's, or a leaf's.
    pub commit: Option<Hash>,
}

/// A promise that a giver has asked a gateway to show.
#[derive(Clone, Debug, PartialEq, Eq, Value)]
pub struct Challenge {
    /// Who promised.
    pub gateway: AccountId,
    /// To which fund.
    pub fund: u32,
    /// The giver's commitment.
    pub commit: Hash,
    /// How much.
    pub amount: Amount,
    /// Until when it is to be answered.
    #[unit(timestamp)]
    pub deadline: TimeMs,
    /// Whether it was not, so that the gateway is suspended here.
    pub broken: bool,
    /// The batch in which the gift was shown to be: its line and position.
    pub answer: Option<(u32, u128)>,
}

/// A line, for a statement.
#[derive(Clone, Debug, PartialEq, Eq, Value)]
pub struct Entry {
    /// The line.
    pub line: u32,
    /// Whose.
    pub org: AccountId,
    /// What it is for.
    pub kind: Wire<Kind>,
    /// What is counted.
    pub asset: AssetId,
    /// Received.
    #[unit(asset = asset)]
    pub received: Amount,
    /// Sent in order.
    #[unit(asset = asset)]
    pub sent: Amount,
    /// Carved out by name.
    #[unit(asset = asset)]
    pub carved: Amount,
    /// There now; in a sink, arrived for good.
    #[unit(asset = asset)]
    pub free: Amount,
}

/// What waits on a line.
#[derive(Clone, Debug, PartialEq, Eq, Value)]
pub struct Waiting {
    /// How much.
    pub free: Amount,
    /// The oldest unit that waits.
    pub next: u128,
    /// Since when it does.
    #[unit(timestamp)]
    pub since: TimeMs,
}

/// Units of a stretch, and whose they are.
#[derive(Clone, Debug, PartialEq, Eq, Value)]
pub struct Owned {
    /// The units.
    pub span: Wire<Span>,
    /// The line where the gift arrived.
    pub intake: u32,
    /// The position at which it did, by which it is known.
    pub gift: u128,
    /// Who paid.
    pub payer: AccountId,
}

/// Units that an exchange made less than one unit of the other asset.
#[derive(Clone, Debug, PartialEq, Eq, Value)]
pub struct Dust {
    /// The units, on the line that gave them away.
    pub span: Wire<Span>,
    /// The line where their gift arrived.
    pub intake: u32,
    /// The position at which it did, by which it is known.
    pub gift: u128,
    /// The line that received.
    pub line: u32,
    /// The unit of it that contains them.
    pub unit: u128,
}
