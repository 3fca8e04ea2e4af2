//! A node over its whole life: accept, order, execute, restart, go back.

mod dev;
mod life;
#[path = "../people/mod.rs"]
mod people;
mod pool;
mod world;
