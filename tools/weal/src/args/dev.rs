//! The commands of a local chain.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::Connection;

/// A local chain; without a command, `up`.
#[derive(Args)]
#[command(args_conflicts_with_subcommands = true)]
pub struct Dev {
    /// What to do.
    #[command(subcommand)]
    pub command: Option<DevCommand>,
    #[command(flatten)]
    pub up: Up,
}

/// Commands on a local chain.
#[derive(Subcommand)]
pub enum DevCommand {
    /// Run a chain here until Ctrl-C.
    Up(Up),
    /// Show the accounts of the chain and what they have.
    Accounts {
        #[command(flatten)]
        connection: Connection,
    },
    /// Show the chain's clock, or change it.
    Time {
        #[command(flatten)]
        connection: Connection,
        /// `+30d` moves it ahead, `2027-01-31T12:00:00Z` sets it, `freeze` stops it, `follow` lets
        /// it go on.
        #[arg(allow_hyphen_values = true)]
        change: Option<String>,
    },
    /// Make blocks now, even empty ones.
    Mine {
        #[command(flatten)]
        connection: Connection,
        /// How many.
        #[arg(default_value_t = 1)]
        blocks: u32,
    },
    /// Say when blocks are made: `demand`, `manual`, or a time such as `2s`.
    Seal {
        #[command(flatten)]
        connection: Connection,
        /// When.
        mode: String,
    },
    /// Remember the chain as it is: state, blocks, what waits, and the clock.
    Snapshot {
        #[command(flatten)]
        connection: Connection,
    },
    /// Go back to a snapshot.
    Restore {
        #[command(flatten)]
        connection: Connection,
        /// Its number.
        id: u32,
    },
    /// Begin again at block 0.
    Reset {
        #[command(flatten)]
        connection: Connection,
    },
}

/// How the chain is run.
#[derive(Args, Clone, Debug)]
pub struct Up {
    /// The port of JSON-RPC; 0 for any free one.
    #[arg(long, value_name = "PORT", default_value_t = 9933)]
    pub port: u16,
    /// What the chain is called; its id follows from that.
    #[arg(long, value_name = "NAME", default_value = "dev")]
    pub name: String,
    /// Keep the chain in this directory; it is forgotten at the end otherwise.
    #[arg(long, value_name = "DIR")]
    pub state: Option<PathBuf>,
    /// Write the address of JSON-RPC here once it answers.
    #[arg(long, value_name = "FILE")]
    pub ready_file: Option<PathBuf>,
    /// Do not show transactions.
    #[arg(long, short)]
    pub quiet: bool,
    /// Show the events of transactions, and the node's own log.
    #[arg(long, short)]
    pub verbose: bool,
}
