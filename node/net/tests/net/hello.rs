//! Who is let in, and who is told why not.

use std::net::SocketAddr;

use parity_scale_codec::Encode;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt, copy_bidirectional},
    net::{TcpListener, TcpStream},
};
use weal_net::{
    Identity, Lane, Refusal, Urgency,
    frame::{read_greeting, write_greeting},
    hello::{Answer, Hello, MOST_BYTES, Side},
};
use weal_types::{ChainId, PublicKey};

use crate::{
    stranger::Stranger,
    world::{CHAIN, Key, Node, introduce, keys, peer, wait},
};

/// Where nobody listens.
fn nowhere() -> SocketAddr {
    "127.0.0.1:1".parse().unwrap()
}

/// A node, and its two peers, which are not there: one with a smaller and one with a larger key.
fn lonely() -> (Node, Key, Key) {
    let [a, b, c] = keys();
    let node = Node::new(&b);
    node.network.set_peers(vec![peer(&a, nowhere()), peer(&c, nowhere())]);
    (node, a, c)
}

#[tokio::test(flavor = "multi_thread")]
async fn every_refusal_is_told() {
    let (node, a, c) = lonely();
    let address = node.network.local_address();
    let unknown = Key::new(200);

    let stranger = Stranger::dial(address).await;
    let good = stranger.hello(&a, &node, Lane::Votes);
    let hello = Hello { version: 2, ..good };
    assert_eq!(stranger.refused(&hello).await, Refusal::Version);

    let stranger = Stranger::dial(address).await;
    let mut session = stranger.session(Lane::Votes);
    session.chain = ChainId([8; 32]);
    let hello = session.hello(&a, Side::Dialer, &node.key.key());
    assert_eq!(stranger.refused(&hello).await, Refusal::Chain);

    let stranger = Stranger::dial(address).await;
    let hello = stranger.hello(&unknown, &node, Lane::Votes);
    assert_eq!(stranger.refused(&hello).await, Refusal::UnknownKey);

    // Somebody else's name.
    let stranger = Stranger::dial(address).await;
    let hello = stranger.hello(&unknown, &node, Lane::Votes);
    let hello = Hello { key: a.key(), ..hello };
    assert_eq!(stranger.refused(&hello).await, Refusal::Signature);

    // For another reader, and from the other side.
    for (side, reader) in [(Side::Dialer, &c), (Side::Acceptor, &node.key)] {
        let stranger = Stranger::dial(address).await;
        let hello = stranger.session(Lane::Bulk).hello(&a, side, &reader.key());
        assert_eq!(stranger.refused(&hello).await, Refusal::Signature);
    }

    // The node itself, and a peer that has to wait until it is dialled.
    for who in [&node.key, &c] {
        let stranger = Stranger::dial(address).await;
        let hello = stranger.hello(who, &node, Lane::Votes);
        assert_eq!(stranger.refused(&hello).await, Refusal::Unwanted);
    }

    node.network.cut(&[a.key()]);
    let stranger = Stranger::dial(address).await;
    let hello = stranger.hello(&a, &node, Lane::Votes);
    assert_eq!(stranger.refused(&hello).await, Refusal::Unwanted);
    node.network.cut(&[]);

    assert!(node.events().is_empty());
    Stranger::connect(&a, &node, Lane::Votes).await;
    Stranger::connect(&a, &node, Lane::Bulk).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hello_of_another_session_is_refused() {
    let (node, a, _) = lonely();
    let mut stranger = Stranger::dial(node.network.local_address()).await;
    let hello = stranger.hello(&a, &node, Lane::Votes);
    assert!(matches!(stranger.greet(&hello.encode()).await, Answer::Hello(_)));
    let again = Stranger::dial(node.network.local_address()).await;
    assert_eq!(again.refused(&hello).await, Refusal::Signature);
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_relays_is_found_out() {
    let [a, b] = keys();
    let (dialer, acceptor) = (Node::new(&a), Node::new(&b));
    acceptor.network.set_peers(vec![dialer.peer()]);
    // It ends TLS on both sides, and passes on all that is said.
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let relay = listener.local_addr().unwrap();
    let target = acceptor.network.local_address();
    tokio::spawn(async move {
        loop {
            let mut victim = Stranger::accept(&listener).await;
            let mut other = Stranger::dial(target).await;
            tokio::spawn(async move {
                let _ = copy_bidirectional(&mut victim.stream, &mut other.stream).await;
            });
        }
    });
    dialer.network.set_peers(vec![peer(&b, relay)]);
    wait("it is refused", || dialer.status(&b).refused == Some(Refusal::Signature));
    assert!(acceptor.events().is_empty() && dialer.events().is_empty());
    // Without the relay all is well, and the refusal forgotten.
    dialer.network.set_peers(vec![acceptor.peer()]);
    wait("they are connected", || dialer.is_connected() && acceptor.is_connected());
    assert_eq!(dialer.status(&b).refused, None);
}

/// Answers the first HELLOs at `listener` with what `answer` makes of the session.
async fn impostor(listener: &TcpListener, answer: impl Fn(&Stranger, PublicKey, Lane) -> Hello) {
    // Both lanes.
    for _ in 0..2 {
        let mut stranger = Stranger::accept(listener).await;
        let hello = Hello::read(&read_greeting(&mut stranger.stream).await.unwrap()).unwrap();
        let answer = Answer::Hello(answer(&stranger, hello.key, hello.lane));
        write_greeting(&mut stranger.stream, &answer.encode()).await.unwrap();
        stranger.ends().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_answers_in_place_of_a_validator_is_refused() {
    let [a, b, c] = keys();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let node = Node::new(&a);
    node.network.set_peers(vec![peer(&b, listener.local_addr().unwrap())]);
    let is_refused = |reason| node.status(&b).refused == Some(reason);
    impostor(&listener, |session, reader, lane| {
        session.session(lane).hello(&c, Side::Acceptor, &reader)
    })
    .await;
    wait("the key is refused", || is_refused(Refusal::UnknownKey));
    impostor(&listener, |session, reader, lane| {
        let hello = session.session(lane).hello(&c, Side::Acceptor, &reader);
        Hello { key: b.key(), ..hello }
    })
    .await;
    wait("the signature is refused", || is_refused(Refusal::Signature));
    impostor(&listener, |session, reader, lane| {
        let mut session = session.session(lane);
        session.chain = ChainId([8; 32]);
        session.hello(&b, Side::Acceptor, &reader)
    })
    .await;
    wait("the chain is refused", || is_refused(Refusal::Chain));
    impostor(&listener, |session, reader, lane| {
        let hello = session.session(lane).hello(&b, Side::Acceptor, &reader);
        Hello { version: 2, ..hello }
    })
    .await;
    wait("the version is refused", || is_refused(Refusal::Version));
    assert!(node.events().is_empty());
}

#[test]
fn nodes_of_two_chains_do_not_connect() {
    let [a, b] = keys();
    let first = Node::new(&a);
    let second = Node::at(&b, ChainId([8; 32]), "127.0.0.1:0".parse().unwrap());
    introduce(&[&first, &second]);
    wait("it is refused", || first.status(&b).refused == Some(Refusal::Chain));
    assert!(first.events().is_empty() && second.events().is_empty());
    assert_ne!(CHAIN, ChainId([8; 32]));
}

#[tokio::test(flavor = "multi_thread")]
async fn garbage_in_place_of_a_hello_ends_the_connection() {
    let (node, a, _) = lonely();
    let address = node.network.local_address();
    // No TLS.
    let mut tcp = TcpStream::connect(address).await.unwrap();
    tcp.write_all(&[0x5a; 4_096]).await.unwrap();
    let _ = tcp.read_to_end(&mut Vec::new()).await;
    // TLS, and then too much, or nothing that means something.
    let long = (MOST_BYTES as u32 + 1).to_le_bytes();
    for bytes in [&long[..], &[0; 4], &u32::MAX.to_le_bytes(), b"\x03\0\0\0\x01\0\0"] {
        let mut stranger = Stranger::dial(address).await;
        stranger.write(bytes).await;
        assert!(stranger.ends().await.is_empty());
    }
    Stranger::connect(&a, &node, Lane::Votes).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_says_nothing_takes_no_place_for_long() {
    let (node, a, _) = lonely();
    let address = node.network.local_address();
    let mut silent = Vec::new();
    for _ in 0..64 {
        silent.push(TcpStream::connect(address).await.unwrap());
    }
    // There is no place for another one now.
    let mut other = TcpStream::connect(address).await.unwrap();
    assert!(!matches!(other.read(&mut [0]).await, Ok(1)));
    // The silent ones are closed, though they say the first byte of a handshake.
    for tcp in &mut silent {
        let _ = tcp.write_all(b"\x16").await;
    }
    for mut tcp in silent {
        let _ = tcp.read_to_end(&mut Vec::new()).await;
    }
    let mut stranger = Stranger::connect(&a, &node, Lane::Votes).await;
    stranger.write(b"\x02\0\0\0\x001").await;
    wait("a validator is heard", || node.recorder.count(&a, Urgency::Votes) == 1);
}
