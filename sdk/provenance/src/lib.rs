//! The algebra by which money is followed through pooled funds.
//!
//! A *line* is the queue of one (organisation, fund, asset). What a line receives keeps its
//! position for ever; what leaves goes first in, first out, or is carved out by name. A *hop* takes
//! units of one line and appends units to others by non-decreasing maps, so every unit has one
//! parent and a stretch of units becomes one stretch per receiver. One record per hop therefore
//! follows any number of gifts exactly. `docs/provenance.md` tells it with examples.
//!
//! The crate is `no_std`, has no clock, socket or disk, and never panics on foreign bytes, so that
//! the contract, the node and a browser run the same code over the same records.
//!
//! | module | one idea |
//! |---|---|
//! | [`mod@unit`] | amounts and positions, and stretches of them |
//! | [`stripe`] | how a plan divides a stream, and from where a share came |
//! | [`hop`] | the maps from a sender's units to a receiver's |
//! | [`record`], [`line`](mod@line), [`key`] | what is stored, and under which keys |
//! | [`store`] | how records are read and written; a store of bytes |
//! | [`state`] | the records in the state after a block |
//! | [`take`], [`send`] | taking units from a line, and writing a hop |
//! | [`owner`] | whose gift a unit is, and how far that gift reaches |
//! | [`forward`], [`back`] | where units went, and whose units lie here |
//! | [`mod@dust`] | what an exchange made less than one unit of |
//! | [`trace`] | a gift's whole way, as it can be proven |
//! | [`batch`] | a million gifts under one root, with sums |
//! | [`ledger`] | what the messages of the donation contract do to the records |
//! | [`settle`] | paying out what a closed fund has left |

#![cfg_attr(not(feature = "std"), no_std)]
#![forbid(unsafe_code)]
#![cfg_attr(not(test), deny(clippy::unwrap_used, clippy::expect_used, clippy::panic))]
#![cfg_attr(not(test), deny(clippy::indexing_slicing))]

extern crate alloc;

pub mod back;
pub mod batch;
pub mod dust;
mod error;
pub mod forward;
pub mod hop;
pub mod key;
pub mod ledger;
pub mod line;
pub mod owner;
pub mod record;
pub mod send;
pub mod settle;
pub mod state;
pub mod store;
pub mod stripe;
pub mod take;
pub mod trace;
pub mod unit;
mod wide;

pub use error::Error;
pub use store::{Records, RecordsMut};
pub use unit::{FundId, LineId, Span, Units};
