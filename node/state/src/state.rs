//! [`State`]: opening it, and what it hands out.

mod advance;
mod history;
mod query;

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, RwLock, RwLockReadGuard, RwLockWriteGuard},
};

use weal_types::{Hash, Height, state::Direction};

use crate::{
    bucket::{self, Leaves, Region},
    changes::Changes,
    error::StateError,
    kv::{Batch, KeyValue, View},
    layout::{self, FORMAT_KEY, Format, HISTORY_KEY, Head, HistoryReach, META, TREE, corrupt},
    snapshot::StateSnapshot,
    tree::{Tree, Update},
    undo,
};

pub use history::HistoryProgress;
pub use query::Proven;

/// Blocks that may be prepared and not committed: those that execution runs ahead of certification,
/// a window of 16, and certified ones on their way to the disk.
pub const PREPARED_BLOCKS: usize = 32;

/// How a [`State`] is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Options {
    /// Whether the history index is kept. Switching it on covers heights from then on; switching it
    /// off deletes it.
    pub history: bool,
    /// Bytes of bucket contents kept in memory: 80 per key, and as many as its value has if that is
    /// short and was written since the start. A miss costs about 5 µs.
    pub cache_bytes: usize,
    /// Most leaves of a bucket, 2 to 64. Counts when a state is made; an existing one keeps its
    /// own. No hash depends on it. Larger buckets mean fewer nodes in memory (about 150 bytes per
    /// bucket) and more bytes written per changed key.
    pub bucket_leaves: u8,
}

impl Default for Options {
    fn default() -> Self {
        // Four leaves at most: 2.8 on average.
        Self { history: false, cache_bytes: 256 << 20, bucket_leaves: 4 }
    }
}

/// Bytes of memory that the tree of a [`State`] holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TreeMemory {
    /// Hashes above the buckets: about 45 bytes for each key of the state, always all of them.
    pub nodes: usize,
    /// Cached bucket contents; bounded by [`Options::cache_bytes`].
    pub leaves: usize,
}

/// A block whose changes are in the tree in memory, but not on disk. Obtained from
/// [`State::prepare`], used up by [`State::commit`].
#[derive(Debug, PartialEq, Eq)]
pub struct Prepared {
    height: Height,
    root: Hash,
    /// Tells a block from an abandoned one of the same height.
    serial: u64,
}

impl Prepared {
    /// Its height.
    pub const fn height(&self) -> Height {
        self.height
    }

    /// Root of the state tree after it.
    pub const fn root(&self) -> Hash {
        self.root
    }
}

/// The authenticated state. All methods take `&self`: one thread prepares and commits while others
/// query.
///
/// While a commit writes to disk nothing is locked; preparing a block holds queries up for its CPU
/// time.
pub struct State {
    db: Arc<dyn KeyValue>,
    /// The state has no past before this height.
    base: Height,
    inner: RwLock<Inner>,
    /// Held by whoever moves the oldest prepared block, so that a commit can work without `inner`.
    advancing: Mutex<()>,
    /// Held by whoever adds to the history index.
    indexing: Mutex<()>,
}

struct Inner {
    tree: Tree,
    committed: Option<Head>,
    /// Blocks in the tree and not on disk, oldest first.
    prepared: VecDeque<Arc<Block>>,
    next_serial: u64,
    /// A change of the tree failed halfway.
    broken: bool,
}

/// A prepared block.
struct Block {
    head: Head,
    serial: u64,
    changes: Arc<Changes>,
    /// Each change's path, ascending, and its place in `changes`.
    paths: Vec<(Hash, usize)>,
    update: Arc<Update>,
}

impl State {
    /// Opens the state in `db`, or begins an empty one. Reads all buckets and hashes the tree,
    /// about half a second per million keys, and compares its root with the head's.
    pub fn open(db: Arc<dyn KeyValue>, options: Options) -> Result<Self, StateError> {
        if !(2..=64).contains(&options.bucket_leaves) {
            return Err(StateError::BucketLeaves { given: options.bucket_leaves });
        }
        let view = db.view()?;
        let committed = layout::head(|column, key| view.get(column, key))?;
        let format = open_format(&*db, &*view, committed, options)?;
        let base = layout::base(&*view)?;
        let tree = rebuild(&*view, format, committed, options)?;
        switch_history(&*db, &*view, committed, options.history)?;
        let inner =
            Inner { tree, committed, prepared: VecDeque::new(), next_serial: 0, broken: false };
        Ok(Self {
            db,
            base,
            inner: RwLock::new(inner),
            advancing: Mutex::new(()),
            indexing: Mutex::new(()),
        })
    }

    /// The newest committed block; `None` before genesis.
    pub fn head(&self) -> Result<Option<Head>, StateError> {
        Ok(self.read()?.committed)
    }

    /// The newest block, prepared or committed; `None` before genesis.
    pub fn latest(&self) -> Result<Option<Head>, StateError> {
        Ok(self.read()?.latest())
    }

    /// The state after the newest block, prepared or committed: what the next block executes on.
    pub fn snapshot(&self) -> Result<StateSnapshot, StateError> {
        let inner = self.read()?;
        // A block that is being committed may already show in the view; applying it twice changes
        // nothing.
        let overlays = inner.prepared.iter().rev().map(|block| block.changes.clone()).collect();
        let height = inner.latest().map(|head| head.height);
        Ok(StateSnapshot::new(self.db.view()?, height, overlays))
    }

