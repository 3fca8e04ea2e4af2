//! Write contracts for Commonweal in ordinary Rust.
//!
//! A contract is a struct of storage handles and an `impl` whose public methods are what can be
//! called. The macros check the rules of the chain at compile time and derive the rest: exports,
//! argument decoding, permission checks and the ABI document.
//!
//! ```
//! use weal_sdk::prelude::*;
//!
//! /// Counts.
//! #[derive(Storage)]
//! pub struct Counter {
//!     count: Item<u64>,
//! }
//!
//! #[contract]
//! impl Counter {
//!     /// Adds to the count.
//!     #[call(auth = anyone, intent = "Add {by}")]
//!     pub fn add(&mut self, by: u64) {
//!         self.count += by;
//!     }
//!
//!     /// The count.
//!     #[query]
//!     pub fn count(&self) -> u64 {
//!         self.count.get()
//!     }
//! }
//!
//! # fn main() {
//! assert_eq!(abi().methods.len(), 2);
//! # }
//! ```
//!
//! | module | one idea |
//! |---|---|
//! | `storage` | [`Item`], [`Map`], [`OrderedMap`], [`Roles`]: handles on the state |
//! | `context` | [`Ctx`] and [`View`]: who calls, when, with what; what a call can do |
//! | [`Value`] | what can be stored, passed and returned |
//! | [`ContractError`], [`Event`] | how a contract refuses, and what it says |
//! | [`callee`] | calls to other contracts, as [`import!`] writes them |
//! | [`failure`] | how the SDK itself refuses |
//! | `native`, `layout`, `describe` | outside Wasm: running, the layout lock, the ABI document |
//! | `Request` | outside Wasm: calls as data |
//!
//! The page for contract developers is `docs/sdk.md`.

#![cfg_attr(target_arch = "wasm32", no_std)]
#![cfg_attr(not(test), deny(clippy::unwrap_used, clippy::expect_used, clippy::panic))]

extern crate alloc;

#[cfg(target_arch = "wasm32")]
mod allocator;
#[cfg(all(feature = "bench", not(target_arch = "wasm32")))]
pub mod bench;
mod buffer;
pub mod callee;
mod context;
#[cfg(not(target_arch = "wasm32"))]
pub mod describe;
mod error;
mod event;
pub mod failure;
#[doc(hidden)]
pub mod generated;
mod host;
#[cfg(not(target_arch = "wasm32"))]
pub mod layout;
mod length;
#[cfg(not(target_arch = "wasm32"))]
pub mod native;
#[cfg(target_arch = "wasm32")]
mod panic;
#[cfg(not(target_arch = "wasm32"))]
mod request;
mod storage;
mod value;

pub use context::{Ctx, TransferError, View, system};
pub use error::{ContractError, NoError};
pub use event::Event;
#[cfg(not(target_arch = "wasm32"))]
pub use request::Request;
pub use storage::{
    Arithmetic, FieldKey, Item, Map, Order, OrderedKey, OrderedMap, RoleSet, Roles, Storage,
    StorageField,
};
pub use value::Value;
#[cfg(all(feature = "bench", not(target_arch = "wasm32")))]
pub use weal_sdk_macros::test;
pub use weal_sdk_macros::{ContractError, Event, RoleSet, Storage, Value, contract, import};
pub use weal_types::{
    abi,
    receipt::{CallError, FailureKind, TrapKind},
};

/// SCALE, for implementing [`Value`] by hand.
pub mod codec {
    pub use parity_scale_codec::{Compact, Decode, Encode, EncodeLike, Error, Input, Output};
}

/// What contracts use.
pub mod prelude {
    pub use alloc::{boxed::Box, string::String, vec::Vec};
    pub use core::ops::Bound;

    pub use weal_types::{
        AccountId, Amount, AssetId, CodeHash, ContractId, Gas, Height, PublicKey, TimeMs,
        transaction::AssetAmount,
    };

    pub use crate::{
        Arithmetic, CallError, ContractError, Ctx, Event, FailureKind, Item, Map, Order,
        OrderedMap, RoleSet, Roles, Storage, TransferError, Value, View, contract, import,
    };
}

/// Compiles the first example of the manual.
#[cfg(doctest)]
#[doc = include_str!("../../../docs/sdk.md")]
struct Manual;
