//! Random histories: whatever happens, intervals and single units say the same.

use std::collections::BTreeMap;

use weal_provenance::{
    Records,
    dust::{dust, dust_of},
    record::{Out, Place},
};
use weal_units::{Dust, Model, Subject, random::Random};

use crate::books::{Ledger, span, units};

/// Histories, and the steps of each; a history takes a few milliseconds.
const HISTORIES: u64 = 2_000;
const STEPS: usize = 90;

/// What an exchange made dust is the same by intervals and unit by unit; and a trace of the units
/// themselves ends at the same unit.
fn compare_dust(model: &mut Model, ledger: &mut Ledger, place: &str) -> usize {
    let mut count = 0;
    for hop in model.exchanges() {
        let expected = model.dust(&hop);
        assert_eq!(ledger.dust(&hop), expected, "{place}: {hop:?}");
        let id = Place { line: ledger.lines[&hop.0], start: units(hop.1) };
        let Some(Out::Hop(record)) = ledger.records.departure(id.line, id.start).unwrap() else {
            panic!("{hop:?} is no hop");
        };
        for Dust { start, end, at, .. } in &expected {
            let there = dust_of(&record, id, span(*start, *end)).unwrap().unwrap();
            assert_eq!((ledger.name(there.line), there.start.get()), *at, "{place}: {hop:?}");
            // Asked from within a stretch on, the answer is about all of it.
            let (found, _) = dust(&ledger.records, id, units(end - 1), 1).unwrap();
            assert_eq!(found[0].span, span(*start, *end), "{place}: {hop:?}");
        }
        count += expected.len();
    }
    count
}

fn compare(model: &mut Model, ledger: &mut Ledger, place: &str) {
    model.check();
    assert_eq!(ledger.counts(), model.counts(), "{place}");
    assert_eq!(ledger.paid(), model.paid(), "{place}");
    for (gift, leaves) in model.gift_names() {
        assert_eq!(ledger.places(&gift, None), model.places(&gift, None), "{place}: {gift}");
        for leaf in 0..leaves {
            let leaf = Some(leaf);
            assert_eq!(ledger.places(&gift, leaf), model.places(&gift, leaf), "{place}: {gift}");
        }
    }
    for (line, received, _) in model.stocks() {
        let givers = model.givers(&line, 0, received);
        assert_eq!(ledger.givers(&line, 0, received), givers, "{place}: {line}");
    }
}

#[test]
fn intervals_agree_with_units() {
    let mut outcomes = BTreeMap::<String, u32>::new();
    let mut dusty = 0;
    for seed in 0..HISTORIES {
        let (mut random, mut model, mut ledger) =
            (Random::new(seed), Model::new(16), Ledger::new(16));
        for number in 0..STEPS {
            let (at, step) = random.next(&model);
            let place = format!("seed {seed}, step {number}: {step:?}");
            let (expected, found) = (model.act(at, &step), ledger.act(at, &step));
            assert_eq!(found, expected, "{place}");
            let name = format!("{step:?}");
            let name = name.split([' ', '{']).next().unwrap();
            let outcome = expected.map_or_else(|refusal| refusal.code, |_| "done".into());
            *outcomes.entry(format!("{name} {outcome}")).or_default() += 1;
            if number % 16 == 0 {
                compare(&mut model, &mut ledger, &place);
            }
        }
        let place = format!("seed {seed}, in the end");
        compare(&mut model, &mut ledger, &place);
        dusty += compare_dust(&mut model, &mut ledger, &place);
    }
    assert!(dusty > 100, "{dusty} stretches became dust");
    println!("{outcomes:#?}");
    // The histories are worth their while: each message succeeds, and most refusals occur.
    for name in [
        "Donate",
        "DonateBatch",
        "Split",
        "Forward",
        "Convert",
        "Spend",
        "SpendBatch",
        "Advance",
        "Reimburse",
        "HandBack",
        "Hold",
        "Release",
        "Seize",
        "Refund",
        "Announce",
        "WithdrawNotice",
        "Repurpose",
        "Skip",
        "CloseFund",
        "Sweep",
        "Settle",
    ] {
        assert!(outcomes.get(&format!("{name} done")).is_some_and(|count| *count > 50), "{name}");
    }
    for outcome in ["Split COOLING", "Refund NOT_FREE", "Refund NOT_OWNER", "Spend INSUFFICIENT"] {
        assert!(outcomes.contains_key(outcome), "{outcome}");
    }
}
