//! Ordering: which transactions come next, and when their result is final.
//!
//! A replica is a function: `step(now, event) → actions`. It has no clock, disk, socket, thread or
//! randomness; the engine that owns those performs the [`Action`]s and reports what came of them as
//! [`Event`]s. So every run can be repeated exactly, and a test is a table of events.
//!
//! Blocks are *ordered* first, then *executed*, then *certified*: a validator signs the header that
//! results from execution, and a quorum of such votes makes it final (Castro & Liskov 1999, §4.3,
//! where it is the CHECKPOINT message; here every height is one).
//!
//! | module | one idea |
//! |---|---|
//! | `event` | what a replica is told, and what it asks for |
//! | `solo` | the replica of a chain with one validator |

#![cfg_attr(not(feature = "std"), no_std)]
#![forbid(unsafe_code)]
#![cfg_attr(not(test), deny(clippy::unwrap_used, clippy::expect_used, clippy::panic))]

extern crate alloc;

mod event;
mod solo;

pub use event::{Action, Event, Halt, SignedVote};
pub use solo::{IN_FLIGHT, Settings, Solo};
