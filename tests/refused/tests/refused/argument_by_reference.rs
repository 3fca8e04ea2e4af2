//! Arguments are owned.

use weal_sdk::prelude::*;

#[derive(Storage)]
pub struct Box {
    count: Item<u64>,
}

#[contract]
impl Box {
    #[query]
    pub fn is(&self, name: &str) -> bool {
        true
    }
}

fn main() {}
