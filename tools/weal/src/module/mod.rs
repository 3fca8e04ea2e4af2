//! What a Wasm module is made of, for people.

pub mod names;
pub mod size;
