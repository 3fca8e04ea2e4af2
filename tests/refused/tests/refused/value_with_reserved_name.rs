//! Built-in types keep their names.

use weal_sdk::prelude::*;

#[derive(Value)]
pub struct Bytes {
    a: u8,
}

fn main() {}
