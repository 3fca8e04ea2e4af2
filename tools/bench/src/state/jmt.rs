//! The same work with `jmt` 0.12, for comparison: a Jellyfish Merkle tree whose nodes are written
//! to RocksDB.
//!
//! It is given every advantage: 300,000 keys instead of a million, blocks of 3,000, nodes read from
//! a map in memory that never misses, no flat view, no undo records. Its node bytes are borsh, as
//! in its users' stores.

use std::cell::RefCell;

use anyhow::Result;
use cpu_time::ThreadTime;
use jmt::{
    KeyHash, OwnedValue, Sha256Jmt, Version,
    storage::{LeafNode, Node, NodeKey, TreeReader, TreeUpdateBatch},
};
use rocksdb::{DB, WriteBatch};

use super::{Random, key};
use crate::report::{best, micros_each};

const KEYS: u64 = 300_000;
const FILL: u64 = 30_000;
const UPDATES: u64 = 3_000;
const ROUNDS: u64 = 5;

/// Microseconds of CPU time for each updated key, writing included.
pub fn us_per_key() -> f64 {
    let directory = tempfile::tempdir().expect("a temporary directory");
    let store = Nodes {
        cached: RefCell::default(),
        disk: DB::open_default(directory.path()).expect("a new database"),
    };
    let mut random = Random(2);
    let mut version = 0;
    for first in (0..KEYS).step_by(FILL as usize) {
        store.update(version, (first..first + FILL).map(|n| entry(n, &mut random)).collect());
        version += 1;
    }
    let round = |version| {
        let block: Vec<_> = (0..UPDATES).map(|_| entry(random.below(KEYS), &mut random)).collect();
        let start = ThreadTime::now();
        store.update(version, block);
        micros_each(start.elapsed(), UPDATES as usize)
    };
    best((version..version + ROUNDS).map(round))
}

fn entry(number: u64, random: &mut Random) -> (KeyHash, Option<OwnedValue>) {
    (KeyHash(key(number).path()), Some(random.value()))
}

#[expect(clippy::disallowed_types, reason = "nothing iterates over it")]
type Cached = std::collections::HashMap<NodeKey, Node>;

struct Nodes {
    /// All live nodes: a cache that never misses.
    cached: RefCell<Cached>,
    disk: DB,
}

impl Nodes {
    fn update(&self, version: Version, block: Vec<(KeyHash, Option<OwnedValue>)>) {
        let tree = Sha256Jmt::new(self);
        let (_, TreeUpdateBatch { node_batch, stale_node_index_batch, .. }) =
            tree.put_value_set(block, version).expect("a sound tree");
        let mut batch = WriteBatch::default();
        let mut cached = self.cached.borrow_mut();
        for (node_key, node) in node_batch.nodes() {
            let key = borsh::to_vec(node_key).expect("memory");
            batch.put(key, borsh::to_vec(node).expect("memory"));
            cached.insert(node_key.clone(), node.clone());
        }
        for ((version, key), value) in node_batch.values() {
            let key = [&key.0[..], &version.to_be_bytes()].concat();
            batch.put(key, value.as_deref().unwrap_or_default());
        }
        for stale in &stale_node_index_batch {
            cached.remove(&stale.node_key);
            batch.delete(borsh::to_vec(&stale.node_key).expect("memory"));
        }
        self.disk.write(batch).expect("the disk writes");
    }
}

impl TreeReader for Nodes {
    fn get_node_option(&self, node_key: &NodeKey) -> Result<Option<Node>> {
        Ok(self.cached.borrow().get(node_key).cloned())
    }

    fn get_value_option(&self, _: Version, _: KeyHash) -> Result<Option<OwnedValue>> {
        // Updates replace values without reading them.
        Ok(None)
    }

    fn get_rightmost_leaf(&self) -> Result<Option<(NodeKey, LeafNode)>> {
        // Only a tree that is being restored asks.
        Ok(None)
    }
}
