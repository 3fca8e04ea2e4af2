//! Fields have names.

use weal_sdk::prelude::*;

#[derive(ContractError)]
pub enum Error {
    #[code(1)]
    Full(u64, u64),
}

fn main() {}
