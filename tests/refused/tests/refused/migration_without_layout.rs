//! A migration reads the committed layout.

use weal_sdk::prelude::*;

#[derive(Storage)]
#[storage(version = 2)]
pub struct Box {
    count: Item<u64>,
}

#[contract]
impl Box {
    #[migrate(from = 1)]
    pub fn grow(&mut self, old: v1::Box) {}
}

fn main() {}
