//! Events are declared for the contract.

use weal_sdk::prelude::*;

#[derive(Storage)]
pub struct Box {
    count: Item<u64>,
}

#[derive(Event)]
pub struct Rang;

#[contract]
impl Box {
    #[call(auth = anyone, emits(Rang))]
    pub fn ring(&mut self, ctx: &mut Ctx) {
        ctx.emit(Rang);
    }
}

fn main() {}
