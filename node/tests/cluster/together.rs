//! Validators without faults.

use weal_types::Height;

use crate::world::Cluster;

#[tokio::test(flavor = "multi_thread")]
async fn four_validators_make_what_any_of_them_accepts_final_everywhere() {
    let mut cluster = Cluster::start(4);
    for round in 0..8 {
        for person in 0..4 {
            let hash = cluster.send(usize::from(person), person, 10 + round).await;
            if round == 7 {
                cluster.settle(hash).await;
            }
        }
    }
    cluster.check().await;
    let head = cluster.node(0).head();
    let certificate = head.certificate.clone().expect("the newest block has a certificate");
    assert!(certificate.signers.count_ones() >= 3, "{certificate:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_silent_cluster_makes_no_blocks() {
    let mut cluster = Cluster::start(4);
    let hash = cluster.send(2, 0, 1).await;
    cluster.settle(hash).await;
    let before = cluster.node(0).head().header.height;
    tokio::time::sleep(std::time::Duration::from_secs(3)).await;
    assert_eq!(cluster.node(0).head().header.height, before);
    assert_eq!(before, Height(1));
}

#[tokio::test(flavor = "multi_thread")]
async fn seven_validators_agree() {
    let mut cluster = Cluster::start(7);
    for person in 0..7 {
        let hash = cluster.send(usize::from(person), person, 5).await;
        if person == 6 {
            cluster.settle(hash).await;
        }
    }
    cluster.check().await;
}
