//! `#[contract]` goes on an `impl`.

use weal_sdk::prelude::*;

#[contract]
pub fn add() {}

fn main() {}
