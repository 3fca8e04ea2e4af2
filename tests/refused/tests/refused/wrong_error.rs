//! All methods refuse with the contract's error.

use weal_sdk::prelude::*;

#[derive(ContractError)]
pub enum Error {
    #[code(1)]
    No,
}

#[derive(ContractError)]
pub enum Other {
    #[code(1)]
    Never,
}

#[derive(Storage)]
pub struct Box {
    count: Item<u64>,
}

#[contract(error = Error)]
impl Box {
    #[call(auth = anyone)]
    pub fn add(&mut self) -> Result<(), Other> {
        Ok(())
    }
}

fn main() {}
