//! Validators that come, go and change their keys while the chain runs.

use weal_proof::certificate::Anchor;
use weal_runtime::system::validators::{Change, Member, Start};
use weal_types::{
    Epoch, Height, PublicKey, TxHash,
    certificate::ReadyFor,
    receipt::{Outcome, Receipt},
};

use crate::{
    people::Person,
    world::{Cluster, key},
};

/// Runs everything: it governs, so it operates all validators of the genesis document.
const GOVERNANCE: u16 = 0;

fn member(cluster: &Cluster, number: usize) -> Member {
    Member {
        key: cluster.key(number),
        operator: Person::new(GOVERNANCE).id(),
        organisation: format!("node {number}"),
        address: cluster.address(number),
    }
}

pub fn receipt(cluster: &Cluster, number: usize, hash: &TxHash) -> Receipt {
    let ledger = cluster.node(number).ledger();
    let place = ledger.find(hash).unwrap().expect("it is final");
    ledger.receipt(place).unwrap().expect("it has a receipt")
}

/// When a decision counts, as the call answers.
pub fn start<T: parity_scale_codec::Decode>(cluster: &Cluster, number: usize, hash: &TxHash) -> T {
    match receipt(cluster, number, hash).outcome {
        Outcome::Applied { returns, .. } => T::decode(&mut &returns[0][..]).unwrap(),
        other => panic!("{other:?}"),
    }
}

/// Transfers of several people, through these nodes; the last of each is final everywhere.
pub async fn load(cluster: &mut Cluster, nodes: &[usize], rounds: usize) {
    let mut last = Vec::new();
    for round in 0..rounds {
        last.clear();
        for person in 1..8_u16 {
            let node = nodes[(round + usize::from(person)) % nodes.len()];
            last.push(cluster.send(node, person, 1).await);
        }
    }
    for hash in last {
        cluster.settle(hash).await;
    }
}

/// A client that trusts the genesis document alone follows the ends of epochs to the newest block.
pub fn check_hand_overs(cluster: &Cluster, epochs: u64) {
    for node in cluster.running() {
        let ends = node.ledger().ends(Epoch::ZERO, 100).unwrap();
        assert_eq!(ends.len() as u64, epochs);
        let anchor = Anchor { chain: cluster.spec.chain, set: cluster.spec.validators.clone() };
        let anchor = anchor.follow_all(&ends).unwrap();
        let head = node.head();
        assert_eq!(head.header.epoch, Epoch(epochs));
        if let Some(certificate) = &head.certificate {
            anchor.check(&head.header, certificate).unwrap();
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_validator_is_removed_and_another_replaces_its_key() {
    let mut cluster = Cluster::start(5);
    cluster.next_keys.insert(1, 50);
    // It must know both keys.
    cluster.stop_one(1);
    cluster.start_one(1);
    load(&mut cluster, &[0, 1, 2, 3, 4], 3).await;
    let gone = Change::Remove(cluster.key(4));
    let hash = cluster.decide(0, GOVERNANCE, "approve", &gone).await;
    cluster.settle(hash).await;
    let decided: Option<Start> = start(&cluster, 0, &hash);
    assert_eq!(decided.map(|start| start.epoch), Some(Epoch(1)));
    load(&mut cluster, &[0, 1, 2, 3, 4], 6).await;
    cluster
        .wait("the epoch ends", || {
            cluster.running().all(|node| node.ledger().end(Epoch::ZERO).unwrap().is_some())
        })
        .await;
    // The one that left still follows, and takes transactions in.
    load(&mut cluster, &[0, 1, 2, 3, 4], 3).await;
    cluster.reach(1).await;
    check_hand_overs(&cluster, 1);

    // The others' configurations know its old key alone: the chain has to say where it is.
    let place = (cluster.key(1), cluster.address(1));
    let hash = cluster.decide(0, GOVERNANCE, "relocate", &place).await;
    cluster.settle(hash).await;
    let (height, signature) = cluster.ready(1, 50, ReadyFor::Replacing(cluster.key(1)));
    let args: (PublicKey, PublicKey, Height, [u8; 64]) =
        (cluster.key(1), key(50).public(), height, signature);
    let hash = cluster.decide(2, GOVERNANCE, "rotate", &args).await;
    cluster.settle(hash).await;
    let decided: Start = start(&cluster, 2, &hash);
    assert_eq!(decided.epoch, Epoch(2));
    // Killed and started in the middle of it.
    cluster.stop_one(3);
    load(&mut cluster, &[0, 1, 2], 4).await;
    cluster.start_one(3);
    cluster
        .wait("the epoch ends", || {
            cluster.running().all(|node| node.ledger().end(Epoch(1)).unwrap().is_some())
        })
        .await;
    load(&mut cluster, &[0, 1, 2, 3], 3).await;
    // Without another one, nothing is final without the one with the new key.
    cluster.stop_one(0);
    load(&mut cluster, &[1, 2, 3], 3).await;
    cluster.start_one(0);
    load(&mut cluster, &[0, 1, 2, 3], 1).await;
    cluster.check().await;
    check_hand_overs(&cluster, 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_node_follows_and_becomes_a_validator() {
    let mut cluster = Cluster::with_others(4, 1);
    load(&mut cluster, &[0, 1, 2, 3], 3).await;
    // Nobody lets it in yet.
    cluster.start_one(4);
    let change = Change::Add(member(&cluster, 4));
    let hash = cluster.decide(0, GOVERNANCE, "approve", &change).await;
    cluster.settle(hash).await;
    assert_eq!(start::<Option<Start>>(&cluster, 4, &hash), None, "it has not said it is ready");
    let (height, signature) = cluster.ready(4, 4, ReadyFor::Proposal(change.id()));
    let args = (change.id(), height, signature);
    let hash = cluster.decide(4, GOVERNANCE, "declare_ready", &args).await;
    cluster.settle(hash).await;
    let decided: Option<Start> = start(&cluster, 4, &hash);
    assert_eq!(decided.map(|start| start.epoch), Some(Epoch(1)));
    cluster
        .wait("the epoch ends", || {
            cluster.running().all(|node| node.ledger().end(Epoch::ZERO).unwrap().is_some())
        })
        .await;
    load(&mut cluster, &[0, 1, 2, 3, 4], 3).await;
    // Five of whom four are a quorum: without one, the new one is needed.
    cluster.stop_one(2);
    load(&mut cluster, &[0, 1, 3, 4], 3).await;
    cluster.start_one(2);
    // It comes back as what it is.
    cluster.stop_one(4);
    cluster.start_one(4);
    cluster.stop_one(0);
    load(&mut cluster, &[1, 2, 3, 4], 3).await;
    cluster.start_one(0);
    load(&mut cluster, &[0, 4], 1).await;
    cluster.check().await;
    check_hand_overs(&cluster, 1);
}
