//! Storage fields are handles.

use weal_sdk::prelude::*;

#[derive(Storage)]
pub struct Box {
    count: u64,
}

fn main() {}
