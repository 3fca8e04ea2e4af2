//! The functions of the table, by subject. Each is called as the table's row says, after its fixed
//! price has been charged and its access has been permitted.

mod call;
mod crypto;
mod money;
mod storage;

pub(super) use call::{args, attached, call, context, gas_left, log, panic, ret, revert, take};
pub(super) use crypto::{blake2b_256, ed25519_verify, keccak_256, sha256, sr25519_verify};
pub(super) use money::{balance, transfer};
pub(super) use storage::{emit, get, put, range, remove};
