//! `argument` names an argument.

use weal_sdk::prelude::*;

#[derive(Storage)]
pub struct Box {
    count: Item<u64>,
}

#[contract]
impl Box {
    #[call(auth = argument(who))]
    pub fn add(&mut self, by: AccountId) {}
}

fn main() {}
