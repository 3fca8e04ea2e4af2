//! The store under the state: ordered columns, isolated reads, one atomic write.
//!
//! Two implementations exist, [`crate::MemoryStore`] and [`crate::RocksStore`]; both give the same
//! answers.

use std::fmt;

use thiserror::Error;
use weal_types::state::{Direction, Visit};

/// A named ordered map inside a store. The node adds columns of its own beside those of the state.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Column {
    /// Unique within a store; on disk it names the column family.
    pub name: &'static str,
    /// Whether values are worth compressing; hashes are not.
    pub compressed: bool,
}

impl Column {
    /// A column whose values are compressed on disk.
    pub const fn new(name: &'static str) -> Self {
        Self { name, compressed: true }
    }

    /// A column of values that do not compress.
    pub const fn raw(name: &'static str) -> Self {
        Self { name, compressed: false }
    }
}

/// A store failed or was used wrongly; nothing of the attempted write took place.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum StoreError {
    /// Another process, or this one, has the database open. Stop it, or choose another directory.
    #[error("{path} is in use by another process")]
    Locked {
        /// The database directory.
        path: String,
    },
    /// The database has columns that this program does not know: a newer version wrote it.
    #[error("the database has unknown columns: {}", names.join(", "))]
    UnknownColumns {
        /// Their names.
        names: Vec<String>,
    },
    /// The caller used a column that was not named when the store was opened: a bug of the caller.
    #[error("column {column} was not opened")]
    MissingColumn {
        /// Its name.
        column: &'static str,
    },
    /// The database says that its files are damaged. Restore a backup, or sync anew.
    #[error("the database is damaged: {reason}")]
    Damaged {
        /// What it found.
        reason: String,
    },
    /// The disk or the operating system failed. Whether trying again helps depends on the reason.
    #[error("the database failed to {operation}: {reason}")]
    Failed {
        /// What was tried.
        operation: &'static str,
        /// What the database says.
        reason: String,
    },
}

/// What [`KeyValue::get_many`] calls for each key.
pub type VisitValue<'a> = dyn FnMut(Option<&[u8]>) + 'a;

/// A store that can be read, looked at as of one moment, and written in one step.
pub trait KeyValue: Send + Sync {
    /// The value at `key`.
    fn get(&self, column: Column, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError>;

    /// Shows `visit` the value at each of `keys`, which must ascend, in their order.
    fn get_many(
        &self,
        column: Column,
        keys: &[&[u8]],
        visit: &mut VisitValue<'_>,
    ) -> Result<(), StoreError>;

    /// The store as it is now; later writes do not show in it. Old data cannot be freed while it is
    /// held.
    fn view(&self) -> Result<Box<dyn View>, StoreError>;

    /// Applies all of `batch`, in its order, or nothing. It survives a crash once this returns, as
    /// far as the store is durable at all.
    fn write(&self, batch: &Batch) -> Result<(), StoreError>;
}

/// A store as of one moment.
pub trait View: Send + Sync {
    /// The value at `key`.
    fn get(&self, column: Column, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError>;

    /// Shows `visit` the entries with `from <= key` and, if given, `key < to`, in order, until it
    /// breaks.
    fn scan(
        &self,
        column: Column,
        from: &[u8],
        to: Option<&[u8]>,
        direction: Direction,
        visit: &mut Visit<'_>,
    ) -> Result<(), StoreError>;

    /// Shows `visit` all entries, in order, until it breaks. A cache keeps what it had: what is
    /// read here, once, does not take its place.
    fn read_through(&self, column: Column, visit: &mut Visit<'_>) -> Result<(), StoreError>;
}

/// Writes and bytes for which a batch that is used again keeps memory: those of a full block.
const KEPT_WRITES: usize = 1 << 16;
const KEPT_BYTES: usize = 16 << 20;

/// Writes that take place together, in order. All bytes lie in one buffer, so adding one does not
/// allocate.
#[derive(Clone, Default)]
pub struct Batch {
    entries: Vec<Entry>,
    bytes: Vec<u8>,
}

#[derive(Clone, Copy)]
struct Entry {
    column: Column,
    kind: Kind,
    /// Where the key begins in `bytes`; the value follows it.
    at: usize,
    key_bytes: usize,
    value_bytes: usize,
}

#[derive(Clone, Copy)]
enum Kind {
    Put,
    Delete,
    DeleteRange,
}

/// One write of a [`Batch`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Write<'a> {
    /// Sets a value.
    Put {
        /// Where.
        column: Column,
        /// Under which key.
        key: &'a [u8],
        /// To what.
        value: &'a [u8],
    },
    /// Removes a value, if there is one.
    Delete {
        /// Where.
        column: Column,
        /// Under which key.
        key: &'a [u8],
    },
    /// Removes all values with `from <= key < to`, where `from < to`.
    DeleteRange {
        /// Where.
        column: Column,
        /// First key removed.
        from: &'a [u8],
        /// First key kept.
        to: &'a [u8],
    },
}

impl Batch {
    /// A batch without writes.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets `key` to `value`.
    pub fn put(&mut self, column: Column, key: &[u8], value: &[u8]) {
        self.push(column, Kind::Put, key, value);
    }

