//! Merkle trees over lists, as in RFC 6962 §2.1 with this chain's tags in place of its 0x00 and
//! 0x01 prefixes.
//!
//! A list of `n > 1` splits at the largest power of two below `n`. The root of the empty list is a
//! node with nothing under it, which neither an item nor a pair can be.

use alloc::vec::Vec;

use parity_scale_codec::{Decode, Encode};

use crate::{
    codec::Bounded,
    hash::{Hash, Tag, hash},
};

/// Longest inclusion path: a list has fewer than 2³² items.
pub const PATH_HASHES: usize = 32;

/// The siblings from leaf to root.
pub type Path = Bounded<Hash, 0, PATH_HASHES>;

/// Hash of one item.
pub fn leaf(item: &[u8]) -> Hash {
    hash(Tag::ListLeaf, &[item])
}

fn node(left: &Hash, right: &Hash) -> Hash {
    hash(Tag::ListNode, &[left, right])
}

/// Root over hashed items ([`leaf`]).
pub fn root(leaves: &[Hash]) -> Hash {
    match leaves {
        [] => hash(Tag::ListNode, &[]),
        [only] => *only,
        _ => {
            let (left, right) = leaves.split_at(split(leaves.len()));
            node(&root(left), &root(right))
        }
    }
}

/// Root over items.
pub fn root_of<T: AsRef<[u8]>>(items: impl IntoIterator<Item = T>) -> Hash {
    let leaves: Vec<Hash> = items.into_iter().map(|item| leaf(item.as_ref())).collect();
    root(&leaves)
}

/// Largest power of two below `length`, which is at least 2: the highest bit of `length - 1`.
/// `next_power_of_two` would overflow where a browser's 32-bit `usize` meets a large count.
const fn split(length: usize) -> usize {
    1 << (length - 1).ilog2()
}

/// The path that proves the item at `index`, or `None` if there is no such item.
pub fn prove(leaves: &[Hash], index: u32) -> Option<Path> {
    let mut at = index as usize;
    let mut rest = leaves;
    if at >= rest.len() {
        return None;
    }
    let mut path = Vec::new();
    while rest.len() > 1 {
        let (left, right) = rest.split_at(split(rest.len()));
        if at < left.len() {
            path.push(root(right));
            rest = left;
        } else {
            at -= left.len();
            path.push(root(left));
            rest = right;
        }
    }
    path.reverse();
    Path::new(path).ok()
}

/// The root that `path` leads to from `item` at `index` of `count` items; `None` if the path has
/// another length.
///
/// `count` must come from where the root comes from, such as a header: lists of other lengths can
/// have a path of the same turns. With the right count, a proof for one index is none for another.
pub fn root_from_path(item: &[u8], index: u32, count: u32, path: &[Hash]) -> Option<Hash> {
    if index >= count {
        return None;
    }
    // The directions from the root down; the path is read from its end alongside.
    let mut turns = Vec::new();
    let (mut at, mut length) = (index as usize, count as usize);
    while length > 1 {
        let middle = split(length);
        let is_left = at < middle;
        turns.push(is_left);
        if is_left {
            length = middle;
        } else {
            at -= middle;
            length -= middle;
        }
    }
    if turns.len() != path.len() {
        return None;
    }
    let up = turns.iter().rev().zip(path);
    Some(up.fold(
        leaf(item),
        |below, (is_left, sibling)| {
            if *is_left { node(&below, sibling) } else { node(sibling, &below) }
        },
    ))
}

/// A proof that an item stands at a place in a list.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct ListProof {
    /// Its place, from 0.
    pub index: u32,
    /// Length of the list.
    pub count: u32,
    /// Siblings from leaf to root.
    pub path: Path,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn items(count: u32) -> Vec<[u8; 4]> {
        (0..count).map(u32::to_le_bytes).collect()
    }

    #[test]
    fn every_item_of_every_small_list_is_proven_and_no_other() {
        for count in 0..40 {
            let items = items(count);
            let leaves: Vec<_> = items.iter().map(|item| leaf(item)).collect();
            let root = root(&leaves);
            assert_eq!(root, root_of(&items));
            assert_eq!(prove(&leaves, count), None);
            for index in 0..count {
                let path = prove(&leaves, index).unwrap();
                let lead = |item: &[u8], index, count| root_from_path(item, index, count, &path);
                let item = &items[index as usize];
                assert_eq!(lead(item, index, count), Some(root));
                assert_ne!(lead(b"other", index, count), Some(root));
                for wrong in (0..count).filter(|wrong| *wrong != index) {
                    assert_ne!(lead(item, wrong, count), Some(root), "{index} as {wrong}");
                }
                assert_eq!(
                    root_from_path(item, index, count, &[&path[..], &[[0; 32]]].concat()),
                    None
                );
            }
        }
    }

    #[test]
    fn counts_from_outside_never_overflow() {
        let halves = [(2, 1), (3, 2), (4, 2), (5, 4), (usize::MAX, 1 << (usize::BITS - 1))];
        for (length, left) in halves {
            assert_eq!(split(length), left, "{length}");
        }
        assert_eq!(root_from_path(b"", u32::MAX, u32::MAX, &[]), None);
        assert_eq!(root_from_path(b"", u32::MAX - 1, u32::MAX, &[]), None);
        assert!(root_from_path(b"", 0, u32::MAX, &[[0; 32]; PATH_HASHES]).is_some());
    }

    #[test]
    fn the_empty_list_is_no_other_list() {
        assert_ne!(root(&[]), root_of([b""]));
    }

    #[test]
    fn three_items_by_hand() {
        let [a, b, c] = [leaf(b"a"), leaf(b"b"), leaf(b"c")];
        assert_eq!(root_of(["a", "b", "c"]), node(&node(&a, &b), &c));
    }
}
