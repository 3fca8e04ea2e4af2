//! A message names fields.

use weal_sdk::prelude::*;

#[derive(ContractError)]
pub enum Error {
    /// The box holds {count} already.
    #[code(1)]
    Full { held: u64 },
}

fn main() {}
