//! Validators that stop, come back, or do not hear each other.

use std::time::Duration;

use weal_node::{
    engine::Voice,
    mempool::{Fate, SubmitError},
    node::Node,
    peers::packet::Packet,
};
use weal_types::{Height, TimeMs, codec::Bounded, transaction::SignedTransaction};

use crate::world::Cluster;

#[tokio::test(flavor = "multi_thread")]
async fn one_that_was_away_catches_up_and_takes_part() {
    let mut cluster = Cluster::start(4);
    let first = cluster.send(0, 0, 1).await;
    cluster.settle(first).await;
    cluster.stop_one(3);
    for round in 0..100 {
        let hash = cluster.send(1, round % 8, 1).await;
        cluster.settle(hash).await;
    }
    cluster.start_one(3);
    let hash = cluster.send(3, 0, 1).await;
    cluster.settle(hash).await;
    // With another one gone, nothing is final without it.
    cluster.stop_one(2);
    let hash = cluster.send(3, 1, 1).await;
    cluster.settle(hash).await;
    cluster.check().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_others_go_on_without_their_leader() {
    let mut cluster = Cluster::start(4);
    let first = cluster.send(1, 0, 1).await;
    cluster.settle(first).await;
    cluster.stop_one(0);
    for person in 0..8 {
        let hash = cluster.send(1 + usize::from(person % 3), person, 2).await;
        cluster.settle(hash).await;
    }
    cluster.start_one(0);
    let hash = cluster.send(0, 2, 1).await;
    cluster.settle(hash).await;
    cluster.check().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_accepted_is_final_once_after_all_have_stopped() {
    let mut cluster = Cluster::start(4);
    let mut hashes = Vec::new();
    for round in 0..3 {
        for person in 0..8 {
            hashes.push(cluster.send(usize::from(person % 4), person, round + 1).await);
        }
        for number in 0..4 {
            cluster.stop_one(number);
        }
        for number in (0..4).rev() {
            cluster.start_one(number);
        }
    }
    for hash in hashes {
        cluster.settle(hash).await;
    }
    cluster.check().await;
}

/// A leader may choose what it orders, but not for ever: what it leaves out, though everyone was
/// offered it, costs it the view after ten seconds.
#[tokio::test(flavor = "multi_thread")]
async fn a_leader_that_leaves_somebody_out_loses_its_view() {
    let mut cluster = Cluster::new(4);
    (1..4).for_each(|number| cluster.start_one(number));
    let mut puppet = cluster.puppet(0);
    cluster.wait("the puppet is heard", || puppet.is_connected(3)).await;
    let left_out = cluster.send(1, 0, 5).await;
    let is_final = |cluster: &Cluster| cluster.node(1).ledger().find(&left_out).unwrap().is_some();
    // Blocks come often enough that nobody has another reason to leave the view.
    for _ in 0..100 {
        if is_final(&cluster) {
            break;
        }
        let wire = cluster.transfer(1, 1);
        puppet.propose(cluster.node(1).clock().now(), vec![wire]);
        tokio::time::sleep(Duration::from_millis(300)).await;
    }
    assert!(is_final(&cluster), "thirty seconds later it is still left out");
    assert!(cluster.node(1).head().header.height.0 > 10, "the leader made blocks all the time");
    drop(puppet);
    cluster.check().await;
}

/// What one validator pushed to another waits there without a journal. A client that submits the
/// same to that one is told that it is known, and may rely on it.
#[tokio::test(flavor = "multi_thread")]
async fn what_is_called_known_is_on_disk_here() {
    let mut cluster = Cluster::start(4);
    // What is pushed before all are connected is lost.
    let first = cluster.send(0, 1, 1).await;
    cluster.settle(first).await;
    // Nobody proposes, for a proposal's transactions are journaled.
    cluster.running().for_each(|node| node.set_pace(true, 0));
    // Whoever leads is pushed everything.
    let leader = cluster.leader();
    let wire = cluster.transfer(0, 5);
    let other = cluster.node((leader + 1) % 4);
    let hash = other.submit(vec![wire.clone()]).await.remove(0).unwrap();
    let waits = || cluster.node(leader).fate(&hash) == Fate::Pending;
    cluster.wait("the leader has it", waits).await;
    assert!(!cluster.journal(leader).contains(&wire), "what is pushed waits without a journal");
    let verdict = cluster.node(leader).submit(vec![wire.clone()]).await.remove(0);
    assert!(matches!(verdict, Err(SubmitError::Known { .. })), "{verdict:?}");
    assert!(cluster.journal(leader).contains(&wire));
}

#[tokio::test(flavor = "multi_thread")]
async fn two_halves_wait_for_each_other() {
    let mut cluster = Cluster::start(4);
    let first = cluster.send(0, 0, 1).await;
    cluster.settle(first).await;
    cluster.cut(&[0, 1]);
    let here = cluster.send(0, 1, 1).await;
    let there = cluster.send(3, 2, 1).await;
    tokio::time::sleep(Duration::from_secs(3)).await;
    for node in cluster.running() {
        assert_eq!(node.head().header.height.0, 1, "two of four are no quorum");
    }
    cluster.mend();
    for hash in [here, there] {
        cluster.settle(hash).await;
    }
    cluster.check().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backup_that_is_put_back_catches_up_and_is_silent_about_what_it_forgot() {
    let mut cluster = Cluster::start(4);
    let first = cluster.send(0, 0, 1).await;
    cluster.settle(first).await;
    cluster.stop_one(3);
    let copy = cluster.copy_data(3);
    cluster.start_one(3);
    let second = cluster.send(0, 1, 1).await;
    cluster.settle(second).await;
    // Validator 3 votes for a block that two of four cannot finish, so the other keeps that vote.
    let other = cluster.leader() % 3;
    let away = [(other + 1) % 3, (other + 2) % 3];
    away.iter().for_each(|number| cluster.stop_one(*number));
    let wire = cluster.transfer(2, 1);
    let third = cluster.node(other).submit(vec![wire.clone()]).await.remove(0).unwrap();
    cluster.wait("its journal names the block", || cluster.journal(3).contains(&wire)).await;
    tokio::time::sleep(Duration::from_millis(500)).await;
    cluster.stop_one(3);
    cluster.put_back_data(3, copy);
    cluster.start_one(3);
    cluster.settle(second).await;
    // Two answers are enough to find out. From then on three run, and it is no third voter.
    cluster.start_one(away[0]);
    cluster.wait("it is muted", || cluster.node(3).voice() == Voice::Muted).await;
    assert_eq!(cluster.node(other).voice(), Voice::Votes);
    tokio::time::sleep(Duration::from_secs(3)).await;
    let is_final = |node: &Node| node.ledger().find(&third).unwrap().is_some();
    assert!(!cluster.running().any(is_final), "one of three that vote is away");
    cluster.start_one(away[1]);
    // Who accepted it has left the view, and those who were away never heard of it.
    cluster.settle_soon(third).await;
    cluster.check().await;
}

/// What a leader that nobody hears has proposed comes to nothing: others fill its heights. Once it
/// has caught up, what waited in its proposal waits again.
#[tokio::test(flavor = "multi_thread")]
async fn what_a_leader_proposed_to_nobody_is_not_lost() {
    let mut cluster = Cluster::start(4);
    let first = cluster.send(0, 0, 1).await;
    cluster.settle(first).await;
    let leader = cluster.leader();
    cluster.cut(&[leader]);
    let mine = cluster.send(leader, 0, 1).await;
    cluster.wait("it proposes", || cluster.journal(leader).len() >= 2).await;
    tokio::time::sleep(Duration::from_millis(200)).await;
    // It comes back in the view in which it led, and finds out by the others' blocks.
    cluster.stop_one(leader);
    cluster.mend();
    let others: Vec<_> = (0..4).filter(|number| *number != leader).collect();
    for round in 0..30 {
        let hash = cluster.send(others[0], 1 + round % 7, 1).await;
        let is_final =
            |number: &usize| cluster.node(*number).ledger().find(&hash).unwrap().is_some();
        cluster.wait("the others go on", || others.iter().all(is_final)).await;
    }
    cluster.start_one(leader);
    cluster.settle(mine).await;
    cluster.check().await;
}

/// After a power cut the database may be further behind the journal than blocks may wait in memory.
/// A validator that nobody answers has what its journal proves all the same.
#[tokio::test(flavor = "multi_thread")]
async fn a_database_that_is_far_behind_is_brought_up_from_the_journal_alone() {
    let mut cluster = Cluster::start(4);
    let first = cluster.send(0, 0, 1).await;
    cluster.settle(first).await;
    cluster.stop_one(3);
    let old = cluster.copy_data(3);
    // Blocks that it fetches would be on its disk at once: it has to take part in all of them, and
    // does, where none can be made without it.
    cluster.stop_one(2);
    cluster.start_one(3);
    for round in 0..100 {
        let hash = cluster.send(0, round % 8, 1).await;
        cluster.settle(hash).await;
    }
    let top = cluster.node(3).head().header.height;
    [0, 1, 3].iter().for_each(|number| cluster.stop_one(*number));
    cluster.put_back_database(3, &old);
    cluster.start_one(3);
    // The last blocks may have had no certificate in the journal yet.
    cluster.wait("it is where it was", || cluster.node(3).head().header.height.0 + 4 > top.0).await;
    (0..3).for_each(|number| cluster.start_one(number));
    let last = cluster.send(3, 0, 1).await;
    cluster.settle(last).await;
    cluster.check().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_disk_that_is_lost_is_filled_from_the_others() {
    let mut cluster = Cluster::start(4);
    for person in 0..8 {
        let hash = cluster.send(usize::from(person % 4), person, 1).await;
        cluster.settle(hash).await;
    }
    cluster.stop_one(3);
    cluster.put_back_data(3, tempfile::tempdir().unwrap());
    cluster.start_one(3);
    let hash = cluster.send(3, 0, 1).await;
    cluster.settle(hash).await;
    cluster.check().await;
}

/// A leader that says two things at one height is found out, and the others go on.
#[tokio::test(flavor = "multi_thread")]
async fn a_leader_that_proposes_two_blocks_at_once_divides_nobody() {
    let mut cluster = Cluster::new(4);
    (1..4).for_each(|number| cluster.start_one(number));
    let mut puppet = cluster.puppet(0);
    cluster.wait("the puppet is heard", || puppet.is_connected(3)).await;
    let now = cluster.node(1).clock().now();
    let (one, other) = (cluster.transfer(0, 1), cluster.transfer(1, 1));
    let hashes = [one.clone(), other.clone()];
    let hashes = hashes.map(|wire| SignedTransaction::from_wire(&wire).unwrap().transaction);
    let hashes = hashes.map(|transaction| transaction.hash(&cluster.spec.chain));
    puppet.propose_to(&[cluster.key(1), cluster.key(2)], now, vec![one.clone()]);
    puppet.propose_again_to(&[cluster.key(3)], now, vec![other.clone()]);
    // Clients send both to correct validators as well.
    for (number, wire) in [(1, one), (3, other)] {
        let _ = cluster.node(number).submit(vec![wire]).await;
    }
    for hash in hashes {
        cluster.settle(hash).await;
    }
    drop(puppet);
    cluster.check().await;
}

/// What only came to nothing in a proposal waits nowhere. Who accepts it offers it again, and it is
/// taken in although its signature was checked before.
#[tokio::test(flavor = "multi_thread")]
async fn what_a_dead_leader_proposed_is_taken_in_when_it_is_offered_again() {
    let mut cluster = Cluster::of(4, 1, false);
    cluster.lets_others_in = true;
    (1..5).for_each(|number| cluster.start_one(number));
    let mut puppet = cluster.puppet(0);
    cluster.wait("the puppet is heard", || puppet.is_connected(3)).await;
    // Who has just started listens before it votes.
    let first = cluster.transfer(1, 1);
    puppet.propose(cluster.node(1).clock().now(), vec![first]);
    let is_made = |node: &Node| node.head().header.height.0 == 1;
    cluster.wait("they vote", || cluster.running().all(is_made)).await;
    let now = cluster.node(1).clock().now().0;
    let wire = cluster.transfer(0, 1);
    // Each hears of another block, so nobody votes with another.
    puppet.propose_to(&[cluster.key(1)], TimeMs(now), vec![wire.clone()]);
    puppet.propose_again_to(&[cluster.key(2)], TimeMs(now + 1), vec![wire.clone()]);
    puppet.propose_again_to(&[cluster.key(3)], TimeMs(now + 2), vec![wire.clone()]);
    let is_known = || (1..4).all(|number| cluster.journal(number).contains(&wire));
    cluster.wait("they have heard", is_known).await;
    drop(puppet);
    let hash = cluster.node(4).submit(vec![wire]).await.remove(0).unwrap();
    cluster.settle(hash).await;
    cluster.check().await;
}

/// A node without a vote is let in to follow. It sends what costs others the most to look at, and
/// nobody waits for that.
#[tokio::test(flavor = "multi_thread")]
async fn a_follower_that_sends_rubbish_holds_nobody_up() {
    let mut cluster = Cluster::of(4, 1, false);
    cluster.lets_others_in = true;
    (0..4).for_each(|number| cluster.start_one(number));
    let puppet = cluster.puppet(4);
    cluster.wait("it is connected", || puppet.is_connected(4)).await;
    let mut wire = cluster.transfer(0, 1);
    *wire.last_mut().unwrap() ^= 1;
    let rubbish = Packet::Transactions(Bounded::new(vec![wire; 100]).unwrap());
    let unasked = Packet::Blocks(Bounded::new(Vec::new()).unwrap());
    let question = Packet::WantBlocks { first: Height(1), last: Height(100) };
    let strikes = |number: usize| cluster.node(number).metrics().strikes.get();
    for round in 0..50 {
        for key in (0..4).map(|number| cluster.key(number)) {
            for packet in [&rubbish, &unasked, &question] {
                puppet.give(&key, packet);
            }
        }
        if round == 25 {
            cluster.wait("they notice", || (0..4).all(|number| strikes(number) > 0)).await;
        }
    }
    // The person's nonce has been used up by what does not hold; another one sends.
    let hash = cluster.send(1, 1, 1).await;
    cluster.settle(hash).await;
    cluster.check().await;
}
