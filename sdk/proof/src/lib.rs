//! Light client: checks what a node says without trusting it.
//!
//! The crate is `no_std`, has no clock, socket or disk, and never panics on foreign bytes, so that
//! it runs in a browser as it runs in a node.
//!
//! | module | one idea |
//! |---|---|
//! | [`tree`] | how the state tree hashes leaves and nodes |
//! | [`state`] | proof that keys are, or are not, in the state under a root |

#![cfg_attr(not(feature = "std"), no_std)]
#![forbid(unsafe_code)]
#![cfg_attr(not(test), deny(clippy::unwrap_used, clippy::expect_used, clippy::panic))]
#![cfg_attr(not(test), deny(clippy::indexing_slicing))]

extern crate alloc;

pub mod state;
pub mod tree;

pub use state::{ProofError, StateProof};
