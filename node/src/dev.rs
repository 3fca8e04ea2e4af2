//! What only a devnet can: go back to where it was.
//!
//! [`DevChain`] does it with all validators of a devnet at once, and parts them.
//!
//! A snapshot is a directory: a copy of the database, what waited, and the clock. It can be moved
//! to another machine. Restoring one copies it and runs the chain from the copy, so a snapshot can
//! be restored any number of times.

mod chain;
mod start;

use std::{
    fs,
    path::{Path, PathBuf},
};

use parity_scale_codec::{Decode, DecodeAll, Encode};
use thiserror::Error;
use weal_state::StoreError;
use weal_types::{ChainId, Height, TimeMs};

pub use chain::{Condition, DevChain};
pub use start::{DevStartError, MOST_VALIDATORS};

use crate::{
    clock::ClockMode,
    journal::{JournalConfig, JournalError, Opened, Record},
    node::{Node, StartError, chain_directory, current_number, remove},
};

/// Why a devnet cannot do that.
#[derive(Debug, Error)]
pub enum DevError {
    /// The chain is no devnet.
    #[error("chain `{name}` is no devnet: its genesis document says so")]
    NoDevnet {
        /// Its name.
        name: String,
    },
    /// One validator has nobody to part from.
    #[error(
        "this devnet has one validator: nobody goes on without it; weal dev --validators 4 runs \
         one with four"
    )]
    Alone,
    /// Other processes run the other validators.
    #[error(
        "this process runs {here} of the chain's {validators} validators, and what is done to all \
         must reach all; weal dev --validators {validators} runs them in one process"
    )]
    Elsewhere {
        /// How many run here.
        here: usize,
        /// How many there are.
        validators: usize,
    },
    /// The state cannot be read.
    #[error("the state: {0}")]
    State(String),
    /// No such validator.
    #[error("there is no validator {given}: they are 0 to {last}")]
    NoValidator {
        /// Which was meant.
        given: u32,
        /// The last one.
        last: usize,
    },
    /// The groups do not divide the validators.
    #[error("{0}: each validator belongs to one group, as in [[0, 1], [2, 3]]")]
    Groups(String),
    /// No snapshot of this number.
    #[error("there is no snapshot {id}; there are: {known}")]
    NoSnapshot {
        /// The number.
        id: u64,
        /// Those that exist.
        known: String,
    },
    /// The snapshot is of another chain, or damaged.
    #[error("{path} is no snapshot of this chain")]
    Form {
        /// Where it lies.
        path: String,
    },
    /// The disk failed, or is full.
    #[error("{path}: {reason}")]
    Io {
        /// Which file.
        path: String,
        /// What the system says.
        reason: std::io::Error,
    },
    /// The database could not be copied.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// What waits could not be written.
    #[error(transparent)]
    Journal(#[from] JournalError),
    /// The chain does not run from there.
    #[error(transparent)]
    Start(#[from] Box<StartError>),
}

/// A snapshot that was taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Snapshot {
    /// Its number.
    pub id: u64,
    /// Where it lies.
    pub path: PathBuf,
    /// The newest block in it.
    pub height: Height,
    /// Transactions that wait in it.
    pub waiting: usize,
}

/// What a snapshot holds besides the database.
#[derive(Encode, Decode)]
struct Rest {
    chain: ChainId,
    height: Height,
    frozen_at: Option<TimeMs>,
    ahead_ms: u64,
    unfinished: Vec<Record>,
}

impl Rest {
    /// What the clock showed.
    fn clock(&self) -> ClockMode {
        match self.frozen_at {
            Some(time) => ClockMode::Frozen(time),
            None => ClockMode::Following { ahead_ms: self.ahead_ms },
        }
    }
}

/// The controls of one node of a devnet.
pub struct Dev<'a>(&'a Node);

impl Node {
    /// The controls of a devnet, if this is one.
    pub fn dev(&self) -> Result<Dev<'_>, DevError> {
        if self.spec().is_devnet() {
            return Ok(Dev(self));
        }
        Err(DevError::NoDevnet { name: self.spec().name.clone() })
    }
}

fn io(path: &Path) -> impl Fn(std::io::Error) -> DevError {
    move |reason| DevError::Io { path: path.display().to_string(), reason }
}

