//! A call takes `&mut self`.

use weal_sdk::prelude::*;

#[derive(Storage)]
pub struct Box {
    count: Item<u64>,
}

#[contract]
impl Box {
    #[call(auth = anyone)]
    pub fn add(&self) {}
}

fn main() {}
