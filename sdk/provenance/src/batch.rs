//! A million gifts under one root: a Merkle tree whose nodes carry sums.
//!
//! ```text
//! leaf   H(weal/sum-leaf/1, commit ‖ amount u128)
//! node   H(weal/sum-node/1, left ‖ sum u128 ‖ right ‖ sum u128)
//! root   H(weal/sum-root/1, leaves u64 ‖ total u128 ‖ top node)
//! ```
//!
//! Numbers are little-endian; the shape is RFC 6962's. A leaf's units lie in the batch behind those
//! of the leaves before it, and the sums to the left of its path say how many those are. Nobody can
//! serve two leaves with one interval, or promise more than was given: the root binds all sums.

use alloc::vec::Vec;

use weal_types::{Hash, Tag};

use crate::unit::{Span, Units};

/// Leaves of one batch.
pub const MOST_LEAVES: u32 = 1 << 20;
/// Siblings of a path in a tree of [`MOST_LEAVES`].
pub const MOST_SIBLINGS: usize = 20;

/// A node of the tree: its hash, and the sum of what lies below it.
pub type Sum = (Hash, Units);

/// How hashes are made: [`weal_types::hash::hash`], or in a contract the host's SHA-256.
pub trait Hasher: Fn(Tag, &[&[u8]]) -> Hash {}

impl<F: Fn(Tag, &[&[u8]]) -> Hash> Hasher for F {}

/// One giver's part of a batch, and how it can be shown.
#[derive(Clone, Debug, PartialEq, Eq, parity_scale_codec::Encode, parity_scale_codec::Decode)]
pub struct Leaf {
    /// Its place among the leaves, which are sorted by commitment.
    pub index: u32,
    /// The giver's commitment.
    pub commit: Hash,
    /// How many units.
    pub amount: Units,
    /// The siblings from the leaf up.
    pub path: weal_types::codec::Bounded<Sum, 0, MOST_SIBLINGS>,
}

fn leaf_hash(hasher: &impl Hasher, commit: &Hash, amount: Units) -> Hash {
    hasher(Tag::SumLeaf, &[commit, &amount.get().to_le_bytes()])
}

/// The node above two; `None` where the sum passes [`Units::MAX`].
fn node(hasher: &impl Hasher, left: &Sum, right: &Sum) -> Option<Sum> {
    let sums = [left.1.get().to_le_bytes(), right.1.get().to_le_bytes()];
    let [left_sum, right_sum] = &sums;
    let hash = hasher(Tag::SumNode, &[&left.0, left_sum, &right.0, right_sum]);
    Some((hash, left.1.checked_add(right.1)?))
}

fn root_hash(hasher: &impl Hasher, leaves: u32, top: &Sum) -> Hash {
    let count = u64::from(leaves).to_le_bytes();
    hasher(Tag::SumRoot, &[&count, &top.1.get().to_le_bytes(), &top.0])
}

/// Largest power of two below `length`, which is at least 2.
const fn split(length: usize) -> usize {
    1 << (length - 1).ilog2()
}

impl Leaf {
    /// Where the leaf's units lie in a batch with this root, number of leaves and total, counted
    /// from the batch's first unit; `None` if the path does not lead there.
    pub fn find(
        &self,
        hasher: &impl Hasher,
        root: &Hash,
        leaves: u32,
        total: Units,
    ) -> Option<Span> {
        if self.index >= leaves || leaves > MOST_LEAVES || self.amount.is_zero() {
            return None;
        }
        // From the root down: whether the way turns left at each node.
        let mut turns = Vec::with_capacity(MOST_SIBLINGS);
        let (mut at, mut length) = (self.index as usize, leaves as usize);
        while length > 1 {
            let middle = split(length);
            turns.push(at < middle);
            if at < middle {
                length = middle;
            } else {
                at -= middle;
                length -= middle;
            }
        }
        if turns.len() != self.path.len() {
            return None;
        }
        let mut here = (leaf_hash(hasher, &self.commit, self.amount), self.amount);
        let mut before = Units::ZERO;
        for (is_left, sibling) in turns.iter().rev().zip(self.path.iter()) {
            if *is_left {
                here = node(hasher, &here, sibling)?;
            } else {
                before = before.checked_add(sibling.1)?;
                here = node(hasher, sibling, &here)?;
            }
        }
        let is_root = here.1 == total && root_hash(hasher, leaves, &here) == *root;
        is_root.then(|| Span::at(before, self.amount).ok()).flatten()
    }
}

/// A batch as its gateway keeps it.
#[derive(Clone, Debug)]
pub struct Tree {
    leaves: Vec<(Hash, Units)>,
}

impl Tree {
    /// A batch of 1 to [`MOST_LEAVES`] commitments with their amounts, sorted here by commitment,
    /// which hides the order of arrival. `None` for other numbers, an amount of zero, a commitment
    /// that occurs twice, or a total above [`Units::MAX`].
    pub fn new(mut leaves: Vec<(Hash, Units)>) -> Option<Self> {
        leaves.sort_unstable();
        let mut pairs = leaves.iter().zip(leaves.iter().skip(1));
        let is_good = !leaves.is_empty()
            && leaves.len() <= MOST_LEAVES as usize
            && leaves.iter().all(|(_, amount)| !amount.is_zero())
            && pairs.all(|(one, next)| one.0 != next.0);
        let sum = |sum: Units, leaf: &(Hash, Units)| sum.checked_add(leaf.1);
        leaves.iter().try_fold(Units::ZERO, sum)?;
        is_good.then_some(Self { leaves })
    }

    /// Its leaves in order.
    pub fn leaves(&self) -> &[(Hash, Units)] {
        &self.leaves
    }

    /// How many units in all.
    pub fn total(&self) -> Units {
        self.top(&self.leaves).1
    }

    /// The root.
    pub fn root(&self) -> Hash {
        root_hash(&weal_types::hash::hash, self.leaves.len() as u32, &self.top(&self.leaves))
    }

    /// The node over `leaves`, of which there is one or more.
    fn top(&self, leaves: &[(Hash, Units)]) -> Sum {
        let hasher = weal_types::hash::hash;
        match leaves {
            [] => ([0; 32], Units::ZERO),
            [(commit, amount)] => (leaf_hash(&hasher, commit, *amount), *amount),
            _ => {
                let (left, right) = leaves.split_at(split(leaves.len()));
                // The total was checked, so no part of it is too large.
                node(&hasher, &self.top(left), &self.top(right)).unwrap_or_default()
            }
        }
    }

    /// Leaf `index` with its path; `None` beyond the last.
    pub fn leaf(&self, index: u32) -> Option<Leaf> {
        let (commit, amount) = *self.leaves.get(index as usize)?;
        let (mut path, mut rest, mut at) = (Vec::new(), &self.leaves[..], index as usize);
        while rest.len() > 1 {
            let (left, right) = rest.split_at(split(rest.len()));
            if at < left.len() {
                path.push(self.top(right));
                rest = left;
            } else {
                at -= left.len();
                path.push(self.top(left));
                rest = right;
            }
        }
        path.reverse();
        let path = weal_types::codec::Bounded::new(path).ok()?;
        Some(Leaf { index, commit, amount, path })
    }
}
