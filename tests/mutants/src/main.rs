//! Runs every mutant of the replica until a seed kills it.

use anyhow::{Result, ensure};
use clap::Parser;
use weal_consensus_mutants::table;
use weal_mutants::{
    campaign::{BUDGET, Kill, Outcome, for_each, search},
    document, focus, seeds,
};
use weal_sim_mutants::Kind;

/// Runs every mutant of the replica until a seed kills it, and prints how each was caught.
#[derive(Parser)]
struct Arguments {
    /// Seeds for each mutant.
    #[arg(long, default_value_t = BUDGET)]
    seeds: u64,
    /// The first seed.
    #[arg(long, default_value_t = 0)]
    from: u64,
    /// Only these mutants.
    #[arg(long, value_delimiter = ',')]
    only: Vec<String>,
    /// Only mutants that no seed is known to kill.
    #[arg(long)]
    unknown: bool,
    /// Counts the seeds under which a mutant does anything else than the replica.
    #[arg(long)]
    compare: bool,
    /// What all traitors do, in the place of what the rows say.
    #[arg(long, conflicts_with = "write")]
    traitor: Option<String>,
    /// Kinds of faults that happen in all runs, beside what the rows say.
    #[arg(long = "with", value_delimiter = ',', conflicts_with = "write")]
    also: Vec<Kind>,
    /// Keeps the seeds found, and writes `docs/mutants.md`.
    #[arg(long)]
    write: bool,
}

fn main() -> Result<()> {
    let arguments = Arguments::parse();
    let known = seeds::read().unwrap_or_default();
    let rows = table::all();
    let is_chosen = |name: &str| {
        (arguments.only.is_empty() || arguments.only.iter().any(|only| only == name))
            && !(arguments.unknown && known.contains_key(name))
    };
    let chosen: Vec<_> = (0..rows.len()).filter(|row| is_chosen(rows[*row].name)).collect();
    // A mutant that takes the simulation down says so in the table.
    std::panic::set_hook(Box::new(|_| {}));
    let last = arguments.from.saturating_add(arguments.seeds);
    let outcomes = for_each(chosen.len(), |index| {
        let row = chosen[index];
        let mut options = focus::of(row);
        options.traitor = arguments.traitor.clone().or(options.traitor);
        options.with.extend(&arguments.also);
        let outcome = search(row, &options, arguments.from..last, arguments.compare);
        println!("{}", line(rows[row].name, &outcome));
        outcome
    });
    let found = |(row, outcome): (&usize, &'_ Outcome)| -> Option<(&'static str, Kill)> {
        outcome.kill.clone().map(|kill| (rows[*row].name, kill))
    };
    let kills: Vec<_> = chosen.iter().zip(&outcomes).filter_map(found).collect();
    println!("{} of {} killed", kills.len(), chosen.len());
    if arguments.write {
        seeds::write(kills.iter().map(|(name, kill)| (*name, kill)))?;
        let text = std::fs::read_to_string(document::path())?;
        std::fs::write(document::path(), document::render(&text, &seeds::read()?)?)?;
    }
    ensure!(kills.len() == chosen.len(), "some are alive");
    Ok(())
}

fn line(name: &str, outcome: &Outcome) -> String {
    match &outcome.kill {
        Some(kill) => format!("{name:34} {:>6}  {}", kill.seed, kill.detail),
        None => {
            format!("{name:34} ALIVE after {} seeds; {} differed", outcome.tried, outcome.differed)
        }
    }
}
