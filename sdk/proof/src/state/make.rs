//! The other side of [`StateProof::verify`]: making a proof from a tree.

use alloc::vec::Vec;

use thiserror::Error;
use weal_types::{
    Hash,
    codec::{Bounded, Bytes, LengthError, Version},
};

use super::{PROOF_KEYS, StateProof, absent_root, bits};
use crate::tree::{DEPTH, EMPTY, turns_right};

/// A state tree that can be walked from its root.
pub trait Tree {
    /// A place in the tree.
    type Place;
    /// Why the tree could not be read.
    type Error;

    /// The top.
    fn root(&self) -> Self::Place;
    /// What stands at `place`.
    fn node(&self, place: &Self::Place) -> Result<Node<Self::Place>, Self::Error>;
    /// The hash of the subtree at `place`.
    fn hash(&self, place: &Self::Place) -> Result<Hash, Self::Error>;
}

/// What stands at a place of a [`Tree`].
pub enum Node<Place> {
    /// No leaf.
    Empty,
    /// One leaf, which stands for its whole subtree.
    Leaf {
        /// Its path.
        path: Hash,
        /// Its value's hash.
        value_hash: Hash,
    },
    /// Two leaves or more: the places to the left and to the right.
    Branch(Place, Place),
}

/// Why no proof was made.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum MakeError<E> {
    /// The tree could not be read.
    #[error("{0}")]
    Tree(E),
    /// The caller asked for nothing or for too much.
    #[error("a proof covers 1 to {PROOF_KEYS} keys, not {keys}")]
    KeyCount {
        /// Keys asked for, without repetitions.
        keys: usize,
    },
    /// The tree is so deep that the proof exceeds its bounds; asking for fewer keys helps.
    #[error("the proof would be too long: {0}")]
    Length(#[from] LengthError),
    /// The tree has a node below the last bit of a path: whoever keeps it has a bug.
    #[error("the tree is deeper than a path")]
    Depth,
}

/// Proves for each of `paths`, in any order, what `tree` holds there.
pub fn make<T: Tree>(tree: &T, paths: &[Hash]) -> Result<StateProof, MakeError<T::Error>> {
    let mut paths = paths.to_vec();
    paths.sort_unstable();
    paths.dedup();
    if paths.is_empty() || paths.len() > PROOF_KEYS {
        return Err(MakeError::KeyCount { keys: paths.len() });
    }
    // A path in a tree of a million leaves has some 20 siblings.
    let hashes = Vec::with_capacity(24 * paths.len().min(8));
    let mut maker = Maker { tree, bits: bits::Writer::default(), hashes, absent: Vec::new() };
    maker.subtree(0, &tree.root(), &paths)?;
    Ok(StateProof {
        version: Version,
        shape: Bytes::new(maker.bits.into_bytes())?,
        hashes: Bounded::new(maker.hashes)?,
        absent: absent_root(maker.absent.into_iter()),
    })
}

struct Maker<'a, T> {
    tree: &'a T,
    bits: bits::Writer,
    hashes: Vec<Hash>,
    absent: Vec<Hash>,
}

impl<T: Tree> Maker<'_, T> {
    /// Mirrors `Walk::subtree`.
    fn subtree(
        &mut self,
        depth: usize,
        place: &T::Place,
        paths: &[Hash],
    ) -> Result<(), MakeError<T::Error>> {
        let (left, right) = match self.tree.node(place).map_err(MakeError::Tree)? {
            Node::Branch(left, right) => (left, right),
            Node::Empty => {
                self.end(None, paths);
                return Ok(());
            }
            Node::Leaf { path, value_hash } => {
                self.end(Some((path, value_hash)), paths);
                return Ok(());
            }
        };
        if depth == DEPTH {
            return Err(MakeError::Depth);
        }
        self.bits.push(true);
        let middle = paths.partition_point(|path| !turns_right(path, depth));
        let (left_paths, right_paths) = paths.split_at(middle);
        if right_paths.is_empty() {
            self.sibling(&right)?;
            self.subtree(depth + 1, &left, left_paths)
        } else if left_paths.is_empty() {
            self.sibling(&left)?;
            self.subtree(depth + 1, &right, right_paths)
        } else {
            self.subtree(depth + 1, &left, left_paths)?;
            self.subtree(depth + 1, &right, right_paths)
        }
    }

    /// Mirrors `Walk::end`.
    fn end(&mut self, leaf: Option<(Hash, Hash)>, paths: &[Hash]) {
        self.bits.push(false);
        let is_leaf = |path: &Hash| leaf.is_some_and(|(at, _)| at == *path);
        self.absent.extend(paths.iter().filter(|path| !is_leaf(path)));
        if paths.iter().any(is_leaf) {
            return;
        }
        self.bits.push(leaf.is_some());
        self.hashes.extend(leaf.into_iter().flat_map(|(path, value_hash)| [path, value_hash]));
    }

    /// Mirrors `Walk::sibling`.
    fn sibling(&mut self, place: &T::Place) -> Result<(), MakeError<T::Error>> {
        let hash = self.tree.hash(place).map_err(MakeError::Tree)?;
        self.bits.push(hash != EMPTY);
        if hash != EMPTY {
            self.hashes.push(hash);
        }
        Ok(())
    }
}
