//! How `params` refuses. Codes are never given to another reason.

/// A transaction could do nothing, or use more than a block.
pub const TRANSACTION_GAS: u32 = 1;
/// An account could not send the largest transaction.
pub const ACCOUNT_GAS: u32 = 2;
/// Queries could do nothing.
pub const QUERY_GAS: u32 = 3;
/// Code would wait for ever.
pub const CODE_DELAY: u32 = 4;
/// No transaction would be in time, or one could be sent years later.
pub const VALID_AHEAD: u32 = 5;
/// The fee of a large transaction would be no amount.
pub const FEE_PRICE: u32 = 6;
/// Whether a chain is a devnet is decided at genesis.
pub const DEVNET_IS_FIXED: u32 = 7;
/// Governance that could not send a transaction.
pub const GOVERNANCE_UNABLE: u32 = 8;
/// Fees in an asset that does not exist.
pub const UNKNOWN_FEE_ASSET: u32 = 9;
