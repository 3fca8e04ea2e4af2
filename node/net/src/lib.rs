//! Carries bytes between the validators of one chain: authenticated, encrypted, by urgency.
//!
//! It knows nothing of consensus. What it carries may be lost with a connection or where a queue is
//! full, and is never changed, forged or shown to others; within one urgency and one connection
//! it arrives in order. `docs/network.md` says what goes over the wire.
//!
//! ```text
//! Network::send ──► queue ──► link ═══ TLS over TCP ═══ link ──► Receiver::receive
//!                   bounded   frames                    quota     back-pressure
//! ```
//!
//! | module | one idea |
//! |---|---|
//! | [`urgency`] | what waits for what, and the most that each may take |
//! | [`peer`] | who the others are, what comes from them, and how it stands with them |
//! | [`network`] | the handle |
//! | [`hello`] | who is at the other end: the first message each way |
//! | [`tls`] | secrecy, without certificates |
//! | [`frame`] | bytes on a connection |
//! | [`queue`] | what waits to be sent |
//! | [`table`] | all peers |
//! | [`link`] | one connection, once it is known whose it is |
//! | [`dial`], [`accept`] | how connections come about |
//! | [`error`] | what can keep a network from starting |

#![forbid(unsafe_code)]
#![cfg_attr(not(test), deny(clippy::unwrap_used, clippy::expect_used, clippy::panic))]

mod accept;
mod dial;
pub mod error;
pub mod frame;
pub mod hello;
mod link;
pub mod network;
pub mod peer;
mod queue;
mod table;
pub mod tls;
pub mod urgency;

pub use error::NetworkError;
pub use hello::Refusal;
pub use network::{Network, NetworkConfig};
pub use peer::{Identity, Peer, PeerStatus, Received, Receiver, Traffic};
pub use urgency::{Lane, Urgency};
