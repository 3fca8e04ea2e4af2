//! `weal-bench SUITE`: the repeatable benchmarks.
//!
//! Each suite is a module that returns rows. Numbers are medians over rounds on one thread; machines are noisy, so
//! compare rows of one run with each other before comparing runs.

mod report;
mod state;

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
    /// The authenticated state: commit, proofs, disk.
    State,
}

impl Suite {
    const fn name(self) -> &'static str {
        match self {
            Self::State => "state",
        }
    }

    fn run(self) -> Vec<Row> {
        match self {
            Self::State => state::run(),
        }
    }
}

fn main() {
    let arguments = Arguments::parse();
    let rows = arguments.suite.run();
    let name = arguments.suite.name();
    print!("{}", if arguments.json { report::json(name, &rows) } else { report::table(name, &rows) });
}
