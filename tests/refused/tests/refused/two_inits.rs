//! A contract is made in one way.

use weal_sdk::prelude::*;

#[derive(Storage)]
pub struct Box {
    count: Item<u64>,
}

#[contract]
impl Box {
    #[init]
    pub fn one(&mut self) {}

    #[init]
    pub fn two(&mut self) {}
}

fn main() {}
