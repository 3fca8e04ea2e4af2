//! `stored` names a storage field.

use weal_sdk::prelude::*;

#[derive(Storage)]
pub struct Box {
    count: Item<u64>,
}

#[contract]
impl Box {
    #[call(auth = stored(keeper))]
    pub fn add(&mut self) {}
}

fn main() {}