    /// Sets `key` to what `fill` appends to the bytes it is given, of which it must not change what
    /// is there.
    pub fn put_with(&mut self, column: Column, key: &[u8], fill: impl FnOnce(&mut Vec<u8>)) {
        self.push(column, Kind::Put, key, &[]);
        let before = self.bytes.len();
        fill(&mut self.bytes);
        if let Some(entry) = self.entries.last_mut() {
            entry.value_bytes = self.bytes.len().saturating_sub(before);
        }
    }

    /// Makes room for `writes` more writes of `bytes` together.
    pub fn reserve(&mut self, writes: usize, bytes: usize) {
        self.entries.reserve(writes);
        self.bytes.reserve(bytes);
    }

    /// Takes all writes back. Memory is kept for the next ones, for getting it anew costs more than
    /// filling it; but not what only an unusual batch needed.
    pub fn clear(&mut self) {
        self.entries.clear();
        self.bytes.clear();
        self.entries.shrink_to(KEPT_WRITES);
        self.bytes.shrink_to(KEPT_BYTES);
    }

    /// Removes `key`.
    pub fn delete(&mut self, column: Column, key: &[u8]) {
        self.push(column, Kind::Delete, key, &[]);
    }

    /// Removes all keys from `from` on and below `to`; none if `to` is not above `from`.
    pub fn delete_range(&mut self, column: Column, from: &[u8], to: &[u8]) {
        // RocksDB refuses a batch with a range that ends before it begins.
        if from < to {
            self.push(column, Kind::DeleteRange, from, to);
        }
    }

    /// Adds the writes of `other` after those of `self`.
    pub fn append(&mut self, other: &Self) {
        let shift = self.bytes.len();
        self.bytes.extend_from_slice(&other.bytes);
        self.entries.extend(other.entries.iter().map(|e| Entry { at: e.at + shift, ..*e }));
    }

    /// The writes in order.
    pub fn iter(&self) -> impl Iterator<Item = Write<'_>> {
        self.entries.iter().map(|&Entry { column, kind, at, key_bytes, value_bytes }| {
            let (key, rest) = self.bytes[at..].split_at(key_bytes);
            let value = &rest[..value_bytes];
            match kind {
                Kind::Put => Write::Put { column, key, value },
                Kind::Delete => Write::Delete { column, key },
                Kind::DeleteRange => Write::DeleteRange { column, from: key, to: value },
            }
        })
    }

    /// How many writes there are.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Bytes of all keys and values.
    pub fn size_bytes(&self) -> usize {
        self.bytes.len()
    }

    fn push(&mut self, column: Column, kind: Kind, key: &[u8], value: &[u8]) {
        let (at, key_bytes, value_bytes) = (self.bytes.len(), key.len(), value.len());
        self.bytes.extend_from_slice(key);
        self.bytes.extend_from_slice(value);
        self.entries.push(Entry { column, kind, at, key_bytes, value_bytes });
    }
}

impl fmt::Debug for Batch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Batch({} writes, {} bytes)", self.len(), self.size_bytes())
    }
}
