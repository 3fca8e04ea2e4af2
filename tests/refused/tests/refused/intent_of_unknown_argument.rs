//! An intent names arguments.

use weal_sdk::prelude::*;

#[derive(Storage)]
pub struct Box {
    count: Item<u64>,
}

#[contract]
impl Box {
    #[call(auth = anyone, intent = "Add {amount}")]
    pub fn add(&mut self, by: u64) {}
}

fn main() {}
