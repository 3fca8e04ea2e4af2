//! What a chain stores is public.

use weal_sdk::prelude::*;

#[derive(Storage)]
pub struct Box {
    count: Item<u64>,
}

#[contract]
impl Box {
    #[query(auth = owner)]
    pub fn count(&self) -> u64 {
        self.count.get()
    }
}

fn main() {}
