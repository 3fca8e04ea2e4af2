//! The tree as of an earlier height: what it is now, under what later blocks replaced.

use std::{collections::BTreeMap, sync::Arc};

use weal_proof::state as proof;
use weal_types::{Hash, Height};

use crate::{
    bucket::{Leaves, Region, halve, subtree_hash},
    error::StateError,
    kv::View,
    layout::{TREE, corrupt},
    tree::{Kind, OldNode, ROOT_SLOT, ReadBucket, Slot, Tree, Update},
    undo::{self, EntryNode, SAMPLED},
};

/// What committed blocks after some height replaced, as far as it concerns some paths.
#[derive(Default)]
pub(crate) struct Past {
    nodes: BTreeMap<Region, OldNode>,
    /// Of the paths asked for, those that changed, with the values they had.
    pub values: BTreeMap<Hash, Option<Vec<u8>>>,
}

impl Past {
    /// Reads the records of `after + 1 ..= head`. `paths` ascend.
    pub(crate) fn read(
        view: &dyn View,
        after: Height,
        head: Height,
        paths: &[Hash],
    ) -> Result<Self, StateError> {
        let mut past = Self::default();
        // The oldest record counts, so it is read last.
        for height in (after.0 + 1..=head.0).rev() {
            undo::read(view, Height(height), Some(paths), &mut |entry| {
                if !concerns(&entry.region, paths) {
                    return;
                }
                let node = match entry.node {
                    EntryNode::Branch(hash) => OldNode::Branch { hash, merged: false },
                    EntryNode::Bucket { leaves, replaced } => {
                        for (path, value) in replaced {
                            if paths.binary_search(&path).is_ok() {
                                past.values.insert(path, value.map(<[u8]>::to_vec));
                            }
                        }
                        OldNode::Bucket(leaves)
                    }
                };
                past.nodes.insert(entry.region, node);
            })?;
        }
        Ok(past)
    }
}

/// Whether a walk to one of `paths` can come to `region`, be it to hash a sibling from the next
/// sampled level.
fn concerns(region: &Region, paths: &[Hash]) -> bool {
    let depth = region.depth.saturating_sub(1) / SAMPLED * SAMPLED;
    let above = Region { prefix: truncated(&region.prefix, depth), depth };
    let first = paths.partition_point(|path| *path < above.prefix);
    paths.get(first).is_some_and(|path| above.contains(path))
}

/// The first `bits` bits of `path`, then zeros.
fn truncated(path: &Hash, bits: u8) -> Hash {
    let mut prefix = [0; 32];
    let whole = usize::from(bits) / 8;
    prefix[..whole].copy_from_slice(&path[..whole]);
    if !bits.is_multiple_of(8) {
        prefix[whole] = path[whole] & !(0xff >> (bits % 8));
    }
    prefix
}

/// The tree as of some height.
pub(crate) struct TreeAt<'a> {
    pub tree: &'a Tree,
    /// What prepared blocks after that height did, oldest first.
    pub later: Vec<Arc<Update>>,
    /// What committed blocks after that height replaced; `None` if there are none.
    pub past: Option<Past>,
    /// Reads buckets as they are now.
    pub read: &'a ReadBucket<'a>,
}

/// A place in a [`TreeAt`].
pub(crate) enum Place {
    /// A node of the tree; its slot, if it is still where the walk expects it.
    Node { region: Region, slot: Option<Slot> },
    /// Some leaves of a bucket, at a depth below its own.
    Leaves { leaves: Leaves, from: usize, to: usize, depth: usize },
}

/// What a node was or is.
enum State<'a> {
    Branch {
        hash: Hash,
        left: Option<Slot>,
    },
    Old(&'a Leaves),
    /// A bucket that did not change since.
    Now {
        hash: Hash,
        slot: Slot,
    },
}

