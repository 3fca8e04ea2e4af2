//! The ABI has no type parameters.

use weal_sdk::prelude::*;

#[derive(Value)]
pub struct Pair<T> {
    a: T,
}

fn main() {}
