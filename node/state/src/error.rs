//! What can go wrong, and what to do then.

use thiserror::Error;
use weal_types::{Hash, Height, state::StorageFault};

use crate::kv::{Column, StoreError};

/// The state could not do what was asked.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum StateError {
    /// The store failed. The node stops; what was committed before is whole.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A record on disk is not what was written. Restore a backup, or sync anew.
    #[error("column {}, key 0x{}: {reason}", column.name, hex(key))]
    Corrupt {
        /// Where it lies.
        column: Column,
        /// Its key.
        key: Vec<u8>,
        /// What is wrong with it.
        reason: &'static str,
    },
    /// The database was written by a program with another format. Use that program, or convert.
    #[error("the state has format {found}, this program reads format {supported}")]
    Format {
        /// Version on disk.
        found: u32,
        /// Version this program reads and writes.
        supported: u32,
    },
    /// The tree on disk does not hash to the root of the head: some record is lost or changed.
    /// Restore a backup, or sync anew.
    #[error(
        "the tree at height {height} hashes to 0x{} with {keys} keys, \
         but the head says 0x{} with {head_keys}",
        hex(rebuilt),
        hex(root)
    )]
    HeadMismatch {
        /// Height of the head.
        height: Height,
        /// Root in the head.
        root: Hash,
        /// Keys in the head.
        head_keys: u64,
        /// Root of the tree as it lies on disk.
        rebuilt: Hash,
        /// Keys of the tree as it lies on disk.
        keys: u64,
    },
    /// An option is outside its range. The caller is at fault.
    #[error("bucket_leaves is 2 to 64, not {given}")]
    BucketLeaves {
        /// The value given.
        given: u8,
    },
    /// Blocks are prepared one after the other, from genesis (0) on. The caller is at fault.
    #[error("the next block to prepare has height {expected}, not {given}")]
    WrongHeight {
        /// Height that can be prepared.
        expected: Height,
        /// Height given.
        given: Height,
    },
    /// As many blocks wait for their commit as may; commit or abandon first.
    #[error("{waiting} blocks are prepared and not committed")]
    WindowFull {
        /// How many.
        waiting: usize,
    },
    /// The block to commit is not the oldest prepared one, or was abandoned. The caller is at
    /// fault.
    #[error("the block prepared for height {given} is not the next to commit")]
    NotNext {
        /// Its height.
        given: Height,
    },
    /// The state as of a height is no longer, or not yet, known here. Ask a node that keeps more,
    /// or for a height in between.
    #[error("height {given} is outside {oldest} to {newest}, which this node can answer for")]
    HeightUnavailable {
        /// Height asked for.
        given: Height,
        /// Oldest height that can be answered.
        oldest: Height,
        /// Newest height that can be answered.
        newest: Height,
    },
    /// Nothing was committed or prepared yet, not even genesis.
    #[error("the state is empty: genesis was not prepared")]
    NoGenesis,
    /// No proof can be made for what was asked. The caller is at fault.
    #[error("no proof: {reason}")]
    Unprovable {
        /// Why.
        reason: String,
    },
    /// The history index was asked to grow, but is not kept. The caller is at fault.
    #[error("no history is kept here")]
    HistoryNotKept,
    /// An earlier failure left the tree in memory unfinished. Open the state again.
    #[error("an earlier failure left the state unusable until it is opened again")]
    Broken,
}

impl From<StateError> for StorageFault {
    fn from(error: StateError) -> Self {
        Self(error.to_string())
    }
}

impl From<StoreError> for StorageFault {
    fn from(error: StoreError) -> Self {
        Self(error.to_string())
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |text, byte| text + &format!("{byte:02x}"))
}
