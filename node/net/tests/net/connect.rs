//! How connections come, go and come again.

use parity_scale_codec::Encode;
use weal_net::{Identity, Lane, Network, NetworkConfig, NetworkError, Urgency};

use crate::{
    stranger::Stranger,
    world::{CHAIN, Event, Node, Recorder, cluster, introduce, keys, peer, wait},
};

#[test]
fn a_broadcast_reaches_everyone_in_order() {
    let nodes = cluster::<4>();
    const EACH: u32 = 200;
    for number in 0..EACH {
        for node in &nodes {
            for urgency in Urgency::ALL {
                node.network.broadcast(urgency, number.encode().into());
            }
        }
    }
    let expected: Vec<_> = (0..EACH).map(|number| number.encode()).collect();
    for to in &nodes {
        for from in nodes.iter().filter(|from| from.key.key() != to.key.key()) {
            for urgency in Urgency::ALL {
                let count = || to.recorder.count(&from.key, urgency);
                wait("all arrived", || count() == EACH as usize);
                assert_eq!(to.recorder.payloads(&from.key, urgency), expected);
                let (sent, received) = (from.status(&to.key), to.status(&from.key));
                let (sent, received) = (*sent.of(urgency), *received.of(urgency));
                assert_eq!((sent.sent_frames, sent.sent_bytes), (200, 800));
                assert_eq!((received.received_frames, received.received_bytes), (200, 800));
                assert_eq!(sent.dropped_frames, 0);
            }
        }
    }
}

#[test]
fn who_restarts_is_connected_again() {
    let [first, second] = cluster::<2>();
    let [a, b] = keys();
    // The side that listens, at the same address.
    let address = second.network.local_address();
    drop(second);
    wait("the end is seen", || first.events().last() == Some(&Event::Disconnected(b.key())));
    let second = Node::at(&b, CHAIN, address);
    second.network.set_peers(vec![first.peer()]);
    wait("it is back", || first.is_connected() && second.is_connected());
    first.send(&b, Urgency::Votes, "1");
    wait("it hears", || second.recorder.payloads(&a, Urgency::Votes) == [b"1"]);
    // The side that dials.
    drop(first);
    wait("the end is seen", || second.events().last() == Some(&Event::Disconnected(a.key())));
    let first = Node::new(&a);
    introduce(&[&first, &second]);
    wait("it is back", || first.is_connected() && second.is_connected());
    second.send(&a, Urgency::Bodies, "2");
    wait("it hears", || first.recorder.payloads(&b, Urgency::Bodies) == [b"2"]);
    let [up, down] = [Event::Connected(a.key()), Event::Disconnected(a.key())];
    assert_eq!(second.events(), [up, down, up]);
}

#[test]
fn who_is_cut_off_neither_hears_nor_is_heard() {
    let [first, second, third] = cluster::<3>();
    // One side is enough, whichever dials.
    for (cutter, other) in [(&first, &second), (&second, &first)] {
        cutter.network.cut(&[other.key.key()]);
        let is_down = |of: &Node, to: &Node| {
            let status = of.status(&to.key);
            !status.votes_up && !status.bulk_up
        };
        wait("both are down", || is_down(cutter, other) && is_down(other, cutter));
        let before = cutter.status(&other.key).of(Urgency::Votes).dropped_frames;
        cutter.send(&other.key, Urgency::Votes, "lost");
        other.send(&cutter.key, Urgency::Votes, "lost");
        assert_eq!(cutter.status(&other.key).of(Urgency::Votes).dropped_frames, before + 1);
        // The third is not concerned.
        third.send(&cutter.key, Urgency::Votes, "kept");
        let heard = |count| cutter.recorder.count(&third.key, Urgency::Votes) == count;
        wait("the third is heard", || heard(1));
        cutter.network.cut(&[]);
        wait("it is healed", || cutter.is_connected() && other.is_connected());
        cutter.send(&other.key, Urgency::Votes, "healed");
        let payloads = || other.recorder.payloads(&cutter.key, Urgency::Votes);
        wait("it hears again", || payloads() == [b"healed"]);
    }
}

#[test]
fn peers_come_and_go() {
    let [first, second, third] = cluster::<3>();
    first.network.set_peers(vec![second.peer()]);
    wait("it is dropped", || !third.status(&first.key).votes_up);
    assert_eq!(first.network.peers().len(), 1);
    // It is dialled by nobody now, and not taken in either, but the others keep what they have.
    assert!(second.is_connected());
    let down = Event::Disconnected(third.key.key());
    wait("it is told", || first.events().contains(&down));
    first.network.set_peers(vec![second.peer(), third.peer()]);
    wait("it is connected", || first.is_connected() && third.is_connected());
    third.send(&first.key, Urgency::Blocks, "back");
    wait("it is heard", || first.recorder.count(&third.key, Urgency::Blocks) == 1);
    // Nothing of this reached the connection that was not meant.
    assert_eq!(second.events().len(), 2);
}

#[test]
fn a_corrected_address_is_used() {
    let [first, second] = keys().each_ref().map(Node::new);
    let nowhere = "127.0.0.1:1".parse().unwrap();
    first.network.set_peers(vec![peer(&second.key, nowhere)]);
    second.network.set_peers(vec![first.peer()]);
    first.network.set_peers(vec![second.peer()]);
    wait("they are connected", || first.is_connected() && second.is_connected());
    assert_eq!(first.status(&second.key).address, second.peer().address);
}

#[test]
fn an_address_in_use_is_said() {
    let [first] = cluster::<1>();
    let config =
        NetworkConfig { chain: CHAIN, listen: first.network.local_address(), peers: vec![] };
    let [key] = keys();
    let started = Network::start(config, std::sync::Arc::new(key), recorder());
    let Err(error @ NetworkError::Listen { .. }) = started else { panic!("it listens") };
    assert!(error.to_string().contains(&first.network.local_address().to_string()), "{error}");
}

fn recorder() -> std::sync::Arc<Recorder> {
    std::sync::Arc::default()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_newer_connection_takes_the_place_of_the_older() {
    let [a, b] = keys();
    let node = Node::new(&b);
    node.network.set_peers(vec![peer(&a, "127.0.0.1:1".parse().unwrap())]);
    let mut older = Stranger::connect(&a, &node, Lane::Votes).await;
    older.write(b"\x02\0\0\0\x001").await;
    wait("it is heard", || node.recorder.count(&a, Urgency::Votes) == 1);
    let mut newer = Stranger::connect(&a, &node, Lane::Votes).await;
    older.ends().await;
    newer.write(b"\x02\0\0\0\x002").await;
    wait("it is heard", || node.recorder.count(&a, Urgency::Votes) == 2);
    let [up, down] = [Event::Connected(a.key()), Event::Disconnected(a.key())];
    assert_eq!(node.events(), [up, down, up]);
    assert!(node.status(&a).votes_up);
}
