//! JSON-RPC of a real node over real sockets.

mod contracts;
mod dev;
mod discover;
mod door;
mod limits;
mod records;
mod sockets;
mod traces;
mod transactions;
mod wire;
mod world;
