//! Values and proofs, now and at earlier heights.

use std::sync::Arc;

use weal_proof::state::{MakeError, StateProof, Tree as _, make};
use weal_types::{Hash, Height, state::StateKey};

use super::{Block, Inner, State};
use crate::{
    error::StateError,
    history,
    kv::View,
    layout::{self, Head, HistoryReach, STATE, corrupt},
    past::{Past, TreeAt},
    snapshot::StateSnapshot,
    undo::{self, EntryNode, UNDO_HEIGHTS},
};

/// Values of keys at a height, and the proof of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proven {
    /// The value of each key asked for, in the order asked.
    pub values: Vec<Option<Vec<u8>>>,
    /// Proves them against the root of that height.
    pub proof: StateProof,
}

impl State {
    /// Proves the values of `keys` (1 to [`weal_proof::state::PROOF_KEYS`]) after the block at
    /// `height`, which may be prepared, or committed up to [`UNDO_HEIGHTS`] heights ago, the newest
    /// committed one counted.
    ///
    /// The newest state takes a few microseconds per key; each height further back adds one or two
    /// reads.
    pub fn prove(&self, height: Height, keys: &[StateKey]) -> Result<Proven, StateError> {
        let paths: Vec<_> = keys.iter().map(StateKey::path).collect();
        let inner = self.read()?;
        let view = self.db.view()?;
        // What the view holds counts as committed, even if its commit has not come to an end.
        let committed = layout::head(|column, key| view.get(column, key))?;
        let newest = inner.latest().ok_or(StateError::NoGenesis)?.height;
        let oldest = committed.map_or(Height::ZERO, oldest_in_undo).max(self.base);
        if !(oldest..=newest).contains(&height) {
            return Err(StateError::HeightUnavailable { given: height, oldest, newest });
        }
        let (before, later) = inner.blocks_around(committed, height);
        let past = match committed {
            Some(head) if height < head.height => {
                let mut sorted = paths.clone();
                sorted.sort_unstable();
                Some(Past::read(&*view, height, head.height, &sorted)?)
            }
            _ => None,
        };
        let snapshot = StateSnapshot::new(view, Some(height), before);
        let value = |(key, path): (&StateKey, &Hash)| match past
            .as_ref()
            .and_then(|past| past.values.get(path))
        {
            Some(value) => Ok(value.clone()),
            None => snapshot.value(key),
        };
        let values = keys.iter().zip(&paths).map(value).collect::<Result<_, _>>()?;
        let (prepared, capacity) = (&inner.prepared, inner.tree.capacity());
        let read = |region: &_| Inner::bucket(&*self.db, prepared, capacity, region);
        let tree = TreeAt { tree: &inner.tree, later, past, read: &read };
        let proof = make(&tree, &paths).map_err(|error| match error {
            MakeError::Tree(error) => error,
            other => StateError::Unprovable { reason: other.to_string() },
        })?;
        let root = tree.hash(&tree.root())?;
        drop(inner);
        Self::checked(&root, keys, values, proof)
    }

    /// A proof is checked before it leaves: should disk and tree differ, it is found here and not
    /// by a client.
    fn checked(
        root: &Hash,
        keys: &[StateKey],
        values: Vec<Option<Vec<u8>>>,
        proof: StateProof,
    ) -> Result<Proven, StateError> {
        let mut claims: Vec<_> =
            keys.iter().cloned().zip(values.iter().map(Option::as_deref)).collect();
        // A key may be asked for twice; a verifier is given each once.
        claims.sort_unstable();
        claims.dedup();
        match proof.verify(root, &claims) {
            Ok(()) => Ok(Proven { values, proof }),
            Err(_) => {
                let key = keys.first().map_or(&[][..], StateKey::as_bytes);
                Err(corrupt(STATE, key, "value and tree differ for this key or one asked with it"))
            }
        }
    }

    /// The value of `key` after the block at `height`: any height that the history index covers,
    /// and in any case the prepared blocks and the last [`UNDO_HEIGHTS`] committed ones.
    pub fn value_at(&self, key: &StateKey, height: Height) -> Result<Option<Vec<u8>>, StateError> {
        let (view, before, newest) = {
            let inner = self.read()?;
            let view = self.db.view()?;
            let committed = layout::head(|column, key| view.get(column, key))?;
            let newest = inner.latest().ok_or(StateError::NoGenesis)?.height;
            (view, inner.blocks_around(committed, height).0, newest)
        };
        let committed = layout::head(|column, key| view.get(column, key))?;
        let reach = history::reach(&*view)?;
        let oldest = match (committed, reach) {
            (None, _) => Height::ZERO,
            (Some(head), None) => oldest_in_undo(head),
            (Some(head), Some(reach)) => oldest_in_undo(head).min(reach.from),
        };
        let oldest = oldest.max(self.base);
        if !(oldest..=newest).contains(&height) {
            return Err(StateError::HeightUnavailable { given: height, oldest, newest });
        }
        if let Some(head) = committed.filter(|head| height < head.height)
            && let Some(old) = replaced_after(&*view, &key.path(), height, head, reach)?
        {
            return Ok(old);
        }
        StateSnapshot::new(view, Some(height), before).value(key)
    }
}

impl Inner {
    /// The prepared blocks that are not in `committed`: changes of those up to `height`, newest
    /// first, and what those after it did, oldest first.
    fn blocks_around(
        &self,
        committed: Option<Head>,
        height: Height,
    ) -> (Vec<Arc<crate::changes::Changes>>, Vec<Arc<crate::tree::Update>>) {
        let is_new =
            |block: &&Arc<Block>| committed.is_none_or(|head| block.head.height > head.height);
        let blocks = self.prepared.iter().filter(is_new);
        let before = blocks.clone().rev().filter(|block| block.head.height <= height);
        let later = blocks.filter(|block| block.head.height > height);
        (
            before.map(|block| block.changes.clone()).collect(),
            later.map(|block| block.update.clone()).collect(),
        )
    }
}

/// The oldest height whose successors all have undo records.
fn oldest_in_undo(head: Head) -> Height {
    Height((head.height.0 + 1).saturating_sub(UNDO_HEIGHTS))
}

/// What the first committed change of `path` after `height` replaced; `None` if there was no
/// change.
fn replaced_after(
    view: &dyn View,
    path: &Hash,
    height: Height,
    head: Head,
    reach: Option<HistoryReach>,
) -> Result<Option<Option<Vec<u8>>>, StateError> {
    let mut after = height;
    if let Some(reach) = reach.filter(|reach| height >= reach.from) {
        if let Some(value) = history::replaced_after(view, path, height)? {
            return Ok(Some(value));
        }
        after = after.max(reach.built);
    }
    for later in after.0 + 1..=head.height.0 {
        let mut found = None;
        undo::read(view, Height(later), Some(&[*path]), &mut |entry| {
            if let EntryNode::Bucket { replaced, .. } = entry.node
                && let Some((_, value)) = replaced.iter().find(|(other, _)| other == path)
            {
                found = Some(value.map(<[u8]>::to_vec));
            }
        })?;
        if found.is_some() {
            return Ok(found);
        }
    }
    Ok(None)
}
