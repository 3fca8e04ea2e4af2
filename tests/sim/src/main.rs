//! The simulator's command line.

use std::{collections::BTreeSet, ops::Range, process::ExitCode};

use clap::{Args, Parser, Subcommand};
use weal_sim::{Campaign, Kind, Options, guarded, shrink};

/// A run makes and drops millions of small things.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Runs clusters of PBFT replicas, with faults and traitors, from seeds.
#[derive(Parser)]
#[command(name = "weal-sim")]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Runs many seeds, and says what they showed.
    Run {
        /// From the first up to, but without, the last: `0..1000`.
        #[arg(long, value_parser = range)]
        seeds: Range<u64>,
        /// Threads; each runs one seed at a time.
        #[arg(long, default_value_t = 1)]
        threads: usize,
        #[command(flatten)]
        reduced: Reduced,
    },
    /// Runs one seed, and says what happened.
    Replay {
        /// Which.
        seed: u64,
        /// Print everything that happened.
        #[arg(long)]
        trace: bool,
        #[command(flatten)]
        reduced: Reduced,
    },
    /// Leaves out of a failing run what it does not need to fail.
    Shrink {
        /// Which.
        seed: u64,
        #[command(flatten)]
        reduced: Reduced,
    },
}

/// What is left out of a run.
#[derive(Args)]
struct Reduced {
    /// Kinds of faults.
    #[arg(long, value_delimiter = ',')]
    without: Vec<Kind>,
    /// Kinds of faults that happen, whatever the seed says.
    #[arg(long = "with", value_delimiter = ',')]
    also: Vec<Kind>,
    /// Planned faults, by number.
    #[arg(long, value_delimiter = ',')]
    skip: Vec<usize>,
    /// Transactions, by number.
    #[arg(long, value_delimiter = ',')]
    unsent: Vec<usize>,
    /// What all traitors do, by the name of its file; and there are some.
    #[arg(long)]
    traitor: Option<String>,
    /// Call it a failure if healing takes longer, instead of the bound of the protocol's timers.
    #[arg(long)]
    patience_ms: Option<u64>,
}

impl Reduced {
    fn options(self, trace: bool) -> Options {
        Options {
            without: BTreeSet::from_iter(self.without),
            with: BTreeSet::from_iter(self.also),
            skip: BTreeSet::from_iter(self.skip),
            unsent: BTreeSet::from_iter(self.unsent),
            traitor: self.traitor,
            patience_ms: self.patience_ms,
            trace,
        }
    }
}

fn range(text: &str) -> Result<Range<u64>, String> {
    let parts = text.split_once("..").and_then(|(first, last)| {
        Some(first.replace('_', "").parse().ok()?..last.replace('_', "").parse().ok()?)
    });
    parts.ok_or_else(|| "a range is written 0..1000".to_owned())
}

fn main() -> ExitCode {
    match Cli::parse().command {
        Command::Run { seeds, threads, reduced } => {
            let campaign = Campaign::run(seeds, threads, &reduced.options(false));
            println!("{campaign}");
            outcome(campaign.failures.is_empty())
        }
        Command::Replay { seed, trace, reduced } => {
            let report = guarded(seed, &reduced.options(trace));
            for line in &report.trace {
                println!("{line}");
            }
            println!(
                "seed {seed}: digest {:016x}, {} messages, {} ms, height {}, view {}, epoch {}",
                report.digest,
                report.messages,
                report.simulated_ms,
                report.height,
                report.view,
                report.epoch
            );
            if let Some(failure) = &report.failure {
                println!("FAILED: {failure}");
            }
            outcome(report.failure.is_none())
        }
        Command::Shrink { seed, reduced } => match shrink(seed, &reduced.options(false)) {
            Some(shrunk) => {
                let arguments = shrunk.options.arguments();
                println!("after {} runs:", shrunk.runs);
                println!("    weal-sim replay {seed}{arguments} --trace");
                if let Some(failure) = &shrunk.report.failure {
                    println!("FAILED: {failure}");
                }
                ExitCode::SUCCESS
            }
            None => {
                println!("seed {seed} does not fail");
                ExitCode::FAILURE
            }
        },
    }
}

fn outcome(is_good: bool) -> ExitCode {
    if is_good { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
