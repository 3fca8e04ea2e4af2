//! A node over its whole life: accept, order, execute, restart, go back.

mod dev;
mod life;
mod pool;
mod world;
