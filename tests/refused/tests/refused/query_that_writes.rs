//! A query takes `&self`.

use weal_sdk::prelude::*;

#[derive(Storage)]
pub struct Box {
    count: Item<u64>,
}

#[contract]
impl Box {
    #[query]
    pub fn count(&mut self) -> u64 {
        self.count.get()
    }
}

fn main() {}
