//! Regions of the tree, and the buckets of leaves that lie in them.
//!
//! On disk a bucket's key is its region and its value its leaves, ascending by path:
//!
//! ```text
//! key    prefix (⌈depth / 8⌉, unused bits 0) ‖ depth (1)
//! value  (path (32) ‖ value hash (32)) × 1..=capacity
//! ```
//!
//! Buckets do not overlap, so their keys sort as their paths do.

use std::{ops::Deref, sync::Arc};

use weal_proof::tree::{EMPTY, leaf_hash, node_hash, shared_bits, turns_right};
use weal_types::{Hash, state::value_hash};

/// A key's place in the tree and its value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Leaf {
    pub path: Hash,
    pub value: LeafValue,
}

/// Longest value that is remembered: balances, counters and records, but not documents.
const REMEMBERED_BYTES: usize = 512;

/// What the tree knows of a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct LeafValue {
    pub hash: Hash,
    /// The value itself, if it is short and was written since the start: an undo record will want
    /// it when it is replaced, and reading it again would cost as much as half of the commit.
    pub remembered: Option<Arc<[u8]>>,
}

impl LeafValue {
    pub(crate) fn new(value: &[u8]) -> Self {
        let remembered = (value.len() <= REMEMBERED_BYTES).then(|| value.into());
        Self { hash: value_hash(value), remembered }
    }

    /// A value of which only the hash is known.
    pub(crate) const fn of_hash(hash: Hash) -> Self {
        Self { hash, remembered: None }
    }
}

/// The leaves of a bucket, ascending by path.
pub(crate) type Leaves = Arc<[Leaf]>;

/// Bytes of a leaf on disk.
const LEAF_BYTES: usize = 64;

/// All paths that start with the first `depth` bits of `prefix`, whose other bits are zero.
///
/// The order is that of a walk that visits a node before what is below it, left before right.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Region {
    pub prefix: Hash,
    pub depth: u8,
}

impl Region {
    /// All paths.
    pub(crate) const ROOT: Self = Self { prefix: [0; 32], depth: 0 };

    /// The left and the right half. `depth` must be below 255: two paths part at bit 255 at the
    /// latest, so a bucket of two leaves never needs to be halved further.
    pub(crate) fn halves(self) -> (Self, Self) {
        let depth = usize::from(self.depth);
        let mut right = self.prefix;
        right[depth / 8] |= 0x80 >> (depth % 8);
        let below = self.depth.saturating_add(1);
        (Self { depth: below, ..self }, Self { prefix: right, depth: below })
    }

    /// The first path above the region; `None` if there is none.
    pub(crate) fn end(&self) -> Option<Hash> {
        let depth = usize::from(self.depth);
        let mut end = self.prefix;
        // Adds one at the last bit of the prefix.
        for bit in (0..depth).rev() {
            let mask = 0x80 >> (bit % 8);
            end[bit / 8] ^= mask;
            if end[bit / 8] & mask != 0 {
                return Some(end);
            }
        }
        None
    }

    pub(crate) fn contains(&self, path: &Hash) -> bool {
        shared_bits(&self.prefix, path) >= usize::from(self.depth)
    }

    /// The region's key on disk.
    pub(crate) fn to_key(self) -> RegionKey {
        let length = usize::from(self.depth).div_ceil(8);
        let mut bytes = [0; 33];
        bytes[..length].copy_from_slice(&self.prefix[..length]);
        bytes[length] = self.depth;
        RegionKey { bytes, length: length + 1 }
    }

    /// Appends depth and prefix; the depth first, so that a reader knows how long the prefix is.
    pub(crate) fn write_to(self, bytes: &mut Vec<u8>) {
        bytes.push(self.depth);
        bytes.extend_from_slice(&self.prefix[..usize::from(self.depth).div_ceil(8)]);
    }

    /// Reads what [`Self::to_key`] gave.
    pub(crate) fn from_key(key: &[u8]) -> Option<Self> {
        let (depth, prefix) = key.split_last()?;
        Self::from_parts(*depth, prefix)
    }

