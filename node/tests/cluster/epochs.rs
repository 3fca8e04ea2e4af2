//! Epochs that end while nodes are down, one after the other, or under a leader that leaves.

use parity_scale_codec::Encode;
use weal_runtime::system::validators::{Change, Member, Start};
use weal_types::{Epoch, Height, PublicKey, TxHash, certificate::ReadyFor};

use crate::{
    members::{check_hand_overs, load, start},
    people::Person,
    world::{Cluster, key},
};

/// The operators of these validators approve of a change, one after the other; the last answer.
async fn approve(cluster: &mut Cluster, through: usize, by: &[u16], change: &Change) -> TxHash {
    let mut last = None;
    for operator in by {
        last = Some(cluster.decide(through, *operator, "approve", change).await);
    }
    last.expect("somebody approves")
}

/// What an operator sends to replace the key of its validator by another one.
fn rotation(cluster: &Cluster, number: usize, new: usize, seen: usize) -> impl Encode + use<> {
    let (height, signature) = cluster.ready(seen, new, ReadyFor::Replacing(cluster.key(number)));
    let args: (PublicKey, PublicKey, Height, [u8; 64]) =
        (cluster.key(number), key(new).public(), height, signature);
    args
}

async fn ended(cluster: &Cluster, epoch: u64) {
    cluster
        .wait("the epoch ends", || {
            cluster.running().all(|node| node.ledger().end(Epoch(epoch)).unwrap().is_some())
        })
        .await;
}

