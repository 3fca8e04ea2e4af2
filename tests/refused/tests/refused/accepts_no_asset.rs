//! `accepts` names something that holds an asset.

use weal_sdk::prelude::*;

#[derive(Storage)]
pub struct Box {
    count: Item<u64>,
}

#[contract]
impl Box {
    #[call(auth = anyone, accepts(count))]
    pub fn give(&mut self) {}
}

fn main() {}
