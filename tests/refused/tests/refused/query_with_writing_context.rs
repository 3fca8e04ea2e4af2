//! A query takes `&View`.

use weal_sdk::prelude::*;

#[derive(Storage)]
pub struct Box {
    count: Item<u64>,
}

#[contract]
impl Box {
    #[query]
    pub fn count(&self, ctx: &mut Ctx) -> u64 {
        self.count.get()
    }
}

fn main() {}
