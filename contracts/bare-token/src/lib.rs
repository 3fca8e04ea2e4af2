//! A token written straight against the host interface, without the SDK: what the SDK's cost is
//! measured by.
//!
//! Balances are 16 bytes, little-endian, at `b` ‖ account. The contract is Wasm; natively this
//! crate only describes it ([`abi`]).

#![cfg_attr(target_arch = "wasm32", no_std)]

#[cfg(not(target_arch = "wasm32"))]
mod description;
#[cfg(target_arch = "wasm32")]
mod guest;

#[cfg(not(target_arch = "wasm32"))]
pub use description::abi;

/// The caller holds less than it sends.
pub const INSUFFICIENT: u32 = 1;
/// The sum does not fit into 128 bits.
pub const OVERFLOW: u32 = 2;
