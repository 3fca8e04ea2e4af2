//! How `validators` refuses. Codes are never given to another reason.

/// The key is a validator's, or will be.
pub const KEY_TAKEN: u32 = 1;
/// No validator has this key.
pub const NO_VALIDATOR: u32 = 2;
/// No key with which one person alone can sign.
pub const BAD_KEY: u32 = 3;
/// Two or three validators, none, or more than a certificate can name.
pub const SET_SIZE: u32 = 4;
/// The organisation has no name, or a long one.
pub const ORGANISATION: u32 = 5;
/// Not a host and a port.
pub const ADDRESS: u32 = 6;
/// No such proposal, or it is too old.
pub const NO_PROPOSAL: u32 = 7;
/// The caller approved of this already.
pub const ALREADY_APPROVED: u32 = 8;
/// The caller did not approve of this.
pub const NOT_APPROVED: u32 = 9;
/// Signed at a height that is not a recent one.
pub const NOT_RECENT: u32 = 10;
/// The signature does not hold.
pub const SIGNATURE: u32 = 11;
/// Too many proposals wait.
pub const TOO_MANY: u32 = 12;
/// The chain does not say where the validator is.
pub const NO_ADDRESS: u32 = 13;
