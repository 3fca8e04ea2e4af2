//! How `accounts` refuses. Codes are never given to another reason.

/// The account has been admitted before.
pub const ALREADY_ADMITTED: u32 = 1;
/// The account belongs to somebody, who alone chooses its authority.
pub const OWNED: u32 = 2;
/// The account is a contract's.
pub const IS_CONTRACT: u32 = 3;
/// Keys of a policy repeat or are out of order.
pub const POLICY_UNSORTED: u32 = 4;
/// A key of a policy counts nothing.
pub const POLICY_ZERO_WEIGHT: u32 = 5;
/// A policy that nobody, or anybody, satisfies.
pub const POLICY_THRESHOLD: u32 = 6;
/// A key that nobody, or anybody, can sign with.
pub const BAD_KEY: u32 = 7;
/// The account has no record.
pub const NO_ACCOUNT: u32 = 8;
/// The account is suspended already.
pub const ALREADY_SUSPENDED: u32 = 9;
/// The account is not suspended.
pub const NOT_SUSPENDED: u32 = 10;
/// Governance cannot suspend itself.
pub const INDISPENSABLE: u32 = 11;
/// The account is a registrar already.
pub const ALREADY_REGISTRAR: u32 = 12;
/// The account is no registrar.
pub const NOT_REGISTRAR: u32 = 13;
