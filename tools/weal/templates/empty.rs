//! A number that anyone may raise.

#![cfg_attr(target_arch = "wasm32", no_std)]

use weal_sdk::prelude::*;

/// A number that anyone may raise.
#[derive(Storage)]
pub struct MyContract {
    count: Item<u64>,
}

#[contract]
impl MyContract {
    /// Adds to the number.
    #[call(auth = anyone, intent = "Add {by}")]
    pub fn add(&mut self, #[label("How many")] by: u64) {
        self.count += by;
    }

    /// The number.
    #[query]
    pub fn count(&self) -> u64 {
        self.count.get()
    }
}
