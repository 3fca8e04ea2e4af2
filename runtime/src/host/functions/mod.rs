//! The functions of the table, by subject. Each is called as the table's row says, after its fixed
//! price has been charged and its access has been permitted.

mod call;
mod crypto;
mod money;
mod storage;

pub(crate) use call::{args, attached, call, context, gas_left, log, panic, ret, revert, take};
pub(crate) use crypto::{blake2b_256, ed25519_verify, keccak_256, sha256, sr25519_verify};
pub(crate) use money::{balance, transfer};
pub(crate) use storage::{emit, get, put, range, remove};
