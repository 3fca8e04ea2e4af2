//! What a client of the chain needs: values of a contract's ABI as JSON and as text for people, and
//! back to bytes; transactions; and, as features, keys and a client of a node's JSON-RPC.
//!
//! Without features the crate does no I/O: a document, bytes and JSON go in, values come out. It
//! builds for browsers too. `docs/abi.md` specifies the JSON, and the files in `tests/golden/json`
//! pin it, so that other languages can do the same.
//!
//! ```
//! use serde_json::json;
//! use weal_client::{Codec, units::NoAssets};
//! use weal_types::abi::Abi;
//!
//! # let text = r#"{"format": 1, "contract": "Campaign",
//! #   "layout": {"version": 1,
//! #     "hash": "0x0000000000000000000000000000000000000000000000000000000000000000"},
//! #   "methods": [{"name": "pay", "kind": "call", "intent": "Pay claim {claim}", "auth": "owner",
//! #     "args": [{"name": "claim", "type": "u32", "meaning": {"min": "1"}}], "ok": "()"}]}"#;
//! let codec = Codec::new(Abi::from_json(text)?)?;
//! let args = codec.encode_args("pay", &json!({ "claim": 7 }))?;
//! assert_eq!(args, [7, 0, 0, 0]);
//! assert_eq!(codec.decode_args("pay", &args)?, json!({ "claim": 7 }));
//! assert_eq!(codec.intent("pay", &args, &NoAssets)?, "Pay claim 7");
//!
//! let refused = codec.encode_args("pay", &json!({ "claim": 0 })).unwrap_err().to_string();
//! assert!(refused.starts_with("args.claim: found the number 0, expected a number of 1 or more"));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! | module | one idea |
//! |---|---|
//! | `codec` | a checked document, and what it says about calls |
//! | `encode`, `decode` | JSON to bytes, bytes to JSON |
//! | `integer` | integers of every width |
//! | `expect` | what to write for a type |
//! | `said` | events, refusals, and the sentence that a signer reads |
//! | `show`, `text` | values as a person reads and types them |
//! | [`units`] | amounts, durations, times, shares and sizes |
//! | `gift` | what only a giver knows, and what is shown of it |
//! | [`trace`] | a gift's way as JSON |
//! | [`json`] | JSON from outside, strictly |
//! | [`layout`] | what changed between two documents, and for whom |
//! | `keys` (feature) | keys made, derived, kept in files, and used to sign |
//! | [`transaction`] | calls put together, compared with what a node prepared, and handed on |
//! | [`rpc`] | what a node and its clients say to each other, and clients (feature) |

#![forbid(unsafe_code)]
#![cfg_attr(not(test), deny(clippy::unwrap_used, clippy::expect_used, clippy::panic))]

mod codec;
mod decode;
mod encode;
mod error;
mod expect;
#[cfg(feature = "keys")]
pub mod gift;
mod integer;
pub mod json;
#[cfg(feature = "keys")]
pub mod keys;
pub mod layout;
pub mod rpc;
mod said;
mod show;
mod text;
pub mod trace;
pub mod transaction;
pub mod units;

pub use codec::{Codec, VALUE_DEPTH, VALUE_PARTS};
pub use error::{CodecError, Refusal};
pub use said::{DecodedError, DecodedEvent, render};
pub use show::Scope;
