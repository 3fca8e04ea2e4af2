//! The contract on the bench: the golden scenarios, histories against single units, refusals in
//! their order, and what it costs.

mod appeals;
mod flat;
mod hidden;
mod histories;
mod keys;
mod random;
mod refusals;
mod subject;
mod vectors;
mod world;

#[test]
fn the_layout_is_the_committed_one() {
    weal_sdk::layout::lock(env!("CARGO_MANIFEST_DIR"), &donation::layout()).unwrap();
}

#[test]
fn identity_is_asked_by_its_own_abi() {
    let committed = include_str!("../../abi/identity.abi.json");
    assert_eq!(committed, identity::abi().to_json(), "write the ABI of identity anew");
}
