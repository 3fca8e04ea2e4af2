//! A slice of the campaign, and what makes a simulator worth its name: the same seed is the same
//! run, and what fails can be read and made smaller.

use std::{collections::BTreeSet, thread};

use weal_sim::{Campaign, Kind, Options, guarded, run, shrink};

/// Seeds that every `make test` runs. `make campaign` runs others too.
const SLICE: std::ops::Range<u64> = 0..2_000;

fn threads() -> usize {
    thread::available_parallelism().map_or(1, usize::from)
}

/// In every run some promise is broken: nobody heals in no time.
fn hasty() -> Options {
    Options { patience_ms: Some(0), ..Options::default() }
}

#[test]
fn a_slice_of_the_campaign_passes() {
    let campaign = Campaign::run(SLICE, threads(), &Options::default());
    println!("{campaign}");
    assert!(campaign.failures.is_empty(), "{campaign}");
    assert_eq!(campaign.runs, SLICE.end - SLICE.start);
    // A simulator in which nothing happens finds nothing either.
    assert!(campaign.messages > 500 * campaign.runs, "{campaign}");
    assert!(campaign.highest.0 >= 5 && campaign.highest.1 >= 3, "{campaign}");
}

#[test]
fn a_seed_is_a_run() {
    let digests: BTreeSet<u64> = (0..60)
        .map(|seed| {
            let first = run(seed, &Options::default());
            assert_eq!(first, run(seed, &Options::default()), "seed {seed}");
            first.digest
        })
        .collect();
    assert_eq!(digests.len(), 60, "different seeds are different runs");
}

#[test]
fn a_trace_changes_nothing_and_tells_who_did_what() {
    let plain = run(3, &Options::default());
    let traced = run(3, &Options { trace: true, ..Options::default() });
    assert_eq!(plain.digest, traced.digest);
    for what in ["starts", "PrePrepare", "persists", "stable:", "all faults end"] {
        assert!(traced.trace.iter().any(|line| line.contains(what)), "{what}");
    }
}

#[test]
fn what_is_left_out_leaves_the_rest_as_it_was() {
    let all = run(5, &Options::default());
    let without = Options { without: BTreeSet::from([Kind::Crash]), ..Options::default() };
    let less = run(5, &without);
    assert!(less.planned.0 <= all.planned.0);
    assert_eq!(less.planned.1, all.planned.1);
}

#[test]
fn a_failing_run_shrinks_to_one_that_fails_alike_and_can_be_repeated() {
    let seed = 10;
    let whole = run(seed, &hasty());
    let promise = whole.failure.map(|failure| failure.oracle);
    assert_eq!(promise, Some("all becomes final"));
    let Some(shrunk) = shrink(seed, &hasty()) else { panic!("seed {seed} fails") };
    assert_eq!(shrunk.report.failure.as_ref().map(|failure| failure.oracle), promise);
    // No fault is needed, and one transaction, for which there was no time.
    let sent = whole.planned.1 - shrunk.options.unsent.len();
    assert_eq!((sent, shrunk.options.without.len()), (1, Kind::ALL.len()));
    assert_eq!(guarded(seed, &shrunk.options), shrunk.report);
    assert!(shrunk.options.arguments().contains("--without"), "{:?}", shrunk.options);
    assert!(shrink(seed, &Options::default()).is_none(), "a good run does not shrink");
}

#[test]
fn with_real_signatures_a_seed_is_a_run_as_well() {
    let real = Options { with: BTreeSet::from([Kind::Real]), ..Options::default() };
    for seed in 0..4 {
        let first = run(seed, &real);
        assert!(first.is_real);
        assert_eq!(first, run(seed, &real), "seed {seed}");
    }
}

#[test]
fn a_campaign_prints_one_command_for_each_failure() {
    let campaign = Campaign::run(5..7, 1, &hasty());
    let text = campaign.to_string();
    assert!(text.contains("weal-sim replay 5 --patience-ms 0 --trace"), "{text}");
    assert!(text.contains("2 failures"), "{text}");
}
