//! A migration leads to a higher version.

use weal_sdk::prelude::*;

#[derive(Storage)]
pub struct Box {
    count: Item<u64>,
}

#[contract]
impl Box {
    #[migrate(from = 1)]
    pub fn grow(&mut self) {}
}

fn main() {}