    /// A region from its depth and exactly the bytes of its prefix.
    pub(crate) fn from_parts(depth: u8, bytes: &[u8]) -> Option<Self> {
        let mut prefix = [0; 32];
        prefix.get_mut(..bytes.len())?.copy_from_slice(bytes);
        let used = usize::from(depth) % 8;
        let is_clean = used == 0 || bytes.last()? << used == 0;
        (bytes.len() == usize::from(depth).div_ceil(8) && is_clean)
            .then_some(Self { prefix, depth })
    }
}

/// A region's key on disk: commits write thousands, so it takes no allocation.
pub(crate) struct RegionKey {
    bytes: [u8; 33],
    length: usize,
}

impl Deref for RegionKey {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &self.bytes[..self.length]
    }
}

/// Appends the bucket as it lies on disk.
pub(crate) fn encode(leaves: &[Leaf], bytes: &mut Vec<u8>) {
    for leaf in leaves {
        bytes.extend_from_slice(&leaf.path);
        bytes.extend_from_slice(&leaf.value.hash);
    }
}

/// Reads a bucket, or says what is wrong with it.
pub(crate) fn decode(region: &Region, bytes: &[u8], capacity: u8) -> Result<Leaves, &'static str> {
    let (chunks, rest) = bytes.as_chunks::<LEAF_BYTES>();
    if !rest.is_empty() || chunks.is_empty() || chunks.len() > usize::from(capacity) {
        return Err("a bucket of impossible length");
    }
    let leaves: Leaves = chunks
        .iter()
        .map(|chunk| {
            let (mut path, mut hash) = ([0; 32], [0; 32]);
            path.copy_from_slice(&chunk[..32]);
            hash.copy_from_slice(&chunk[32..]);
            Leaf { path, value: LeafValue::of_hash(hash) }
        })
        .collect();
    if !leaves.is_sorted_by(|a, b| a.path < b.path) {
        return Err("leaves out of order");
    }
    if !leaves.iter().all(|leaf| region.contains(&leaf.path)) {
        return Err("a leaf outside of its bucket");
    }
    Ok(leaves)
}

/// The hash of a subtree at `depth` with these leaves, all of which belong there.
pub(crate) fn subtree_hash(leaves: &[Leaf], depth: usize) -> Hash {
    match leaves {
        [] => EMPTY,
        [leaf] => leaf_hash(&leaf.path, &leaf.value.hash),
        _ => {
            let (left, right) = halve(leaves, depth);
            node_hash(&subtree_hash(left, depth + 1), &subtree_hash(right, depth + 1))
        }
    }
}

/// The leaves left and right of `depth`.
pub(crate) fn halve(leaves: &[Leaf], depth: usize) -> (&[Leaf], &[Leaf]) {
    leaves.split_at(leaves.partition_point(|leaf| !turns_right(&leaf.path, depth)))
}

/// A key's new value, or `None` where it loses its value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct LeafChange {
    pub path: Hash,
    pub value: Option<LeafValue>,
}

/// Makes `merged` what `leaves` are after `changes`, both ascending. Adds to `replaced` what each
/// change that changes anything replaced.
pub(crate) fn merge(
    leaves: &[Leaf],
    changes: &[LeafChange],
    merged: &mut Vec<Leaf>,
    replaced: &mut Vec<LeafChange>,
) {
    merged.clear();
    let mut rest = leaves;
    for LeafChange { path, value } in changes {
        let before = rest.partition_point(|leaf| leaf.path < *path);
        merged.extend_from_slice(&rest[..before]);
        rest = &rest[before..];
        let mut old = None;
        if let Some((first, others)) = rest.split_first()
            && first.path == *path
        {
            old = Some(first.value.clone());
            rest = others;
        }
        merged.extend(value.clone().map(|value| Leaf { path: *path, value }));
        if old.as_ref().map(|old| old.hash) != value.as_ref().map(|value| value.hash) {
            replaced.push(LeafChange { path: *path, value: old });
        }
    }
    merged.extend_from_slice(rest);
}
