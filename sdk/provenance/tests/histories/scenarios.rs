//! The golden scenarios.

use weal_units::{check, vectors};

use crate::books::Ledger;

#[test]
fn every_scenario_holds() {
    let scenarios = vectors::scenarios();
    assert_eq!(scenarios.len(), 43);
    for scenario in &scenarios {
        check::run(&mut Ledger::new(scenario.max_runs), scenario);
    }
}
