//! The SDK's own errors keep their names.

use weal_sdk::prelude::*;

#[derive(ContractError)]
pub enum Error {
    #[code(1)]
    NotAuthorised,
}

fn main() {}
