//! What stands between the host and a method.

use parity_scale_codec::Encode;
use weal_sdk::{CallError, FailureKind, failure::Failure, prelude::*};
use weal_types::limit;

use crate::{
    ALICE, BOB, EUR, OWNER, SHOP, USD, failed, own, refused,
    shop::{Error, Place, PlaceState, Role},
    world,
    world::{FROZEN, GOVERNANCE},
};

fn place() -> Place {
    Place { holder: ALICE, paid: Amount(1), state: PlaceState::Open }
}

fn kind<T: std::fmt::Debug>(outcome: Result<T, CallError>) -> FailureKind {
    outcome.expect_err("it is refused").kind
}

#[test]
fn each_rule_of_auth_lets_the_right_caller_in_and_nobody_else() {
    let world = world();
    let add = |by| world.call::<()>(by, SHOP, "add", &(1_u16, 1_i32, place()));
    let grant = |by| world.call::<()>(by, SHOP, "grant", &(Role::Clerk, ALICE));
    let revoke = |by| world.call::<()>(by, SHOP, "revoke", &(Role::Clerk, ALICE));
    let count = |by| world.call::<u8>(by, SHOP, "count", &(ALICE, 1_u8));
    let unauthorised = |by: AccountId| failed(Failure::NotAuthorised, &by.0);

    assert_eq!(kind(add(ALICE)), unauthorised(ALICE));
    assert_eq!(kind(grant(ALICE)), unauthorised(ALICE));
    grant(OWNER).unwrap();
    add(ALICE).unwrap();
    assert_eq!(kind(revoke(OWNER)), unauthorised(OWNER));
    revoke(GOVERNANCE).unwrap();
    assert_eq!(kind(add(ALICE)), unauthorised(ALICE));

    assert_eq!(count(ALICE), Ok(1));
    assert_eq!(kind(count(BOB)), unauthorised(BOB));
}

#[test]
fn a_stored_authority_counts_once_it_is_stored() {
    let world = world();
    world.give(SHOP.account(), EUR, 50);
    let send = |by, to, sum| world.call::<()>(by, SHOP, "send", &(to, Amount(sum)));
    assert_eq!(kind(send(ALICE, BOB, 1)), failed(Failure::NotAuthorised, &ALICE.0));
    world.call::<()>(ALICE, SHOP, "keep", &()).unwrap();
    send(ALICE, BOB, 20).unwrap();
    assert_eq!(world.balance(BOB, EUR), 1_020);
    assert_eq!(kind(send(ALICE, BOB, 31)), failed(Failure::BalanceTooLow, &[]));
    assert_eq!(kind(send(ALICE, FROZEN, 1)), failed(Failure::PayeeRefused, &[]));
    assert_eq!(world.balance(SHOP.account(), EUR), 30);
}

#[test]
fn assets_are_refused_unless_they_are_named() {
    let world = world();
    let give = |attach: &[(AssetId, u128)]| {
        world.call_with::<Amount>(ALICE, SHOP, "give", &("x",), attach)
    };
    assert_eq!(give(&[(EUR, 5)]), Ok(Amount(5)));
    assert_eq!(give(&[(EUR, 1), (EUR, 2)]), Ok(Amount(8)));
    assert_eq!(give(&[]), Ok(Amount(8)));
    assert_eq!(kind(give(&[(USD, 5)])), failed(Failure::NotAccepted, &[]));
    assert_eq!(kind(give(&[(EUR, 5), (USD, 5)])), failed(Failure::NotAccepted, &[]));
    assert_eq!(world.balance(ALICE, USD), 1_000);

    let attach = [(EUR, 1), (USD, 2)];
    let brought = world.call_with::<Vec<(AssetId, Amount)>>(ALICE, SHOP, "bring", &(), &attach);
    assert_eq!(brought, Ok(vec![(EUR, Amount(1)), (USD, Amount(2))]));

    let two = |attach: &[_]| world.call_with::<Amount>(ALICE, SHOP, "bring_two", &USD, attach);
    assert_eq!(two(&[(USD, 2)]), Ok(Amount(2)));
    assert_eq!(two(&[(EUR, 2)]), Ok(Amount(2)));
    assert_eq!(kind(two(&attach)), failed(Failure::NotAccepted, &[]));
    let none = world.call_with::<()>(ALICE, SHOP, "keep", &(), &attach);
    assert_eq!(kind(none), FailureKind::AttachedRefused);
}

