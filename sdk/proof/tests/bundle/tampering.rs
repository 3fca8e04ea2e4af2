//! Whatever is touched is noticed.

use weal_proof::{
    Bundle,
    bundle::{BundleError, Question},
    state::make,
};
use weal_provenance::{
    Error,
    line::Kind,
    record::Place,
    trace::{Fate, Trace},
};
use weal_types::{codec::Bounded, state::StateKey};

use crate::{
    chain::{CONTRACT, Chain, Sparse},
    world::{INTAKE, World, early_gift, question, units},
};

fn check(chain: &Chain, bytes: &[u8]) -> Result<Trace, BundleError> {
    Bundle::from_wire(bytes)?.check(&chain.anchor(), &CONTRACT, None)
}

#[test]
fn a_bundle_shows_what_the_records_say_and_is_small() {
    let (chain, world) = (Chain::new(), World::new());
    let gift = early_gift(40);
    let bundle = world.bundle(&chain, question(gift), 100_000);
    let bytes = bundle.to_wire();
    let trace = check(&chain, &bytes).unwrap();
    assert_eq!(trace, world.trace(gift));
    assert!(trace.stops.len() > 12 && trace.todo.is_empty());
    let totals = trace.totals().unwrap();
    let sum: u128 = totals.values().map(|total| total.get()).sum();
    assert_eq!(sum, trace.record.len.get());
    let kinds: Vec<_> = totals.keys().map(|(_, kind)| *kind).collect();
    assert_eq!(kinds, [Kind::Fee, Kind::Delivered]);
    println!("{} stops, {} keys, {} bytes", trace.stops.len(), bundle.entries.len(), bytes.len());
    assert!(bytes.len() < 40 * 1024, "{} bytes", bytes.len());
    let stamped = trace.stops.iter().any(
        |stop| matches!(&stop.fate, Fate::Rests(rest) if rest.is_shown && !rest.stamps.is_empty()),
    );
    assert!(stamped);
}

#[test]
fn no_bit_can_be_turned() {
    let (chain, world) = (Chain::new(), World::new());
    let gift = early_gift(40);
    let bytes = world.bundle(&chain, question(gift), 50).to_wire();
    let whole = world.trace(gift);
    let mut kept = 0;
    for place in 0..bytes.len() {
        // One bit of each byte, and another of its neighbour.
        let mut turned = bytes.clone();
        turned[place] ^= 1 << (place * 5 % 8);
        if let Ok(trace) = check(&chain, &turned) {
            // Fewer stops are an honest page of fewer stops.
            assert!(whole.stops.starts_with(&trace.stops), "byte {place}");
            assert!(!trace.todo.is_empty(), "byte {place}");
            kept += 1;
        }
    }
    assert!(kept <= 4, "{kept} bytes of the number of stops");
}

#[test]
fn nothing_can_be_cut_off_or_added() {
    let (chain, world) = (Chain::new(), World::new());
    let bytes = world.bundle(&chain, question(early_gift(7)), 50).to_wire();
    for end in 0..bytes.len() {
        assert!(matches!(Bundle::from_wire(&bytes[..end]), Err(BundleError::Malformed(_))));
    }
    let longer = [&bytes[..], &[0]].concat();
    assert!(matches!(Bundle::from_wire(&longer), Err(BundleError::Malformed(_))));
}

#[test]
fn records_cannot_change_places_or_be_kept_back() {
    let (chain, world) = (Chain::new(), World::new());
    let gift = early_gift(40);
    let bundle = world.bundle(&chain, question(gift), 50);
    let tree = Sparse::new(&world.records.0, 50);
    let whole = world.trace(gift);
    let with = |entries: Vec<_>| {
        let mut other = bundle.clone();
        other.entries = Bounded::new(entries).unwrap();
        other
    };
    let check = |bundle: &Bundle| bundle.check(&chain.anchor(), &CONTRACT, None);
    for place in 1..bundle.entries.len() {
        let mut swapped = bundle.entries.to_vec();
        let value = swapped[place].1.clone();
        swapped[place].1 = swapped[place - 1].1.clone();
        swapped[place - 1].1 = value;
        if swapped != bundle.entries.to_vec() {
            assert!(matches!(check(&with(swapped)), Err(BundleError::State(_))), "{place}");
        }
        let mut disordered = bundle.entries.to_vec();
        disordered.swap(place - 1, place);
        assert_eq!(check(&with(disordered)), Err(BundleError::Order { place }));
        // A prover may keep a record back and prove the others.
        let mut fewer = bundle.entries.to_vec();
        fewer.remove(place);
        assert!(matches!(check(&with(fewer.clone())), Err(BundleError::State(_))));
        let path = |key: &[u8]| StateKey::new(&CONTRACT, key).unwrap().path();
        let paths: Vec<_> = fewer.iter().map(|(key, _)| path(key)).collect();
        let mut proven = with(fewer);
        proven.proof = make(&&tree, &paths).unwrap();
        match check(&proven) {
            Err(error) => assert!(matches!(error, BundleError::Trace(_)), "{error}"),
            Ok(trace) => assert!(is_less(&trace, &whole), "{place}"),
        }
    }
}

/// Whether a trace says nothing that `whole` does not say.
fn is_less(trace: &Trace, whole: &Trace) -> bool {
    trace.stops.iter().zip(&whole.stops).all(|(stop, full)| match (&stop.fate, &full.fate) {
        (Fate::Rests(rest), Fate::Rests(full)) => {
            let stamps = rest.stamps.iter().all(|stamp| full.stamps.contains(stamp));
            stamps && (full.is_shown || !rest.is_shown)
        }
        (Fate::Rests(rest), Fate::Left(_)) => !rest.is_shown,
        (stop, full) => stop == full,
    })
}

#[test]
fn a_leaf_of_a_batch_is_followed_and_another_is_not() {
    let (chain, world) = (Chain::new(), World::new());
    let leaf = world.batch.leaf(123).unwrap();
    let ask = |leaf| Question { leaf: Some(leaf), ..question(world.batch_gift) };
    let bundle = world.bundle(&chain, ask(leaf.clone()), 50);
    let trace = bundle.check(&chain.anchor(), &CONTRACT, None).unwrap();
    assert_eq!(trace.span.count(), leaf.amount);
    let total: u128 = trace.totals().unwrap().values().map(|total| total.get()).sum();
    assert_eq!(total, leaf.amount.get());
    for (amount, index) in [(leaf.amount.get() + 1, 123), (leaf.amount.get(), 124)] {
        let mut other = bundle.clone();
        let amount = units(amount);
        other.question = ask(weal_provenance::batch::Leaf { index, amount, ..leaf.clone() });
        let refused = other.check(&chain.anchor(), &CONTRACT, None);
        assert_eq!(refused, Err(BundleError::Trace(Error::BatchSum)));
    }
    let mut other = bundle.clone();
    other.question.gift = Place { line: INTAKE, start: units(1) };
    let refused = other.check(&chain.anchor(), &CONTRACT, None);
    let missing = Error::Missing { line: INTAKE, at: units(1) };
    assert_eq!(refused, Err(BundleError::Trace(missing)));
}
