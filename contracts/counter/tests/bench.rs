//! The counter on the bench.

use counter::{CounterCalls, contract};
use weal_sdk::bench::Bench;

#[weal_sdk::test(native, vm)]
fn counts_and_starts_again(t: &mut Bench) {
    let [alice, bob] = t.accounts();
    let counter = t.deploy(alice, &contract());
    t.by(bob).call(counter, CounterCalls::add(2)).unwrap();
    t.by(bob).call(counter, CounterCalls::add(40)).unwrap();
    assert_eq!(t.query(counter, CounterCalls::count()), 42);

    t.by(bob).call(counter, CounterCalls::reset()).expect_unauthorised();
    t.by(alice).call(counter, CounterCalls::reset()).unwrap();
    assert_eq!(t.query(counter, CounterCalls::count()), 0);
}

#[weal_sdk::test(native, vm)]
fn a_count_that_is_too_large_is_refused(t: &mut Bench) {
    let [alice] = t.accounts();
    let counter = t.deploy(alice, &contract());
    t.by(alice).call(counter, CounterCalls::add(u64::MAX)).unwrap();
    t.by(alice)
        .call(counter, CounterCalls::add(1))
        .expect_code(weal_sdk::failure::Failure::NumberOverflow);
    assert_eq!(t.query(counter, CounterCalls::count()), u64::MAX);
}
