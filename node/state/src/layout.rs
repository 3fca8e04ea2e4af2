//! The columns of the state, and the records of `meta`.
//!
//! ```text
//! state    contract (32) ‖ key (0..=256)   → value
//! tree     bucket region, see bucket.rs    → its leaves
//! undo     height (8, BE) ‖ piece (2, BE)  → what the block replaced, see undo.rs
//! history  path (32) ‖ height (8, BE)      → what the block replaced, see history.rs
//! meta     "format"                        → version (4, LE) ‖ leaves of a bucket (1)
//!          "head"                          → height (8, LE) ‖ root (32) ‖ keys (8, LE)
//!          "history"                       → from (8, LE) ‖ built (8, LE) ‖ pruned (8, LE)
//!          "base"                          → height (8, LE) that was imported, if one was
//!          "import"                        → height (8, LE) ‖ root (32) while one is under way
//! ```

use weal_types::{Hash, Height};

use crate::{
    error::StateError,
    kv::{Column, StoreError, View},
};

/// Contract and key → value: what reads and ranges use.
pub(crate) const STATE: Column = Column::new("state");
/// Buckets of leaves; hashes do not compress.
pub(crate) const TREE: Column = Column::raw("tree");
/// What recent blocks replaced: mostly hashes, and soon deleted.
pub(crate) const UNDO: Column = Column::raw("undo");
/// The per-key index of what blocks replaced, where it is kept.
pub(crate) const HISTORY: Column = Column::new("history");
/// Head and format.
pub(crate) const META: Column = Column::new("meta");

/// The columns that a store must have for the state. The names are taken; a node's own columns use
/// others.
pub const COLUMNS: [Column; 5] = [STATE, TREE, UNDO, HISTORY, META];

/// Version of everything that this crate writes.
pub(crate) const FORMAT: u32 = 1;

pub(crate) const FORMAT_KEY: &[u8] = b"format";
pub(crate) const HEAD_KEY: &[u8] = b"head";
pub(crate) const HISTORY_KEY: &[u8] = b"history";
pub(crate) const BASE_KEY: &[u8] = b"base";
pub(crate) const IMPORT_KEY: &[u8] = b"import";

/// The newest block of a state, and what the state amounts to after it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Head {
    /// Height of the block.
    pub height: Height,
    /// Root of the state tree.
    pub root: Hash,
    /// Keys that have a value.
    pub keys: u64,
}

impl Head {
    pub(crate) fn to_bytes(self) -> [u8; 48] {
        let mut bytes = [0; 48];
        bytes[..8].copy_from_slice(&self.height.0.to_le_bytes());
        bytes[8..40].copy_from_slice(&self.root);
        bytes[40..].copy_from_slice(&self.keys.to_le_bytes());
        bytes
    }

    pub(crate) fn from_bytes(bytes: &[u8]) -> Result<Self, StateError> {
        let mut reader = Reader(bytes);
        let head = Self {
            height: Height(reader.u64().ok_or_else(bad_head)?),
            root: reader.array().ok_or_else(bad_head)?,
            keys: reader.u64().ok_or_else(bad_head)?,
        };
        if reader.0.is_empty() { Ok(head) } else { Err(bad_head()) }
    }
}

fn bad_head() -> StateError {
    corrupt(META, HEAD_KEY, "not a head record")
}

/// What a database was made with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Format {
    /// Most leaves of a bucket.
    pub bucket_leaves: u8,
}

impl Format {
    pub(crate) fn to_bytes(self) -> [u8; 5] {
        let [a, b, c, d] = FORMAT.to_le_bytes();
        [a, b, c, d, self.bucket_leaves]
    }

    pub(crate) fn from_bytes(bytes: &[u8]) -> Result<Self, StateError> {
        let bad = || corrupt(META, FORMAT_KEY, "not a format record");
        let mut reader = Reader(bytes);
        // The version comes first and decides how the rest is read.
        let found = u32::from_le_bytes(reader.array().ok_or_else(bad)?);
        if found != FORMAT {
            return Err(StateError::Format { found, supported: FORMAT });
        }
        match reader.0 {
            [bucket_leaves @ 2..=64] => Ok(Self { bucket_leaves: *bucket_leaves }),
            _ => Err(bad()),
        }
    }
}

/// How far the history index reaches. Answers exist for heights from `from` on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct HistoryReach {
    /// First height that the index can answer for.
    pub from: Height,
    /// Last height whose changes it holds.
    pub built: Height,
    /// Undo records up to here are deleted.
    pub pruned: Height,
}

impl HistoryReach {
    pub(crate) fn to_bytes(self) -> Vec<u8> {
        [self.from, self.built, self.pruned].iter().flat_map(|h| h.0.to_le_bytes()).collect()
    }

    pub(crate) fn from_bytes(bytes: &[u8]) -> Result<Self, StateError> {
        let bad = || corrupt(META, HISTORY_KEY, "not a history record");
        let mut reader = Reader(bytes);
        let mut height = || reader.u64().map(Height).ok_or_else(bad);
        let reach = Self { from: height()?, built: height()?, pruned: height()? };
        if reader.0.is_empty() { Ok(reach) } else { Err(bad()) }
    }
}

/// Which state an import is to come to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Import {
    /// Height of its block.
    pub height: Height,
    /// Root of its tree.
    pub root: Hash,
}

impl Import {
    pub(crate) fn to_bytes(self) -> Vec<u8> {
        [&self.height.0.to_le_bytes()[..], &self.root].concat()
    }

    pub(crate) fn from_bytes(bytes: &[u8]) -> Result<Self, StateError> {
        let mut reader = Reader(bytes);
        match (reader.u64(), reader.array(), reader.0) {
            (Some(height), Some(root), []) => Ok(Self { height: Height(height), root }),
            _ => Err(corrupt(META, IMPORT_KEY, "not a record of an import")),
        }
    }
}

/// The height below which the state has no past: what was imported, or genesis.
pub(crate) fn base(view: &dyn View) -> Result<Height, StateError> {
    let Some(bytes) = view.get(META, BASE_KEY)? else { return Ok(Height::ZERO) };
    let height = <[u8; 8]>::try_from(bytes).map(u64::from_le_bytes).map(Height);
    height.map_err(|_| corrupt(META, BASE_KEY, "not a height"))
}

/// Takes fixed-size parts from the front of bytes that cannot be trusted.
pub(crate) struct Reader<'a>(pub &'a [u8]);

impl<'a> Reader<'a> {
    pub(crate) fn take(&mut self, count: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(count)?;
        self.0 = rest;
        Some(taken)
    }

    pub(crate) fn array<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (taken, rest) = self.0.split_first_chunk()?;
        self.0 = rest;
        Some(*taken)
    }

    pub(crate) fn u8(&mut self) -> Option<u8> {
        self.array().map(u8::from_le_bytes)
    }

    pub(crate) fn u32(&mut self) -> Option<u32> {
        self.array().map(u32::from_le_bytes)
    }

    pub(crate) fn u64(&mut self) -> Option<u64> {
        self.array().map(u64::from_le_bytes)
    }
}

pub(crate) fn corrupt(column: Column, key: &[u8], reason: &'static str) -> StateError {
    StateError::Corrupt { column, key: key.to_vec(), reason }
}

/// The head that a store holds, read through `get`.
pub(crate) fn head(
    get: impl FnOnce(Column, &[u8]) -> Result<Option<Vec<u8>>, StoreError>,
) -> Result<Option<Head>, StateError> {
    get(META, HEAD_KEY)?.map(|bytes| Head::from_bytes(&bytes)).transpose()
}
