//! A call says who may call it.

use weal_sdk::prelude::*;

#[derive(Storage)]
pub struct Box {
    count: Item<u64>,
}

#[contract]
impl Box {
    #[call]
    pub fn add(&mut self) {
        self.count += 1;
    }
}

fn main() {}
