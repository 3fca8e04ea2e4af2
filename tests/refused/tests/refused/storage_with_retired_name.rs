//! A retired name never comes back.

use weal_sdk::prelude::*;

#[derive(Storage)]
#[storage(version = 2, retired("count"))]
pub struct Box {
    count: Item<u64>,
}

fn main() {}
