//! Calls between contracts, and panics.

use weal_sdk::{CallError, FailureKind, prelude::*};

use crate::{ALICE, EUR, OWNER, SHOP, SIBLING, own, shop::Error, world};

const PLENTY: Gas = Gas(1_000);

fn trouble(kind: u8, gas: Gas) -> (Result<String, CallError>, std::rc::Rc<crate::world::World>) {
    let world = world();
    world.give(SHOP.account(), EUR, 5);
    (world.call(ALICE, SHOP, "trouble", &(kind, gas)), world)
}

fn sub(outcome: Result<String, CallError>) -> CallError {
    match own(&outcome.expect_err("it fails")) {
        Some(Error::Sub(error)) => error,
        other => panic!("{other:?}"),
    }
}

#[test]
fn answers_and_refusals_of_a_callee_are_typed() {
    assert_eq!(trouble(1, PLENTY).0, Ok("none".into()));
    assert_eq!(trouble(2, PLENTY).0, Ok("none".into()));
}

#[test]
fn money_goes_along_and_the_callee_sees_the_contract_as_its_caller() {
    let (outcome, world) = trouble(3, PLENTY);
    assert_eq!(outcome, Ok("gave".into()));
    assert_eq!(world.balance(SIBLING.account(), EUR), 5);
    let event = world.events().pop().expect("the sibling emits");
    assert_eq!((event.contract, &*event.topics[0]), (SIBLING, &SHOP.0[..]));
}

#[test]
fn failures_of_a_callee_are_caught() {
    let (outcome, world) = trouble(3, Gas(0));
    let error = sub(outcome);
    assert_eq!((error.contract, error.kind), (SIBLING, FailureKind::OutOfGas));
    assert_eq!(world.balance(SHOP.account(), EUR), 5);

    let error = sub(trouble(9, PLENTY).0);
    assert_eq!((error.contract, error.kind), (SHOP, FailureKind::Reentry));
    assert_eq!(error.method.as_str(), "place");
}

#[test]
fn a_callee_without_money_is_refused_and_absent_ones_are_named() {
    let world = world();
    let outcome = world.call::<String>(ALICE, SHOP, "trouble", &(3_u8, PLENTY));
    assert_eq!(sub(outcome).kind, FailureKind::InsufficientBalance);

    let alone = crate::world::World::new();
    alone.install(SHOP, OWNER, crate::shop::abi(), crate::shop::methods());
    alone.call::<()>(OWNER, SHOP, "open", &(EUR, SIBLING)).unwrap();
    let outcome = alone.call::<String>(ALICE, SHOP, "trouble", &(1_u8, PLENTY));
    assert_eq!(sub(outcome).kind, FailureKind::NoContract);
}

#[test]
fn panics_report_where_they_were() {
    let (outcome, world) = trouble(0, PLENTY);
    let FailureKind::Panic(location) = outcome.unwrap_err().kind else { panic!("it panicked") };
    let (reported, message) = world.panic.take().expect("it was seen");
    assert_eq!(*location, *reported.as_bytes());
    assert_eq!(message, "kind 0");
    let line = include_str!("shop.rs").lines().position(|line| line.contains("panic!(\"kind"));
    let expected = format!("shop.rs:{}:18", line.expect("it is there") + 1);
    assert!(reported.ends_with(&expected), "{reported}");
}

#[test]
fn a_panic_of_a_callee_is_a_failure_like_others() {
    let (outcome, world) = trouble(4, PLENTY);
    let error = sub(outcome);
    let (location, _) = world.panic.take().expect("it was seen");
    let FailureKind::Panic(reported) = error.kind else { panic!("it panicked") };
    assert_eq!((error.contract, &*reported), (SIBLING, location.as_bytes()));
}

#[test]
fn panics_outside_contracts_are_not_swallowed() {
    trouble(0, PLENTY).0.unwrap_err();
    let caught = std::panic::catch_unwind(|| panic!("of a test"));
    let payload = caught.unwrap_err();
    assert_eq!(payload.downcast_ref(), Some(&"of a test"));
}
