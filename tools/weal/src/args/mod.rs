//! The command line. Its doc comments are what `--help` prints.

mod chain;
mod dev;
mod trace;

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};
use clap_complete::Shell;

pub use chain::{
    Account, Asset, Call, Config, Connection, Contract, Deploy, Doctor, Query, Rpc, Send, Tx,
    Upgrade,
};
pub use dev::{Dev, DevCommand, Up};
pub use trace::{Trace, Verify};

/// Writes, builds, tests and calls contracts of Commonweal.
#[derive(Parser)]
#[command(name = "weal", version, propagate_version = true, arg_required_else_help = true)]
#[command(after_help = EXIT_CODES)]
pub struct Arguments {
    /// Print exactly one JSON object on standard output; progress stays on standard error.
    #[arg(long, global = true)]
    pub json: bool,
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// Printed below the help.
const EXIT_CODES: &str = "Exit codes: 0 done, 1 bug, 2 usage, 3 configuration or key, 4 node \
unreachable, 5 refused before sending, 6 executed and reverted, 7 gas or a limit, 8 sent and the \
outcome unknown, 9 a check or a test failed, 10 verification mismatch, 130 interrupted.
`weal explain CODE` tells more about an error.";

/// The commands.
#[derive(Subcommand)]
pub enum Command {
    /// Write a new contract's package.
    New(New),
    /// Build a contract: Wasm, ABI and sizes.
    Build(Build),
    /// Check a module, or a package's build, against the rules of the chain.
    Check(Target),
    /// Build a contract and run its tests.
    Test(Test),
    /// Show and compare descriptions of contracts.
    #[command(subcommand)]
    Abi(Abi),
    /// Show, compare and lock what contracts store.
    #[command(subcommand)]
    Layout(Layout),
    /// Build a contract, upload it and make an instance.
    Deploy(Box<Deploy>),
    /// Call a method of a contract.
    Call(Box<Call>),
    /// Ask a contract; costs nothing and changes nothing.
    Query(Query),
    /// Replace a contract's code.
    Upgrade(Box<Upgrade>),
    /// Look at contracts.
    #[command(subcommand)]
    Contract(Contract),
    /// Look at, sign and send transactions.
    #[command(subcommand)]
    Tx(Tx),
    /// Follow a gift to whom it reached, over records that are proven.
    Trace(Trace),
    /// Check a file of `weal trace --out`, without a node.
    Verify(Verify),
    /// Keys and what their accounts have.
    #[command(subcommand)]
    Account(Account),
    /// Money: list, send, issue.
    #[command(subcommand)]
    Asset(Box<Asset>),
    /// Ask a node anything.
    Rpc(Rpc),
    /// Look at settings and choose a profile.
    #[command(subcommand)]
    Config(Config),
    /// Run a local chain for trying things out, and play with it.
    Dev(Dev),
    /// Found a chain of several organisations: its genesis document, and each one's configuration.
    Genesis(Genesis),
    /// Find out what is missing on this machine.
    Doctor(Doctor),
    /// Tell about an error code, or list all.
    Explain {
        /// The code, as in `E1107`.
        code: Option<String>,
    },
    /// Write a script that completes commands in a shell.
    Completions {
        /// Which shell.
        shell: Shell,
    },
}

/// Which package.
#[derive(Args, Clone, Debug, Default)]
pub struct Selection {
    /// The package's Cargo.toml, or its directory.
    #[arg(long, value_name = "PATH")]
    pub manifest_path: Option<PathBuf>,
    /// The package's name, in a workspace of several.
    #[arg(long, short, value_name = "NAME")]
    pub package: Option<String>,
}

/// What to write.
#[derive(Args)]
pub struct New {
    /// The package's name: lower-case letters, digits and hyphens.
    pub name: String,
    /// What to start from.
    #[arg(long, value_enum, default_value = "empty")]
    pub template: Template,
    /// A checkout of Commonweal whose SDK the package uses.
    #[arg(long, value_name = "PATH")]
    pub sdk: Option<PathBuf>,
}

/// What a new contract starts from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Template {
    /// One stored number and a test.
    Empty,
    /// Balances that move between accounts.
    Token,
    /// Gifts come in; approved payments go out.
    Grant,
}

/// How to build.
#[derive(Args)]
pub struct Build {
    #[command(flatten)]
    pub selection: Selection,
    /// Show the largest functions and the data.
    #[arg(long)]
    pub size: bool,
    /// Write the results here too.
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
}

/// What a chain is founded from.
#[derive(Args)]
pub struct Genesis {
    /// The description: a genesis document whose validators have `name` and `address` as well.
    pub description: PathBuf,
    /// Write the files here: a directory for each validator.
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
}

/// A file or a package.
#[derive(Args)]
pub struct Target {
    /// A `.wasm` file, a package's directory or a package's name; the package here without it.
    pub target: Option<String>,
}

/// Which tests to run, and where.
#[derive(Args)]
pub struct Test {
    #[command(flatten)]
    pub selection: Selection,
    /// Run contracts natively only: quick, without gas.
    #[arg(long, conflicts_with = "vm")]
    pub native: bool,
    /// Run contracts as Wasm only.
    #[arg(long)]
    pub vm: bool,
    /// Show what each method costs: calls, gas, and microseconds.
    #[arg(long, conflicts_with = "native")]
    pub costs: bool,
    /// Try so many times as many sequences of random calls.
    #[arg(long, value_name = "TIMES", value_parser = clap::value_parser!(u32).range(1..))]
    pub fuzz: Option<u32>,
    /// Only tests whose name contains this.
    pub filter: Option<String>,
    /// Arguments for the test program.
    #[arg(last = true)]
    pub rest: Vec<String>,
}

/// Commands on descriptions.
#[derive(Subcommand)]
pub enum Abi {
    /// Print a contract's description as canonical JSON.
    Show {
        /// A `.wasm` or `.abi.json` file, a package's directory or name; the package here without.
        target: Option<String>,
        /// Print a text for people instead.
        #[arg(long)]
        text: bool,
    },
    /// Compare two descriptions; fails if the new one breaks callers of the old one.
    Diff {
        /// The old one: a file or a package.
        old: String,
        /// The new one: a file or a package.
        new: String,
    },
}

/// Commands on storage layouts.
#[derive(Subcommand)]
pub enum Layout {
    /// Print what a contract stores.
    Show {
        /// A lock file, a package's directory or a package's name; the package here without it.
        target: Option<String>,
    },
    /// Compare two layouts; fails if the chain would refuse the upgrade.
    Diff {
        /// The old one: a lock file or a package; without it, the newest lock file of the package
        /// here.
        old: Option<String>,
        /// The new one: a lock file or a package; the package here without it.
        #[arg(requires = "old")]
        new: Option<String>,
    },
    /// Write `layout/N.json` for the current version: do it before you deploy, and commit the file.
    Lock {
        #[command(flatten)]
        selection: Selection,
    },
}
