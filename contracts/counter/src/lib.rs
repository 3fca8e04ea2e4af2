//! The smallest contract: a count that anyone raises and its owner sets back.

#![cfg_attr(target_arch = "wasm32", no_std)]

use weal_sdk::prelude::*;

/// A count that anyone raises and its owner sets back.
#[derive(Storage)]
pub struct Counter {
    count: Item<u64>,
}

#[contract]
impl Counter {
    /// Adds to the count.
    #[call(auth = anyone, intent = "Add {by} to the count")]
    pub fn add(&mut self, #[label("How many")] by: u64) {
        self.count += by;
    }

    /// Sets the count back to zero.
    #[call(auth = owner, intent = "Set the count back to zero")]
    pub fn reset(&mut self) {
        self.count.set(&0);
    }

    /// The count.
    #[query]
    pub fn count(&self) -> u64 {
        self.count.get()
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_layout_is_the_committed_one() {
        weal_sdk::layout::lock(env!("CARGO_MANIFEST_DIR"), &super::layout()).unwrap();
    }
}
