//! How `assets` refuses. Codes are never given to another reason.

/// There is no such asset.
pub const UNKNOWN_ASSET: u32 = 1;
/// The issuer has created an asset of this symbol before.
pub const ASSET_EXISTS: u32 = 2;
/// A text is no symbol.
pub const BAD_SYMBOL: u32 = 3;
/// More decimals than an asset can have.
pub const BAD_SCALE: u32 = 4;
/// A cap of nothing, or above what can exist.
pub const BAD_CAP: u32 = 5;
/// More would exist than may.
pub const CAP_EXCEEDED: u32 = 6;
/// An amount of nothing.
pub const ZERO_AMOUNT: u32 = 7;
/// The asset is frozen.
pub const FROZEN: u32 = 8;
/// The asset may not be sent to this account.
pub const NOT_LISTED: u32 = 9;
/// The issuer has used this reference before.
pub const REFERENCE_USED: u32 = 10;
/// An expiry that has passed, or lies too far ahead.
pub const BAD_EXPIRY: u32 = 11;
/// There is no such reservation.
pub const UNKNOWN_RESERVATION: u32 = 12;
/// The reservation can no longer be captured.
pub const EXPIRED: u32 = 13;
/// Before its expiry somebody else has to end it.
pub const TOO_EARLY: u32 = 14;
/// More than is left of the reservation.
pub const ABOVE_RESERVATION: u32 = 15;
/// There is no such hold.
pub const UNKNOWN_HOLD: u32 = 16;
/// The asset is not frozen.
pub const NOT_FROZEN: u32 = 17;
/// The asset may be sent to anyone, so it has no list of payees.
pub const NO_PAYEE_LIST: u32 = 18;
