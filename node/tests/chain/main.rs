//! A node over its whole life: accept, order, execute, restart, go back.

mod dev;
mod life;
#[path = "../people/mod.rs"]
#[allow(dead_code, reason = "each test program needs another part of it")]
mod people;
mod pool;
mod world;
