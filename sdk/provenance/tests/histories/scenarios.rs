//! The golden scenarios.

use weal_units::{Kind, Model, Rule, Step, Subject, check, vectors};

use crate::books::Ledger;

#[test]
fn every_scenario_holds() {
    let scenarios = vectors::scenarios();
    assert_eq!(scenarios.len(), 43);
    for scenario in &scenarios {
        check::run(&mut Ledger::new(scenario.max_runs), scenario);
    }
}

/// A gift that grew by exchanges there and back, and is taken back in two pieces, loses its weight
/// once: more than it gave is never noted.
#[test]
fn a_gift_is_not_taken_back_more_than_once() {
    let line = |line: &str, asset: &str, kind, plan: &[(&str, u32)]| Step::OpenLine {
        line: line.into(),
        fund: "F".into(),
        asset: asset.into(),
        kind,
        plan: plan.iter().map(|(line, ppm)| ((*line).into(), *ppm)).collect(),
        fee_so_far: 0,
    };
    let fund = |fund: &str, closing| Step::OpenFund {
        fund: fund.into(),
        asset: "CNY".into(),
        cooling: 0,
        ceiling: 0,
        closing,
        wind_down: 0,
    };
    let donate = |amount, gift: &str| Step::Donate { fund: "F".into(), amount, gift: gift.into() };
    let convert = |line: &str, to: &str, x, y| {
        let (line, to) = (line.into(), to.into());
        Step::Convert { line, to, x, y }
    };
    let refund = |u| Step::Refund { line: "late".into(), u, leaf: None };
    let mut steps = vec![
        fund("F", Rule::ProrataOriginal),
        fund("G", Rule::FifoOwner),
        line("early", "CNY", Kind::Work, &[]),
        line("late", "CNY", Kind::Work, &[]),
        line("usd", "USD", Kind::Work, &[]),
        line("in", "CNY", Kind::Intake, &[("early", 1_000_000)]),
        donate(10, "grown"),
        donate(20, "plain"),
        Step::Split { line: "in".into(), x: 30 },
    ];
    for _ in 0..2 {
        steps.extend([convert("early", "usd", 5, 5), convert("usd", "late", 5, 15)]);
    }
    steps.extend([
        Step::Announce { line: "late".into(), to: "early".into(), until: 9 },
        refund(0),
        refund(15),
        Step::CloseFund { fund: "F".into() },
    ]);
    let lines = ["in", "early", "late", "usd"];
    steps.extend(lines.map(|line| Step::Sweep { line: line.into() }));
    let (fund, asset) = ("F".into(), "CNY".into());
    steps.push(Step::Settle { fund, asset, limit: 9, to: None });

    let (mut model, mut ledger) = (Model::new(16), Ledger::new(16));
    for step in &steps {
        let expected = model.act(0, step);
        assert_eq!(ledger.act(0, step), expected);
        assert!(expected.is_ok(), "{step:?}");
    }
    assert_eq!(ledger.gift("grown").back.get(), 10);
    assert_eq!(ledger.paid(), model.paid());
    let paid = |gift: &str| ledger.paid[&(gift.to_owned(), "CNY".to_owned())];
    assert_eq!((paid("grown"), paid("plain")), (30, 20));
}