impl TreeAt<'_> {
    /// The oldest record of `region` after the height.
    fn record(&self, region: &Region) -> Option<&OldNode> {
        let past = self.past.as_ref().and_then(|past| past.nodes.get(region));
        past.or_else(|| {
            self.later.iter().find_map(|update| {
                let at = update.old.binary_search_by_key(region, |(region, _)| *region).ok()?;
                Some(&update.old[at].1)
            })
        })
    }

    fn state(&self, region: &Region, slot: Option<Slot>) -> Result<State<'_>, StateError> {
        let now = slot.map(|slot| (slot, self.tree.node(slot)));
        let left = match now {
            Some((_, node)) => match node.kind {
                Kind::Branch { left } => Some(left),
                Kind::Bucket { .. } => None,
            },
            None => None,
        };
        match (self.record(region), now) {
            (Some(OldNode::Branch { hash, .. }), _) => Ok(State::Branch { hash: *hash, left }),
            (Some(OldNode::Bucket(leaves)), _) => Ok(State::Old(leaves)),
            (None, Some((slot, node))) => Ok(match left {
                Some(_) => State::Branch { hash: node.hash, left },
                None => State::Now { hash: node.hash, slot },
            }),
            // A node that is gone was recorded when it went.
            (None, None) => Err(corrupt(TREE, &region.to_key(), "an undo record lacks a node")),
        }
    }

    fn hash_of(&self, region: Region, slot: Option<Slot>) -> Result<Hash, StateError> {
        match self.state(&region, slot)? {
            State::Old(leaves) => Ok(subtree_hash(leaves, region.depth.into())),
            State::Now { hash, .. } => Ok(hash),
            State::Branch { left, .. }
                if self.past.is_some() && !region.depth.is_multiple_of(SAMPLED) =>
            {
                let (left_region, right_region) = region.halves();
                let left_hash = self.hash_of(left_region, left)?;
                let right_hash = self.hash_of(right_region, left.map(|left| left + 1))?;
                Ok(weal_proof::tree::node_hash(&left_hash, &right_hash))
            }
            State::Branch { hash, .. } => Ok(hash),
        }
    }
}

impl proof::Tree for TreeAt<'_> {
    type Place = Place;
    type Error = StateError;

    fn root(&self) -> Place {
        Place::Node { region: Region::ROOT, slot: Some(ROOT_SLOT) }
    }

    fn node(&self, place: &Place) -> Result<proof::Node<Place>, StateError> {
        match place {
            Place::Leaves { leaves, from, to, depth } => Ok(open(leaves, *from, *to, *depth)),
            Place::Node { region, slot } => match self.state(region, *slot)? {
                State::Branch { left, .. } => {
                    let (left_region, right_region) = region.halves();
                    let right = left.map(|left| left + 1);
                    Ok(proof::Node::Branch(
                        Place::Node { region: left_region, slot: left },
                        Place::Node { region: right_region, slot: right },
                    ))
                }
                State::Old(leaves) => Ok(open(leaves, 0, leaves.len(), region.depth.into())),
                State::Now { slot, .. } => {
                    let leaves = self.tree.leaves(slot, region, self.read)?;
                    Ok(open(&leaves, 0, leaves.len(), region.depth.into()))
                }
            },
        }
    }

    fn hash(&self, place: &Place) -> Result<Hash, StateError> {
        match place {
            Place::Leaves { leaves, from, to, depth } => {
                Ok(subtree_hash(&leaves[*from..*to], *depth))
            }
            Place::Node { region, slot } => self.hash_of(*region, *slot),
        }
    }
}

/// What the leaves `from..to` of a bucket are as a subtree at `depth`.
fn open(leaves: &Leaves, from: usize, to: usize, depth: usize) -> proof::Node<Place> {
    match &leaves[from..to] {
        [] => proof::Node::Empty,
        [leaf] => proof::Node::Leaf { path: leaf.path, value_hash: leaf.value.hash },
        several => {
            let middle = from + halve(several, depth).0.len();
            let part =
                |from, to| Place::Leaves { leaves: leaves.clone(), from, to, depth: depth + 1 };
            proof::Node::Branch(part(from, middle), part(middle, to))
        }
    }
}
