//! A contract has one ABI.

use weal_sdk::prelude::*;

#[derive(Storage)]
pub struct Box {
    count: Item<u64>,
}

#[contract]
impl Box {
    #[cfg(any(unix, windows))]
    #[call(auth = anyone)]
    pub fn add(&mut self) {
        self.count += 1;
    }
}

fn main() {}
