//! A contract can be called.

use weal_sdk::prelude::*;

#[derive(Storage)]
pub struct Box {
    count: Item<u64>,
}

#[contract]
impl Box {
    fn helper(&self) {}
}

fn main() {}