impl Dev<'_> {
    fn snapshots(&self) -> PathBuf {
        self.0.config().data.join("snapshots")
    }

    fn ids(&self) -> Vec<u64> {
        let entries = fs::read_dir(self.snapshots()).into_iter().flatten().flatten();
        let mut ids: Vec<u64> =
            entries.filter_map(|entry| entry.file_name().to_str()?.parse().ok()).collect();
        ids.sort_unstable();
        ids
    }

    /// Takes a snapshot: state, blocks, what waits, and the clock.
    pub fn snapshot(&self) -> Result<Snapshot, DevError> {
        self.snapshot_as(self.next_id())
    }

    /// The number of the next snapshot.
    fn next_id(&self) -> u64 {
        self.ids().last().map_or(1, |last| last + 1)
    }

    fn snapshot_as(&self, id: u64) -> Result<Snapshot, DevError> {
        let path = self.snapshots().join(id.to_string());
        fs::create_dir_all(&path).map_err(io(&path))?;
        let core = self.0.core();
        // In this order nothing can slip past: what leaves the list meanwhile is in the database.
        let unfinished = core.unfinished();
        let height = self.0.head().header.height;
        core.store.checkpoint(&path.join("db"))?;
        let (frozen_at, ahead_ms) = match self.0.clock().mode() {
            ClockMode::Frozen(time) => (Some(time), 0),
            ClockMode::Following { ahead_ms } => (None, ahead_ms),
        };
        let waiting = unfinished.iter().filter(|r| matches!(r, Record::Accepted(_))).count();
        let chain = self.0.spec().chain;
        let rest = Rest { chain, height, frozen_at, ahead_ms, unfinished };
        let file = path.join("rest");
        fs::write(&file, rest.encode()).map_err(io(&file))?;
        Ok(Snapshot { id, path, height, waiting })
    }

    /// Runs the chain from a snapshot on.
    pub fn restore(&self, id: u64) -> Result<(), DevError> {
        let rest = self.read(id)?;
        let number = self.prepare(id, &rest)?;
        self.0.clock().set(rest.clock());
        self.switch(number)
    }

    /// Reads what a snapshot holds besides the database.
    fn read(&self, id: u64) -> Result<Rest, DevError> {
        let path = self.snapshots().join(id.to_string());
        let bytes = fs::read(path.join("rest")).map_err(|_| DevError::NoSnapshot {
            id,
            known: match &self.ids()[..] {
                [] => "none".into(),
                ids => ids.iter().map(u64::to_string).collect::<Vec<_>>().join(", "),
            },
        })?;
        let rest = Rest::decode_all(&mut &bytes[..]).ok();
        let rest = rest.filter(|rest| rest.chain == self.0.spec().chain);
        rest.ok_or_else(|| DevError::Form { path: path.display().to_string() })
    }

    /// Copies a snapshot to where a chain can run from it. The number of that place.
    fn prepare(&self, id: u64, rest: &Rest) -> Result<u64, DevError> {
        let (number, directory) = self.new_directory()?;
        let path = self.snapshots().join(id.to_string());
        copy(&path.join("db"), &directory.join("db"))?;
        let journal = JournalConfig { directory: directory.join("journal"), sync: false };
        Opened::open(&journal)?.begin_with(&rest.unfinished)?;
        Ok(number)
    }

    /// Begins again at block 0.
    pub fn reset(&self) -> Result<(), DevError> {
        let (number, _) = self.new_directory()?;
        self.0.clock().set(ClockMode::Following { ahead_ms: 0 });
        self.switch(number)
    }

    fn switch(&self, number: u64) -> Result<(), DevError> {
        let old = current_number(&self.0.config().data).map_err(Box::new)?;
        self.0.switch_to(number).map_err(Box::new)?;
        remove(&self.0.config().data.join(chain_directory(old)));
        Ok(())
    }

    /// A directory for another run of the chain, in the place of what a failed attempt left.
    fn new_directory(&self) -> Result<(u64, PathBuf), DevError> {
        let data = &self.0.config().data;
        let number = current_number(data).map_err(Box::new)? + 1;
        let path = data.join(chain_directory(number));
        if path.exists() {
            fs::remove_dir_all(&path).map_err(io(&path))?;
        }
        fs::create_dir_all(&path).map_err(io(&path))?;
        Ok((number, path))
    }
}

/// Copies a directory of files.
fn copy(from: &Path, to: &Path) -> Result<(), DevError> {
    fs::create_dir_all(to).map_err(io(to))?;
    for entry in fs::read_dir(from).map_err(io(from))? {
        let entry = entry.map_err(io(from))?;
        let target = to.join(entry.file_name());
        fs::copy(entry.path(), &target).map_err(io(&target))?;
    }
    Ok(())
}
