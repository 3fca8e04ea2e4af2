//! How `contracts` refuses. Codes are never given to another reason.

/// The module breaks a rule of the gate.
pub const MODULE_REFUSED: u32 = 1;
/// The code has been uploaded before.
pub const CODE_EXISTS: u32 = 2;
/// Another upload has taken this block's place.
pub const UPLOAD_BUSY: u32 = 3;
/// The code has not been uploaded.
pub const NO_CODE: u32 = 4;
/// The code is still being compiled.
pub const CODE_NOT_READY: u32 = 5;
/// A part with a number that no part has, or without bytes.
pub const BAD_PART: u32 = 6;
/// The caller is staging another module.
pub const STAGED_OTHER: u32 = 7;
/// The caller is not staging this module.
pub const NOT_STAGED: u32 = 8;
/// A part has not arrived.
pub const PART_MISSING: u32 = 9;
/// The parts together are another module.
pub const HASH_MISMATCH: u32 = 10;
/// Creator, code and salt have made a contract before.
pub const CONTRACT_EXISTS: u32 = 11;
/// An account has been admitted under the id.
pub const ID_TAKEN: u32 = 12;
/// Arguments or assets for a constructor that the code does not have.
pub const NO_INIT: u32 = 13;
/// The contract can never be upgraded.
pub const IMMUTABLE: u32 = 14;
/// The contract runs this code already.
pub const SAME_CODE: u32 = 15;
/// The upgrade has not been announced.
pub const NOT_PROPOSED: u32 = 16;
/// The announced upgrade's time has not come.
pub const TOO_EARLY: u32 = 17;
/// Under this policy upgrades are not announced.
pub const NOT_DELAYED: u32 = 18;
/// The storage changed shape and kept its version.
pub const LAYOUT_CHANGED: u32 = 19;
/// The storage's version went down.
pub const LAYOUT_OLDER: u32 = 20;
/// The new code does not say how to get from one storage version to the next.
pub const MIGRATION_MISSING: u32 = 21;
/// A policy may only become stricter.
pub const NOT_STRICTER: u32 = 22;
/// A delay of nothing, or of more than a year.
pub const BAD_DELAY: u32 = 23;
/// The contract is paused already.
pub const ALREADY_PAUSED: u32 = 24;
/// The contract is not paused.
pub const NOT_PAUSED: u32 = 25;
/// Governance paused the contract, and alone can end that.
pub const PAUSED_BY_GOVERNANCE: u32 = 26;
