//! The messages of the donation contract, without the parties: names stand for ids.

/// What a line is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Receives gifts.
    Intake,
    /// Passes on by its plan.
    Split,
    /// Money for the purpose.
    Work,
    /// Money for overhead.
    Fee,
    /// Reimburses an advance.
    Prepaid,
    /// One of the six books.
    Book,
}

/// Who gets what a closed fund has left.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rule {
    /// The givers whose units they are.
    FifoOwner,
    /// All givers, by what they gave.
    ProrataOriginal,
    /// Another fund.
    SimilarFund,
}

/// A leaf of a batch, as a giver shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Leaf {
    /// Its place.
    pub index: u32,
    /// The commitment.
    pub commit: [u8; 32],
    /// How many units.
    pub amount: u128,
    /// The siblings from the leaf up, with their sums.
    pub path: Vec<([u8; 32], u128)>,
}

/// Commitments and amounts of a batch, in the order of the tree.
pub type Leaves = Vec<([u8; 32], u128)>;

/// A message. Amounts are minor units, times seconds, rates parts per million.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the fields are the messages' own")]
pub enum Step {
    OpenFund {
        fund: String,
        asset: String,
        cooling: u64,
        ceiling: u32,
        closing: Rule,
        wind_down: u64,
    },
    OpenLine {
        line: String,
        fund: String,
        asset: String,
        kind: Kind,
        plan: Vec<(String, u32)>,
        fee_so_far: u32,
    },
    /// `gift` names the gift from here on.
    Donate {
        fund: String,
        amount: u128,
        gift: String,
    },
    /// Leaves in the order of the tree.
    DonateBatch {
        fund: String,
        leaves: Leaves,
        gift: String,
    },
    Split {
        line: String,
        x: u128,
    },
    Forward {
        line: String,
        to: String,
        x: u128,
    },
    Convert {
        line: String,
        to: String,
        x: u128,
        y: u128,
    },
    Spend {
        line: String,
        x: u128,
    },
    SpendBatch {
        line: String,
        leaves: Leaves,
    },
    /// `id` names the prepaid line.
    Advance {
        id: String,
        line: String,
        x: u128,
    },
    Reimburse {
        id: String,
        x: u128,
    },
    HandBack {
        line: String,
        start: u128,
        a: u128,
        b: u128,
    },
    Hold {
        id: String,
        line: String,
        s: u128,
        e: u128,
    },
    Release {
        id: String,
    },
    Seize {
        id: String,
        x: u128,
    },
    Refund {
        line: String,
        u: u128,
        leaf: Option<Leaf>,
    },
    Announce {
        line: String,
        to: String,
        until: u64,
    },
    WithdrawNotice {
        line: String,
    },
    Repurpose {
        line: String,
        x: u128,
    },
    Skip {
        line: String,
        limit: u32,
    },
    CloseFund {
        fund: String,
    },
    Sweep {
        line: String,
    },
    Settle {
        fund: String,
        asset: String,
        limit: u32,
        to: Option<String>,
    },
}
