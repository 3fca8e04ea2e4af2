//! An event has at most four topics.

use weal_sdk::prelude::*;

#[derive(Event)]
pub struct Said {
    #[topic]
    a: u8,
    #[topic]
    b: u8,
    #[topic]
    c: u8,
    #[topic]
    d: u8,
    #[topic]
    e: u8,
}

fn main() {}
