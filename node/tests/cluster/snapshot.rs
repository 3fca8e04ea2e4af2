//! Nodes that begin with the state of others instead of the blocks that led to it.

use std::{path::Path, sync::Arc, time::Duration};

use serde_json::{Value, json};
use weal_net::NetworkConfig;
use weal_node::{
    clock::{Clock, ClockMode},
    mempool::SubmitError,
    node::Node,
    peers::packet::Packet,
    rpc::{RpcConfig, RpcServer},
    snapshots::{Pinned, SnapshotSettings},
};
use weal_runtime::system::validators::Change;
use weal_types::{BlockHash, Epoch, Height, TxHash, block::FinalHeader, certificate::ValidatorSet};

use crate::{
    giver::{Giver, LIES, Manner},
    world::{Cluster, key},
};

/// Heights between two copies here.
const EVERY: u64 = 8;

/// Validators that keep states, in parts of some entries each, and others that are let in.
fn cluster(validators: usize, others: usize) -> Cluster {
    let mut cluster = Cluster::of(validators, others, false);
    cluster.lets_others_in = true;
    cluster.snapshots =
        SnapshotSettings { every: EVERY, part_bytes: 300, ..SnapshotSettings::none() };
    (0..validators).for_each(|number| cluster.start_one(number));
    cluster
}

/// From now on, whoever starts far behind fetches a state.
fn let_fetch(cluster: &mut Cluster) {
    cluster.snapshots.gap = EVERY;
}

fn kept(node: &Node) -> u64 {
    node.metrics().snapshot_height.get() as u64
}

/// Makes blocks until all running nodes keep a state of this height or a later one.
async fn grow(cluster: &mut Cluster, height: u64) -> TxHash {
    let mut last = None;
    for round in 0_u16.. {
        let number = cluster.nodes.iter().position(Option::is_some).unwrap();
        let hash = cluster.send(number, 1 + round % 7, 1).await;
        cluster.settle(hash).await;
        last = Some(hash);
        if cluster.running().all(|node| kept(node) >= height) {
            break;
        }
        assert!(round < 500, "nobody keeps a state");
    }
    last.unwrap()
}

