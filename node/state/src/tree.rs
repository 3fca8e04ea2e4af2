//! The tree in memory: every node above the buckets with its hash, and a bounded cache of bucket
//! contents.
//!
//! # Layout
//!
//! A region of the tree with at most `capacity` leaves whose parent has more is a *bucket*; regions
//! above are *branches*. Buckets split when they overflow and merge when they can, so the layout is
//! a function of the set of keys: not of their order, nor of how blocks were cut. It also means
//! that a branch always has several leaves, so the rule that a lone leaf stands for its subtree
//! matters only inside of buckets, and that undoing a block is nothing but applying the reverse
//! changes.
//!
//! An attacker who grinds keys into one region makes it deeper, not larger: a bucket has a bound,
//! whereas buckets of a fixed depth could be filled with thousands of keys, all rewritten whenever
//! one changes.

use std::mem;

use weal_proof::tree::{EMPTY, node_hash, turns_right};
use weal_types::Hash;

use crate::{
    bucket::{self, Leaf, LeafChange, Leaves, Region, subtree_hash},
    error::StateError,
    layout::{TREE, corrupt},
};

mod cache;
mod rebuild;
#[cfg(test)]
mod tests;

/// Reads a bucket that has leaves and is not cached.
pub(crate) type ReadBucket<'a> = dyn Fn(&Region) -> Result<Leaves, StateError> + 'a;

/// Where a node lies in the arena.
pub(crate) type Slot = u32;

pub(crate) const ROOT_SLOT: Slot = 0;

#[derive(Clone, Debug)]
pub(crate) struct Node {
    pub hash: Hash,
    pub kind: Kind,
}

#[derive(Clone, Debug)]
pub(crate) enum Kind {
    /// More leaves than a bucket holds; the halves lie at `left` and `left + 1`.
    Branch { left: Slot },
    /// At most `capacity` leaves.
    Bucket { leaves: u8, cached: Option<cache::Cached> },
}

const EMPTY_BUCKET: Node = Node { hash: EMPTY, kind: Kind::Bucket { leaves: 0, cached: None } };

/// See the [module](self). Takes about 60 bytes per node, of which there are twice as many as
/// buckets: at four leaves per bucket some 45 bytes per key, and the cache.
pub(crate) struct Tree {
    /// Halves of a branch lie side by side, the left one in an even slot. The root lies alone.
    nodes: Vec<Node>,
    /// Left slots of pairs that are not in use.
    free: Vec<Slot>,
    capacity: u8,
    cache: cache::Cache,
    keys: u64,
}

/// What a node of the tree was before a change.
#[derive(Clone, Debug)]
pub(crate) enum OldNode {
    /// A branch with this hash; `merged` if the change made a bucket of it, or swallowed it in one.
    Branch { hash: Hash, merged: bool },
    /// A bucket with these leaves.
    Bucket(Leaves),
}

/// What a change did to the tree.
#[derive(Debug, Default)]
pub(crate) struct Update {
    /// Each node of the old tree that changed or is gone, ascending by region.
    pub old: Vec<(Region, OldNode)>,
    /// Each bucket to write, or to delete where there is `None`, ascending by region.
    pub written: Vec<(Region, Option<Leaves>)>,
    /// What each effective change replaced, ascending by path. Applied as changes, it undoes the
    /// update.
    pub replaced: Vec<LeafChange>,
}

impl Tree {
    /// An empty tree with at most `capacity` (2..=64) leaves in a bucket and `cache_bytes` of
    /// cached leaves.
    pub(crate) fn new(capacity: u8, cache_bytes: usize) -> Self {
        Self {
            nodes: vec![EMPTY_BUCKET, EMPTY_BUCKET],
            free: Vec::new(),
            capacity,
            cache: cache::Cache::new(cache_bytes),
            keys: 0,
        }
    }

    pub(crate) fn root(&self) -> Hash {
        self.node(ROOT_SLOT).hash
    }

    /// How many leaves the tree has.
    pub(crate) const fn keys(&self) -> u64 {
        self.keys
    }

    pub(crate) const fn capacity(&self) -> u8 {
        self.capacity
    }

    /// The node at a slot that the tree itself gave.
    pub(crate) fn node(&self, slot: Slot) -> &Node {
        &self.nodes[slot as usize]
    }

