//! A query takes no assets.

use weal_sdk::prelude::*;

#[derive(Storage)]
pub struct Box {
    count: Item<u64>,
}

#[contract]
impl Box {
    #[query(accepts(any))]
    pub fn count(&self) -> u64 {
        self.count.get()
    }
}

fn main() {}
