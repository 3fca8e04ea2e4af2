//! Validators that stop, come back, or do not hear each other.

use crate::world::Cluster;

#[tokio::test(flavor = "multi_thread")]
async fn one_that_was_away_catches_up_and_takes_part() {
    let mut cluster = Cluster::start(4);
    let first = cluster.send(0, 0, 1).await;
    cluster.settle(first).await;
    // In view 0 of the first epoch, validator 0 leads.
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

#[tokio::test(flavor = "multi_thread")]
async fn two_halves_wait_for_each_other() {
    let mut cluster = Cluster::start(4);
    let first = cluster.send(0, 0, 1).await;
    cluster.settle(first).await;
    cluster.cut(&[0, 1]);
    let here = cluster.send(0, 1, 1).await;
    let there = cluster.send(3, 2, 1).await;
    tokio::time::sleep(std::time::Duration::from_secs(3)).await;
    for node in cluster.running() {
        assert_eq!(node.head().header.height.0, 1, "two of four are no quorum");
    }
    cluster.mend();
    for hash in [here, there] {
        cluster.settle(hash).await;
    }
    cluster.check().await;
}
