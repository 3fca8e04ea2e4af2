//! Bytes of cases are not discriminants.

use weal_sdk::prelude::*;

#[derive(Value)]
pub enum Colour {
    Red = 4,
    Blue = 7,
}

fn main() {}