/// The second decision took effect with the next transaction only, and whoever had started again
/// since left the view alone.
#[tokio::test(flavor = "multi_thread")]
async fn two_decisions_in_one_epoch_take_effect_on_an_idle_chain() {
    let mut cluster = Cluster::founded(6, 0);
    // Whoever is to go has to have the chain before nobody knows it any more.
    load(&mut cluster, &[0, 1, 2, 3, 4, 5], 1).await;
    let changes = [5, 4].map(|number| Change::Remove(cluster.key(number)));
    for change in &changes {
        approve(&mut cluster, 0, &[0, 1, 2], change).await;
    }
    let first = approve(&mut cluster, 0, &[3], &changes[0]).await;
    let second = approve(&mut cluster, 0, &[3], &changes[1]).await;
    cluster.settle(second).await;
    for (hash, epoch) in [(first, 1), (second, 2)] {
        let decided: Option<Start> = start(&cluster, 0, &hash);
        assert_eq!(decided.map(|start| start.epoch), Some(Epoch(epoch)));
    }
    // Nobody knows it any more in the second epoch after this one.
    cluster.stop_one(5);
    cluster.stop_one(1);
    cluster.start_one(1);
    ended(&cluster, 0).await;
    ended(&cluster, 1).await;
    load(&mut cluster, &[0, 1, 2, 3], 2).await;
    cluster.check().await;
    check_hand_overs(&cluster, 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn all_stop_around_the_end_of_an_epoch_and_go_on() {
    let mut cluster = Cluster::founded(4, 0);
    for number in 1..4 {
        cluster.next_keys.insert(number, 50 + number);
        cluster.stop_one(number);
        cluster.start_one(number);
    }
    load(&mut cluster, &[0, 1, 2, 3], 1).await;
    // They stop before the end, at it, and after it.
    for (epoch, past) in (0..3_u64).zip([-1_i64, 0, 1]) {
        let number = epoch as usize + 1;
        let args = rotation(&cluster, number, 50 + number, 0);
        let hash = cluster.decide(0, number as u16, "rotate", &args).await;
        cluster.settle(hash).await;
        let decided: Start = start(&cluster, 0, &hash);
        let at = Height(decided.from.0.strict_sub(1).strict_add_signed(past));
        if past > 0 {
            ended(&cluster, epoch).await;
            cluster.send(0, 5, 1).await;
        }
        cluster
            .wait("somebody is there", || {
                cluster.running().any(|node| node.head().header.height >= at)
            })
            .await;
        (0..4).for_each(|number| cluster.stop_one(number));
        (0..4).for_each(|number| cluster.start_one(number));
        load(&mut cluster, &[0, 1, 2, 3], 2).await;
        cluster.reach(epoch + 1).await;
    }
    cluster.check().await;
    check_hand_overs(&cluster, 3);
}

/// Whoever came back called itself by a key that the others had forgotten.
#[tokio::test(flavor = "multi_thread")]
async fn a_validator_comes_back_whose_key_was_replaced_two_epochs_ago() {
    let mut cluster = Cluster::founded(5, 0);
    load(&mut cluster, &[0, 1, 2, 3, 4], 1).await;
    cluster.next_keys.insert(1, 50);
    cluster.stop_one(1);
    let args = rotation(&cluster, 1, 50, 0);
    let hash = cluster.decide(0, 1, "rotate", &args).await;
    cluster.settle(hash).await;
    ended(&cluster, 0).await;
    let gone = Change::Remove(cluster.key(4));
    let hash = approve(&mut cluster, 0, &[0, 1, 2, 3], &gone).await;
    cluster.settle(hash).await;
    ended(&cluster, 1).await;
    load(&mut cluster, &[0, 2, 3], 2).await;
    cluster.start_one(1);
    let top = cluster.node(0).head().header.height;
    cluster.wait("it has come as far", || cluster.node(1).head().header.height >= top).await;
    // Of four, three are needed.
    cluster.stop_one(0);
    load(&mut cluster, &[1, 2, 3], 2).await;
    cluster.check().await;
    check_hand_overs(&cluster, 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_joiner_that_is_gone_when_its_epoch_begins_takes_part_once_it_is_back() {
    let mut cluster = Cluster::founded(4, 1);
    load(&mut cluster, &[0, 1, 2, 3], 1).await;
    let member = Member {
        key: cluster.key(4),
        operator: Person::new(4).id(),
        organisation: "4".into(),
        address: cluster.address(4),
    };
    let change = Change::Add(member);
    let hash = approve(&mut cluster, 0, &[0, 1], &change).await;
    cluster.settle(hash).await;
    cluster.start_one(4);
    cluster.settle(hash).await;
    let (height, signature) = cluster.ready(4, 4, ReadyFor::Proposal(change.id()));
    let hash = cluster.decide(4, 4, "declare_ready", &(change.id(), height, signature)).await;
    cluster.settle(hash).await;
    cluster.stop_one(4);
    let hash = approve(&mut cluster, 0, &[2], &change).await;
    cluster.settle(hash).await;
    ended(&cluster, 0).await;
    load(&mut cluster, &[0, 1, 2, 3], 2).await;
    cluster.start_one(4);
    cluster.stop_one(0);
    load(&mut cluster, &[1, 2, 3, 4], 2).await;
    cluster.start_one(0);
    load(&mut cluster, &[0, 4], 1).await;
    cluster.check().await;
    check_hand_overs(&cluster, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_leader_that_ends_an_epoch_may_be_the_one_that_leaves() {
    let mut cluster = Cluster::founded(5, 0);
    load(&mut cluster, &[0, 1, 2, 3, 4], 1).await;
    // In view 0 of the first epoch, validator 0 leads.
    let gone = Change::Remove(cluster.key(0));
    let hash = approve(&mut cluster, 0, &[1, 2, 3, 4], &gone).await;
    cluster.settle(hash).await;
    ended(&cluster, 0).await;
    load(&mut cluster, &[1, 2, 3, 4], 2).await;
    // It follows, and takes transactions in.
    load(&mut cluster, &[0], 1).await;
    cluster.stop_one(0);
    cluster.start_one(0);
    load(&mut cluster, &[0, 1], 1).await;
    cluster.check().await;
    check_hand_overs(&cluster, 1);
}
