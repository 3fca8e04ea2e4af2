//! What the test bench finds out.

use two_faced::{TwoFacedCalls, contract};
use weal_sdk::{
    FailureKind, Request, Value,
    bench::{Bench, Mode, RandomCalls},
    prelude::*,
};

/// Makes an honest call and then another.
fn second_call<T: Value>(t: &mut Bench, request: Request<T, weal_sdk::NoError>) {
    let [alice] = t.accounts();
    let contract = t.deploy(alice, &contract());
    t.by(alice).call(contract, TwoFacedCalls::honest(1)).unwrap();
    let _ = t.by(alice).call(contract, request);
}

#[weal_sdk::test(native, vm)]
#[should_panic(expected = "native and Wasm differ at call 3, alice's call of `stores`: the state")]
fn a_difference_in_the_state(t: &mut Bench) {
    second_call(t, TwoFacedCalls::stores());
}

#[weal_sdk::test(native, vm)]
#[should_panic(expected = "alice's call of `returns`: \n  native  returned 0x08000000")]
fn a_difference_in_what_is_returned(t: &mut Bench) {
    second_call(t, TwoFacedCalls::returns());
}

#[weal_sdk::test(native, vm)]
#[should_panic(expected = "alice's call of `says`")]
fn a_difference_in_an_event(t: &mut Bench) {
    second_call(t, TwoFacedCalls::says());
}

#[weal_sdk::test(native, vm)]
#[should_panic(expected = "alice's call of `fails`")]
fn a_failure_in_wasm_only(t: &mut Bench) {
    second_call(t, TwoFacedCalls::fails());
}

#[weal_sdk::test(native, vm)]
#[should_panic(expected = "the query `answers`")]
fn a_difference_in_an_answer(t: &mut Bench) {
    let [alice] = t.accounts();
    let contract = t.deploy(alice, &contract());
    let _ = t.query(contract, TwoFacedCalls::answers());
}

/// One mode alone has nothing to differ from.
#[weal_sdk::test(native)]
fn a_test_in_one_mode(t: &mut Bench) {
    assert_eq!(t.mode(), Mode::Native);
    second_call(t, TwoFacedCalls::stores());
}

#[weal_sdk::test(vm)]
fn a_test_in_the_other_mode(t: &mut Bench) {
    assert_eq!(t.mode(), Mode::Vm);
    second_call(t, TwoFacedCalls::stores());
}

/// A panic has the same location natively and in Wasm.
#[weal_sdk::test(native, vm)]
fn a_panic_says_where(t: &mut Bench) {
    let [alice] = t.accounts();
    let contract = t.deploy(alice, &contract());
    t.by(alice).call(contract, TwoFacedCalls::panics(0)).expect_failure(|kind| match kind {
        FailureKind::Panic(location) => {
            String::from_utf8_lossy(location).contains("two-faced/src/lib.rs:")
        }
        _ => false,
    });
    assert_eq!(t.query(contract, TwoFacedCalls::count()), 0);
}

#[weal_sdk::test(native, vm)]
#[should_panic(expected = "alice calls panics with 0x00")]
fn random_calls_find_a_panic_and_shrink_it(t: &mut Bench) {
    let [alice] = t.accounts();
    let id = t.deploy(alice, &contract());
    t.random_calls(id, &contract(), RandomCalls { sequences: 200, calls: 8 });
}

#[weal_sdk::test(native)]
#[should_panic(expected = "the invariant `the count is small` does not hold")]
fn an_invariant_that_breaks(t: &mut Bench) {
    let [alice] = t.accounts();
    let id = t.deploy(alice, &contract());
    t.invariant("the count is small", move |t| t.query(id, TwoFacedCalls::count()) < 9);
    t.by(alice).call(id, TwoFacedCalls::honest(8)).unwrap();
    t.by(alice).call(id, TwoFacedCalls::honest(1)).unwrap();
}

#[weal_sdk::test(native, vm)]
fn a_point_to_go_back_to(t: &mut Bench) {
    let [alice] = t.accounts();
    let id = t.deploy(alice, &contract());
    let (start, height, now) = (t.point(), t.height(), t.now());
    t.by(alice).call(id, TwoFacedCalls::honest(5)).unwrap();
    t.pass(std::time::Duration::from_secs(60));
    t.back_to(&start);
    assert_eq!((t.height(), t.now()), (height, now));
    assert_eq!(t.query(id, TwoFacedCalls::count()), 0);
    t.by(alice).call(id, TwoFacedCalls::honest(7)).unwrap();
    assert_eq!(t.query(id, TwoFacedCalls::count()), 7);
}

#[weal_sdk::test(native)]
#[should_panic(expected = "the mock's `count` returns another type than its ABI says")]
fn a_mock_that_does_not_fit_its_abi(t: &mut Bench) {
    let abi = two_faced::abi().to_json();
    let _ = t.mock(&abi).returning("count", &Some(AccountId([1; 32])));
}
