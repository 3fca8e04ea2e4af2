//! `weal-bench SUITE`: the repeatable benchmarks.
//!
//! Each suite is a module that returns rows. A number is the best of several rounds
//! on one thread, beside the same work at the speed of the reference machine (see [`yardstick`]).

#![allow(clippy::disallowed_methods, reason = "this is where time is measured")]

mod exec;
mod gas;
mod gate;
mod node;
mod report;
mod state;
mod trace;
mod verify;
mod yardstick;

use std::time::Duration;

use clap::{Parser, ValueEnum};

use report::Row;

/// The allocator of the node.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Repeatable benchmarks of execution, state, signatures, gas and compilation.
#[derive(Parser)]
#[command(version)]
struct Arguments {
    /// What to measure.
    #[arg(value_enum)]
    suite: Suite,
    /// Print one JSON object instead of a table.
    #[arg(long)]
    json: bool,
    /// Validators of `cluster`: 4 or more.
    #[arg(
        long,
        value_name = "NUMBER",
        default_value_t = 4,
        value_parser = clap::value_parser!(u8).range(4..=64)
    )]
    validators: u8,
    /// How long the sustained load of `node` and `cluster` lasts.
    #[arg(
        long,
        value_name = "SECONDS",
        default_value_t = 60,
        value_parser = clap::value_parser!(u64).range(1..=3_600)
    )]
    seconds: u64,
    /// Donations in one request of `node` and `cluster`, as a charity's gateway sends them.
    #[arg(
        long,
        value_name = "NUMBER",
        default_value_t = 16,
        value_parser = clap::value_parser!(u8).range(1..=64)
    )]
    batch: u8,
}

impl Arguments {
    const fn setup(&self, validators: u8) -> node::Setup {
        let time = Duration::from_secs(self.seconds);
        node::Setup { validators, time, batch: self.batch as usize }
    }
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
    /// The modules that take longest to check and compile.
    Gate,
    /// A chain of one validator: donations over JSON-RPC.
    Node,
    /// The same with several validators.
    Cluster,
    /// A million gifts, and the way of one.
    Trace,
}

impl Suite {
    const fn name(self) -> &'static str {
        match self {
            Self::Exec => "exec",
            Self::Verify => "verify",
            Self::State => "state",
            Self::Gas => "gas",
            Self::Gate => "gate",
            Self::Node => "node",
            Self::Cluster => "cluster",
            Self::Trace => "trace",
        }
    }

    fn run(self, arguments: &Arguments) -> Vec<Row> {
        match self {
            Self::Exec => exec::run(),
            Self::Verify => verify::run(),
            Self::State => state::run(),
            Self::Gas => gas::run(),
            Self::Gate => gate::run(),
            Self::Node => node::run(arguments.setup(1)),
            Self::Cluster => node::run(arguments.setup(arguments.validators)),
            Self::Trace => trace::run(),
        }
    }
}

fn main() {
    let arguments = Arguments::parse();
    let (rows, speed) = yardstick::beside(|| arguments.suite.run(&arguments));
    let name = arguments.suite.name();
    print!(
        "{}",
        if arguments.json {
            report::json(name, speed, &rows)
        } else {
            report::table(name, speed, &rows)
        }
    );
}
