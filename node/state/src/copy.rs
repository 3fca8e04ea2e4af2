//! A copy of the state after one block, sorted by path, so that parts of it can be read for other
//! nodes while the state itself moves on.
//!
//! ```text
//! entries  path (32)  → length of the key (2, LE) ‖ contract ‖ key ‖ value
//! about    "parts"    → depth (1) ‖ hash (32) of each part
//!          "about"    → what the node says about it
//! ```
//!
//! The state's own column is sorted by key, where a part lies scattered over all contracts. What is
//! in `about` is written last: without it, a copy was not finished.

use std::{ops::ControlFlow, sync::Arc};

use weal_types::{
    Hash,
    state::{Direction, StateKey, value_hash},
};

use crate::{
    bucket::{Leaf, LeafValue, Region, subtree_hash},
    error::StateError,
    kv::{Batch, Column, KeyValue},
    layout::{Reader, STATE, corrupt},
    part::{ENTRY_BYTES, Entry, PARTS, Part, Parts},
    rocks::RocksOptions,
    snapshot::StateSnapshot,
};

const ENTRIES: Column = Column::new("entries");
const ABOUT: Column = Column::raw("about");

/// The columns that a store must have for a copy.
pub const COPY_COLUMNS: [Column; 2] = [ENTRIES, ABOUT];

/// How the store of a copy is to be opened. It is filled once and read in long stretches, so it
/// needs little memory; and whoever makes it makes it again if a power cut takes it.
///
/// With 16 MiB of writes in memory 7 % less would be written. Merged by levels, it would be half as
/// much again (`weal-bench state`).
pub const COPY_OPTIONS: RocksOptions = RocksOptions {
    cache_bytes: 1 << 20,
    write_buffer_bytes: 4 << 20,
    log_bytes: 64 << 20,
    sync: false,
    filled_once: true,
};

const PARTS_KEY: &[u8] = b"parts";
const ABOUT_KEY: &[u8] = b"about";

/// Bytes that are written at once.
const BATCH_BYTES: usize = 1 << 20;

/// A finished copy. It does not change any more.
pub struct StateCopy {
    db: Arc<dyn KeyValue>,
    parts: Parts,
    about: Vec<u8>,
}

impl StateCopy {
    /// Writes what `snapshot` shows into the empty `db`, cuts it into parts of about `part_bytes`
    /// ([`crate::PART_BYTES`], or less for a test), and compares it with the root that it should
    /// have. Before each megabyte `goes_on` is asked; `None` if it says no.
    ///
    /// On disk it writes some five times what the state has, with all that is merged (`weal-bench
    /// state`).
    pub fn write(
        db: Arc<dyn KeyValue>,
        snapshot: &StateSnapshot,
        (root, about): (&Hash, Vec<u8>),
        part_bytes: usize,
        goes_on: &dyn Fn() -> bool,
    ) -> Result<Option<Self>, StateError> {
        if !fill(&*db, snapshot, goes_on)? {
            return Ok(None);
        }
        let mut list = Vec::new();
        if !cut(&*db, Region::ROOT, part_bytes, &mut list, goes_on)? {
            return Ok(None);
        }
        let parts = Parts::new(&list, root)
            .map_err(|_| corrupt(STATE, &[], "the values do not come to the root of the tree"))?;
        let mut batch = Batch::new();
        batch.put(ABOUT, ABOUT_KEY, &about);
        batch.put_with(ABOUT, PARTS_KEY, |bytes| {
            for part in &list {
                bytes.push(part.depth);
                bytes.extend_from_slice(&part.hash);
            }
        });
        db.write(&batch)?;
        Ok(Some(Self { db, parts, about }))
    }

    /// The copy in `db`, if one was finished there. `root` says which root it should have, by what
    /// is said about it.
    pub fn open(
        db: Arc<dyn KeyValue>,
        root: &dyn Fn(&[u8]) -> Option<Hash>,
    ) -> Result<Option<Self>, StateError> {
        let (Some(bytes), Some(about)) = (db.get(ABOUT, PARTS_KEY)?, db.get(ABOUT, ABOUT_KEY)?)
        else {
            return Ok(None);
        };
        let bad = |reason| corrupt(ABOUT, PARTS_KEY, reason);
        let root = root(&about).ok_or_else(|| bad("nobody knows what it is a copy of"))?;
        let mut reader = Reader(&bytes);
        let mut list = Vec::new();
        while !reader.0.is_empty() && list.len() < PARTS {
            let (depth, hash) = (reader.u8(), reader.array());
            let (Some(depth), Some(hash)) = (depth, hash) else {
                return Err(bad("not a list of parts"));
            };
            list.push(Part { depth, hash });
        }
        let parts = Parts::new(&list, &root).map_err(|_| bad("parts of another state"))?;
        Ok(Some(Self { db, parts, about }))
    }

