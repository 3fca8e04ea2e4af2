//! Chaos: real nodes, each on a network of its own, are killed, stopped, cut off, robbed of room on
//! their disks and of bytes of their files, while people donate all the time. After each fault
//! everything that was promised must hold. See `docs/chaos.md`.
//!
//! | module | what it does |
//! |---|---|
//! | `outside` | makes the network, runs this program again within it, takes everything down |
//! | `inside` | the run: one fault after the other, then the report |
//! | `faults` | what is done: a table |
//! | `world` | the chain under test |
//! | `check` | what must hold after each fault |
//! | `donor`, `campaign`, `genesis` | who sends what, on which chain |
//! | `node`, `abilities` | processes, what this system allows |
//! | `network`, `relay` | what is between validators; links that are long |
//! | `vitals`, `logs`, `report` | what is watched, and what came of it |

mod abilities;
mod campaign;
mod check;
mod clock;
mod donor;
mod faults;
mod genesis;
mod inside;
mod logs;
mod network;
mod node;
mod outside;
mod relay;
mod report;
mod shell;
mod vitals;
mod world;

use std::{path::PathBuf, process::ExitCode};

use clap::{Args, Parser, Subcommand};

/// Runs real validators, harms them, and checks that they keep what they promised.
#[derive(Parser)]
#[command(name = "weal-chaos", arg_required_else_help = true)]
pub struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// One fault after the other, as the seed decides, for so many minutes.
    Run {
        /// How long.
        #[arg(long, default_value_t = 30)]
        minutes: u64,
        /// Only these faults, as `list` has them: `--only halves,alone`. Where none of them ends a
        /// process, memory is followed over the whole run.
        #[arg(long, value_name = "FAULT", value_delimiter = ',', value_parser = faults::parse)]
        only: Vec<&'static faults::Fault>,
        #[command(flatten)]
        place: Place,
    },
    /// A single fault.
    One {
        /// Its name, as `list` has it.
        #[arg(value_parser = faults::parse)]
        fault: &'static faults::Fault,
        #[command(flatten)]
        place: Place,
    },
    /// A minute of the most telling faults, as short as they can be: what `make test` runs.
    Slice {
        #[command(flatten)]
        place: Place,
    },
    /// The faults.
    List,
}

/// Where and with what.
#[derive(Args, Clone)]
pub struct Place {
    /// Decides which faults come, in which order, and whom they hit.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// How many validators: 4 or more.
    #[arg(long, default_value_t = 4, value_parser = clap::value_parser!(u8).range(4..=13))]
    validators: u8,
    /// The daemon; `weal-node` beside this program otherwise.
    #[arg(long, value_name = "PATH")]
    node: Option<PathBuf>,
    /// Donations as built by `weal build --out`; built anew otherwise.
    #[arg(long, value_name = "DIR")]
    contracts: Option<PathBuf>,
    /// Donations are plain transfers: no contract is needed.
    #[arg(long)]
    transfers: bool,
    /// No namespaces: plain processes on loopback, and no faults of the network.
    #[arg(long)]
    loopback: bool,
    /// Keeps directories and logs of a run without findings too.
    #[arg(long)]
    keep: bool,
}

fn main() -> ExitCode {
    let command = Arguments::parse().command;
    let result = match &command {
        Command::List => {
            for fault in faults::FAULTS {
                println!("{:<16} {}\n{:16} → {}", fault.name, fault.line, "", fault.expected);
            }
            return ExitCode::SUCCESS;
        }
        Command::Run { minutes, only, place } => {
            let faults =
                if only.is_empty() { faults::FAULTS.iter().collect() } else { only.clone() };
            go(place, inside::Course::Minutes(*minutes, faults))
        }
        Command::Slice { place } => go(place, inside::Course::Slice),
        Command::One { fault, place } => go(place, inside::Course::One(fault)),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("weal-chaos: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// From outside this program starts itself again, within the network that it makes.
fn go(place: &Place, course: inside::Course) -> anyhow::Result<()> {
    match outside::given() {
        Some(given) => inside::run(place, &course, given),
        None => outside::run(place),
    }
}
