//! What is said of holds, and of appeals against them.

use weal_sdk::prelude::*;

use crate::view::Moved;

/// An authority stopped units.
#[derive(Event)]
pub struct Held {
    /// On this line.
    #[topic]
    pub line: u32,
    /// The hold.
    #[topic]
    pub hold: u32,
    /// Who.
    #[topic]
    pub authority: AccountId,
    /// Which.
    pub hop: Moved,
    /// Commitment to the legal basis.
    pub legal: [u8; 32],
    /// Until when.
    #[unit(timestamp)]
    pub until: TimeMs,
}

/// An authority went on holding.
#[derive(Event)]
pub struct Renewed {
    /// Where the units belong.
    #[topic]
    pub line: u32,
    /// The hold.
    #[topic]
    pub hold: u32,
    /// Who: whose hold it is from now on.
    #[topic]
    pub authority: AccountId,
    /// The second authority, where there is one.
    pub second: Option<AccountId>,
    /// Commitment to the legal basis.
    pub legal: [u8; 32],
    /// Until when.
    #[unit(timestamp)]
    pub until: TimeMs,
}

/// Somebody whose money is held asked a panel to lift the hold.
#[derive(Event)]
pub struct Appealed {
    /// Where the units belong.
    #[topic]
    pub line: u32,
    /// The hold.
    #[topic]
    pub hold: u32,
    /// Who; by gift key, who carried it.
    #[topic]
    pub by: AccountId,
    /// Commitment to the reasons.
    pub doc: [u8; 32],
    /// When it must be decided, or anyone may end the hold.
    #[unit(timestamp)]
    pub due: TimeMs,
}

/// A panel decided an appeal.
#[derive(Event)]
pub struct AppealDecided {
    /// Where the units belong.
    #[topic]
    pub line: u32,
    /// The hold.
    #[topic]
    pub hold: u32,
    /// Which panel.
    #[topic]
    pub by: AccountId,
    /// Whether it ended the hold.
    pub lifted: bool,
    /// Commitment to the reasons.
    pub doc: [u8; 32],
    /// Which units came free.
    pub hop: Option<Moved>,
}

/// A hold ended.
#[derive(Event)]
pub struct Released {
    /// Where the units belong.
    #[topic]
    pub line: u32,
    /// The hold.
    #[topic]
    pub hold: u32,
    /// Which units.
    pub hop: Moved,
    /// Who ended it.
    pub by: AccountId,
}

/// Held units were taken away.
#[derive(Event)]
pub struct Seized {
    /// Where they had been.
    #[topic]
    pub line: u32,
    /// The hold.
    #[topic]
    pub hold: u32,
    /// Which.
    pub hop: Moved,
    /// Who got them.
    pub to: AccountId,
    /// How much.
    pub amount: Amount,
}
