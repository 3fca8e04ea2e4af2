//! What only a devnet can: go back to where it was.
//!
//! A snapshot is a directory: a copy of the database, what waited, and the clock. It can be moved
//! to another machine. Restoring one copies it and runs the chain from the copy, so a snapshot can
//! be restored any number of times.

use std::{
    fs,
    path::{Path, PathBuf},
};

use parity_scale_codec::{Decode, DecodeAll, Encode};
use thiserror::Error;
use weal_state::StoreError;
use weal_types::{ChainId, Height, TimeMs};

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

/// The controls of a devnet.
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
        let id = self.ids().last().map_or(1, |last| last + 1);
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
        let path = self.snapshots().join(id.to_string());
        let file = path.join("rest");
        let bytes = fs::read(&file).map_err(|_| DevError::NoSnapshot {
            id,
            known: match &self.ids()[..] {
                [] => "none".into(),
                ids => ids.iter().map(u64::to_string).collect::<Vec<_>>().join(", "),
            },
        })?;
        let rest = Rest::decode_all(&mut &bytes[..]).ok();
        let rest = rest.filter(|rest| rest.chain == self.0.spec().chain);
        let rest = rest.ok_or_else(|| DevError::Form { path: path.display().to_string() })?;
        let (number, directory) = self.new_directory()?;
        copy(&path.join("db"), &directory.join("db"))?;
        let journal = JournalConfig { directory: directory.join("journal"), sync: false };
        Opened::open(&journal)?.begin_with(&rest.unfinished)?;
        self.0.clock().set(match rest.frozen_at {
            Some(time) => ClockMode::Frozen(time),
            None => ClockMode::Following { ahead_ms: rest.ahead_ms },
        });
        self.switch(number)
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