#[test]
fn arguments_decode_whole_or_not_at_all() {
    let world = world();
    let good = (ALICE, 1_u8).encode();
    for bad in [&good[..32], &[&good[..], &[0]].concat(), &[]] {
        let mut raw = Raw(bad.to_vec());
        let outcome = world.call::<u8>(ALICE, SHOP, "count", &raw);
        assert_eq!(kind(outcome), failed(Failure::ArgumentsMalformed, &[]));
        raw.0.clear();
    }
    let outcome = world.call::<()>(ALICE, SHOP, "keep", &Raw(vec![0]));
    assert_eq!(kind(outcome), failed(Failure::ArgumentsMalformed, &[]));
}

/// Bytes that are their own encoding.
struct Raw(Vec<u8>);

impl Encode for Raw {
    fn encode_to<T: parity_scale_codec::Output + ?Sized>(&self, dest: &mut T) {
        dest.write(&self.0);
    }
}

#[test]
fn values_nest_only_so_deep() {
    let nested = |depth: usize| {
        let wrap = |inner, _| Place {
            state: PlaceState::Taken { at: TimeMs(0), within: vec![inner] },
            ..place()
        };
        (0..depth).fold(place(), wrap)
    };
    let world = world();
    let add = |place: Place| world.call::<()>(OWNER, SHOP, "add", &(1_u16, 1_i32, place));
    add(nested(limit::TYPE_DEPTH)).unwrap();
    assert_eq!(kind(add(nested(limit::TYPE_DEPTH + 1))), failed(Failure::ArgumentsMalformed, &[]));
    assert_eq!(kind(add(nested(2_000))), failed(Failure::ArgumentsMalformed, &[]));
}

#[test]
fn arguments_can_have_any_name() {
    let world = world();
    let outcome = world.call::<u8>(ALICE, SHOP, "names", &(ALICE, EUR, 1_u8, 2_u8));
    assert_eq!(outcome, Ok(3));
}

#[test]
fn a_refusal_carries_code_and_fields_and_undoes_everything() {
    let world = world();
    let before = world.entries(SHOP);
    let outcome = world.call_with::<Amount>(ALICE, SHOP, "give", &("closed",), &[(EUR, 5)]);
    assert_eq!(kind(outcome), refused(8, &[]));
    assert_eq!((world.entries(SHOP), world.balance(ALICE, EUR)), (before, 1_000));

    let error = world.call::<Place>(ALICE, SHOP, "place_or_refuse", &(3_u16, -4_i32)).unwrap_err();
    assert_eq!(error.kind, refused(1, &(3_u16, -4_i32).encode()));
    assert_eq!(own(&error), Some(Error::NoPlace { row: 3, seat: -4 }));
}

#[test]
fn numbers_end_the_frame_where_they_overflow() {
    let world = world();
    let count = |by: u8| world.call::<u8>(ALICE, SHOP, "count", &(ALICE, by));
    assert_eq!(count(255), Ok(255));
    assert_eq!(kind(count(1)), failed(Failure::NumberOverflow, &[]));
    assert_eq!(count(0), Ok(255));
}

#[test]
fn events_carry_topics_and_data() {
    let world = world();
    let word = "w".repeat(62);
    world.call_with::<Amount>(ALICE, SHOP, "give", &(&word,), &[(EUR, 5)]).unwrap();
    let [event] = world.events().try_into().expect("one event");
    assert_eq!((event.contract, event.name.as_str()), (SHOP, "Given"));
    assert_eq!(event.topics.len(), 2);
    assert_eq!(*event.topics[0], ALICE.0);
    // 64 bytes, whose length takes two: the longest topic.
    assert_eq!(*event.topics[1], *word.encode());
    assert_eq!(*event.data, *Amount(5).encode());
}

#[test]
fn a_query_cannot_write_and_reads_what_the_context_says() {
    let world = world();
    *world.time.borrow_mut() = 99;
    world.give(SHOP.account(), EUR, 7);
    let sees = world.call::<(AccountId, TimeMs, ContractId, Amount)>(BOB, SHOP, "sees", &());
    assert_eq!(sees, Ok((BOB, TimeMs(99), SHOP, Amount(7))));
}

#[test]
fn the_context_is_read_once_and_storage_each_time() {
    let world = world();
    world.asked.borrow_mut().clear();
    world.call_with::<Amount>(ALICE, SHOP, "give", &("x",), &[(EUR, 5)]).unwrap();
    let asked = world.asked.borrow().clone();
    let count = |name| asked.iter().filter(|function| **function == name).count();
    // The accepted asset, the sum before and after, the gift before.
    assert_eq!((count("context"), count("get"), count("put")), (1, 4, 2));
}
