//! The brute force agrees with the golden scenarios.

use weal_units::{Model, check, runs::runs_limit, vectors};

#[test]
fn the_model_agrees_with_every_scenario() {
    let scenarios = vectors::scenarios();
    assert_eq!(scenarios.len(), 43);
    for scenario in scenarios.iter().filter(|scenario| scenario.is_small) {
        let mut model = Model::new(scenario.max_runs);
        check::run(&mut model, scenario);
        model.check();
    }
}

#[test]
fn the_limit_of_runs_is_told_alike_for_every_limit() {
    let scenarios = vectors::scenarios();
    let golden = scenarios.into_iter().find(|scenario| scenario.name == "runs_limit").unwrap();
    assert_eq!(runs_limit(3), golden);
    for runs in 1..=20 {
        let mut model = Model::new(runs);
        check::run(&mut model, &runs_limit(runs));
        model.check();
    }
}
