//! Slices of the models that fit into the suite, and setups that must fail. The whole runs are
//! recorded in `docs/model-checking.md`.

use weal_model::{
    catalogue::find,
    model::{AGREEMENT, CERTIFICATES},
    run::{Limits, Report, explore},
    setup::Setup,
};

fn run(name: &str, limits: Limits) -> Report {
    let model = find(name).expect("the model is in the catalogue");
    explore(model.setup, limits, 2)
}

/// Explores all that lies within the limits, and finds nothing wrong.
#[track_caller]
fn holds(name: &str, states: usize) -> Report {
    let report = run(name, Limits { states, ..Limits::default() });
    assert!(report.violations.is_empty(), "{name}: {report}");
    report
}

/// Finds a violation; returns which properties were violated.
#[track_caller]
fn fails(name: &str) -> Vec<&'static str> {
    let report = run(name, Limits { states: 1_000_000, is_broad: true, ..Limits::default() });
    assert!(!report.violations.is_empty(), "{name} finds nothing: {report}");
    report.violations.into_iter().map(|(property, _)| property).collect()
}

#[test]
fn two_views_are_safe_whoever_lies() {
    for name in ["two-views-0", "two-views-1"] {
        let report = holds(name, 0);
        assert!(report.is_exhausted, "{report}");
        assert_eq!(report.examples, ["all order everything"], "the model is not vacuous");
    }
}

#[test]
fn slices_of_the_larger_models_are_safe() {
    for name in ["views-2", "heights-1", "epoch-0", "crash-0-1", "quorums-0", "follow-0"] {
        holds(name, 60_000);
    }
}

#[test]
fn without_lies_and_with_patience_two_views_are_enough() {
    for name in ["progress-0", "progress-1"] {
        let report = holds(name, 0);
        assert!(report.is_exhausted, "{report}");
        assert_eq!(report.examples, ["all order everything"]);
    }
}

/// States that are taken for one behave alike, or the count would depend on which of them came
/// first. In the second model VIEW-CHANGEs wait until the leader's own one is in its journal: those
/// that differ were once taken for one.
#[test]
fn how_many_states_there_are_does_not_depend_on_the_order_of_exploring() {
    let slow = Setup { variants: 1, ..find("crash-0-1").unwrap().setup };
    for setup in [find("two-views-1").unwrap().setup, slow] {
        let count =
            |is_broad| explore(setup.clone(), Limits { is_broad, ..Limits::default() }, 2).unique;
        assert_eq!(count(true), count(false));
    }
}

#[test]
fn two_liars_among_four_are_one_too_many() {
    let violated = fails("broken-two-liars");
    assert!(violated.contains(&CERTIFICATES), "{violated:?}");
}

#[test]
fn without_signatures_the_chain_forks() {
    let violated = fails("broken-blind");
    let forks = |name: &&str| [AGREEMENT, "no honest replica halts"].contains(name);
    assert!(violated.iter().any(forks), "{violated:?}");
}

/// Each kind of record that must be durable before a statement rests on it.
#[test]
fn a_journal_that_lies_makes_its_validator_contradict_itself() {
    for name in ["broken-b1", "broken-b2", "broken-change", "broken-entry"] {
        let violated = fails(name);
        let expected = ["none contradicts itself", CERTIFICATES];
        assert!(violated.iter().any(|name| expected.contains(name)), "{name}: {violated:?}");
    }
}
