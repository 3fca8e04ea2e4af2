//! Calls stand in the contract's own `impl`, further queries elsewhere.

use weal_sdk::prelude::*;

#[derive(Storage)]
pub struct Box {
    count: Item<u64>,
}

#[contract(queries)]
impl Box {
    #[call(auth = anyone)]
    pub fn add(&mut self, _ctx: &mut Ctx) {
        self.count.set(&1);
    }
}

fn main() {}
