//! `weal-bench SUITE`: the repeatable benchmarks.
//!
//! Each suite is a module that returns rows. Numbers are medians over rounds on one thread;
//! machines are noisy, so compare rows of one run with each other before comparing runs.

#![allow(clippy::disallowed_methods, reason = "this is where time is measured")]

mod exec;
mod gas;
mod report;
mod state;
mod verify;

use clap::{Parser, ValueEnum};

use report::Row;

/// Repeatable benchmarks of execution, state, signatures and gas.
#[derive(Parser)]
#[command(version)]
struct Arguments {
    /// What to measure.
    #[arg(value_enum)]
    suite: Suite,
    /// Print one JSON object instead of a table.
    #[arg(long)]
    json: bool,
}

#[derive(Clone, Copy, ValueEnum)]
enum Suite {
    /// Calls, transactions and modules, on a state in memory.
    Exec,
    /// Signatures.
    Verify,
    /// The authenticated state: commit, proofs, disk.
    State,
    /// The worst program found for each line of the gas schedule.
    Gas,
}

impl Suite {
    const fn name(self) -> &'static str {
        match self {
            Self::Exec => "exec",
            Self::Verify => "verify",
            Self::State => "state",
            Self::Gas => "gas",
        }
    }

    fn run(self) -> Vec<Row> {
        match self {
            Self::Exec => exec::run(),
            Self::Verify => verify::run(),
            Self::State => state::run(),
            Self::Gas => gas::run(),
        }
    }
}

fn main() {
    let arguments = Arguments::parse();
    let rows = arguments.suite.run();
    let name = arguments.suite.name();
    print!(
        "{}",
        if arguments.json { report::json(name, &rows) } else { report::table(name, &rows) }
    );
}
