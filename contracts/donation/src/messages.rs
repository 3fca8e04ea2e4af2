//! What messages carry.

use weal_provenance::{
    Span,
    batch::Leaf,
    line::{ClosingRule, Kind},
    record::Next,
};
use weal_sdk::prelude::*;

use crate::{
    types::{Hash, Reference},
    view::{Share, Wire},
};

/// What a fund promises its givers. It never changes.
#[derive(Clone, Debug, PartialEq, Eq, Value)]
pub struct Charter {
    /// Commitment to the charter's text.
    #[label("Charter document")]
    pub document: Hash,
    /// In which asset gifts come.
    #[label("Asset")]
    pub asset: AssetId,
    /// The most that fees may take in all, along any way.
    #[label("Ceiling of fees")]
    #[unit(parts_per_million)]
    #[max(1000000)]
    pub ceiling: u32,
    /// For how long a giver may take a gift back, and so before it moves.
    #[label("Cooling")]
    #[unit(seconds)]
    pub cooling: u64,
    /// How long after closing lines may be swept by anyone.
    #[label("Winding down")]
    #[unit(seconds)]
    pub wind_down: u64,
    /// Who gets what is left when it closes.
    #[label("At closing")]
    pub closing: Wire<ClosingRule>,
    /// What it may pay for, by number; empty for anything.
    #[label("Purposes")]
    pub purposes: Vec<u32>,
    /// The smallest gift.
    #[label("Smallest gift")]
    #[unit(asset = asset)]
    pub min_gift: Amount,
    /// The smallest split that anyone may ask for.
    #[label("Smallest split")]
    #[unit(asset = asset)]
    pub min_move: Amount,
    /// Seconds between reports; zero where none is owed.
    #[label("Report every")]
    #[unit(seconds)]
    pub report_every: u64,
}

/// A line to open.
#[derive(Clone, Debug, PartialEq, Eq, Value)]
pub struct NewLine {
    /// Of which fund.
    #[label("Fund")]
    pub fund: u32,
    /// Whose money it will be to use.
    #[label("Organisation")]
    pub org: AccountId,
    /// What is counted.
    #[label("Asset")]
    pub asset: AssetId,
    /// What it is for: intake, split, work or fee.
    #[label("Kind")]
    pub kind: Wire<Kind>,
    /// For an intake or a splitter, who receives what part, fees first.
    #[label("Plan")]
    pub plan: Vec<Share>,
    /// The most that fees have taken of a unit before it comes here.
    #[label("Fees so far")]
    #[unit(parts_per_million)]
    #[max(1000000)]
    pub fee_so_far: u32,
    /// Purposes that it may pay for; empty for all of its fund's.
    #[label("Purposes")]
    pub purposes: Vec<u32>,
}

/// A batch of gifts that a gateway brings; their sum is attached.
#[derive(Clone, Debug, PartialEq, Eq, Value)]
pub struct GiftBatch {
    /// Root of the Merkle-sum tree of the gifts.
    #[label("Root")]
    pub root: Hash,
    /// How many gifts.
    #[label("Gifts")]
    #[min(1)]
    #[max(1048576)]
    pub leaves: u32,
    /// The caller's own number; sent twice, it counts once.
    #[label("Reference")]
    pub reference: Option<Reference>,
}

/// To whom money is handed on.
#[derive(Clone, Debug, PartialEq, Eq, Value)]
pub struct Forwarding {
    /// The line that receives.
    #[label("To line")]
    pub to: u32,
    /// Which of the fund's purposes.
    #[label("Purpose")]
    pub purpose: u32,
    /// Commitment to a document.
    #[label("Document")]
    pub doc: Option<Hash>,
}

/// An exchange; the other asset is attached.
#[derive(Clone, Debug, PartialEq, Eq, Value)]
pub struct Exchange {
    /// The line in the other asset.
    #[label("To line")]
    pub to: u32,
    /// Who gets the money that is given away.
    #[label("Counterparty")]
    pub payout: AccountId,
    /// Commitment to the evidence of the rate.
    #[label("Rate document")]
    pub rate_doc: Hash,
    /// Who has approved.
    #[label("Approved by")]
    pub approver: AccountId,
}

/// A payment to one payee.
#[derive(Clone, Debug, PartialEq, Eq, Value)]
pub struct Payment {
    /// Who is paid.
    #[label("Payee")]
    pub payee: AccountId,
    /// Which of the fund's purposes.
    #[label("Purpose")]
    pub purpose: u32,
    /// Commitment to the invoice.
    #[label("Document")]
    pub doc: Option<Hash>,
    /// The invoice's tag, which attesters compute from issuer and number; it can be paid once.
    #[label("Invoice tag")]
    pub tag: Option<Hash>,
    /// Where the trace goes on, if the payee books it in another contract.
    #[label("Goes on at")]
    pub next: Option<Wire<Next>>,
    /// The caller's own number; sent twice, it pays once.
    #[label("Reference")]
    pub reference: Option<Reference>,
}

