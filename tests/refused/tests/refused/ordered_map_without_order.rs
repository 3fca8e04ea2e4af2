//! An ordered map needs keys with an order.

use weal_sdk::prelude::*;

#[derive(Clone, Debug, Value)]
pub struct Place {
    seat: u8,
}

#[derive(Storage)]
pub struct Box {
    places: OrderedMap<Place, u8>,
}

fn main() {}
