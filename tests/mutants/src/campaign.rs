//! Looking for the seed that kills a mutant.

use std::{
    num::NonZero,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
};

use weal_consensus_mutants::choose;
use weal_sim_mutants::{Options, Report};

use crate::focus;

/// Most seeds that a mutant may need.
pub const BUDGET: u64 = 100_000;

/// How a mutant was found out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kill {
    /// Under this seed.
    pub seed: u64,
    /// The promise that it broke.
    pub oracle: String,
    /// How.
    pub detail: String,
}

/// What became of the search for one mutant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// How it was found out, if it was.
    pub kill: Option<Kill>,
    /// Seeds under which it did anything else than the replica without it.
    pub differed: u64,
    /// Seeds tried.
    pub tried: u64,
}

/// One run of the replica with this row of the table broken, or none.
pub fn run(mutant: Option<usize>, seed: u64, options: &Options) -> Report {
    choose(mutant);
    let report = weal_sim_mutants::run(seed, options);
    choose(None);
    report
}

/// What is wrong with the run of a mutant; a mutant that takes the simulation down with it is found
/// out as well.
fn accuse(mutant: usize, seed: u64, options: &Options) -> (Option<Kill>, Option<u64>) {
    let ran = catch_unwind(AssertUnwindSafe(|| run(Some(mutant), seed, options)));
    choose(None);
    let Ok(report) = ran else {
        let kill = Kill { seed, oracle: "no panic".to_owned(), detail: String::new() };
        return (Some(kill), None);
    };
    let kill = report.failure.map(|failure| Kill {
        seed,
        oracle: failure.oracle.to_owned(),
        detail: failure.to_string(),
    });
    (kill, Some(report.digest))
}

/// Whether this seed kills the mutant, and not the replica without it.
pub fn kills(mutant: usize, seed: u64) -> Option<Kill> {
    let options = focus::of(mutant);
    let (kill, _) = accuse(mutant, seed, &options);
    kill.filter(|_| run(None, seed, &options).failure.is_none())
}

/// The first seed that kills a mutant. `compare` also counts those that show any difference.
pub fn search(
    mutant: usize,
    options: &Options,
    seeds: impl Iterator<Item = u64>,
    compare: bool,
) -> Outcome {
    let mut outcome = Outcome { kill: None, differed: 0, tried: 0 };
    for seed in seeds {
        outcome.tried += 1;
        let (kill, digest) = accuse(mutant, seed, options);
        if kill.is_none() && !compare {
            continue;
        }
        let right = run(None, seed, options);
        if digest != Some(right.digest) {
            outcome.differed += 1;
        }
        if kill.is_some() && right.failure.is_none() {
            outcome.kill = kill;
            break;
        }
    }
    outcome
}

/// Does this for each number below `count`, on all cores, and returns the results in order.
pub fn for_each<T: Send>(count: usize, work: impl Fn(usize) -> T + Sync) -> Vec<T> {
    let next = AtomicUsize::new(0);
    let results = Mutex::new(Vec::new());
    let cores = thread::available_parallelism().map_or(1, NonZero::get);
    thread::scope(|scope| {
        for _ in 0..cores {
            scope.spawn(|| {
                loop {
                    let index = next.fetch_add(1, Ordering::Relaxed);
                    if index >= count {
                        return;
                    }
                    let result = work(index);
                    results.lock().unwrap_or_else(PoisonError::into_inner).push((index, result));
                }
            });
        }
    });
    let mut results = results.into_inner().unwrap_or_else(PoisonError::into_inner);
    results.sort_by_key(|(index, _)| *index);
    results.into_iter().map(|(_, result)| result).collect()
}
