//! Several validators in one process, over real sockets.

#[path = "../people/mod.rs"]
#[allow(dead_code, reason = "each test program needs another part of it")]
mod people;

mod epochs;
mod faults;
mod giver;
mod halt;
mod liar;
mod members;
mod puppet;
mod snapshot;
mod together;
mod world;
