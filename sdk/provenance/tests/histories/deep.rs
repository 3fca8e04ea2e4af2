//! Money that goes in circles.

use weal_provenance::{
    Error,
    back::trace_back,
    owner::{MOST_HOPS, owner, owner_run},
};
use weal_units::{Kind, Rule, Step, Subject};

use crate::books::{Ledger, span, units};

/// A gift of 5 and one of 3 that were handed to and fro together, `hops` times after the split.
fn circled(hops: usize) -> Ledger {
    let mut ledger = Ledger::new(16);
    let line = |line: &str, kind, plan: &[(&str, u32)]| Step::OpenLine {
        line: line.into(),
        fund: "F".into(),
        asset: "CNY".into(),
        kind,
        plan: plan.iter().map(|(line, ppm)| ((*line).into(), *ppm)).collect(),
        fee_so_far: 0,
    };
    let donate = |amount, gift: &str| Step::Donate { fund: "F".into(), amount, gift: gift.into() };
    let (fund, asset) = ("F".into(), "CNY".into());
    let (cooling, ceiling, closing, wind_down) = (0, 0, Rule::FifoOwner, 0);
    let mut steps = vec![
        Step::OpenFund { fund, asset, cooling, ceiling, closing, wind_down },
        line("a", Kind::Work, &[]),
        line("b", Kind::Work, &[]),
        line("in", Kind::Intake, &[("a", 1_000_000)]),
        donate(5, "first"),
        donate(3, "second"),
        Step::Split { line: "in".into(), x: 8 },
    ];
    let forward = |hop: usize| {
        let (line, to) = if hop.is_multiple_of(2) { ("a", "b") } else { ("b", "a") };
        Step::Forward { line: line.into(), to: to.into(), x: 8 }
    };
    steps.extend((0..hops).map(forward));
    for step in &steps {
        ledger.act(0, step).unwrap();
    }
    ledger
}

#[test]
fn owners_are_found_through_as_many_hops_as_the_limit_says_and_no_more() {
    let ledger = circled(MOST_HOPS - 1);
    let (line, at) = (ledger.lines["b"], 8 * (MOST_HOPS as u128 / 2 - 1));
    assert_eq!(ledger.count(line).received, units(at + 8));
    let way = owner(&ledger.records, line, units(at + 6)).unwrap();
    assert_eq!((way.steps.len(), way.unit), (MOST_HOPS, units(6)));
    let (found, rest) = trace_back(&ledger.records, line, span(at, at + 8), 9).unwrap();
    let spans: Vec<_> = found.iter().map(|owned| owned.span).collect();
    assert_eq!(spans, [span(at, at + 5), span(at + 5, at + 8)]);
    assert!(rest.is_empty());

    let mut ledger = circled(MOST_HOPS);
    let (line, at) = (ledger.lines["a"], 8 * (MOST_HOPS as u128 / 2));
    assert_eq!(owner_run(&ledger.records, line, units(at), None), Err(Error::Depth));
    // Forward it goes on, a page at a time.
    assert_eq!(ledger.places("second", None), [("a".to_owned(), at + 5, at + 8)]);
    // A closing by owner cannot find them; what is left waits for a similar fund.
    ledger.act(0, &Step::CloseFund { fund: "F".into() }).unwrap();
    for line in ["in", "a", "b"] {
        ledger.act(0, &Step::Sweep { line: line.into() }).unwrap();
    }
    let (fund, asset) = ("F".into(), "CNY".into());
    let refused = ledger.act(0, &Step::Settle { fund, asset, limit: 9, to: None }).unwrap_err();
    assert_eq!(refused.code, "DEPTH");
}
