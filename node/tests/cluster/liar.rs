//! A validator that makes others check what does not hold.

use parity_scale_codec::DecodeAll;
use weal_consensus::{Check, Evidence, Signatures, Statement};
use weal_net::Urgency;
use weal_node::{
    evidence::Kept,
    mempool::Fate,
    peers::{judge::Sr25519, packet::Packet},
};
use weal_types::{ChainId, Height, codec::Bounded, transaction::SignedTransaction};

use crate::{people, puppet::Puppet, world::Cluster};

/// Transfers that are signed for another chain.
fn false_ones(cluster: &Cluster, count: u64) -> Vec<Vec<u8>> {
    let now = cluster.running().next().unwrap().clock().now();
    (0..count).map(|nonce| people::transfer(&ChainId([9; 32]), now, 0, nonce, 1)).collect()
}

fn strikes(cluster: &Cluster, number: usize) -> u64 {
    cluster.node(number).metrics().strikes.get()
}

/// Waits until a node has looked at everything that the liar has sent it so far: at a transaction,
/// which comes after blocks.
async fn look_away(cluster: &mut Cluster, puppet: &Puppet, number: usize) {
    let wire = cluster.transfer(7, 1);
    let transaction = SignedTransaction::from_wire(&wire).unwrap().transaction;
    let hash = transaction.hash(&cluster.spec.chain);
    puppet.give(&cluster.key(number), &push(vec![wire]));
    let node = cluster.node(number);
    let is_known =
        || node.fate(&hash) == Fate::Pending || node.ledger().find(&hash).unwrap().is_some();
    cluster.wait("what comes after it is known", is_known).await;
}

fn push(wires: Vec<Vec<u8>>) -> Packet {
    Packet::Transactions(Bounded::new(wires).unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_leader_is_taken_at_its_word_until_it_has_sent_one_false_block() {
    let (mut cluster, puppet) = Cluster::with_liar(0).await;
    let time = cluster.node(1).clock().now();
    for height in 1..=5 {
        let (_, body) = puppet.proposal(Height(height), (time, false_ones(&cluster, 3)));
        puppet.give(&cluster.key(1), &body);
    }
    look_away(&mut cluster, &puppet, 1).await;
    assert_eq!(strikes(&cluster, 1), 1, "one was checked");
}

/// It says two things about each of many heights: all are counted, and one is kept.
#[tokio::test(flavor = "multi_thread")]
async fn what_proves_that_a_leader_lied_is_kept_once() {
    let (mut cluster, mut puppet) = Cluster::with_liar(0).await;
    let (time, to) = (cluster.node(1).clock().now(), [cluster.key(1)]);
    for person in 0..3 {
        let (one, other) = (cluster.transfer(person, 1), cluster.transfer(person + 3, 1));
        puppet.propose_to(&to, time, vec![one]);
        puppet.propose_again_to(&to, time, vec![other]);
    }
    let node = cluster.node(1);
    cluster.wait("all are counted", || node.metrics().evidence.get() >= 3).await;
    let folder = cluster.data(1).join("evidence");
    let files: Vec<_> =
        std::fs::read_dir(folder).unwrap().map(|file| file.unwrap().path()).collect();
    assert_eq!(files.len(), 1, "{files:?}");
    assert!(files[0].ends_with("epoch-0-validator-0-proposals"));
    let bytes = std::fs::read(&files[0]).unwrap();
    let kept = Kept::decode_all(&mut &bytes[..]).unwrap();
    assert_eq!((kept.chain, kept.culprit), (cluster.spec.chain, cluster.key(0)));
    assert!(kept.evidence.is_contradiction());
    let Evidence::PrePrepares(one, other) = kept.evidence else { panic!("two proposals") };
    let checks = [one, other].map(|signed| Check {
        key: kept.culprit,
        message: signed.body.message(&kept.chain),
        signature: signed.signature,
    });
    assert!(Sr25519.hold(&checks), "anybody can check it");
}

#[tokio::test(flavor = "multi_thread")]
async fn blocks_of_whoever_does_not_lead_are_not_looked_at() {
    let (mut cluster, puppet) = Cluster::with_liar(3).await;
    let time = cluster.node(1).clock().now();
    for height in 1..=5 {
        // It names the leader as the one who proposes it, and other transactions than it brings.
        let (proposal, _) = puppet.proposal(Height(height), (time, false_ones(&cluster, 3)));
        let wires = Bounded::new(false_ones(&cluster, 2)).unwrap();
        puppet.give(&cluster.key(1), &Packet::Body(Box::new(proposal), wires));
    }
    look_away(&mut cluster, &puppet, 1).await;
    assert_eq!(strikes(&cluster, 1), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_pushes_what_does_not_hold_is_not_listened_to_for_a_while() {
    let (mut cluster, puppet) = Cluster::with_liar(3).await;
    puppet.give(&cluster.key(1), &push(false_ones(&cluster, 3)));
    cluster.wait("it is struck", || strikes(&cluster, 1) == 3).await;
    let wire = cluster.transfer(0, 1);
    puppet.give(&cluster.key(1), &push(vec![wire.clone()]));
    puppet.give_noise(&cluster.key(1), Urgency::Transactions);
    cluster.wait("what comes after it was heard", || strikes(&cluster, 1) == 4).await;
    let verdict = cluster.node(1).submit(vec![wire]).await.remove(0);
    let hash = verdict.expect("what it pushed was not taken in");
    cluster.settle(hash).await;
}
