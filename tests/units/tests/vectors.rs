//! The brute force agrees with the golden scenarios.

use weal_units::{Model, check, vectors};

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
