//! Ordering: which transactions come next, and when their result is final. Practical Byzantine
//! Fault Tolerance (Castro & Liskov 1999), for blocks.
//!
//! A replica is a function: `step(now, event) → actions`. It has no clock, disk, socket, thread or
//! randomness; the engine that owns those performs the [`Action`]s and reports what came of them as
//! [`Event`]s. So every run can be repeated exactly, and a test is a table of events.
//!
//! Blocks are *ordered* first, then *executed*, then *certified*: a validator signs the header that
//! results from execution, and a quorum of such votes makes it final. One validator is a set like
//! any other, whose quorum is one.
//!
//! `docs/consensus.md` is the protocol in words. Read it, or the paper, beside these modules:
//!
//! | module | one idea | paper |
//! |---|---|---|
//! | `replica` | the state, and which event goes where | §4 |
//! | `outlook` | what an engine may see of it | – |
//! | `propose` | the leader fills slots | §4.2 |
//! | `normal` | PRE-PREPARE, PREPARE, COMMIT | §4.2 |
//! | `execute` | from ordered slots to a stable height | §4.3 |
//! | `view_change` | leaving a view | §4.4 |
//! | `new_view` | beginning one | §4.4 |
//! | `timing` | when patience ends | §4.5.2 |
//! | `status` | what is sent again | – |
//! | `bodies` | proposals behind digests | – |
//! | `epoch` | validators change, leaders have terms | – |
//! | `recovery` | coming back after a crash | – |
//! | `slot`, `tally` | what is known of one height; counting votes | – |
//! | `message`, `verify` | what is said, and the door that it comes through | §4.2–4.4 |
//! | `event`, `record`, `settings` | what goes in and out, what must survive, the numbers | – |
//! | `evidence` | statements that contradict each other | – |

#![cfg_attr(not(feature = "std"), no_std)]
#![forbid(unsafe_code)]
#![cfg_attr(not(test), deny(clippy::unwrap_used, clippy::expect_used, clippy::panic))]
#![cfg_attr(not(test), deny(clippy::indexing_slicing))]

extern crate alloc;

mod bodies;
mod epoch;
mod event;
mod evidence;
mod execute;
mod message;
mod new_view;
mod normal;
mod outlook;
mod propose;
mod record;
mod recovery;
mod replica;
mod settings;
mod slot;
mod status;
mod tally;
mod timing;
mod verify;
mod view_change;

pub use event::{Action, Body, Event, Halt, Handover, Ordered, Timer, Token};
pub use evidence::Evidence;
pub use message::{
    Claim, Draft, Grounds, Life, MESSAGE_BYTES, Mark, Message, NewView, PerSlot, PrePrepare,
    Recollection, Signed, SignedVote, Slotted, Statement, Status, ViewChange,
};
pub use record::Record;
pub use replica::Replica;
pub use settings::{
    ALONE_HEARTBEATS, BlockLimits, HEARTBEAT_MS, IN_FLIGHT, PROGRESS_MOST_MS, PROGRESS_MS, Pace,
    RESEND_MS, Settings, TERM, TIME_AHEAD_MS, TIME_BEHIND_MS, WINDOW,
};
pub use verify::{Check, Invalid, Rules, Signatures, Verified, leader};
