//! A devnet of several validators in one process: real connections between them, real JSON-RPC.

mod chain;
mod part;
mod world;
