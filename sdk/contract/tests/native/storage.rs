//! Handles on the state.

use proptest::prelude::*;
use weal_sdk::{FailureKind, failure::Failure, prelude::*};
use weal_types::layout::{FieldShape, field_key};

use crate::{
    ALICE, BOB, OWNER, SHOP, failed,
    shop::{Place, PlaceState, layout},
    world,
    world::World,
};

fn place(holder: AccountId) -> Place {
    let at = TimeMs(5);
    let inner = Place { holder: BOB, paid: Amount(2), state: PlaceState::Open };
    Place { holder, paid: Amount(1), state: PlaceState::Taken { at, within: vec![inner] } }
}

fn fill(world: &std::rc::Rc<World>, places: &[(u16, i32)]) {
    for (row, seat) in places {
        world.call::<()>(OWNER, SHOP, "add", &(row, seat, place(ALICE))).unwrap();
    }
}

#[test]
fn keys_follow_from_the_first_names_of_fields() {
    let world = world();
    let keys: Vec<_> = world.entries(SHOP).into_iter().map(|(key, _)| key).collect();
    let role = [&field_key("staff")[..], &[0], &OWNER.0].concat();
    assert!(keys.contains(&role));
    assert!(keys.contains(&field_key("asset").to_vec()));
    assert_eq!(keys.len(), 3);
}

#[test]
fn values_come_back_as_they_went_in() {
    let world = world();
    fill(&world, &[(1, -1)]);
    let found = world.call::<Option<Place>>(BOB, SHOP, "place", &(1_u16, -1_i32));
    assert_eq!(found, Ok(Some(place(ALICE))));
    let none = world.call::<Option<Place>>(BOB, SHOP, "place", &(1_u16, 1_i32));
    assert_eq!(none, Ok(None));
}

#[test]
fn derived_encodings_are_those_of_scale() {
    use parity_scale_codec::Encode;
    let place = place(ALICE);
    let PlaceState::Taken { at, within } = &place.state else { panic!("it is taken") };
    let state = (1_u8, at, within).encode();
    assert_eq!(place.state.encode(), state);
    assert_eq!(place.encode(), [(ALICE, Amount(1)).encode(), state].concat());
    assert_eq!(PlaceState::Open.encode(), [0]);
}

#[test]
fn what_was_never_stored_is_zero_or_ends_the_frame() {
    let world = World::new();
    world.install(SHOP, OWNER, crate::shop::abi(), crate::shop::methods());
    let unset = world.call::<ContractId>(BOB, SHOP, "unset", &());
    assert_eq!(unset.unwrap_err().kind, failed(Failure::FieldUnset, &[]));
    let zero = world.call::<u8>(BOB, SHOP, "count", &(BOB, 0_u8));
    assert_eq!(zero, Ok(0));
}

#[test]
fn pages_run_both_ways_and_across_the_hosts_own_pages() {
    let world = world();
    let mut places: Vec<_> = (-4..4).map(|seat| (7, seat)).collect();
    places.extend([(6, 0), (8, 0)]);
    fill(&world, &places);
    let seats = |from: i32, down: bool, limit: u32| -> Vec<i32> {
        let page: Result<Vec<(i32, AccountId)>, _> =
            world.call(BOB, SHOP, "seats", &(7_u16, from, down, limit));
        page.unwrap().into_iter().map(|(seat, _)| seat).collect()
    };
    assert_eq!(seats(i32::MIN, false, 100), [-4, -3, -2, -1, 0, 1, 2, 3]);
    assert_eq!(seats(-1, false, 3), [-1, 0, 1]);
    assert_eq!(seats(i32::MIN, true, 3), [3, 2, 1]);
    assert_eq!(seats(2, true, 100), [3, 2]);
    assert_eq!(seats(4, false, 100), [0; 0]);
    assert_eq!(seats(0, false, 0), [0; 0]);
}

#[test]
fn the_layout_names_what_is_stored() {
    let layout = layout();
    assert_eq!((layout.version, layout.contract.as_str()), (3, "Shop"));
    assert_eq!(layout.retired, ["old_price"]);
    let names: Vec<_> = layout.fields.iter().map(|field| field.name.as_str()).collect();
    let sorted =
        ["asset", "count", "gifts", "given", "keeper", "names", "other", "places", "staff"];
    assert_eq!(names, sorted);
    let staff = FieldShape::Roles(vec!["Clerk".into(), "Auditor".into()]);
    assert_eq!(layout.fields.last().map(|field| &field.shape), Some(&staff));
    assert!(layout.types.iter().any(|kind| kind.name == "Place"));
    assert!(layout.types.iter().all(|kind| kind.doc.is_empty()));
}

/// Keys written one after the other, as a contract would find them.
fn written<K: weal_sdk::OrderedKey>(key: &K) -> Vec<u8> {
    weal_sdk::generated::ordered_key(key)
}

fn check_pair<K: weal_sdk::OrderedKey + Ord + std::fmt::Debug>(a: &K, b: &K) {
    let (left, right) = (written(a), written(b));
    assert_eq!(a.cmp(b), left.cmp(&right), "{a:?} {b:?}");
    assert!(a == b || !right.starts_with(&left), "{a:?} {b:?}");
    let mut rest = left.as_slice();
    assert_eq!(K::read(&mut rest).as_ref(), Some(a));
    assert!(rest.is_empty());
}

proptest! {
    #[test]
    fn ordered_keys_sort_as_their_values(
        (a, b) in any::<((i32, String, u128), (i32, String, u128))>(),
        (c, d) in any::<((bool, Vec<u8>), (bool, Vec<u8>))>(),
        (e, f) in any::<((i8, i128), (i8, i128))>(),
        (g, h) in any::<([u8; 3], [u8; 3])>(),
    ) {
        check_pair(&a, &b);
        check_pair(&c, &d);
        check_pair(&e, &f);
        check_pair(&g, &h);
    }
}

#[test]
fn texts_with_zero_bytes_sort_before_longer_ones() {
    let texts = ["", "\0", "\0\0", "\0a", "a", "a\0", "a\0b", "ab", "b"];
    for pair in texts.windows(2) {
        check_pair(&pair[0].to_owned(), &pair[1].to_owned());
    }
}

#[test]
fn broken_keys_are_refused() {
    let read = |mut bytes: &[u8]| <(bool, String) as weal_sdk::OrderedKey>::read(&mut bytes);
    assert_eq!(read(&[1, b'a', 0, 0]), Some((true, "a".into())));
    for bad in [&[][..], &[2, 0, 0], &[1, b'a'], &[1, b'a', 0], &[1, 0, 7], &[1, 0xFF, 0, 0]] {
        assert_eq!(read(bad), None, "{bad:?}");
    }
}

#[test]
fn keys_that_are_too_long_end_the_frame() {
    let world = world();
    let name = "n".repeat(300);
    let outcome = world.call_with::<Amount>(ALICE, SHOP, "give", &(name,), &[]);
    // The topic is too long for an event, which is the host's to say; the keys of maps are not.
    assert!(matches!(outcome.unwrap_err().kind, FailureKind::Panic(_)));
}
