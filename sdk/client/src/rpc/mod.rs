//! What a node and its clients say to each other over JSON-RPC 2.0.
//!
//! [`types`] holds the params and results of every method, [`error`] the table of errors; server
//! and client are built on the same ones. `docs/rpc.md` is the reference.
//!
//! With the feature `rpc` there are two clients: `Client` waits for each answer, over HTTP, and
//! `Stream` has many requests and subscriptions in flight, over WebSocket.

#[cfg(feature = "rpc")]
mod client;
pub mod error;
#[cfg(feature = "rpc")]
mod fault;
#[cfg(feature = "rpc")]
mod stream;
pub mod types;

#[cfg(feature = "rpc")]
pub use client::{Client, RESPONSE_BYTES};
#[cfg(feature = "rpc")]
pub use fault::{NodeError, RpcError};
#[cfg(feature = "rpc")]
pub use stream::{Stream, StreamSettings};
