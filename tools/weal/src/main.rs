//! `weal`: the command line of Commonweal.
//!
//! Every command is a function from its arguments to a [`outcome::Report`] or a
//! [`outcome::Failure`]; `outcome` prints either, for people or as one JSON object. Standard output
//! holds results, standard error progress and failures.
//!
//! | module | one idea |
//! |---|---|
//! | `args` | the command line, and what `--help` says |
//! | `outcome`, `text` | reports, failures, exit codes, tables |
//! | `codes`, `explain` | error codes and their pages |
//! | `project`, `cargo` | which package, and how cargo is run for it |
//! | `build` | sources to what is uploaded |
//! | `module` | what a module is made of |
//! | `costs` | what methods cost in tests |
//! | `settings`, `keys` | which node and chain are meant, and who signs |
//! | `chain` | a node, and what is known here of its chain |
//! | `send` | from calls to a receipt |
//! | `call`, `deploy`, `asset` | the commands that send |
//! | `trace` | a gift's way, proven |
//! | `dev` | a local chain |
//! | `genesis` | a chain of several organisations |
//! | `contract`, `tx`, `account`, `rpc`, `config`, `doctor` | the commands that look |
//! | `check`, `test`, `new`, `abi`, `layout`, `completions` | the other commands |

#![forbid(unsafe_code)]
#![cfg_attr(not(test), deny(clippy::unwrap_used, clippy::expect_used, clippy::panic))]

mod abi;
mod account;
mod args;
mod asset;
mod build;
mod call;
mod cargo;
mod chain;
mod check;
mod clock;
mod codes;
mod completions;
mod config;
mod contract;
mod costs;
mod deploy;
mod dev;
mod doctor;
mod explain;
mod genesis;
mod keys;
mod layout;
mod module;
mod new;
mod outcome;
mod project;
mod rpc;
mod send;
mod settings;
mod test;
mod text;
mod trace;
mod tx;

use std::{panic, process::ExitCode};

use clap::{Parser, error::ErrorKind};

use args::{Arguments, Command};
use outcome::{Failure, Report, finish};

/// For the chain of `weal dev`: fewer and shorter waits than the system's.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    // Known before the rest is understood, so that a mistake is told in the form asked for.
    let as_json = std::env::args_os().take_while(|text| text != "--").any(|text| text == "--json");
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) => return not_understood(&error, as_json),
    };
    let outcome = panic::catch_unwind(|| run(&arguments.command)).unwrap_or_else(|_| {
        // The panic has told where on standard error.
        Err(Failure::new(codes::INTERNAL, "this program has a bug"))
    });
    finish(outcome, as_json)
}

fn run(command: &Command) -> Result<Report, Failure> {
    match command {
        Command::New(arguments) => new::command(arguments),
        Command::Build(arguments) => build::command(arguments),
        Command::Check(arguments) => check::command(arguments),
        Command::Test(arguments) => test::command(arguments),
        Command::Abi(arguments) => abi::command(arguments),
        Command::Layout(arguments) => layout::command(arguments),
        Command::Deploy(arguments) => deploy::deploy(arguments),
        Command::Call(arguments) => call::call(arguments),
        Command::Query(arguments) => call::query(arguments),
        Command::Upgrade(arguments) => deploy::upgrade(arguments),
        Command::Contract(arguments) => contract::command(arguments),
        Command::Tx(arguments) => tx::command(arguments),
        Command::Account(arguments) => account::command(arguments),
        Command::Asset(arguments) => asset::command(arguments),
        Command::Rpc(arguments) => rpc::command(arguments),
        Command::Config(arguments) => config::command(arguments),
        Command::Trace(arguments) => trace::trace(arguments),
        Command::Verify(arguments) => trace::verify(arguments),
        Command::Dev(arguments) => dev::command(arguments),
        Command::Genesis(arguments) => genesis::command(arguments),
        Command::Doctor(arguments) => doctor::command(arguments),
        Command::Explain { code } => explain::command(code.as_deref()),
        Command::Completions { shell } => Ok(completions::command(*shell)),
    }
}

/// Help and version are no mistakes; everything else ends with the code for one.
fn not_understood(error: &clap::Error, as_json: bool) -> ExitCode {
    let is_mistake = !matches!(error.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayVersion);
    if as_json && is_mistake {
        let text = error.to_string();
        let first = text.lines().next().unwrap_or_default();
        let message = first.strip_prefix("error: ").unwrap_or(first);
        return finish(Err(Failure::new(codes::USAGE, message)), true);
    }
    // Nobody is there to be told that nobody is there.
    let _ = error.print();
    if is_mistake { ExitCode::from(outcome::Exit::Usage as u8) } else { ExitCode::SUCCESS }
}
