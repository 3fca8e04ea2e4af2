//! A receiver that is slow makes senders drop, and nobody's memory grow.

use std::sync::atomic::Ordering;

use tokio::io::{AsyncReadExt, AsyncWriteExt, split};
use weal_net::{Identity, Lane, Urgency, frame::header};

use crate::{
    stranger::Stranger,
    world::{Node, cluster, keys, peer, wait},
};

/// What the kernel may hold on both sides of a connection, generously.
const KERNEL: usize = 32 << 20;

#[test]
fn who_is_slow_makes_the_sender_drop_while_votes_pass() {
    let [sender, slow] = cluster::<2>();
    slow.recorder.keeps_bulk.store(true, Ordering::Relaxed);
    let body = vec![9; 1 << 20];
    let mut sent = 0;
    let traffic = || *sender.status(&slow.key).of(Urgency::Bodies);
    let most = Urgency::Bodies.most_queued() + Lane::Bulk.quota() + KERNEL;
    wait("the queue is full and nothing moves", || {
        sender.send(&slow.key, Urgency::Bodies, body.clone());
        sent += 1;
        traffic().dropped_frames > 20
    });
    let kept = || slow.recorder.log().kept.iter().map(|body| body.payload.len()).sum::<usize>();
    assert!(kept() <= Lane::Bulk.quota());
    assert!((sent - traffic().dropped_frames as usize) * body.len() <= most);
    // The other way, and by the other connection, all is well.
    for number in 0..100_u8 {
        sender.send(&slow.key, Urgency::Votes, [number]);
        slow.send(&sender.key, Urgency::Bodies, [number]);
    }
    wait("votes pass", || slow.recorder.count(&sender.key, Urgency::Votes) == 100);
    wait("bodies come back", || sender.recorder.count(&slow.key, Urgency::Bodies) == 100);
    assert!(kept() <= Lane::Bulk.quota());
    // Once it has caught up, what waited arrives.
    slow.recorder.keeps_bulk.store(false, Ordering::Relaxed);
    let kept = std::mem::take(&mut slow.recorder.log().kept).len();
    let expected = sent - traffic().dropped_frames as usize - kept;
    wait("the rest arrives", || slow.recorder.count(&sender.key, Urgency::Bodies) == expected);
    assert!(sender.is_connected() && slow.is_connected());
}

#[test]
fn room_is_the_peers_and_not_the_connections() {
    let [sender, slow] = cluster::<2>();
    slow.recorder.keeps_bulk.store(true, Ordering::Relaxed);
    let kept = || slow.recorder.log().kept.len() << 20;
    // Over the cut nothing gives the room back.
    for _ in 0..3 {
        let mut dropped = 0;
        wait("the queue is full", || {
            sender.send(&slow.key, Urgency::Bodies, vec![9; 1 << 20]);
            dropped += 1;
            dropped > 100
        });
        wait("the room is used", || kept() == Lane::Bulk.quota());
        sender.network.cut(&[slow.key.key()]);
        wait("it is cut", || {
            !slow.status(&sender.key).bulk_up || !sender.status(&slow.key).bulk_up
        });
        sender.network.cut(&[]);
        wait("it is healed", || sender.is_connected() && slow.is_connected());
        assert_eq!(kept(), Lane::Bulk.quota());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_waits_for_room_does_not_count_as_silent() {
    let [a, b] = keys();
    let node = Node::new(&b);
    node.network.set_peers(vec![peer(&a, "127.0.0.1:1".parse().unwrap())]);
    node.recorder.keeps_bulk.store(true, Ordering::Relaxed);
    let stranger = Stranger::connect(&a, &node, Lane::Bulk).await;
    let (mut input, mut output) = split(stranger.stream);
    const BODIES: usize = 100;
    let writes = tokio::spawn(async move {
        for _ in 0..BODIES {
            output.write_all(&header(Urgency::Bodies, 1 << 20)).await.unwrap();
            output.write_all(&vec![9; 1 << 20]).await.unwrap();
        }
        output.flush().await.unwrap();
        output
    });
    // It cannot say anything, a ping neither. The node says five, which takes longer than silence
    // is allowed to.
    input.read_exact(&mut [0; 20]).await.unwrap();
    assert!(!writes.is_finished());
    let kept = node.recorder.log().kept.len();
    assert_eq!(kept << 20, Lane::Bulk.quota());
    node.recorder.keeps_bulk.store(false, Ordering::Relaxed);
    node.recorder.log().kept.clear();
    wait("the rest arrives", || node.recorder.count(&a, Urgency::Bodies) == BODIES - kept);
    drop(writes.await.unwrap());
}
