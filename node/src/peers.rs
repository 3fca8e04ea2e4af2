//! The other validators: what they send, and what is sent to them.
//!
//! ```text
//! network ──► door ──► engine          messages, proposals with transactions, blocks
//!              │  └──► intake          transactions that wait elsewhere
//!              └─────► archive ──► network    final blocks and states for whoever is behind
//! ```
//!
//! | module | one idea |
//! |---|---|
//! | [`packet`] | what goes over the wire |
//! | [`door`] | everything is decoded and checked here, many at a time |
//! | [`judge`] | what messages are judged by |
//! | [`assemble`] | transactions from their bytes, each checked once |
//! | [`blocks`] | final blocks from another node |
//! | [`asked`] | who was asked for them |
//! | [`invited`] | whose proposals are looked at |
//! | [`tray`] | votes before what is large |
//! | [`snapshot`] | questions for the state after a block |
//! | [`archive`] | final blocks, and states, for another node |
//! | [`strikes`] | who sends what no correct validator sends |

pub mod archive;
pub mod asked;
pub mod assemble;
pub mod blocks;
pub mod door;
pub mod invited;
pub mod judge;
pub mod packet;
pub mod snapshot;
pub mod strikes;
mod tray;
