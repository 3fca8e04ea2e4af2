//! Moving the state forward: prepare, commit, abandon.

use std::sync::Arc;

use weal_types::{Height, state::ChangeSet};

use super::{Block, Inner, PREPARED_BLOCKS, Prepared, State};
use crate::{
    bucket::{LeafChange, LeafValue, encode},
    changes::Changes,
    error::StateError,
    kv::Batch,
    layout::{HEAD_KEY, HISTORY_KEY, Head, META, STATE, TREE, corrupt},
    undo::{self, UNDO_HEIGHTS, Values},
};

impl State {
    /// Computes the state after the block at `height`, which follows the newest one; genesis is the
    /// change set at height 0. Writes nothing: a block that is not committed is gone after a
    /// restart.
    ///
    /// Up to [`PREPARED_BLOCKS`] blocks may wait for their commit, each on top of the one before.
    pub fn prepare(&self, height: Height, changes: ChangeSet) -> Result<Prepared, StateError> {
        // Hashing comes first, so that queries are not held up by it.
        let mut paths: Vec<_> =
            changes.iter().enumerate().map(|(at, (key, _))| (key.path(), at)).collect();
        paths.sort_unstable();
        let entries = changes.iter().as_slice();
        let leaf_changes: Vec<_> = paths
            .iter()
            .map(|&(path, at)| LeafChange {
                path,
                value: entries[at].1.as_deref().map(LeafValue::new),
            })
            .collect();

        let changes = Arc::new(Changes::new(changes));

        let mut inner = self.write()?;
        let expected = match inner.latest() {
            None => Height::ZERO,
            Some(head) => head.height.next().unwrap_or(Height::MAX),
        };
        if height != expected {
            return Err(StateError::WrongHeight { expected, given: height });
        }
        if inner.prepared.len() >= PREPARED_BLOCKS {
            return Err(StateError::WindowFull { waiting: inner.prepared.len() });
        }
        let update = inner.change_tree(&*self.db, &leaf_changes)?;
        let head = Head { height, root: inner.tree.root(), keys: inner.tree.keys() };
        let serial = inner.next_serial;
        inner.next_serial += 1;
        let block = Block { head, serial, changes, paths, update: Arc::new(update) };
        inner.prepared.push_back(Arc::new(block));
        Ok(Prepared { height, root: head.root, serial })
    }

    /// Writes the oldest prepared block after what `batch` has already, in one step: after a crash
    /// both are there, or neither is. All of it is in `batch` then.
    ///
    /// If the store fails the block stays prepared, but its handle is used up: open the state
    /// again.
    pub fn commit(&self, prepared: Prepared, batch: &mut Batch) -> Result<Head, StateError> {
        let _advancing = self.advancing.lock().map_err(|_| StateError::Broken)?;
        let block = match self.read()?.prepared.front() {
            Some(block) if block.serial == prepared.serial => block.clone(),
            _ => return Err(StateError::NotNext { given: prepared.height }),
        };
        self.add_block(batch, &block)?;
        self.db.write(batch)?;
        let mut inner = self.write()?;
        inner.prepared.pop_front();
        inner.committed = Some(block.head);
        Ok(block.head)
    }

    /// Drops the prepared blocks from `from` on. The state is again what it was before them.
    pub fn abandon(&self, from: Height) -> Result<(), StateError> {
        let _advancing = self.advancing.lock().map_err(|_| StateError::Broken)?;
        let mut inner = self.write()?;
        while let Some(block) = inner.prepared.back().filter(|block| block.head.height >= from) {
            let block = block.clone();
            // The block's own buckets are what the tree holds now, so it leaves the list only
            // afterwards.
            inner.change_tree(&*self.db, &block.update.replaced)?;
            inner.prepared.pop_back();
            let is_back = match inner.latest() {
                Some(head) => (head.root, head.keys) == (inner.tree.root(), inner.tree.keys()),
                None => inner.tree.keys() == 0,
            };
            if !is_back {
                inner.broken = true;
                return Err(StateError::Broken);
            }
        }
        Ok(())
    }

    /// Adds everything that the commit of `block` writes.
    fn add_block(&self, batch: &mut Batch, block: &Block) -> Result<(), StateError> {
        // What a block of updates comes to; the buffer grows where that is too little.
        batch.reserve(2 * block.changes.len() + 300, 800 * block.changes.len() + 1_000);
        for (key, value) in block.changes.iter() {
            match value {
                Some(value) => batch.put(STATE, key.as_bytes(), value),
                None => batch.delete(STATE, key.as_bytes()),
            }
        }
        for (region, leaves) in &block.update.written {
            match leaves {
                Some(leaves) => {
                    batch.put_with(TREE, &region.to_key(), |bytes| encode(leaves, bytes));
                }
                None => batch.delete(TREE, &region.to_key()),
            }
        }
        let height = block.head.height;
        // Nothing can be asked about the time before genesis.
        if height > Height::ZERO {
            undo::write(batch, height, &block.update, &self.replaced_values(block)?);
        }
        // Where the history index is kept, it deletes records once it has used them.
        let has_history = self.db.get(META, HISTORY_KEY)?.is_some();
        if let Some(old) = height.0.checked_sub(UNDO_HEIGHTS - 1).filter(|_| !has_history) {
            let (from, to) = (undo::first_key(Height(old)), undo::first_key(Height(old + 1)));
            batch.delete_range(crate::layout::UNDO, &from, &to);
        }
        batch.put(META, HEAD_KEY, &block.head.to_bytes());
        Ok(())
    }

    /// The values that the block's effective changes replaced and the tree did not remember, read
    /// from the state before it.
    fn replaced_values(&self, block: &Block) -> Result<Values, StateError> {
        let replaced = &block.update.replaced;
        let entries = block.changes.iter().as_slice();
        // Both lists ascend by path. What to read: where the key stands in the block, and where its
        // value goes.
        let mut reads = Vec::new();
        let mut paths = block.paths.iter();
        for (to, old) in replaced.iter().enumerate() {
            let found = paths.find(|(path, _)| *path == old.path);
            if let (Some((_, from)), Some(LeafValue { remembered: None, .. })) = (found, &old.value)
            {
                reads.push((*from, to));
            }
        }
        reads.sort_unstable();
        let keys: Vec<_> = reads.iter().map(|(from, _)| entries[*from].0.as_bytes()).collect();
        let mut values = Values { bytes: Vec::new(), places: vec![None; replaced.len()] };
        let mut missing = None;
        let mut next = reads.iter();
        self.db.get_many(STATE, &keys, &mut |value| {
            let Some(&(from, to)) = next.next() else { return };
            let Some(value) = value else {
                missing = Some(from);
                return;
            };
            let begin = values.bytes.len();
            values.bytes.extend_from_slice(value);
            values.places[to] = Some(begin..values.bytes.len());
        })?;
        match missing {
            None => Ok(values),
            Some(from) => {
                let key = entries[from].0.as_bytes();
                Err(corrupt(STATE, key, "a value is missing that the tree knows of"))
            }
        }
    }
}

impl Inner {
    /// Applies `changes` to the tree; if that fails the state is broken.
    fn change_tree(
        &mut self,
        db: &dyn crate::kv::KeyValue,
        changes: &[LeafChange],
    ) -> Result<crate::tree::Update, StateError> {
        let (prepared, capacity) = (&self.prepared, self.tree.capacity());
        let read = |region: &_| Self::bucket(db, prepared, capacity, region);
        let update = self.tree.apply(changes, &read);
        self.broken |= update.is_err();
        update
    }
}
