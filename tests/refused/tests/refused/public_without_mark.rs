//! What is public can be called, so something must say how.

use weal_sdk::prelude::*;

#[derive(Storage)]
pub struct Box {
    count: Item<u64>,
}

#[contract]
impl Box {
    #[query]
    pub fn count(&self) -> u64 {
        self.count.get()
    }

    pub fn add(&mut self) {
        self.count += 1;
    }

    fn helper(&self) {}
}

fn main() {}
