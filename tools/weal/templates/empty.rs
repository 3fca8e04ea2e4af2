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

#[cfg(test)]
mod tests {
    use weal_sdk::abi::{Auth, MethodKind};

    #[test]
    fn anyone_may_add() {
        let abi = super::abi();
        let add = abi.method("add").expect("the method is described");
        assert_eq!((add.kind, &add.auth), (MethodKind::Call, &Auth::Anyone));
    }
}
