//! The compiler sees a query that writes.

use weal_sdk::prelude::*;

#[derive(Storage)]
pub struct Box {
    count: Item<u64>,
}

#[contract]
impl Box {
    #[query]
    pub fn count(&self) -> u64 {
        self.count.set(&1);
        1
    }
}

fn main() {}
