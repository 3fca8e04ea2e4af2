//! Units are a closed list.

use weal_sdk::prelude::*;

#[derive(Storage)]
pub struct Box {
    count: Item<u64>,
}

#[contract]
impl Box {
    #[call(auth = anyone)]
    pub fn wait(&mut self, #[unit(hours)] time: u64) {}
}

fn main() {}