    /// The state after the newest committed block: what queries see.
    pub fn committed_snapshot(&self) -> Result<StateSnapshot, StateError> {
        let view = self.db.view()?;
        let height = layout::head(|column, key| view.get(column, key))?.map(|head| head.height);
        Ok(StateSnapshot::new(view, height, Vec::new()))
    }

    /// The memory that its tree holds now.
    pub fn memory(&self) -> Result<TreeMemory, StateError> {
        Ok(self.read()?.tree.memory())
    }

    fn read(&self) -> Result<RwLockReadGuard<'_, Inner>, StateError> {
        match self.inner.read() {
            Ok(inner) if !inner.broken => Ok(inner),
            _ => Err(StateError::Broken),
        }
    }

    fn write(&self) -> Result<RwLockWriteGuard<'_, Inner>, StateError> {
        match self.inner.write() {
            Ok(inner) if !inner.broken => Ok(inner),
            _ => Err(StateError::Broken),
        }
    }
}

impl Inner {
    fn latest(&self) -> Option<Head> {
        self.prepared.back().map(|block| block.head).or(self.committed)
    }

    /// The bucket of `region` as it is now, where the tree has not cached it: from the newest
    /// prepared block that wrote it, or from disk. A bucket that is being committed is found in its
    /// block as long as it is prepared.
    fn bucket(
        db: &dyn KeyValue,
        prepared: &VecDeque<Arc<Block>>,
        capacity: u8,
        region: &Region,
    ) -> Result<Leaves, StateError> {
        for block in prepared.iter().rev() {
            let written = &block.update.written;
            if let Ok(at) = written.binary_search_by_key(region, |(region, _)| *region) {
                return Ok(written[at].1.clone().unwrap_or_else(|| Leaves::from([])));
            }
        }
        let key = region.to_key();
        let bytes =
            db.get(TREE, &key)?.ok_or_else(|| corrupt(TREE, &key, "a bucket is missing"))?;
        bucket::decode(region, &bytes, capacity).map_err(|reason| corrupt(TREE, &key, reason))
    }
}

/// Checks the format of a database, or makes it.
pub(crate) fn open_format(
    db: &dyn KeyValue,
    view: &dyn View,
    committed: Option<Head>,
    options: Options,
) -> Result<Format, StateError> {
    if let Some(bytes) = view.get(META, FORMAT_KEY)? {
        return Format::from_bytes(&bytes);
    }
    if committed.is_some() {
        return Err(corrupt(META, FORMAT_KEY, "a state without a format"));
    }
    let format = Format { bucket_leaves: options.bucket_leaves };
    let mut batch = Batch::new();
    batch.put(META, FORMAT_KEY, &format.to_bytes());
    db.write(&batch)?;
    Ok(format)
}

/// The tree over the buckets on disk, checked against the head.
fn rebuild(
    view: &dyn View,
    format: Format,
    committed: Option<Head>,
    options: Options,
) -> Result<Tree, StateError> {
    let tree = load_tree(view, format, options)?;
    match committed {
        None if tree.keys() == 0 => Ok(tree),
        None => Err(corrupt(META, layout::HEAD_KEY, "a state without a head")),
        Some(head) if head.root == tree.root() && head.keys == tree.keys() => Ok(tree),
        Some(head) => Err(StateError::HeadMismatch {
            height: head.height,
            root: head.root,
            head_keys: head.keys,
            rebuilt: tree.root(),
            keys: tree.keys(),
        }),
    }
}

/// The tree over the buckets on disk.
pub(crate) fn load_tree(
    view: &dyn View,
    format: Format,
    options: Options,
) -> Result<Tree, StateError> {
    let mut tree = Tree::new(format.bucket_leaves, options.cache_bytes);
    let mut result = Ok(());
    view.scan(TREE, &[], None, Direction::Ascending, &mut |key, value| {
        result = tree.add_bucket(key, value);
        if result.is_ok() {
            std::ops::ControlFlow::Continue(())
        } else {
            std::ops::ControlFlow::Break(())
        }
    })?;
    result?;
    tree.finish()?;
    Ok(tree)
}

/// Begins or deletes the history index where the option changed.
fn switch_history(
    db: &dyn KeyValue,
    view: &dyn View,
    committed: Option<Head>,
    keep: bool,
) -> Result<(), StateError> {
    let head = committed.map_or(Height::ZERO, |head| head.height);
    let mut batch = Batch::new();
    match (crate::history::reach(view)?, keep) {
        (None, true) => {
            let pruned = Height(head.0.saturating_sub(undo::UNDO_HEIGHTS - 1));
            let reach = HistoryReach { from: head, built: head, pruned };
            batch.put(META, HISTORY_KEY, &reach.to_bytes());
        }
        (Some(_), false) => {
            batch.delete(META, HISTORY_KEY);
            batch.delete_range(layout::HISTORY, &[], &[u8::MAX; 41]);
            // The index may have kept undo records back.
            let oldest = Height((head.0 + 2).saturating_sub(undo::UNDO_HEIGHTS));
            batch.delete_range(layout::UNDO, &[], &undo::first_key(oldest));
        }
        _ => return Ok(()),
    }
    Ok(db.write(&batch)?)
}
