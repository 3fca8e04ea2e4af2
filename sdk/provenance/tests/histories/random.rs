//! Random histories: whatever happens, intervals and single units say the same.

use std::collections::BTreeMap;

use weal_units::{Model, Subject, random::Random};

use crate::books::Ledger;

/// Histories, and the steps of each; a history takes a few milliseconds.
const HISTORIES: u64 = 2_000;
const STEPS: usize = 90;

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
        compare(&mut model, &mut ledger, &format!("seed {seed}, in the end"));
    }
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
