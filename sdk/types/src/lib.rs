//! What every part of Commonweal agrees on to the byte: identifiers and units, transactions,
//! receipts, headers and certificates, the ABI document, the host interface, and the hashes that
//! bind them.
//!
//! The crate is `no_std`, has no clock, socket or disk, and never panics on foreign bytes:
//! everything that arrives from outside goes through [`codec::decode`], which takes a limit and
//! consumes all input.
//!
//! | module | one idea |
//! |---|---|
//! | [`hash`] | domain-separated SHA-256 and the table of its tags |
//! | [`id`], [`mod@unit`] | newtypes: what is named, and what is counted |
//! | [`codec`] | SCALE with limits; version bytes; bounded vectors |
//! | [`address`] | identifiers as bech32m text |
//! | [`transaction`], [`receipt`] | what a person signs, and what became of it |
//! | [`account`], [`params`] | records that consensus itself reads from state |
//! | [`block`], [`certificate`] | ordering, result, and the signatures over them |
//! | [`merkle`] | RFC 6962 trees over transactions and receipts |
//! | [`state`] | keys, change sets, and the view that execution reads |
//! | [`abi`] | a contract's description of itself |
//! | [`layout`] | the shape of a contract's storage |
//! | [`host`] | the table of host functions |
//! | [`limit`] | every maximum, with its unit and its reason |

#![cfg_attr(not(feature = "std"), no_std)]
#![forbid(unsafe_code)]
#![cfg_attr(not(test), deny(clippy::unwrap_used, clippy::expect_used, clippy::panic))]

extern crate alloc;

pub mod abi;
pub mod account;
pub mod address;
pub mod block;
pub mod certificate;
pub mod codec;
pub mod hash;
pub mod host;
pub mod id;
pub mod layout;
pub mod limit;
pub mod merkle;
pub mod params;
pub mod receipt;
pub mod state;
pub mod transaction;
pub mod unit;

pub use hash::{Hash, Tag};
pub use id::{
    AbiHash, AccountId, AssetId, BlockHash, ChainId, CodeHash, ContractId, PublicKey, TxHash,
    WireId,
};
pub use unit::{Amount, Epoch, Gas, Height, Nonce, TimeMs, View};
