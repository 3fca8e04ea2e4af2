//! The tree by itself: its layout, what an update reports, and the bound of the cache.

use std::{cell::RefCell, collections::BTreeMap};

use weal_types::state::value_hash;

use super::*;
use crate::bucket::{LeafValue, decode, encode};

/// A tree and the buckets that its updates would have written.
struct Kept {
    tree: Tree,
    disk: RefCell<BTreeMap<Vec<u8>, Vec<u8>>>,
}

impl Kept {
    fn new(capacity: u8, cache_bytes: usize) -> Self {
        Self { tree: Tree::new(capacity, cache_bytes), disk: RefCell::default() }
    }

    fn apply(&mut self, changes: &[LeafChange]) -> Update {
        let disk = &self.disk;
        let capacity = self.tree.capacity();
        let read = |region: &Region| {
            Ok(decode(region, &disk.borrow()[&*region.to_key()], capacity).unwrap())
        };
        let update = self.tree.apply(changes, &read).unwrap();
        for (region, leaves) in &update.written {
            match leaves {
                Some(leaves) => {
                    let mut bytes = Vec::new();
                    encode(leaves, &mut bytes);
                    disk.borrow_mut().insert(region.to_key().to_vec(), bytes)
                }
                None => disk.borrow_mut().remove(&*region.to_key()),
            };
        }
        update
    }

    fn rebuilt(&self) -> Tree {
        let mut tree = Tree::new(self.tree.capacity(), 0);
        for (key, value) in self.disk.borrow().iter() {
            tree.add_bucket(key, value).unwrap();
        }
        tree.finish().unwrap();
        tree
    }
}

/// Change number `n` of a sequence over `keys` keys: two writes for each removal.
fn change(n: u32, keys: u32) -> LeafChange {
    let path = value_hash(&(n * 7_919 % keys).to_le_bytes());
    LeafChange { path, value: (!n.is_multiple_of(3)).then(|| LeafValue::new(&n.to_le_bytes())) }
}

fn block(numbers: std::ops::Range<u32>, keys: u32) -> Vec<LeafChange> {
    let changes: BTreeMap<_, _> =
        numbers.map(|n| change(n, keys)).map(|c| (c.path, c.value)).collect();
    changes.into_iter().map(|(path, value)| LeafChange { path, value }).collect()
}

#[test]
fn the_layout_depends_on_the_keys_alone() {
    let mut leaves = BTreeMap::new();
    let mut steps = Kept::new(4, 0);
    for at in (0..3_000).step_by(50) {
        let block = block(at..at + 50, 500);
        steps.apply(&block);
        for change in block {
            match change.value {
                Some(value) => leaves.insert(change.path, value),
                None => leaves.remove(&change.path),
            };
        }
        let mut at_once = Kept::new(4, 0);
        let all: Vec<_> = leaves
            .iter()
            .map(|(path, value)| LeafChange { path: *path, value: Some(value.clone()) })
            .collect();
        at_once.apply(&all);
        assert_eq!(steps.disk, at_once.disk);
        assert_eq!(steps.tree.root(), at_once.tree.root());
        assert_eq!(steps.tree.keys(), leaves.len() as u64);
        let rebuilt = steps.rebuilt();
        assert_eq!((rebuilt.root(), rebuilt.keys()), (steps.tree.root(), steps.tree.keys()));
    }
    let buckets = steps.disk.borrow().len();
    assert!((2.0..5.0).contains(&(leaves.len() as f64 / buckets as f64)), "{buckets} buckets");
}

#[test]
fn what_an_update_replaced_undoes_it() {
    let mut kept = Kept::new(3, 1_000);
    kept.apply(&block(0..400, 900));
    let (root, disk, keys) = (kept.tree.root(), kept.disk.clone(), kept.tree.keys());
    for at in [400, 1_000, 5_000] {
        let update = kept.apply(&block(at..at + 300, 700));
        assert_ne!(kept.tree.root(), root);
        assert!(update.old.is_sorted_by(|a, b| a.0 < b.0));
        assert!(update.written.is_sorted_by(|a, b| a.0 < b.0));
        assert!(update.replaced.is_sorted_by(|a, b| a.path < b.path));
        kept.apply(&update.replaced);
        assert_eq!((kept.tree.root(), &kept.disk, kept.tree.keys()), (root, &disk, keys));
    }
}

#[test]
fn changes_that_change_nothing_touch_nothing() {
    let mut kept = Kept::new(4, 0);
    let first = block(0..300, 400);
    kept.apply(&first);
    let again = kept.apply(&first);
    assert!(again.old.is_empty() && again.written.is_empty() && again.replaced.is_empty());
    let absent = LeafChange { path: value_hash(b"absent"), value: None };
    assert!(kept.apply(&[absent]).old.is_empty());
    assert!(kept.apply(&[]).old.is_empty());
}

/// Keys whose paths agree in their first 240 bits: no hash comes so close, but the tree must not
/// care.
#[test]
fn close_paths_go_deep_and_come_back() {
    let near = |n: u16| {
        let mut path = [0xab; 32];
        path[30..].copy_from_slice(&n.to_be_bytes());
        path
    };
    let mut kept = Kept::new(2, 0);
    let present = |n| LeafChange { path: near(n), value: Some(LeafValue::of_hash([1; 32])) };
    kept.apply(&(0..8).map(present).collect::<Vec<_>>());
    assert_eq!(kept.disk.borrow().len(), 4);
    assert!(kept.disk.borrow().keys().all(|key| key.last() == Some(&255)));
    assert_eq!(kept.rebuilt().root(), kept.tree.root());
    let gone: Vec<_> = (1..8).map(|n| LeafChange { path: near(n), value: None }).collect();
    kept.apply(&gone);
    assert_eq!(kept.tree.root(), weal_proof::tree::leaf_hash(&near(0), &[1; 32]));
    assert_eq!(kept.disk.borrow().keys().cloned().collect::<Vec<_>>(), [vec![0]]);
}

#[test]
fn the_cache_stays_below_its_bound() {
    for bytes_max in [0, 1_000, 20_000] {
        let mut kept = Kept::new(4, bytes_max);
        for at in 0..20 {
            kept.apply(&block(at * 100..at * 100 + 200, 2_000));
            let held: usize = kept.tree.nodes.iter().map(cache::size).sum();
            assert!(held <= bytes_max, "{held} of {bytes_max}");
            assert_eq!(kept.tree.cache.bytes, held);
        }
    }
}
