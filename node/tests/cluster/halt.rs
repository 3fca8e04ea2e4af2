//! A validator that finds out that the chain is broken.

use std::sync::Arc;

use weal_consensus::Message;
use weal_node::{
    failure::{Failure, Halted},
    node::{NodeConfig, StartError},
    peers::packet::Packet,
};
use weal_types::{
    Epoch, Height, View,
    certificate::{Certificate, CertificateKind, Vote},
    codec::{Bounded, Version},
};

use crate::world::{Cluster, key};

/// What the first three of four validators have committed to for block 1.
fn committed(cluster: &Cluster, digest: u8) -> Packet {
    let vote = Vote {
        kind: CertificateKind::Commit,
        epoch: Epoch(0),
        view: View(0),
        height: Height(1),
        hash: [digest; 32],
    };
    let message = vote.message(&cluster.spec.chain);
    let signatures = (0..3).map(|number| key(number).sign(&message)).collect();
    let signatures = Bounded::new(signatures).unwrap();
    let certificate = Certificate { version: Version, vote, signers: 0b111, signatures };
    Packet::Message(Message::Certificate(Arc::new(certificate)))
}

#[tokio::test(flavor = "multi_thread")]
async fn two_quorums_that_contradict_each_other_halt_a_node_until_somebody_has_looked() {
    let mut cluster = Cluster::new(4);
    cluster.start_one(3);
    let puppet = cluster.puppet(0);
    cluster.wait("the puppet is heard", || puppet.is_connected(1)).await;
    for digest in [1, 2] {
        puppet.give(&cluster.key(3), &committed(&cluster, digest));
    }
    let failure = cluster.node(3).failure();
    cluster.wait("it halts", || failure.borrow().is_some()).await;
    let Some(Failure::Halt(reason)) = failure.borrow().clone() else { panic!("it is no halt") };
    assert!(reason.contains("Safety"), "{reason}");
    cluster.stop_one(3);
    let config = NodeConfig::new(cluster.data(3).to_owned());
    let again = weal_node::node::Node::start(config, cluster.spec.clone(), key(3)).err();
    let Some(StartError::Halted(Halted { reason: said, path })) = again else {
        panic!("it started again: {again:?}")
    };
    assert_eq!(said, reason);
    std::fs::remove_file(path).unwrap();
    cluster.start_one(3);
}
