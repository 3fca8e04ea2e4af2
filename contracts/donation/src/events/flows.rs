//! What is said of money that moves: one event for each message that was accepted.

use weal_sdk::prelude::*;

use crate::view::Moved;

/// A gift arrived.
#[derive(Event)]
pub struct Donated {
    /// Which fund's.
    #[topic]
    pub fund: u32,
    /// Who paid.
    #[topic]
    pub payer: AccountId,
    /// The intake.
    pub line: u32,
    /// Its first position there, by which it is known.
    pub start: u128,
    /// How much.
    pub amount: Amount,
    /// The giver's commitment.
    pub commit: [u8; 32],
}

/// A batch of gifts arrived.
#[derive(Event)]
pub struct BatchDonated {
    /// Which fund's.
    #[topic]
    pub fund: u32,
    /// The gateway.
    #[topic]
    pub payer: AccountId,
    /// The intake.
    pub line: u32,
    /// Its first position there, by which it is known.
    pub start: u128,
    /// How much.
    pub amount: Amount,
    /// Root of the Merkle-sum tree of the gifts.
    pub root: [u8; 32],
    /// How many gifts.
    pub leaves: u32,
}

/// A message came again under the same reference, and was answered with what it did before.
#[derive(Event)]
pub struct Repeated {
    /// Who sent it.
    #[topic]
    pub by: AccountId,
    /// Line of the gift or hop that it made.
    pub line: u32,
    /// Its position.
    pub start: u128,
}

/// Units were divided by a plan.
#[derive(Event)]
pub struct Split {
    /// The line that divided.
    #[topic]
    pub line: u32,
    /// Which, and into what.
    pub hop: Moved,
}

/// Units were handed on.
#[derive(Event)]
pub struct Forwarded {
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
    /// What for.
    pub purpose: u32,
    /// Commitment to a document.
    pub doc: Option<[u8; 32]>,
}

/// Units were exchanged for another asset.
#[derive(Event)]
pub struct Converted {
    /// From this line.
    #[topic]
    pub line: u32,
    /// To this one.
    #[topic]
    pub to: u32,
    /// Which, and into what.
    pub hop: Moved,
    /// How much was given.
    pub amount: Amount,
    /// How much of the other asset came.
    pub received: Amount,
    /// Who got what was given.
    pub payout: AccountId,
    /// Commitment to the evidence of the rate.
    pub rate_doc: [u8; 32],
}

/// A payee was paid.
#[derive(Event)]
pub struct Spent {
    /// From this line.
    #[topic]
    pub line: u32,
    /// Who.
    #[topic]
    pub payee: AccountId,
    /// Which units.
    pub hop: Moved,
    /// How much.
    pub amount: Amount,
    /// What for.
    pub purpose: u32,
    /// Commitment to the invoice.
    pub doc: Option<[u8; 32]>,
}

/// Many payees were paid through an agent.
#[derive(Event)]
pub struct BatchSpent {
    /// From this line.
    #[topic]
    pub line: u32,
    /// Who pays them out.
    #[topic]
    pub agent: AccountId,
    /// Which units.
    pub hop: Moved,
    /// How much.
    pub amount: Amount,
    /// Root of the Merkle-sum tree of the payees.
    pub root: [u8; 32],
    /// How many payees.
    pub leaves: u32,
    /// What for.
    pub purpose: u32,
    /// Commitment to the list.
    pub doc: Option<[u8; 32]>,
}

/// An organisation paid ahead from its own money.
#[derive(Event)]
pub struct Advanced {
    /// The line that will reimburse it.
    #[topic]
    pub line: u32,
    /// Who was paid.
    #[topic]
    pub payee: AccountId,
    /// The line that counts the reimbursement.
    pub prepaid: u32,
    /// How much.
    pub amount: Amount,
    /// What for.
    pub purpose: u32,
    /// Commitment to the invoice.
    pub doc: Option<[u8; 32]>,
}

/// An organisation was paid back.
#[derive(Event)]
pub struct Reimbursed {
    /// The line that counts it.
    #[topic]
    pub prepaid: u32,
    /// Who.
    #[topic]
    pub org: AccountId,
    /// Which units.
    pub hop: Moved,
    /// How much.
    pub amount: Amount,
}

/// Units went back to the line that had sent them.
#[derive(Event)]
pub struct HandedBack {
    /// Which line that is.
    #[topic]
    pub line: u32,
    /// Who returned them.
    #[topic]
    pub by: AccountId,
    /// Which.
    pub hop: Moved,
    /// Commitment to the reason.
    pub reason: [u8; 32],
}

/// A line's next position jumped over what had left ahead of its turn.
#[derive(Event)]
pub struct Skipped {
    /// Which line.
    #[topic]
    pub line: u32,
    /// The next position now.
    pub next: u128,
}

/// Units went back to who paid them.
#[derive(Event)]
pub struct Refunded {
    /// From this line.
    #[topic]
    pub line: u32,
    /// Who got them.
    #[topic]
    pub payer: AccountId,
    /// Which.
    pub hop: Moved,
    /// How much.
    pub amount: Amount,
    /// Where the gift had arrived.
    pub intake: u32,
    /// Its first position there.
    pub gift: u128,
}
