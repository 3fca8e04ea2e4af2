//! The cache of bucket contents: each node may hold its leaves, and a clock hand takes them from
//! nodes that were not used since it last came by ("second chance").

use std::mem::size_of;

use super::{Kind, Node, Tree};
use crate::{
    bucket::{Leaf, Leaves},
    state::TreeMemory,
};

/// Leaves held by a node.
#[derive(Clone, Debug)]
pub(crate) struct Cached {
    leaves: Leaves,
    /// Used since the clock hand came by.
    used: bool,
}

impl Cached {
    pub(crate) const fn new(leaves: Leaves) -> Self {
        Self { leaves, used: true }
    }

    pub(crate) fn leaves(&self) -> Leaves {
        self.leaves.clone()
    }

    pub(crate) fn use_leaves(&mut self) -> Leaves {
        self.used = true;
        self.leaves.clone()
    }
}

/// Keeps the bytes of all held leaves below a bound.
pub(super) struct Cache {
    pub(super) bytes: usize,
    bytes_max: usize,
    /// The slot that is looked at next.
    hand: usize,
}

impl Cache {
    pub(super) const fn new(bytes_max: usize) -> Self {
        Self { bytes: 0, bytes_max, hand: 0 }
    }

    /// `node` is in the tree now.
    pub(super) fn count(&mut self, node: &Node) {
        self.bytes += size(node);
    }

    /// `node` is no longer in the tree.
    pub(super) fn forget(&mut self, node: &Node) {
        self.bytes = self.bytes.saturating_sub(size(node));
    }

    pub(super) const fn is_full(&self) -> bool {
        self.bytes >= self.bytes_max
    }

    /// Brings the cache below its bound. Looks at each node twice at most.
    pub(super) fn trim(&mut self, nodes: &mut [Node]) {
        let mut looks = 2 * nodes.len();
        while self.bytes > self.bytes_max && looks > 0 {
            looks -= 1;
            self.hand = if self.hand + 1 < nodes.len() { self.hand + 1 } else { 0 };
            let node = &mut nodes[self.hand];
            let freed = size(node);
            if let Kind::Bucket { cached, .. } = &mut node.kind {
                match cached {
                    Some(Cached { used, .. }) if *used => *used = false,
                    _ => {
                        *cached = None;
                        self.bytes = self.bytes.saturating_sub(freed);
                    }
                }
            }
        }
    }
}

impl Tree {
    /// The memory that it holds.
    pub(crate) fn memory(&self) -> TreeMemory {
        let nodes = size_of_val(&*self.nodes) + size_of_val(&*self.free);
        TreeMemory { nodes, leaves: self.cache.bytes }
    }
}

/// Bytes that a node's leaves take, with what an allocation costs beside them.
pub(super) fn size(node: &Node) -> usize {
    match &node.kind {
        Kind::Bucket { cached: Some(cached), .. } => {
            let leaf = |leaf: &Leaf| {
                let remembered = leaf.value.remembered.as_ref();
                size_of::<Leaf>() + remembered.map_or(0, |value| value.len() + 32)
            };
            32 + cached.leaves.iter().map(leaf).sum::<usize>()
        }
        _ => 0,
    }
}
