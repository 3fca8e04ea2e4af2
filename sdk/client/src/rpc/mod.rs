//! What a node and its clients say to each other over JSON-RPC 2.0.
//!
//! [`types`] holds the params and results of every method, [`error`] the table of errors; server
//! and client are built on the same ones. `docs/rpc.md` is the reference.

pub mod error;
pub mod types;
