//! Building the tree from the buckets on disk.

use weal_proof::tree::{node_hash, turns_right};
use weal_types::Hash;

use super::{Kind, Node, ROOT_SLOT, Slot, Tree, cache::Cached};
use crate::{
    bucket::{self, Region, subtree_hash},
    error::StateError,
    layout::{TREE, corrupt},
};

impl Tree {
    /// Adds the bucket record `key → value`. [`Self::finish`] must follow the last one.
    pub(crate) fn add_bucket(&mut self, key: &[u8], value: &[u8]) -> Result<(), StateError> {
        let bad = |reason| corrupt(TREE, key, reason);
        let region = Region::from_key(key).ok_or_else(|| bad("not a region"))?;
        let leaves = bucket::decode(&region, value, self.capacity).map_err(bad)?;
        let slot = self.open_slot(&region).ok_or_else(|| bad("a bucket over another one"))?;
        let hash = subtree_hash(&leaves, region.depth.into());
        let count = leaves.len() as u8; // decode: at most `capacity`
        self.keys += u64::from(count);
        let cached = (!self.cache.is_full()).then(|| Cached::new(leaves));
        self.set(slot, Node { hash, kind: Kind::Bucket { leaves: count, cached } });
        Ok(())
    }

    /// The slot at `region`, making branches on the way; `None` if a bucket is in the way or
    /// something lies there.
    fn open_slot(&mut self, region: &Region) -> Option<Slot> {
        let mut slot = ROOT_SLOT;
        for depth in 0..usize::from(region.depth) {
            let left = match self.node(slot).kind {
                Kind::Branch { left } => left,
                Kind::Bucket { leaves: 0, .. } => {
                    let left = self.allocate();
                    self.nodes[slot as usize].kind = Kind::Branch { left };
                    left
                }
                Kind::Bucket { .. } => return None,
            };
            slot = left + Slot::from(turns_right(&region.prefix, depth));
        }
        matches!(self.node(slot).kind, Kind::Bucket { leaves: 0, .. }).then_some(slot)
    }

    /// Hashes all branches.
    pub(crate) fn finish(&mut self) -> Result<(), StateError> {
        self.hash_branches(ROOT_SLOT, Region::ROOT)?;
        Ok(())
    }

    /// The hash at `slot` and the leaves below it, counted up to 255.
    fn hash_branches(&mut self, slot: Slot, region: Region) -> Result<(Hash, u8), StateError> {
        let node = self.node(slot);
        let left = match node.kind {
            Kind::Bucket { leaves, .. } => return Ok((node.hash, leaves)),
            Kind::Branch { left } => left,
        };
        let (left_region, right_region) = region.halves();
        let (left_hash, left_leaves) = self.hash_branches(left, left_region)?;
        let (right_hash, right_leaves) = self.hash_branches(left + 1, right_region)?;
        let leaves = left_leaves.saturating_add(right_leaves);
        // The root of such a tree would be wrong, or right by accident until a change goes astray.
        if leaves <= self.capacity {
            return Err(corrupt(TREE, &region.to_key(), "buckets that should be one"));
        }
        let hash = node_hash(&left_hash, &right_hash);
        self.nodes[slot as usize].hash = hash;
        Ok((hash, leaves))
    }
}
