//! Error codes are explicit.

use weal_sdk::prelude::*;

#[derive(ContractError)]
pub enum Error {
    Full,
}

fn main() {}
