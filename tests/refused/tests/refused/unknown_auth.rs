//! `auth` is one of a few words.

use weal_sdk::prelude::*;

#[derive(Storage)]
pub struct Box {
    count: Item<u64>,
}

#[contract]
impl Box {
    #[call(auth = admin)]
    pub fn add(&mut self) {
        self.count += 1;
    }
}

fn main() {}