    /// Applies `changes`, which ascend by path. After an error the tree is unfinished and must not
    /// be used.
    pub(crate) fn apply(
        &mut self,
        changes: &[LeafChange],
        read: &ReadBucket<'_>,
    ) -> Result<Update, StateError> {
        // In a large tree a change passes some eight nodes that no other change passes. The block
        // that fills a state passes far fewer.
        let expected = changes.len().min(1 << 14);
        let mut update = Update {
            old: Vec::with_capacity(8 * expected),
            written: Vec::with_capacity(expected),
            replaced: Vec::with_capacity(expected),
        };
        if !changes.is_empty() {
            let scratch = Vec::with_capacity(64);
            let mut change = Change { tree: self, read, update: &mut update, scratch };
            change.visit(ROOT_SLOT, Region::ROOT, changes)?;
        }
        // A merge touches a neighbour that was passed before, and deletes what was just written.
        update.old.sort_by_key(|(region, _)| *region);
        update.written.sort_by_key(|(region, _)| *region);
        update.written.dedup_by(|later, earlier| {
            let is_same = later.0 == earlier.0;
            if is_same {
                mem::swap(later, earlier);
            }
            is_same
        });
        for change in &update.replaced {
            // A change that replaced nothing is an insertion; one that replaced something may be a
            // removal.
            if change.value.is_none() {
                self.keys += 1;
            }
        }
        let effective = |change: &LeafChange| {
            update.replaced.binary_search_by_key(&change.path, |old| old.path).is_ok()
        };
        let removed = changes.iter().filter(|c| c.value.is_none() && effective(c)).count();
        self.keys = self.keys.saturating_sub(removed as u64);
        self.cache.trim(&mut self.nodes);
        Ok(update)
    }

    /// The leaves of the bucket at `slot`, from the cache or through `read`; the cache stays as it
    /// is.
    pub(crate) fn leaves(
        &self,
        slot: Slot,
        region: &Region,
        read: &ReadBucket<'_>,
    ) -> Result<Leaves, StateError> {
        match &self.node(slot).kind {
            Kind::Bucket { cached: Some(cached), .. } => Ok(cached.leaves()),
            Kind::Bucket { leaves: 0, .. } => Ok(Leaves::from([])),
            _ => self.read_checked(slot, region, read),
        }
    }

    /// The hash of the subtree at `region`, be it a node of the tree or a part of a bucket.
    pub(crate) fn hash_at(
        &self,
        region: &Region,
        read: &ReadBucket<'_>,
    ) -> Result<Hash, StateError> {
        let (mut slot, mut here) = (ROOT_SLOT, Region::ROOT);
        while here.depth < region.depth {
            let Kind::Branch { left } = self.node(slot).kind else {
                let leaves = self.leaves(slot, &here, read)?;
                let within = leaves.iter().filter(|leaf| region.contains(&leaf.path));
                let within: Vec<_> = within.cloned().collect();
                return Ok(subtree_hash(&within, region.depth.into()));
            };
            let (left_region, right_region) = here.halves();
            (slot, here) = match turns_right(&region.prefix, here.depth.into()) {
                false => (left, left_region),
                true => (left + 1, right_region),
            };
        }
        Ok(self.node(slot).hash)
    }

    /// Reads a bucket and compares it with the hash in memory: the disk may have changed under us.
    fn read_checked(
        &self,
        slot: Slot,
        region: &Region,
        read: &ReadBucket<'_>,
    ) -> Result<Leaves, StateError> {
        let leaves = read(region)?;
        if subtree_hash(&leaves, region.depth.into()) == self.node(slot).hash {
            Ok(leaves)
        } else {
            Err(corrupt(TREE, &region.to_key(), "a bucket that differs from its hash"))
        }
    }

    fn set(&mut self, slot: Slot, node: Node) {
        self.cache.forget(&self.nodes[slot as usize]);
        self.cache.count(&node);
        self.nodes[slot as usize] = node;
    }

    /// Two empty buckets side by side.
    fn allocate(&mut self) -> Slot {
        self.free.pop().unwrap_or_else(|| {
            let left = self.nodes.len() as Slot;
            self.nodes.extend([EMPTY_BUCKET, EMPTY_BUCKET]);
            left
        })
    }

    fn release(&mut self, left: Slot) {
        self.set(left, EMPTY_BUCKET);
        self.set(left + 1, EMPTY_BUCKET);
        self.free.push(left);
    }
}

/// One change of a tree while it is made.
struct Change<'a> {
    tree: &'a mut Tree,
    read: &'a ReadBucket<'a>,
    update: &'a mut Update,
    /// Leaves of the bucket that is being changed.
    scratch: Vec<Leaf>,
}

