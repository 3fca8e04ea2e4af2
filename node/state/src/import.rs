//! Filling an empty database with a state from its parts, each checked before it is written.
//!
//! Until [`Import::finish`] the database has no head, and [`crate::State::open`] refuses it. What a
//! crash leaves is taken up again: which parts are there follows from the tree itself.

use std::{collections::BTreeSet, sync::Arc};

use thiserror::Error;
use weal_types::{Hash, Height};

use crate::{
    bucket::{self, LeafChange, Region, encode},
    error::StateError,
    kv::{Batch, KeyValue, StoreError},
    layout::{
        self, BASE_KEY, HEAD_KEY, Head, IMPORT_KEY, Import as Target, META, STATE, TREE, corrupt,
    },
    part::{Entry, PartError, Parts},
    state::{Options, load_tree, open_format},
    tree::Tree,
};

/// Why a part was not added.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum ImportError {
    /// It is not what the root proves; nothing was written. Ask somebody else for it.
    #[error(transparent)]
    Part(#[from] PartError),
    /// The database failed, or holds something else. Begin anew elsewhere.
    #[error(transparent)]
    State(#[from] StateError),
}

impl From<StoreError> for ImportError {
    fn from(error: StoreError) -> Self {
        Self::State(error.into())
    }
}

/// A state that is being filled.
pub struct Import {
    db: Arc<dyn KeyValue>,
    tree: Tree,
    height: Height,
    parts: Parts,
    missing: BTreeSet<usize>,
}

impl Import {
    /// Begins to fill `db`, which is empty, with the state after the block at `height`, or goes on
    /// where an import of the same state was left.
    pub fn open(
        db: Arc<dyn KeyValue>,
        options: Options,
        height: Height,
        parts: Parts,
    ) -> Result<Self, StateError> {
        let view = db.view()?;
        let target = Target { height, root: *parts.root() }.to_bytes();
        if view.get(META, HEAD_KEY)?.is_some() {
            return Err(corrupt(META, HEAD_KEY, "the database holds a state already"));
        }
        match view.get(META, IMPORT_KEY)? {
            Some(found) if found == target => {}
            Some(_) => return Err(corrupt(META, IMPORT_KEY, "an import of another state")),
            None => {
                let mut batch = Batch::new();
                batch.put(META, IMPORT_KEY, &target);
                db.write(&batch)?;
            }
        }
        let format = open_format(&*db, &*view, None, options)?;
        let tree = load_tree(&*view, format, options)?;
        let mut import = Self { db, tree, height, parts, missing: BTreeSet::new() };
        for number in 0..import.parts.len() {
            if !import.has(number)? {
                import.missing.insert(number);
            }
        }
        Ok(import)
    }

    /// Which parts are not there yet.
    pub const fn missing(&self) -> &BTreeSet<usize> {
        &self.missing
    }

    /// Checks the entries of a part and writes them in one step. A part that is there already
    /// changes nothing.
    pub fn add(&mut self, number: usize, entries: &[Entry]) -> Result<(), ImportError> {
        let leaves = self.parts.leaves(number, entries)?;
        if !self.missing.contains(&number) {
            return Ok(());
        }
        let changes: Vec<_> = leaves
            .into_iter()
            .map(|leaf| LeafChange { path: leaf.path, value: Some(leaf.value) })
            .collect();
        let (db, capacity) = (&*self.db, self.tree.capacity());
        let update = self.tree.apply(&changes, &|region| read_bucket(db, capacity, region))?;
        let mut batch = Batch::new();
        for (key, value) in entries {
            batch.put(STATE, key, value);
        }
        for (region, leaves) in &update.written {
            match leaves {
                Some(leaves) => {
                    batch.put_with(TREE, &region.to_key(), |bytes| encode(leaves, bytes));
                }
                None => batch.delete(TREE, &region.to_key()),
            }
        }
        self.db.write(&batch)?;
        self.missing.remove(&number);
        Ok(())
    }

    /// Makes a state of it, once no part is missing, together with `extra`, in one step. It has no
    /// past: proofs and reads begin at its height.
    pub fn finish(self, extra: &Batch) -> Result<Head, StateError> {
        let (root, keys) = (self.tree.root(), self.tree.keys());
        if root != *self.parts.root() {
            let (height, head_keys) = (self.height, keys);
            let rebuilt = root;
            let root = *self.parts.root();
            return Err(StateError::HeadMismatch { height, root, head_keys, rebuilt, keys });
        }
        let head = Head { height: self.height, root, keys };
        let mut batch = Batch::new();
        batch.delete(META, IMPORT_KEY);
        batch.put(META, BASE_KEY, &self.height.0.to_le_bytes());
        batch.put(META, HEAD_KEY, &head.to_bytes());
        batch.append(extra);
        self.db.write(&batch)?;
        Ok(head)
    }

    fn has(&self, number: usize) -> Result<bool, StateError> {
        let Some((region, hash)) = self.parts.get(number) else { return Ok(false) };
        let (db, capacity) = (&*self.db, self.tree.capacity());
        let found = self.tree.hash_at(region, &|region| read_bucket(db, capacity, region))?;
        Ok(found == *hash)
    }
}

fn read_bucket(
    db: &dyn KeyValue,
    capacity: u8,
    region: &Region,
) -> Result<bucket::Leaves, StateError> {
    let key = region.to_key();
    let bytes = db.get(TREE, &key)?.ok_or_else(|| corrupt(TREE, &key, "a bucket is missing"))?;
    bucket::decode(region, &bytes, capacity).map_err(|reason| corrupt(TREE, &key, reason))
}

/// The newest block of the state in `db`, without opening it; `None` if there is none.
pub fn stored_head(db: &dyn KeyValue) -> Result<Option<Head>, StateError> {
    layout::head(|column, key| db.get(column, key))
}

/// Which state an unfinished import in `db` is to become; `None` if there is none.
pub fn unfinished_import(db: &dyn KeyValue) -> Result<Option<(Height, Hash)>, StateError> {
    let Some(bytes) = db.get(META, IMPORT_KEY)? else { return Ok(None) };
    let Target { height, root } = Target::from_bytes(&bytes)?;
    Ok(Some((height, root)))
}
