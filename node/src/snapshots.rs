//! States for other nodes: each so many heights a copy of the state is made and kept, so that
//! whoever is new, or was away for long, need not execute every block.
//!
//! A copy belongs to a height whose header has a certificate of its own, and is sorted by path
//! (`weal_state::StateCopy`), so that it can be read in parts, each of which is checked against the
//! root in that header. Two copies are kept: whoever fetches the older one has until the second
//! next to finish.

mod keeper;

use std::{
    path::{Path, PathBuf},
    sync::{
        Arc, PoisonError, RwLock,
        atomic::{AtomicBool, Ordering},
    },
};

use parity_scale_codec::DecodeAll;
use weal_state::{
    COPY_COLUMNS, COPY_OPTIONS, PART_BYTES, RocksStore, StateCopy, StateError, StoreError,
};
use weal_types::{BlockHash, Height, block::FinalHeader, certificate::Certificate};

pub use keeper::{Keeper, KeeperThread};

use crate::{core::CoreConfig, metrics::Metrics};

/// Heights between two copies, unless the configuration says otherwise. A node that is less behind
/// mostly finds no newer one; and it has that many blocks within some minutes, at 64 in each half
/// second.
pub const EVERY: u64 = 10_000;

/// Copies that are kept.
const KEPT: usize = 2;

/// How states are kept for others, and when one is fetched.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SnapshotSettings {
    /// Heights between two copies; 0: none are made.
    pub every: u64,
    /// A node that starts at least so many heights behind fetches a state; 0: it never does.
    pub gap: u64,
    /// A block that must be part of the chain that a state is fetched from.
    pub pinned: Option<Pinned>,
    /// Bytes of a part of a copy: [`PART_BYTES`], or less for a test.
    pub part_bytes: usize,
}

/// A block that the operator knows from somewhere that he trusts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pinned {
    /// Its height.
    pub height: Height,
    /// Its hash.
    pub hash: BlockHash,
}

impl Default for SnapshotSettings {
    fn default() -> Self {
        Self { every: EVERY, gap: EVERY, pinned: None, part_bytes: PART_BYTES }
    }
}

impl SnapshotSettings {
    /// Neither keeps nor fetches states.
    pub fn none() -> Self {
        Self { every: 0, gap: 0, ..Self::default() }
    }
}

/// What a chain keeps for other nodes, what is told of its blocks, and the thread behind that; the
/// latter two where there are others, and something is to be kept.
pub fn open(
    config: &CoreConfig,
    metrics: &Arc<Metrics>,
) -> std::io::Result<(Shelf, Option<Keeper>, Option<KeeperThread>)> {
    if config.network.is_none() || config.snapshots.every == 0 {
        return Ok((Shelf::default(), None, None));
    }
    let directory = config.directory.join("shelf");
    let shelf = Shelf::open(&directory);
    let metrics = Arc::clone(metrics);
    let (keeper, thread) = Keeper::start(directory, &config.snapshots, shelf.clone(), metrics)?;
    Ok((shelf, Some(keeper), Some(thread)))
}

/// A copy of the state after a block, with what proves it.
pub struct Kept {
    /// The block's header.
    pub header: FinalHeader,
    /// Its own certificate.
    pub certificate: Certificate,
    // The order matters: the database is closed before its directory goes.
    copy: StateCopy,
    store: Arc<RocksStore>,
    place: Place,
}

/// A directory, which goes with whoever uses it last once it is given up.
struct Place {
    path: PathBuf,
    is_given_up: AtomicBool,
}

impl Drop for Place {
    fn drop(&mut self) {
        if *self.is_given_up.get_mut() {
            crate::node::remove(&self.path);
        }
    }
}

impl Kept {
    /// The state itself.
    pub const fn copy(&self) -> &StateCopy {
        &self.copy
    }

    /// Reads a finished copy; `None` if it was not finished.
    fn open(path: &Path) -> Result<Option<Self>, StateError> {
        let store = Arc::new(RocksStore::open(path, &COPY_COLUMNS, COPY_OPTIONS)?);
        let about = |bytes: &[u8]| About::decode_all(&mut &*bytes).ok();
        let root = |bytes: &[u8]| about(bytes).map(|(header, _)| header.state_root);
        let Some(copy) = StateCopy::open(store.clone(), &root)? else { return Ok(None) };
        Ok(about(copy.about()).map(|about| Self::new(about, (copy, store), path.to_owned())))
    }

    fn new(
        (header, certificate): About,
        (copy, store): (StateCopy, Arc<RocksStore>),
        path: PathBuf,
    ) -> Self {
        let place = Place { path, is_given_up: AtomicBool::new(false) };
        Self { header, certificate, copy, store, place }
    }
}

/// What is kept beside a copy.
type About = (FinalHeader, Certificate);

/// The copies that are kept, the oldest first; clones share them.
#[derive(Clone, Default)]
pub struct Shelf(Arc<RwLock<Vec<Arc<Kept>>>>);

impl Shelf {
    /// What an earlier run has left in a directory. What was not finished, or is damaged, goes.
    pub fn open(directory: &Path) -> Self {
        let mut found = Vec::new();
        for entry in std::fs::read_dir(directory).into_iter().flatten().flatten() {
            match Kept::open(&entry.path()) {
                Ok(Some(kept)) => found.push(Arc::new(kept)),
                Ok(None) => crate::node::remove(&entry.path()),
                Err(error) => {
                    tracing::warn!(%error, "a state that was kept for others is damaged, and goes");
                    crate::node::remove(&entry.path());
                }
            }
        }
        found.sort_by_key(|kept| kept.header.height);
        let shelf = Self(Arc::new(RwLock::new(found)));
        shelf.clear_out();
        shelf
    }

    /// The newest copy.
    pub fn newest(&self) -> Option<Arc<Kept>> {
        self.0.read().unwrap_or_else(PoisonError::into_inner).last().cloned()
    }

    /// The copy of a height.
    pub fn get(&self, height: Height) -> Option<Arc<Kept>> {
        let kept = self.0.read().unwrap_or_else(PoisonError::into_inner);
        kept.iter().find(|kept| kept.header.height == height).cloned()
    }

    /// Bytes of memory that the databases of all copies hold.
    pub fn memory(&self) -> Result<u64, StoreError> {
        let kept = self.0.read().unwrap_or_else(PoisonError::into_inner);
        kept.iter().map(|kept| kept.store.memory().map(|memory| memory.total())).sum()
    }

    fn add(&self, kept: Kept) {
        self.0.write().unwrap_or_else(PoisonError::into_inner).push(Arc::new(kept));
        self.clear_out();
    }

    /// Gives up all but the newest.
    fn clear_out(&self) {
        let mut kept = self.0.write().unwrap_or_else(PoisonError::into_inner);
        let old = kept.len().saturating_sub(KEPT);
        for old in kept.drain(..old) {
            old.place.is_given_up.store(true, Ordering::Release);
        }
    }
}
