//! Networks over real sockets, with correct peers and with hostile ones.

mod connect;
mod hello;
mod limits;
mod pressure;
mod stranger;
mod world;
