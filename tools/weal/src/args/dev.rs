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
    /// Show how it stands with each validator.
    Validators {
        #[command(flatten)]
        connection: Connection,
    },
    /// Stop one of several validators, as the end of its process would.
    Pause {
        #[command(flatten)]
        connection: Connection,
        /// Its number, from 0.
        validator: u32,
    },
    /// Let a paused validator go on from what is on its disk.
    Resume {
        #[command(flatten)]
        connection: Connection,
        /// Its number; all that are paused without it.
        validator: Option<u32>,
    },
    /// Part the validators, so that those of different groups do not hear each other.
    Partition {
        #[command(flatten)]
        connection: Connection,
        /// The groups, as in `0,1|2,3`.
        groups: String,
    },
    /// Let all validators hear each other again.
    Heal {
        #[command(flatten)]
        connection: Connection,
    },
}

/// How the chain is run.
#[derive(Args, Clone, Debug)]
pub struct Up {
    /// The port of JSON-RPC; 0 for any free one. Further validators have the ports after it.
    #[arg(long, value_name = "PORT", default_value_t = 9933)]
    pub port: u16,
    /// Validators that agree on each block over real connections: 1, or 4 to 16. With four the
    /// chain goes on while any one of them is down.
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub validators: u8,
    /// What the chain is called; its id follows from that, and from the number of validators.
    #[arg(long, value_name = "NAME", default_value = "dev")]
    pub name: String,
    /// Keep the chain in this directory; it is forgotten at the end otherwise.
    #[arg(long, value_name = "DIR")]
    pub state: Option<PathBuf>,
    /// Write the address of JSON-RPC here once it answers; of several validators, one a line.
    #[arg(long, value_name = "FILE")]
    pub ready_file: Option<PathBuf>,
    /// Do not show transactions.
    #[arg(long, short)]
    pub quiet: bool,
    /// Show the events of transactions, and the node's own log.
    #[arg(long, short)]
    pub verbose: bool,
}