/// A payment to many payees through an agent.
#[derive(Clone, Debug, PartialEq, Eq, Value)]
pub struct BatchPayment {
    /// Who gets the money and pays it out.
    #[label("Agent")]
    pub agent: AccountId,
    /// Root of the Merkle-sum tree of the payees.
    #[label("Root")]
    pub root: Hash,
    /// How many payees.
    #[label("Payees")]
    #[min(1)]
    #[max(1048576)]
    pub leaves: u32,
    /// Which of the fund's purposes.
    #[label("Purpose")]
    pub purpose: u32,
    /// Commitment to the list.
    #[label("Document")]
    pub doc: Option<Hash>,
    /// The caller's own number; sent twice, it pays once.
    #[label("Reference")]
    pub reference: Option<Reference>,
}

/// What an organisation pays from its own money, attached.
#[derive(Clone, Debug, PartialEq, Eq, Value)]
pub struct Prepayment {
    /// Who is paid.
    #[label("Payee")]
    pub payee: AccountId,
    /// Which of the fund's purposes.
    #[label("Purpose")]
    pub purpose: u32,
    /// Commitment to the invoice.
    #[label("Document")]
    pub doc: Option<Hash>,
}

/// A hold to place.
#[derive(Clone, Debug, PartialEq, Eq, Value)]
pub struct HoldOrder {
    /// Which units.
    #[label("Units")]
    pub span: Wire<Span>,
    /// Commitment to the legal basis.
    #[label("Legal basis")]
    pub legal: Hash,
    /// Until when; anyone may release it then.
    #[label("Until")]
    #[unit(timestamp)]
    pub until: TimeMs,
    /// A second authority that has approved: needed for more than 48 hours unless a court holds.
    #[label("Second authority")]
    pub second: Option<AccountId>,
}

/// For how long, and on what basis, a hold goes on.
#[derive(Clone, Debug, PartialEq, Eq, Value)]
pub struct Renewal {
    /// Commitment to the legal basis.
    #[label("Legal basis")]
    pub legal: Hash,
    /// Until when; anyone may release it then.
    #[label("Until")]
    #[unit(timestamp)]
    pub until: TimeMs,
    /// A second authority that has approved: needed beyond 48 hours from when the hold began,
    /// unless a court renews.
    #[label("Second authority")]
    pub second: Option<AccountId>,
}

/// A unit, and what shows whose it is.
#[derive(Clone, Debug, PartialEq, Eq, Value)]
pub struct Claim {
    /// The unit's position.
    #[label("Unit")]
    pub unit: u128,
    /// Of a batch, the giver's part.
    #[label("Leaf")]
    pub leaf: Option<Wire<Leaf>>,
    /// The gift key's signature; without one, the caller must have paid.
    #[label("Proof")]
    pub proof: Option<KeyProof>,
}

/// What shows that a gift or a payee's part of a batch is the caller's, whoever sends it: the gift
/// key and a signature by it.
#[derive(Clone, Debug, PartialEq, Eq, Value)]
pub struct KeyProof {
    /// The gift key.
    #[label("Gift key")]
    pub key: PublicKey,
    /// The memo that the commitment was made with.
    #[label("Memo")]
    pub memo: Hash,
    /// Until when the signature counts.
    #[label("Valid until")]
    #[unit(timestamp)]
    pub valid_until: TimeMs,
    /// Signature by the gift key.
    #[label("Signature")]
    pub signature: [u8; 64],
}

/// What a gateway promises a giver: that a gift will be in a batch.
#[derive(Clone, Debug, PartialEq, Eq, Value)]
pub struct Promise {
    /// Who promises.
    #[label("Gateway")]
    pub gateway: AccountId,
    /// To which fund.
    #[label("Fund")]
    pub fund: u32,
    /// The giver's commitment.
    #[label("Commitment")]
    pub commit: Hash,
    /// How much.
    #[label("Amount")]
    pub amount: Amount,
    /// By which height it was to be there.
    #[label("Height")]
    pub height: Height,
    /// Signature by the gateway's promise key.
    #[label("Signature")]
    pub signature: [u8; 64],
}

/// A message that a second party approves beforehand, word for word. The caller who then sends it
/// names who approved; an approval is used up by it.
#[derive(Clone, Debug, PartialEq, Eq, Value)]
pub enum Action {
    /// `open_fund`.
    OpenFund {
        /// The charter.
        charter: Charter,
    },
    /// `close_fund`.
    CloseFund {
        /// Which.
        fund: u32,
    },
    /// `announce`.
    Announce {
        /// From this line.
        line: u32,
        /// To this one.
        to: u32,
        /// Givers may object until then.
        #[unit(timestamp)]
        until: TimeMs,
    },
    /// `withdraw_notice`.
    WithdrawNotice {
        /// Of which line.
        line: u32,
    },
    /// `convert`.
    Convert {
        /// From this line.
        line: u32,
        /// How much of it.
        amount: Amount,
        /// To this line.
        to: u32,
        /// How much of the other asset.
        received: Amount,
        /// Who gets the money that is given away.
        payout: AccountId,
    },
    /// `hold`, by a second authority.
    Hold {
        /// On which line.
        line: u32,
        /// Which units.
        span: Wire<Span>,
        /// Until when.
        #[unit(timestamp)]
        until: TimeMs,
    },
    /// `renew`, by a second authority.
    Renew {
        /// Which hold.
        hold: u32,
        /// Commitment to the legal basis.
        legal: Hash,
        /// Until when.
        #[unit(timestamp)]
        until: TimeMs,
    },
    /// `seize`, by the chain's governance.
    Seize {
        /// From which hold.
        hold: u32,
        /// How much.
        amount: Amount,
        /// Who gets it.
        to: AccountId,
    },
}