impl Change<'_> {
    /// Applies `changes`, all of which lie in `region`, and says whether that changed anything.
    fn visit(
        &mut self,
        slot: Slot,
        region: Region,
        changes: &[LeafChange],
    ) -> Result<bool, StateError> {
        let node = self.tree.node(slot);
        match node.kind {
            Kind::Branch { left } => {
                let hash = node.hash;
                self.visit_branch(slot, left, hash, region, changes)
            }
            Kind::Bucket { .. } => self.visit_bucket(slot, region, changes),
        }
    }

    fn visit_branch(
        &mut self,
        slot: Slot,
        left: Slot,
        hash: Hash,
        region: Region,
        changes: &[LeafChange],
    ) -> Result<bool, StateError> {
        let at = self.update.old.len();
        self.update.old.push((region, OldNode::Branch { hash, merged: false }));
        let depth = usize::from(region.depth);
        let middle = changes.partition_point(|change| !turns_right(&change.path, depth));
        let (left_changes, right_changes) = changes.split_at(middle);
        let (left_region, right_region) = region.halves();
        let left_changed =
            !left_changes.is_empty() && self.visit(left, left_region, left_changes)?;
        let right_changed =
            !right_changes.is_empty() && self.visit(left + 1, right_region, right_changes)?;
        if !left_changed && !right_changed {
            // Nothing below changed, so nothing below was recorded.
            self.update.old.truncate(at);
            return Ok(false);
        }
        if self.fits_one_bucket(left) {
            self.update.old[at].1 = OldNode::Branch { hash, merged: true };
            let halves = [(left_region, left_changed), (right_region, right_changed)];
            self.merge(slot, left, region, halves)?;
        } else {
            let hash = node_hash(&self.tree.node(left).hash, &self.tree.node(left + 1).hash);
            self.tree.nodes[slot as usize].hash = hash;
        }
        Ok(true)
    }

    fn visit_bucket(
        &mut self,
        slot: Slot,
        region: Region,
        changes: &[LeafChange],
    ) -> Result<bool, StateError> {
        let leaves = self.load(slot, &region)?;
        let before = self.update.replaced.len();
        bucket::merge(&leaves, changes, &mut self.scratch, &mut self.update.replaced);
        if self.update.replaced.len() == before {
            return Ok(false);
        }
        let existed = !leaves.is_empty();
        self.update.old.push((region, OldNode::Bucket(leaves)));
        let merged = mem::take(&mut self.scratch);
        self.place(slot, region, &merged, existed);
        self.scratch = merged;
        Ok(true)
    }

    /// Makes `slot` hold exactly `leaves`: a bucket, or branches over several. `existed` if a
    /// bucket of this region is on disk.
    fn place(&mut self, slot: Slot, region: Region, leaves: &[Leaf], existed: bool) {
        let depth = usize::from(region.depth);
        if leaves.len() <= usize::from(self.tree.capacity) {
            let hash = subtree_hash(leaves, depth);
            let count = leaves.len() as u8; // at most `capacity`
            let leaves: Option<Leaves> = (count > 0).then(|| leaves.into());
            if existed || leaves.is_some() {
                self.update.written.push((region, leaves.clone()));
            }
            let cached = leaves.map(cache::Cached::new);
            self.tree.set(slot, Node { hash, kind: Kind::Bucket { leaves: count, cached } });
            return;
        }
        if existed {
            self.update.written.push((region, None));
        }
        let left = self.tree.allocate();
        let (left_leaves, right_leaves) = bucket::halve(leaves, depth);
        let (left_region, right_region) = region.halves();
        self.place(left, left_region, left_leaves, false);
        self.place(left + 1, right_region, right_leaves, false);
        let hash = node_hash(&self.tree.node(left).hash, &self.tree.node(left + 1).hash);
        self.tree.set(slot, Node { hash, kind: Kind::Branch { left } });
    }

    /// Whether the halves are buckets whose leaves fit into one.
    fn fits_one_bucket(&self, left: Slot) -> bool {
        let leaves = |slot| match self.tree.node(slot).kind {
            Kind::Bucket { leaves, .. } => Some(leaves),
            Kind::Branch { .. } => None,
        };
        leaves(left)
            .zip(leaves(left + 1))
            .is_some_and(|(left, right)| left + right <= self.tree.capacity)
    }

    /// Makes one bucket of the halves, each of which comes with whether it was recorded as changed.
    fn merge(
        &mut self,
        slot: Slot,
        left: Slot,
        region: Region,
        halves: [(Region, bool); 2],
    ) -> Result<(), StateError> {
        let mut leaves = Vec::with_capacity(self.tree.capacity.into());
        for (half, (half_region, changed)) in (left..).zip(halves) {
            let half_leaves = self.load(half, &half_region)?;
            leaves.extend_from_slice(&half_leaves);
            self.update.written.push((half_region, None));
            if !changed {
                self.update.old.push((half_region, OldNode::Bucket(half_leaves)));
            }
        }
        self.tree.release(left);
        self.place(slot, region, &leaves, false);
        Ok(())
    }

    /// The leaves of a bucket, which is then cached.
    fn load(&mut self, slot: Slot, region: &Region) -> Result<Leaves, StateError> {
        if let Kind::Bucket { cached: Some(cached), .. } = &mut self.tree.nodes[slot as usize].kind
        {
            return Ok(cached.use_leaves());
        }
        let leaves = self.tree.leaves(slot, region, self.read)?;
        if !leaves.is_empty() {
            let hash = self.tree.node(slot).hash;
            let count = leaves.len() as u8; // read_checked: the leaves are those that were counted
            let cached = Some(cache::Cached::new(leaves.clone()));
            self.tree.set(slot, Node { hash, kind: Kind::Bucket { leaves: count, cached } });
        }
        Ok(leaves)
    }
}