    /// Its parts.
    pub const fn parts(&self) -> &Parts {
        &self.parts
    }

    /// What the node said about it.
    pub fn about(&self) -> &[u8] {
        &self.about
    }

    /// The entries of a part; `None` if there is no such part.
    pub fn entries(&self, number: usize) -> Result<Option<Vec<Entry>>, StateError> {
        let Some((region, _)) = self.parts.get(number) else { return Ok(None) };
        let mut entries = Vec::new();
        scan(&*self.db, region, &mut |_, key, value| {
            entries.push((key.to_vec(), value.to_vec()));
            ControlFlow::Continue(())
        })?;
        Ok(Some(entries))
    }
}

/// Writes all entries by path; `false` if it was told to stop.
fn fill(
    db: &dyn KeyValue,
    snapshot: &StateSnapshot,
    goes_on: &dyn Fn() -> bool,
) -> Result<bool, StateError> {
    let mut batch = Batch::new();
    let mut ended = Ok(true);
    snapshot.all_entries(&mut |key, value| {
        let Ok(state_key) = StateKey::from_bytes(key) else {
            ended = Err(corrupt(STATE, key, "not a key"));
            return ControlFlow::Break(());
        };
        batch.put_with(ENTRIES, &state_key.path(), |bytes| {
            // A key has 288 bytes at most.
            bytes.extend_from_slice(&(key.len() as u16).to_le_bytes());
            bytes.extend_from_slice(key);
            bytes.extend_from_slice(value);
        });
        if batch.size_bytes() < BATCH_BYTES {
            return ControlFlow::Continue(());
        }
        ended = db.write(&std::mem::take(&mut batch)).map(|()| goes_on()).map_err(Into::into);
        match ended {
            Ok(true) => ControlFlow::Continue(()),
            _ => ControlFlow::Break(()),
        }
    })?;
    if let Ok(true) = ended {
        db.write(&batch)?;
    }
    ended
}

/// Adds the parts of a region to `list`; `false` if it was told to stop. What does not fit into one
/// part is read up to that point and halved, so all levels together read little more than twice.
fn cut(
    db: &dyn KeyValue,
    region: Region,
    part_bytes: usize,
    list: &mut Vec<Part>,
    goes_on: &dyn Fn() -> bool,
) -> Result<bool, StateError> {
    if !goes_on() {
        return Ok(false);
    }
    let (mut bytes, mut count) = (0, 0);
    let fits = |bytes: usize, count: usize| bytes <= part_bytes || count <= 1;
    scan(db, &region, &mut |_, key, value| {
        bytes += key.len() + value.len() + ENTRY_BYTES;
        count += 1;
        if fits(bytes, count) { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
    })?;
    if !fits(bytes, count) && region.depth < u8::MAX {
        let (left, right) = region.halves();
        return Ok(
            cut(db, left, part_bytes, list, goes_on)? && cut(db, right, part_bytes, list, goes_on)?
        );
    }
    let mut leaves = Vec::with_capacity(count);
    scan(db, &region, &mut |path, _, value| {
        leaves.push(Leaf { path: *path, value: LeafValue::of_hash(value_hash(value)) });
        ControlFlow::Continue(())
    })?;
    list.push(Part { depth: region.depth, hash: subtree_hash(&leaves, region.depth.into()) });
    Ok(true)
}

type VisitEntry<'a> = dyn FnMut(&Hash, &[u8], &[u8]) -> ControlFlow<()> + 'a;

/// Shows the entries of a region in the order of their paths.
fn scan(db: &dyn KeyValue, region: &Region, visit: &mut VisitEntry<'_>) -> Result<(), StateError> {
    let end = region.end();
    let mut fault = None;
    let end = end.as_ref().map(|end| &end[..]);
    db.view()?.scan(ENTRIES, &region.prefix, end, Direction::Ascending, &mut |path, entry| {
        match read_entry(path, entry) {
            Some((path, key, value)) => visit(path, key, value),
            None => {
                fault = Some(corrupt(ENTRIES, path, "not an entry"));
                ControlFlow::Break(())
            }
        }
    })?;
    fault.map_or(Ok(()), Err)
}

/// Path, key and value of a record.
fn read_entry<'a>(path: &'a [u8], entry: &'a [u8]) -> Option<(&'a Hash, &'a [u8], &'a [u8])> {
    let path = path.try_into().ok()?;
    let mut reader = Reader(entry);
    let length = u16::from_le_bytes(reader.array()?);
    let key = reader.take(length.into())?;
    Some((path, key, reader.0))
}
