//! An import needs the document.

weal_sdk::import!(token = "abi/token.abi.json");

fn main() {}
