//! Following gifts, and checking what was followed.

use std::path::PathBuf;

use clap::Args;

use super::Connection;

/// Which gift to follow.
#[derive(Args, Clone, Debug)]
pub struct Trace {
    #[command(flatten)]
    pub connection: Connection,
    /// The donation contract: an alias or an address.
    pub contract: String,
    /// The gift: the line and the position at which it arrived, as in `5:1200`. With `--back`, any
    /// unit, or a stretch of a line from a position up to another, as in `5:1200-1300`.
    #[arg(value_name = "LINE:POSITION")]
    pub place: String,
    /// Ask instead whose units lie there, gift by gift.
    #[arg(long)]
    pub back: bool,
    /// Follow one giver's part of a batch: a file with `index`, `commit`, `amount` and `path`, as a
    /// gateway hands it out.
    #[arg(long, value_name = "FILE", conflicts_with = "back")]
    pub leaf: Option<PathBuf>,
    /// Write the proof here, for `weal verify`.
    #[arg(long, value_name = "FILE", conflicts_with = "back")]
    pub out: Option<PathBuf>,
}

/// What to check.
#[derive(Args, Clone, Debug)]
pub struct Verify {
    /// A file of `weal trace --out`.
    pub file: PathBuf,
    /// The chain that it must be of, as `0x…`. Without it the chain is shown for you to compare.
    #[arg(long, value_name = "ID")]
    pub chain: Option<String>,
}
