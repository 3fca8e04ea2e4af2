//! A contract that does what its arguments say.
//!
//! Its argument is an encoded list of [`Step`]s; a step may call another puppet with steps of its
//! own. With it a test puts frames into any situation, by hand or at random, and still runs real
//! Wasm. It also has a query with the same argument, which tries to do the same.

#![cfg_attr(target_arch = "wasm32", no_std)]

extern crate alloc;

use alloc::vec::Vec;

use parity_scale_codec::{Decode, Encode};
use weal_types::{AccountId, Amount, AssetId, Gas, transaction::Call};

#[cfg(not(target_arch = "wasm32"))]
mod description;
#[cfg(target_arch = "wasm32")]
mod guest;

#[cfg(not(target_arch = "wasm32"))]
pub use description::abi;

/// One thing to do.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub enum Step {
    /// Store a value.
    Put(Vec<u8>, Vec<u8>),
    /// Remove a key.
    Remove(Vec<u8>),
    /// Append the value at a key to the result: `Option<Vec<u8>>`.
    Get(Vec<u8>),
    /// Append a page of entries to the result: from, to, flags, limit.
    Range(Vec<u8>, Vec<u8>, u32, u32),
    /// Send money; append the host's answer.
    Transfer(AccountId, AssetId, Amount),
    /// Append the free balance of an account.
    Balance(AccountId, AssetId),
    /// Call with at most this gas; append the outcome, and fail with code 1 if it failed and this
    /// says so.
    Call(Call, Gas, OnFailure),
    /// Emit an event of that many bytes.
    Emit(u32),
    /// Append the encoded context.
    Context,
    /// Append the attached assets.
    Attached,
    /// Append the gas that is left.
    GasLeft,
    /// Count to this number.
    Burn(u32),
    /// Grow the memory by this many pages; append the answer of `memory.grow`.
    Grow(u32),
    /// Refuse with this code.
    Revert(u32),
    /// Execute `unreachable`.
    Trap,
}

/// What to do when a call fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
pub enum OnFailure {
    /// Go on.
    Catch,
    /// Fail too.
    PassOn,
}
