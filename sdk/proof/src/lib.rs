//! Light client: checks what a node says without trusting it.
//!
//! The crate is `no_std`, has no clock, socket or disk, and never panics on foreign bytes, so that
//! it runs in a browser as it runs in a node.
//!
//! | module | one idea |
//! |---|---|
//! | [`tree`] | how the state tree hashes leaves and nodes |
//! | [`state`] | proof that keys are, or are not, in the state under a root |
//! | [`certificate`] | that a quorum of the right validators certified a header |
//! | [`bundle`] | a gift's way in one file that proves itself |

#![cfg_attr(not(feature = "std"), no_std)]
#![forbid(unsafe_code)]
#![cfg_attr(not(test), deny(clippy::unwrap_used, clippy::expect_used, clippy::panic))]
#![cfg_attr(not(test), deny(clippy::indexing_slicing))]

extern crate alloc;

pub mod bundle;
pub mod certificate;
pub mod state;
pub mod tree;

pub use bundle::Bundle;
pub use certificate::{Anchor, HandOver};
pub use state::{ProofError, StateProof};
