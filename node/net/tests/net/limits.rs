//! Every limit of a connection: what keeps to it passes, what does not ends the connection.

use weal_net::{
    Identity, Lane, Urgency,
    frame::{PING, header},
};

use crate::{
    stranger::Stranger,
    world::{Event, Key, Node, cluster, keys, peer, wait},
};

#[test]
fn the_longest_payloads_pass_and_longer_ones_are_not_sent() {
    let [first, second] = cluster::<2>();
    for urgency in Urgency::ALL {
        let most = urgency.most_payload();
        let payload: Vec<u8> = (0..most).map(|byte| (byte % 251) as u8).collect();
        first.send(&second.key, urgency, vec![1; most + 1]);
        first.send(&second.key, urgency, payload.clone());
        first.send(&second.key, urgency, []);
        let payloads = || second.recorder.payloads(&first.key, urgency);
        wait("they arrive", || second.recorder.count(&first.key, urgency) == 2);
        assert!(payloads() == [payload, vec![]]);
        assert_eq!(first.status(&second.key).of(urgency).dropped_frames, 1);
    }
    assert!(first.is_connected() && second.is_connected());
}

/// A node, and its peer, which is played by hand.
fn node() -> (Node, Key) {
    let [a, b] = keys();
    let node = Node::new(&b);
    node.network.set_peers(vec![peer(&a, "127.0.0.1:1".parse().unwrap())]);
    (node, a)
}

#[tokio::test(flavor = "multi_thread")]
async fn what_no_validator_sends_ends_the_connection() {
    let (node, a) = node();
    let long = Urgency::ALL.map(|urgency| {
        (urgency.lane(), header(urgency, urgency.most_payload() + 1), urgency.most_payload() + 1)
    });
    let others = [
        // On the wrong lane, of no urgency, and as long as can be said.
        (Lane::Votes, header(Urgency::Bodies, 1), 1),
        (Lane::Bulk, header(Urgency::Votes, 1), 1),
        (Lane::Bulk, [2, 0, 0, 0, 4], 1),
        (Lane::Bulk, [255, 255, 255, 255, 3], 1),
    ];
    for (lane, header, bytes) in long.into_iter().chain(others) {
        let mut stranger = Stranger::connect(&a, &node, lane).await;
        stranger.write(&header).await;
        stranger.write(&vec![0; bytes]).await;
        stranger.ends().await;
    }
    for urgency in Urgency::ALL {
        assert_eq!(node.recorder.count(&a, urgency), 0);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_falls_silent_is_pinged_and_dropped() {
    let (node, a) = node();
    let mut stranger = Stranger::connect(&a, &node, Lane::Votes).await;
    let pings = stranger.ends().await;
    assert!(!pings.is_empty() && pings.chunks(PING.len()).all(|ping| ping == PING));
    wait("it is told", || node.events().last() == Some(&Event::Disconnected(a.key())));
}

#[tokio::test(flavor = "multi_thread")]
async fn random_bytes_do_no_harm() {
    let (node, a) = node();
    // The linear generator of Knuth's MMIX; the upper bits are good enough.
    let mut state = 2026_u64;
    let mut random = move || {
        state =
            state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as u32
    };
    for round in 0..200 {
        let lane = Lane::ALL[round % 2];
        let mut stranger = Stranger::connect(&a, &node, lane).await;
        for _ in 0..20 {
            // Small lengths and urgencies that exist are what a header of chance seldom has.
            let length = (random() % 600) as usize;
            let mut frame: Vec<u8> = (0..length).map(|_| random() as u8).collect();
            if random() % 4 > 0 {
                let urgency = Urgency::of_byte((random() % 5) as u8).unwrap_or(Urgency::Votes);
                frame.splice(0..0, header(urgency, length));
            }
            stranger.write(&frame).await;
        }
    }
    let mut stranger = Stranger::connect(&a, &node, Lane::Votes).await;
    let before = node.recorder.count(&a, Urgency::Votes);
    stranger.write(b"\x05\0\0\0\0last").await;
    wait("it still listens", || {
        node.recorder.count(&a, Urgency::Votes) > before
            && node.recorder.payloads(&a, Urgency::Votes).last().unwrap() == b"last"
    });
}
