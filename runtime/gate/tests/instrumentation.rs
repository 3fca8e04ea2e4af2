//! Instrumented modules are valid and count.

mod common;

use common::{contract, gate};
use wasmparser::Validator;
use weal_gate::{STACK_GLOBAL, profile::FEATURES};

#[test]
fn a_small_contract_passes_and_gains_the_counter() {
    let checked = gate(&contract("(func (param i32) (result i32) local.get 0 return)")).unwrap();
    Validator::new_with_features(FEATURES).validate_all(&checked.instrumented).unwrap();
    assert_eq!(checked.abi.contract, "Test");
    assert_eq!(checked.abi_hash, checked.abi.hash());
    assert_eq!((checked.size.functions, checked.size.initial_pages), (2, 1));
    let name = STACK_GLOBAL.as_bytes();
    assert!(checked.instrumented.windows(name.len()).any(|window| window == name));
}
