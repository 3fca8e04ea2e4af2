//! The state tree: a sparse binary Merkle tree over 256-bit paths.
//!
//! A key stands at `path = StateKey::path()`, whose bits, from the highest of the first byte on,
//! say left (0) or right (1) at each depth. The hash of a subtree depends on the leaves in it and
//! on nothing else:
//!
//! ```text
//! no leaf          32 zero bytes
//! one leaf         H(weal/leaf/1, path ‖ value hash), at whatever depth
//! more             H(weal/node/1, left ‖ right)
//! ```
//!
//! So the tree is as deep as two paths agree and no deeper, and the way a node stores it cannot
//! show in a root.

use weal_types::{
    Hash, Tag,
    hash::{HASH_BYTES, hash},
};

/// The hash of a subtree without leaves. No leaf or node hashes to it, short of breaking SHA-256.
pub const EMPTY: Hash = [0; HASH_BYTES];

/// Bits of a path, and so the depth at which no two paths are left together.
pub const DEPTH: usize = HASH_BYTES * 8;

/// The hash of a subtree that holds one leaf.
pub fn leaf_hash(path: &Hash, value_hash: &Hash) -> Hash {
    hash(Tag::StateLeaf, &[path, value_hash])
}

/// The hash of a subtree that holds two leaves or more.
pub fn node_hash(left: &Hash, right: &Hash) -> Hash {
    hash(Tag::StateNode, &[left, right])
}

/// Whether `path` turns right at `depth`; false from [`DEPTH`] on.
pub fn turns_right(path: &Hash, depth: usize) -> bool {
    path.get(depth / 8).is_some_and(|byte| byte & (0x80 >> (depth % 8)) != 0)
}

/// How many leading bits `a` and `b` share, up to [`DEPTH`].
pub fn shared_bits(a: &Hash, b: &Hash) -> usize {
    match a.iter().zip(b).enumerate().find(|(_, (x, y))| x != y) {
        Some((index, (x, y))) => index * 8 + (x ^ y).leading_zeros() as usize,
        None => DEPTH,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bits_are_read_from_the_highest_down() {
        let mut path = [0; 32];
        path[0] = 0b0100_0000;
        path[31] = 1;
        let turns: alloc::vec::Vec<_> = (0..300).filter(|at| turns_right(&path, *at)).collect();
        assert_eq!(turns, [1, 255]);
        assert_eq!(shared_bits(&path, &path), DEPTH);
        assert_eq!(shared_bits(&path, &[0; 32]), 1);
        assert_eq!(
            shared_bits(&[0; 32], &{ [[0; 16], [0x10; 16]].concat().try_into().unwrap() }),
            131
        );
    }
}
