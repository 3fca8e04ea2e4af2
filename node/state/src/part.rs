//! A state in parts: subtrees of its tree that together cover it, each checked by itself.
//!
//! A list of parts names the depth and the hash of each subtree, in the order of paths. The depths
//! alone say where each lies, and the hashes come together to the root, so a list that leads to a
//! proven root is proven as a whole. A part's entries are then compared with its hash: nothing in
//! it can be changed, left out, added or moved.

use thiserror::Error;
use weal_proof::tree::node_hash;
use weal_types::{Hash, limit, state::StateKey};

use crate::bucket::{Leaf, LeafValue, Region, subtree_hash};

/// Bytes of a part's entries, unless a single one is larger; each counts for [`ENTRY_BYTES`] more
/// than key and value.
pub const PART_BYTES: usize = 4 << 20;

/// What the lengths of key and value take on the wire, at most.
pub const ENTRY_BYTES: usize = 8;

/// Parts of a state, at most: 4 TiB of it, and 40 MiB in the memory of whoever fetches it.
pub const PARTS: usize = 1 << 20;

// Two paths part at bit 255, so a part at that depth has two entries at most, which fit.
const _: () =
    assert!(2 * (32 + limit::STATE_KEY_BYTES + limit::STATE_VALUE_BYTES) < PART_BYTES - 16);

/// A subtree: at which depth it begins, and its hash.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Part {
    /// Bits that all of its paths share.
    pub depth: u8,
    /// The hash of the subtree; 32 zero bytes where it is empty.
    pub hash: Hash,
}

/// A key (contract ‖ key) and its value.
pub type Entry = (Vec<u8>, Vec<u8>);

/// Why parts do not make the state that they should. Whoever sent them is at fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum PartError {
    /// More than [`PARTS`].
    #[error("a state of more than {PARTS} parts")]
    TooMany,
    /// The depths leave a gap, or something is left over.
    #[error("parts that do not cover the tree once")]
    Cover,
    /// The hashes lead to another root.
    #[error("parts of another state")]
    Root,
    /// There is no part of this number.
    #[error("a part that the list does not have")]
    Number,
    /// A key is too short or too long, or a value too long.
    #[error("a key or a value that no state has")]
    Entry,
    /// Entries do not ascend by path, or one stands there twice.
    #[error("entries out of order")]
    Order,
    /// An entry belongs to another part.
    #[error("an entry of another part")]
    Outside,
    /// An entry is changed, missing or added.
    #[error("entries that do not hash to their part")]
    Hash,
}

/// A list of parts that leads to a root.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parts {
    root: Hash,
    list: Vec<(Region, Hash)>,
}

impl Parts {
    /// Checks that `list` covers the tree once, and hashes to `root`.
    pub fn new(list: &[Part], root: &Hash) -> Result<Self, PartError> {
        if list.len() > PARTS {
            return Err(PartError::TooMany);
        }
        let mut placed = Vec::with_capacity(list.len());
        let mut rest = list.iter();
        let found = place(Region::ROOT, &mut rest, &mut placed)?;
        if rest.next().is_some() {
            return Err(PartError::Cover);
        }
        match found == *root {
            true => Ok(Self { root: *root, list: placed }),
            false => Err(PartError::Root),
        }
    }

    /// The root that the parts lead to.
    pub const fn root(&self) -> &Hash {
        &self.root
    }

    /// How many parts there are: one at least.
    #[allow(clippy::len_without_is_empty, reason = "a list without parts covers nothing")]
    pub const fn len(&self) -> usize {
        self.list.len()
    }

    /// The parts in order.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = Part> + '_ {
        self.list.iter().map(|(region, hash)| Part { depth: region.depth, hash: *hash })
    }

    pub(crate) fn get(&self, number: usize) -> Option<&(Region, Hash)> {
        self.list.get(number)
    }

    /// Checks the entries of a part, and gives their leaves.
    pub(crate) fn leaves(&self, number: usize, entries: &[Entry]) -> Result<Vec<Leaf>, PartError> {
        let (region, hash) = self.get(number).ok_or(PartError::Number)?;
        let leaves = entries.iter().map(|(key, value)| {
            let key = StateKey::from_bytes(key).map_err(|_| PartError::Entry)?;
            if value.len() > limit::STATE_VALUE_BYTES {
                return Err(PartError::Entry);
            }
            let value = LeafValue::of_hash(weal_types::state::value_hash(value));
            Ok(Leaf { path: key.path(), value })
        });
        let leaves = leaves.collect::<Result<Vec<_>, _>>()?;
        if !leaves.is_sorted_by(|a, b| a.path < b.path) {
            return Err(PartError::Order);
        }
        if !leaves.iter().all(|leaf| region.contains(&leaf.path)) {
            return Err(PartError::Outside);
        }
        match subtree_hash(&leaves, region.depth.into()) == *hash {
            true => Ok(leaves),
            false => Err(PartError::Hash),
        }
    }

    /// Checks the entries of part `number`: they are exactly those that the root proves there, in
    /// the order of their paths.
    pub fn check(&self, number: usize, entries: &[Entry]) -> Result<(), PartError> {
        self.leaves(number, entries).map(drop)
    }
}

/// Places the parts of one region, and gives its hash. A region is cut where it has more bytes than
/// one part holds, so it has several leaves, and is a branch of the tree.
///
/// Each call places a part or makes two calls one level deeper, so there are no more than twice as
/// many as parts, and no more than 256 at once.
fn place(
    region: Region,
    rest: &mut std::slice::Iter<'_, Part>,
    placed: &mut Vec<(Region, Hash)>,
) -> Result<Hash, PartError> {
    let next = rest.as_slice().first().ok_or(PartError::Cover)?;
    match next.depth.cmp(&region.depth) {
        std::cmp::Ordering::Less => Err(PartError::Cover),
        std::cmp::Ordering::Equal => {
            rest.next();
            placed.push((region, next.hash));
            Ok(next.hash)
        }
        std::cmp::Ordering::Greater => {
            let (left, right) = region.halves();
            let left = place(left, rest, placed)?;
            let right = place(right, rest, placed)?;
            Ok(node_hash(&left, &right))
        }
    }
}
