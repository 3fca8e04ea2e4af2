//! The cluster simulator: replicas of `weal-consensus` on machines that fail, joined by a network
//! that loses what it likes, with traitors among them. One seed decides everything, so whatever
//! goes wrong goes wrong again when it is looked at.
//!
//! | module | one idea |
//! |---|---|
//! | `plan` | what a seed decides before the run |
//! | `world` | what happens, in the order of time |
//! | `host` | one machine: replica, journal, executed blocks, pool |
//! | `ledger` | what is executed |
//! | `network`, `queue`, `random`, `keys` | links, time, chance, signatures |
//! | `door` | what passes, and passed before |
//! | `byzantine` | traitors, one way of betraying in each file |
//! | `oracle` | what must never be seen, one promise in each file |
//! | `campaign`, `shrink` | many seeds; less of one |
//! | `digest`, `trace`, `report` | what a run leaves behind |
//!
//! The design is that of FoundationDB's and TigerBeetle's simulators: virtual time, faults drawn
//! from the seed, and in the end a healed network in which everything must become final.

#![forbid(unsafe_code)]

mod byzantine;
mod campaign;
mod digest;
mod door;
mod host;
mod keys;
mod ledger;
mod network;
mod options;
mod oracle;
mod plan;
mod queue;
mod random;
mod report;
mod shrink;
mod trace;
mod world;

pub use campaign::{Campaign, guarded};
pub use options::{Kind, Options};
pub use report::{Failure, Report};
pub use shrink::{Shrunk, shrink};

/// Runs one seed.
pub fn run(seed: u64, options: &Options) -> Report {
    world::World::new(seed, options).run()
}
