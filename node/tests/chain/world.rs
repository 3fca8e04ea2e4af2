//! A node in a temporary directory, and people who send.

use std::{path::Path, time::Duration};

use tempfile::TempDir;
use weal_node::{
    finality::Settled,
    genesis::ChainSpec,
    ledger::TxPlace,
    mempool::{Fate, SubmitError},
    node::{Node, NodeConfig},
};
use weal_types::TxHash;

use crate::people;
pub use crate::people::{PEOPLE, WEALTH, balances, document, validator};

pub fn spec() -> ChainSpec {
    ChainSpec::from_toml(&document("devnet")).unwrap()
}

pub fn config(path: &Path) -> NodeConfig {
    NodeConfig { sync: false, cache_bytes: 8 << 20, pace_ms: 0, ..NodeConfig::new(path.to_owned()) }
}

pub fn start(path: &Path) -> Node {
    Node::start(config(path), spec(), validator()).unwrap()
}

pub struct World {
    pub directory: TempDir,
    pub node: Node,
}

impl World {
    pub fn new() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let node = start(directory.path());
        Self { directory, node }
    }
}

/// Sends euros to the next person.
pub fn transfer(node: &Node, from: u16, nonce: u64, amount: u128) -> Vec<u8> {
    people::transfer(&node.spec().chain, node.clock().now(), from, nonce, amount)
}

pub async fn accepted(node: &Node, wire: Vec<u8>) -> TxHash {
    node.submit(vec![wire]).await.remove(0).unwrap()
}

pub async fn refused(node: &Node, wire: Vec<u8>) -> SubmitError {
    node.submit(vec![wire]).await.remove(0).unwrap_err()
}

/// Where a transaction became final.
pub async fn finality(node: &Node, hash: TxHash) -> TxPlace {
    let waiting = node.wait_for(hash);
    // First the pool, then the ledger: a transaction leaves the one after it is in the other.
    let fate = node.fate(&hash);
    if let Some(place) = node.ledger().find(&hash).unwrap() {
        return place;
    }
    assert_ne!(fate, Fate::Unknown);
    let settled = tokio::time::timeout(Duration::from_secs(30), waiting).await;
    match settled.expect("final within 30 s").unwrap() {
        Settled::Final(place) => place,
        Settled::Dropped(reason) => panic!("dropped: {reason:?}"),
    }
}
