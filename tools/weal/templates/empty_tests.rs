//! The contract on a chain of one process, natively and in Wasm.

use weal_sdk::{bench::Bench, failure::Failure};

use my_contract::MyContractCalls as Calls;
use my_contract::contract;

#[weal_sdk::test(native, vm)]
fn anyone_may_add(t: &mut Bench) {
    let [alice, bob] = t.accounts();
    let number = t.deploy(alice, &contract());
    t.by(alice).call(number, Calls::add(2)).unwrap();
    t.by(bob).call(number, Calls::add(40)).unwrap();
    assert_eq!(t.query(number, Calls::count()), 42);
}

#[weal_sdk::test(native, vm)]
fn a_sum_that_is_too_large_is_refused(t: &mut Bench) {
    let [alice] = t.accounts();
    let number = t.deploy(alice, &contract());
    t.by(alice).call(number, Calls::add(u64::MAX)).unwrap();
    t.by(alice)
        .call(number, Calls::add(1))
        .expect_code(Failure::NumberOverflow);
    assert_eq!(t.query(number, Calls::count()), u64::MAX);
}
