//! Where the seeds of a mutant are looked for: among those in which somebody attacks what it
//! breaks.
//!
//! Without this, one traitor in twenty would do so.

use weal_consensus_mutants::table;
use weal_sim_mutants::{Kind, Options};

/// By mutant: what the traitors do, by the name of their file in the simulator.
const TRAITORS: &[(&str, &str)] = &[
    ("order-believed", "new_view_liar"),
    ("claim-above-winner", "new_view_liar"),
    ("digest-claimed", "new_view_liar"),
    ("same-change-twice", "new_view_liar"),
    ("new-view-certificates-unchecked", "new_view_liar"),
    ("new-view-stable-unchecked", "new_view_liar"),
    ("new-view-changes-unchecked", "new_view_liar"),
    ("votes-unchecked", "counterfeiter"),
    ("certificates-unchecked", "counterfeiter"),
    ("same-signer-twice", "counterfeiter"),
    ("changes-unchecked", "counterfeiter"),
    ("grounds-unchecked", "forger"),
    ("grounds-stable-unchecked", "forger"),
    ("new-view-leader-unchecked", "usurper"),
    ("bad-claim-kept", "bad_claim"),
    ("second-proposal", "equivocator"),
    ("time-ahead", "wrong_time"),
    ("time-behind", "wrong_time"),
    ("liar-followed", "impatient"),
    ("unfairness-of-one", "impatient"),
    ("unlawful-proposal", "glutton"),
    ("leader-unchecked", "mutator"),
    ("nobody-asked", "restored"),
    ("answers-ignored", "restored"),
    ("old-answers-taken", "restored"),
    ("new-view-not-known", "restored"),
    ("always-answered", "chatterer"),
    ("unfairness-tolerated", "unfair"),
];

/// By mutant: what happens in each of its runs.
const KINDS: &[(&str, &[Kind])] =
    &[("order-not-durable", &[Kind::Core, Kind::Crash, Kind::Lag, Kind::Loss])];

/// What the traitors do in runs of this row of the table, if it matters.
fn traitor(mutant: usize) -> Option<&'static str> {
    let name = table::all().get(mutant)?.name;
    TRAITORS.iter().find(|(row, _)| *row == name).map(|(_, traitor)| *traitor)
}

fn kinds(mutant: usize) -> &'static [Kind] {
    let name = table::all().get(mutant).map(|row| row.name);
    let found = KINDS.iter().find(|(row, _)| Some(*row) == name);
    found.map_or(&[], |(_, kinds)| *kinds)
}

/// The options of its runs.
pub fn of(mutant: usize) -> Options {
    Options {
        traitor: traitor(mutant).map(str::to_owned),
        with: kinds(mutant).iter().copied().collect(),
        ..Options::default()
    }
}

/// What all of its runs have, in words.
pub fn words(mutant: usize) -> String {
    let kinds = kinds(mutant).iter().map(|kind| kind.name());
    let words: Vec<_> = traitor(mutant).into_iter().chain(kinds).collect();
    if words.is_empty() { "anything".to_owned() } else { words.join(", ") }
}

/// Names in the lists that are no mutant's.
pub fn strangers() -> Vec<&'static str> {
    let rows = table::all();
    let names = TRAITORS.iter().map(|(name, _)| *name).chain(KINDS.iter().map(|(name, _)| *name));
    names.filter(|name| rows.iter().all(|row| row.name != *name)).collect()
}
