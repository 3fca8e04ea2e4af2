//! Two fields never share keys.

use weal_sdk::prelude::*;

#[derive(Storage)]
pub struct Box {
    count: Item<u64>,
    #[storage(was = "count")]
    total: Item<u64>,
}

fn main() {}
