//! What is said of funds, lines and records.

use weal_provenance::line::Kind;
use weal_sdk::prelude::*;

use crate::{
    messages::Action,
    types::Band,
    view::{Moved, Wire},
};

/// Somebody approved a message of another, word for word.
#[derive(Event)]
pub struct Approved {
    /// Who approved.
    #[topic]
    pub approver: AccountId,
    /// Who may send it.
    #[topic]
    pub maker: AccountId,
    /// The message.
    pub action: Action,
    /// Until when.
    #[unit(timestamp)]
    pub until: TimeMs,
}

/// A fund was opened.
#[derive(Event)]
pub struct FundOpened {
    /// Which.
    #[topic]
    pub fund: u32,
    /// Whose.
    #[topic]
    pub charity: AccountId,
    /// Who reviewed it.
    pub reviewer: AccountId,
    /// Commitment to the charter.
    pub charter: [u8; 32],
}

/// A line was opened.
#[derive(Event)]
pub struct LineOpened {
    /// Of which fund.
    #[topic]
    pub fund: u32,
    /// For whom.
    #[topic]
    pub org: AccountId,
    /// Which.
    pub line: u32,
    /// What it is for.
    pub kind: Wire<Kind>,
}

/// An organisation accepted a line.
#[derive(Event)]
pub struct LineAccepted {
    /// Which.
    #[topic]
    pub line: u32,
    /// Who.
    #[topic]
    pub org: AccountId,
}

/// A bank attested a rate.
#[derive(Event)]
pub struct RateSet {
    /// From this asset.
    #[topic]
    pub from: AssetId,
    /// To this one.
    #[topic]
    pub to: AssetId,
    /// Which bank.
    pub by: AccountId,
    /// The rate.
    pub band: Band,
}

/// A change of purpose was announced.
#[derive(Event)]
pub struct Announced {
    /// From this line.
    #[topic]
    pub line: u32,
    /// To this one, of another fund.
    #[topic]
    pub to: u32,
    /// Givers may object until then.
    #[unit(timestamp)]
    pub until: TimeMs,
    /// Units below this position are concerned.
    pub upto: u128,
    /// Who reviewed it.
    pub reviewer: AccountId,
}

/// A notice was taken back.
#[derive(Event)]
pub struct NoticeWithdrawn {
    /// Of which line.
    #[topic]
    pub line: u32,
    /// Who reviewed it.
    pub reviewer: AccountId,
}

/// Units went to another fund after notice.
#[derive(Event)]
pub struct Repurposed {
    /// From this line.
    #[topic]
    pub line: u32,
    /// To this one.
    #[topic]
    pub to: u32,
    /// Which.
    pub hop: Moved,
    /// How much.
    pub amount: Amount,
}

/// A fund takes no more gifts and is wound down.
#[derive(Event)]
pub struct FundClosed {
    /// Which.
    #[topic]
    pub fund: u32,
    /// Who reviewed it.
    pub reviewer: AccountId,
}

/// What a line had left went to the closing book.
#[derive(Event)]
pub struct Swept {
    /// Which line.
    #[topic]
    pub line: u32,
    /// Of which fund.
    #[topic]
    pub fund: u32,
    /// Which units, if there were any.
    pub hop: Option<Moved>,
    /// Whether nothing is left.
    pub closed: bool,
}

/// Givers were paid what a closed fund had left.
#[derive(Event)]
pub struct Settled {
    /// Which fund.
    #[topic]
    pub fund: u32,
    /// In which asset.
    #[topic]
    pub asset: AssetId,
    /// One hop for each payment; the records name the gifts.
    pub hops: Vec<Moved>,
}

/// What a closed fund had left went to another.
#[derive(Event)]
pub struct HandedOn {
    /// Which fund.
    #[topic]
    pub fund: u32,
    /// The line of the other.
    #[topic]
    pub to: u32,
    /// Which units.
    pub hop: Moved,
    /// In which asset.
    pub asset: AssetId,
}

/// A payment was stamped.
#[derive(Event)]
pub struct Acknowledged {
    /// The sink where the units lie.
    #[topic]
    pub line: u32,
    /// Who stamped.
    #[topic]
    pub by: AccountId,
    /// 1 the bank, 2 a witness of the delivery, 3 the payee, 4 a witness of what came of it.
    #[topic]
    pub level: u8,
    /// The first unit.
    pub start: u128,
    /// Behind the last.
    pub end: u128,
    /// The line that paid.
    pub sender: u32,
    /// The payment's first position there.
    pub hop: u128,
    /// Commitment to the evidence.
    pub evidence: [u8; 32],
}

/// Somebody objected.
#[derive(Event)]
pub struct Disputed {
    /// On which line.
    #[topic]
    pub line: u32,
    /// Who; by gift key, who carried it.
    #[topic]
    pub by: AccountId,
    /// The first unit concerned.
    pub start: u128,
    /// Behind the last.
    pub end: u128,
    /// Commitment to the reasons.
    pub doc: [u8; 32],
    /// Where a giver objects by key, the commitment that it opens.
    pub commit: Option<[u8; 32]>,
}

/// A charity reported on a fund.
#[derive(Event)]
pub struct Reported {
    /// Which fund.
    #[topic]
    pub fund: u32,
    /// Who.
    #[topic]
    pub by: AccountId,
    /// Commitment to the report.
    pub doc: [u8; 32],
    /// When the next one is due.
    #[unit(timestamp)]
    pub next: TimeMs,
}

/// A gateway said with which key it signs promises.
#[derive(Event)]
pub struct PromiseKeySet {
    /// Who.
    #[topic]
    pub gateway: AccountId,
    /// The key.
    pub key: PublicKey,
}

/// A giver asked a gateway to show a promised gift.
#[derive(Event)]
pub struct Challenged {
    /// The challenge.
    #[topic]
    pub challenge: [u8; 32],
    /// Who promised.
    #[topic]
    pub gateway: AccountId,
    /// To which fund.
    pub fund: u32,
    /// Until when it is to be shown.
    #[unit(timestamp)]
    pub deadline: TimeMs,
}

/// A promised gift was shown.
#[derive(Event)]
pub struct Answered {
    /// The challenge.
    #[topic]
    pub challenge: [u8; 32],
    /// Who had promised.
    #[topic]
    pub gateway: AccountId,
    /// The intake of the batch.
    pub line: u32,
    /// Its position.
    pub start: u128,
}

/// A gateway let the time pass and is suspended here.
#[derive(Event)]
pub struct Exposed {
    /// The challenge.
    #[topic]
    pub challenge: [u8; 32],
    /// Who.
    #[topic]
    pub gateway: AccountId,
}