/// What a running node's base is: 0 where it has all blocks.
fn base(cluster: &Cluster, number: usize) -> u64 {
    cluster.node(number).ledger().base().0
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_node_begins_with_a_state_and_follows() {
    let mut cluster = cluster(4, 1);
    let old = cluster.transfer(0, 7);
    let old_hash = cluster.node(0).submit(vec![old.clone()]).await.remove(0).unwrap();
    cluster.settle(old_hash).await;
    grow(&mut cluster, 2 * EVERY).await;
    let_fetch(&mut cluster);
    cluster.start_one(4);
    assert!(base(&cluster, 4) >= 2 * EVERY, "it began with a state");
    let hash = cluster.send(4, 0, 1).await;
    cluster.settle(hash).await;
    cluster.check().await;
    // It does not know the transaction any more, and still does not take it twice.
    let verdict = cluster.node(4).submit(vec![old]).await.remove(0);
    assert!(matches!(verdict, Err(SubmitError::NonceUsed { .. })), "{verdict:?}");
    says_what_it_has(cluster.node(4), old_hash).await;
    // It keeps states as well, and comes back as what it is.
    grow(&mut cluster, 4 * EVERY).await;
    cluster.stop_one(4);
    cluster.start_one(4);
    let hash = cluster.send(4, 0, 1).await;
    cluster.settle(hash).await;
    cluster.check().await;
}

/// Who asks it for older blocks is told from where it has them, instead of waiting for nothing.
#[tokio::test(flavor = "multi_thread")]
async fn who_began_with_a_state_says_which_blocks_it_has() {
    let mut cluster = cluster(4, 0);
    grow(&mut cluster, 2 * EVERY).await;
    cluster.stop_one(3);
    cluster.put_back_data(3, tempfile::tempdir().unwrap());
    let_fetch(&mut cluster);
    cluster.start_one(3);
    let began = base(&cluster, 3);
    assert!(began >= 2 * EVERY);
    cluster.stop_one(2);
    let puppet = cluster.puppet(2);
    cluster.wait("it is heard", || puppet.is_connected(3)).await;
    puppet.give(&cluster.key(3), &Packet::WantBlocks { first: Height(3), last: Height(9) });
    cluster.wait("it is told", || puppet.told_from() == Some(Height(began + 1))).await;
}

/// A copy that is finished is only read: what was written to it is in files, not in memory and in
/// the log of writes.
#[tokio::test(flavor = "multi_thread")]
async fn a_finished_copy_is_written_out() {
    let mut cluster = cluster(4, 0);
    grow(&mut cluster, EVERY).await;
    let height = kept(cluster.node(3));
    let metrics = cluster.node(3).metrics().text();
    let held = "\nweal_memory_bytes{part=\"Copies\"} ";
    assert!(metrics.contains(held) && !metrics.contains(&format!("{held}0\n")), "{metrics}");
    cluster.stop_one(3);
    let copy = cluster.data(3).join(format!("chain-1/shelf/{height}"));
    let bytes = |extension: &str| {
        let files = std::fs::read_dir(&copy).unwrap().map(|file| file.unwrap());
        let files = files.filter(|file| file.path().extension() == Some(extension.as_ref()));
        files.map(|file| file.metadata().unwrap().len()).sum::<u64>()
    };
    assert_eq!(bytes("log"), 0, "{}", copy.display());
    assert!(bytes("sst") > 0, "{}", copy.display());
}

async fn says_what_it_has(node: &Node, old: TxHash) {
    let listen = "127.0.0.1:0".parse().unwrap();
    let config = RpcConfig { listen, ..RpcConfig::default() };
    let server = RpcServer::start(node.clone(), config).await.unwrap();
    let url = format!("http://{}", server.address());
    let first = node.ledger().base().0 + 1;
    let asked = tokio::task::spawn_blocking(move || {
        let client = weal_client::rpc::Client::new(&url, Duration::from_secs(5)).unwrap();
        let ask = |method: &str, params: Value| client.request::<_, Value>(method, &params);
        let refused = [
            ask("chain_block", json!({ "height": "1" })),
            ask("chain_block", json!({ "height": (first - 1).to_string() })),
            ask("events_query", json!({})),
        ];
        for answer in refused {
            let error = format!("{:?}", answer.unwrap_err());
            assert!(error.contains("height_unavailable"), "{error}");
            assert!(error.contains(&format!("from height {first} on")), "{error}");
        }
        ask("chain_block", json!({ "height": first.to_string() })).unwrap();
        ask("chain_block", json!({ "height": "0" })).unwrap();
        ask("chain_certificate", json!({ "height": (first - 1).to_string() })).unwrap();
        ask("events_query", json!({ "from_height": first.to_string() })).unwrap();
        let info = ask("node_info", json!({})).unwrap();
        assert_eq!(info["blocks_from"], first.to_string());
        let hash = format!("0x{}", hex::encode(old.0));
        let status = ask("tx_get", json!({ "hash": hash })).unwrap();
        assert_eq!(status["state"], "unknown");
        assert_eq!(status["blocks_from"], first.to_string());
    });
    asked.await.unwrap();
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_validator_with_an_empty_disk_votes_again_and_gives_states() {
    let mut cluster = cluster(4, 1);
    grow(&mut cluster, 2 * EVERY).await;
    cluster.stop_one(3);
    cluster.put_back_data(3, tempfile::tempdir().unwrap());
    let_fetch(&mut cluster);
    cluster.start_one(3);
    assert!(base(&cluster, 3) >= 2 * EVERY);
    let hash = cluster.send(3, 0, 1).await;
    cluster.settle(hash).await;
    // Without another one, nothing is final without it.
    cluster.stop_one(2);
    let top = grow(&mut cluster, 4 * EVERY).await;
    cluster.start_one(2);
    cluster.settle(top).await;
    cluster.check().await;
    // Of it alone a new node gets a state.
    (0..3).for_each(|number| cluster.stop_one(number));
    cluster.start_one(4);
    assert!(base(&cluster, 4) >= 4 * EVERY);
    (0..3).for_each(|number| cluster.start_one(number));
    let hash = cluster.send(4, 0, 1).await;
    cluster.settle(hash).await;
    cluster.check().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_old_directory_is_replaced_and_what_was_accepted_stays() {
    let mut cluster = cluster(4, 1);
    cluster.start_one(4);
    let hash = cluster.send(4, 0, 1).await;
    cluster.settle(hash).await;
    // While nobody hears it, this waits in its journal and nowhere else: in another's, it could
    // become final before the state that this node begins with, which does not tell.
    (0..4).for_each(|number| cluster.stop_one(number));
    let waits = cluster.send(4, 0, 1).await;
    cluster.stop_one(4);
    (0..4).for_each(|number| cluster.start_one(number));
    grow(&mut cluster, 3 * EVERY).await;
    let_fetch(&mut cluster);
    // By its clock, its newest block is old enough to ask for more than blocks.
    let clock = Clock::new(ClockMode::Following { ahead_ms: 1_200_000 });
    cluster.clocks.insert(4, Arc::new(clock));
    cluster.start_one(4);
    let begun = base(&cluster, 4);
    assert!(begun >= 3 * EVERY);
    assert!(cluster.data(4).join("chain-2").exists() && !cluster.data(4).join("chain-1").exists());
    assert!(cluster.journal_of(4, 2).len() >= 2, "the journal came along");
    cluster.settle(waits).await;
    cluster.check().await;
    // And back from the directory that took its place, which is not old.
    cluster.stop_one(4);
    cluster.clocks.remove(&4);
    grow(&mut cluster, 6 * EVERY).await;
    cluster.start_one(4);
    assert_eq!(base(&cluster, 4), begun);
    let hash = cluster.send(4, 0, 1).await;
    cluster.settle(hash).await;
    cluster.check().await;
}

/// The first validator, played by the test with what it kept.
fn giver(cluster: &Cluster, data: &Path) -> Giver {
    let mut place = cluster.place(0);
    place.peers.extend(place.followers);
    let chain = cluster.spec.chain;
    let config = NetworkConfig { chain, listen: place.listen, peers: place.peers };
    Giver::start(key(0), config, data, Vec::new())
}

#[tokio::test(flavor = "multi_thread")]
async fn who_lies_is_passed_over() {
    let mut cluster = cluster(4, 1);
    let last = grow(&mut cluster, 2 * EVERY).await;
    cluster.stop_one(0);
    let giver = giver(&cluster, cluster.data(0));
    let_fetch(&mut cluster);
    for lie in LIES {
        giver.be(lie);
        cluster.start_one(4);
        assert!(base(&cluster, 4) >= 2 * EVERY, "{lie:?}: the others are honest");
        cluster
            .wait("it has the blocks", || {
                cluster.node(4).head().header.height >= {
                    let place = cluster.node(1).ledger().find(&last).unwrap().unwrap();
                    place.height
                }
            })
            .await;
        cluster.check().await;
        cluster.stop_one(4);
        cluster.put_back_data(4, tempfile::tempdir().unwrap());
    }
    // Where nobody else is, blocks have to do.
    (1..4).for_each(|number| cluster.stop_one(number));
    giver.be(Manner::OtherPart);
    cluster.start_one(4);
    assert_eq!((base(&cluster, 4), giver.given()), (0, 1), "one lie is enough");
    drop(giver);
    (0..4).for_each(|number| cluster.start_one(number));
    cluster.check().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_fetched_before_a_crash_is_not_fetched_again() {
    let mut cluster = cluster(4, 1);
    grow(&mut cluster, 2 * EVERY).await;
    (0..4).for_each(|number| cluster.stop_one(number));
    let giver = giver(&cluster, cluster.data(0));
    let_fetch(&mut cluster);
    giver.be(Manner::Slow(30));
    // The directory as a crash in the middle leaves it.
    let image = tempfile::tempdir().unwrap();
    std::thread::scope(|scope| {
        let (data, image) = (cluster.data(4).to_owned(), image.path());
        let giver = &giver;
        let copied = scope.spawn(move || {
            while giver.given() < 8 {
                std::thread::yield_now();
            }
            crate::people::copy(&data, image);
        });
        cluster.start_one(4);
        copied.join().unwrap();
    });
    let (all, whole) = (giver.given(), base(&cluster, 4));
    assert!(all > 12 && whole >= 2 * EVERY, "{all} parts");
    cluster.stop_one(4);
    cluster.put_back_data(4, image);
    assert!(cluster.data(4).join("incoming").exists());
    giver.be(Manner::Honest);
    cluster.start_one(4);
    assert_eq!(base(&cluster, 4), whole);
    assert!((1..=all - 7).contains(&giver.given()), "{} of {all} again", giver.given());
    assert!(!cluster.data(4).join("incoming").exists());
    // One that ends in the middle leaves a node that has nothing, and goes on from there.
    cluster.stop_one(4);
    cluster.put_back_data(4, tempfile::tempdir().unwrap());
    giver.be(Manner::Ends(5));
    cluster.start_one(4);
    assert_eq!((base(&cluster, 4), giver.given()), (0, 5));
    cluster.stop_one(4);
    giver.be(Manner::Honest);
    cluster.start_one(4);
    assert_eq!((base(&cluster, 4), giver.given()), (whole, all - 5));
    drop(giver);
    (0..4).for_each(|number| cluster.start_one(number));
    let hash = cluster.send(4, 0, 1).await;
    cluster.settle(hash).await;
    cluster.check().await;
}

/// The ends of epochs that a node can prove. By whose votes may differ.
fn ends(cluster: &Cluster, number: usize) -> Vec<(FinalHeader, ValidatorSet)> {
    let ends = cluster.node(number).ledger().ends(Epoch::ZERO, 10).unwrap();
    ends.into_iter().map(|end| (end.header, end.next)).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn epochs_lead_to_a_state_and_a_pinned_block_must_be_on_the_way() {
    let mut cluster = cluster(5, 1);
    let gone = Change::Remove(cluster.key(4));
    let hash = cluster.decide(0, 0, "approve", &gone).await;
    cluster.settle(hash).await;
    cluster
        .wait("the epoch ends", || {
            cluster.running().all(|node| node.ledger().end(Epoch::ZERO).unwrap().is_some())
        })
        .await;
    let end = cluster.node(0).ledger().end(Epoch::ZERO).unwrap().unwrap().header;
    grow(&mut cluster, end.height.0 + EVERY).await;
    let_fetch(&mut cluster);
    let pin = |height, hash| Some(Pinned { height, hash });
    let second = cluster.node(0).ledger().header(Height(2)).unwrap().unwrap().0;
    for pinned in [None, pin(Height(2), second.hash()), pin(end.height, end.hash())] {
        cluster.snapshots.pinned = pinned;
        cluster.start_one(5);
        assert!(base(&cluster, 5) > end.height.0, "{pinned:?}");
        assert_eq!(ends(&cluster, 5), ends(&cluster, 0));
        let hash = cluster.send(5, 0, 1).await;
        cluster.settle(hash).await;
        cluster.check().await;
        cluster.stop_one(5);
        cluster.put_back_data(5, tempfile::tempdir().unwrap());
    }
    cluster.snapshots.pinned = pin(Height(2), BlockHash([3; 32]));
    cluster.start_one(5);
    assert_eq!(base(&cluster, 5), 0, "a chain without the pinned block is not joined");
    cluster.check().await;
}
