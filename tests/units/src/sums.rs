//! Merkle-sum trees from their definition, for leaves that givers show.

use sha2::{Digest, Sha256};

use crate::step::Leaf;

type Sum = ([u8; 32], u128);

fn hash(tag: &str, parts: &[&[u8]]) -> [u8; 32] {
    let mut hasher = Sha256::new();
    hasher.update([tag.len() as u8]);
    hasher.update(tag);
    parts.iter().for_each(|part| hasher.update(part));
    hasher.finalize().into()
}

/// The node over some leaves.
fn top(leaves: &[Sum]) -> Sum {
    if let [(commit, amount)] = leaves {
        return (hash("weal/sum-leaf/1", &[commit, &amount.to_le_bytes()]), *amount);
    }
    let (left, right) = halves(leaves);
    let (left, right) = (top(left), top(right));
    let parts: [&[u8]; 4] = [&left.0, &left.1.to_le_bytes(), &right.0, &right.1.to_le_bytes()];
    (hash("weal/sum-node/1", &parts), left.1 + right.1)
}

/// The left half has the largest power of two of leaves that leaves some for the right one.
fn halves(leaves: &[Sum]) -> (&[Sum], &[Sum]) {
    let mut middle = 1;
    while middle * 2 < leaves.len() {
        middle *= 2;
    }
    leaves.split_at(middle)
}

/// Leaf `index` with its path.
///
/// # Panics
///
/// Without such a leaf.
pub fn leaf(leaves: &[Sum], index: usize) -> Leaf {
    let (mut path, mut rest, mut at) = (Vec::new(), leaves, index);
    while rest.len() > 1 {
        let (left, right) = halves(rest);
        if at < left.len() {
            path.push(top(right));
            rest = left;
        } else {
            at -= left.len();
            path.push(top(left));
            rest = right;
        }
    }
    path.reverse();
    let (commit, amount) = leaves[index];
    Leaf { index: index as u32, commit, amount, path }
}
