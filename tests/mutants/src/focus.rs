//! Where the seeds of a mutant are looked for: among those in which somebody attacks what it breaks.
//!
//! Without this, one traitor in twenty would do so.

use weal_consensus_mutants::table;
use weal_sim_mutants::Options;

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
    ("bad-claim-kept", "bad_claim"),
    ("equivocation-kept-secret", "equivocator"),
    ("second-proposal", "equivocator"),
    ("time-ahead", "wrong_time"),
    ("time-behind", "wrong_time"),
    ("liar-followed", "impatient"),
    ("unfairness-of-one", "impatient"),
    ("unlawful-proposal", "glutton"),
    ("leader-unchecked", "mutator"),
    ("lowest-claim-wins", "forgetful"),
];

/// Mutants that break nothing, but make everything slower: no single run shows it.
const SLOWER: &[&str] = &[
    "equivocation-kept-secret",
    "nobody-followed",
    "order-not-served",
    "own-votes-not-repeated",
    "votes-not-served",
];

/// Whether this row of the table is to be told by how long healing takes over many runs.
pub fn is_slower(mutant: usize) -> bool {
    table::all().get(mutant).is_some_and(|row| SLOWER.contains(&row.name))
}

/// What the traitors do in runs of this row of the table, if it matters.
pub fn traitor(mutant: usize) -> Option<&'static str> {
    let name = table::all().get(mutant)?.name;
    TRAITORS.iter().find(|(row, _)| *row == name).map(|(_, traitor)| *traitor)
}

/// The options of its runs.
pub fn of(mutant: usize) -> Options {
    Options { traitor: traitor(mutant).map(str::to_owned), ..Options::default() }
}

/// Names in these lists that are no mutant's.
pub fn strangers() -> Vec<&'static str> {
    let rows = table::all();
    let names = TRAITORS.iter().map(|(name, _)| *name).chain(SLOWER.iter().copied());
    names.filter(|name| rows.iter().all(|row| row.name != *name)).collect()
}
