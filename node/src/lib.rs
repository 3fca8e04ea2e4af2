//! The node: keeps a chain, takes transactions in, orders, executes and certifies blocks, and
//! answers questions.
//!
//! ```text
//! rpc ──► intake ──► mempool ──► engine ──► executor ──► state ──► database
//!         verify     wait        order      run          root      one batch per block
//!            └────────── journal ──┘                                   │
//!            what was acknowledged or ordered is durable               ▼
//! rpc ◄────────────────────────────────────────────────────────── finality
//! ```
//!
//! | module | one idea |
//! |---|---|
//! | [`genesis`] | what a chain starts with |
//! | [`founding`] | from a description of several organisations to their chain |
//! | [`intake`] | from bytes to an accepted transaction |
//! | [`mempool`] | transactions that wait for a block |
//! | [`journal`] | what must survive a crash before it is in the database |
//! | [`engine`] | drives the replica of `weal-consensus` |
//! | [`peers`] | the other validators: what they send, and what is sent to them |
//! | [`evidence`] | what proves that a validator broke the rules |
//! | [`failure`] | why a running node ends by itself |
//! | [`executor`] | from an ordered proposal to its header |
//! | [`ledger`] | final blocks, and where to find what is in them |
//! | [`finality`] | telling everyone what is final |
//! | [`membership`] | who validates, and what that means for this node |
//! | [`snapshots`] | states that are kept for other nodes |
//! | [`join`] | fetching such a state |
//! | [`core`] | all of it over one data directory |
//! | [`node`] | the handle |
//! | [`config`], [`telemetry`] | the configuration file; logs |
//! | [`devnet`], [`dev`] | the chain for trying things out; what only a devnet can |
//! | [`rpc`] | what it answers over JSON-RPC |
//! | [`clock`], [`metrics`], [`validator_key`] | time, counters, the key that certifies |
//! | `threads` | starting a thread, and telling that it panicked |

#![forbid(unsafe_code)]
#![cfg_attr(not(test), deny(clippy::unwrap_used, clippy::expect_used, clippy::panic))]

pub mod clock;
pub mod config;
pub mod core;
pub mod dev;
pub mod devnet;
pub mod engine;
pub mod evidence;
pub mod executor;
pub mod failure;
pub mod finality;
pub mod founding;
pub mod genesis;
pub mod intake;
pub mod join;
pub mod journal;
pub mod ledger;
pub mod membership;
pub mod mempool;
pub mod metrics;
pub mod node;
pub mod peers;
pub mod rpc;
pub mod snapshots;
pub mod telemetry;
mod threads;
pub mod validator_key;
