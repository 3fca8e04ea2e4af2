//! Each error has a code of its own.

use weal_sdk::prelude::*;

#[derive(ContractError)]
pub enum Error {
    #[code(1)]
    Full,
    #[code(1)]
    Empty,
}

fn main() {}
