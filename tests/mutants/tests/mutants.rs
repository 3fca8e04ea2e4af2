//! The simulator kills every mutant, and the same seeds pass without one.

use weal_consensus_mutants::table;
use weal_mutants::{
    campaign::{for_each, kills, run},
    document, focus, seeds,
};
use weal_sim_mutants::Options;

/// Seeds beside the one that is known to kill: after a change of the simulator another may.
const NEIGHBOURS: u64 = 40;

/// First seeds that are compared with runs of the replica itself.
const FIRST: usize = 300;

const REMEDY: &str =
    "look why; then `cargo run --release -p weal-mutants -- --write` searches again";

#[test]
fn every_mutant_is_killed() {
    let known = seeds::read().expect("seeds.txt is there");
    let rows = table::all();
    let alive = for_each(rows.len(), |row| {
        let name = rows[row].name;
        let Some((seed, _)) = known.get(name) else { return Some(name) };
        let is_killed = |seed: u64| kills(row, seed).is_some();
        (!(*seed..*seed + NEIGHBOURS).any(is_killed)).then_some(name)
    });
    let alive: Vec<_> = alive.into_iter().flatten().collect();
    assert!(alive.is_empty(), "alive: {alive:?}; {REMEDY}");
}

#[test]
fn without_a_mutant_the_same_seeds_pass() {
    let known = seeds::read().expect("seeds.txt is there");
    let rows = table::all();
    assert_eq!(focus::strangers(), [""; 0]);
    let wrong = for_each(rows.len(), |row| {
        let (seed, _) = known.get(rows[row].name)?;
        let failure = run(None, *seed, &focus::of(row)).failure?;
        Some(format!("{}, seed {seed}: {failure}", rows[row].name))
    });
    let wrong: Vec<_> = wrong.into_iter().flatten().collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn without_a_mutant_runs_are_those_of_the_replica() {
    let wrong = for_each(FIRST, |seed| {
        let seed = seed as u64;
        let copy = run(None, seed, &Options::default());
        let right = weal_sim::run(seed, &weal_sim::Options::default());
        let is_same = (right.digest, right.events) == (copy.digest, copy.events);
        let failed = copy.failure.map(|failure| format!("seed {seed}: {failure}"));
        failed.or_else(|| (!is_same).then(|| format!("seed {seed}: the copy behaves otherwise")))
    });
    let wrong: Vec<_> = wrong.into_iter().flatten().collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn the_document_shows_the_seeds() {
    let known = seeds::read().expect("seeds.txt is there");
    let text = std::fs::read_to_string(document::path()).expect("docs/mutants.md is there");
    let expected = document::render(&text, &known).expect("it has a table");
    if std::env::var_os("WEAL_GOLDEN").is_some_and(|mode| mode == "write") {
        std::fs::write(document::path(), &expected).expect("docs can be written");
    } else {
        assert!(text == expected, "docs/mutants.md: `make golden` writes its table");
    }
}
