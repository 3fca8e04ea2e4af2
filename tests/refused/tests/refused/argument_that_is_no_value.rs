//! Arguments have an encoding.

use weal_sdk::prelude::*;

pub struct Place {
    seat: u8,
}

#[derive(Storage)]
pub struct Box {
    count: Item<u64>,
}

#[contract]
impl Box {
    #[call(auth = anyone)]
    pub fn add(&mut self, place: Place) {}
}

fn main() {}
