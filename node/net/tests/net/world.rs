//! Nodes of a test, and what their receivers saw.

use std::{
    collections::BTreeMap,
    net::SocketAddr,
    sync::{
        Arc, Mutex, MutexGuard,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::Duration,
};

use schnorrkel::{ExpansionMode, Keypair, MiniSecretKey};
use weal_net::{Identity, Network, NetworkConfig, Peer, PeerStatus, Received, Receiver, Urgency};
use weal_types::{ChainId, Hash, PublicKey, certificate::VOTE_SIGNING_CONTEXT};

/// The chain of most tests.
pub const CHAIN: ChainId = ChainId([7; 32]);

/// A validator's key pair.
#[derive(Clone)]
pub struct Key(Keypair);

impl Key {
    pub fn new(seed: u8) -> Self {
        let secret = MiniSecretKey::from_bytes(&[seed; 32]).unwrap();
        Self(secret.expand_to_keypair(ExpansionMode::Ed25519))
    }
}

impl Identity for Key {
    fn key(&self) -> PublicKey {
        PublicKey(self.0.public.to_bytes())
    }

    fn sign(&self, message: &Hash) -> [u8; 64] {
        self.0.sign_simple(VOTE_SIGNING_CONTEXT, message).to_bytes()
    }
}

/// Keys in ascending order: each dials all behind it.
pub fn keys<const N: usize>() -> [Key; N] {
    let mut keys: Vec<_> = (1..=N as u8).map(Key::new).collect();
    keys.sort_by_key(|key| key.key());
    keys.try_into().ok().unwrap()
}

/// What a receiver was told of connections.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event {
    Connected(PublicKey),
    Disconnected(PublicKey),
}

/// Notes everything.
#[derive(Default)]
pub struct Recorder {
    log: Mutex<Log>,
    /// Whether bulk is kept, as by somebody who is slow.
    pub keeps_bulk: AtomicBool,
}

#[derive(Default)]
pub struct Log {
    pub events: Vec<Event>,
    pub payloads: BTreeMap<(PublicKey, Urgency), Vec<Vec<u8>>>,
    pub kept: Vec<Received>,
}

impl Recorder {
    pub fn log(&self) -> MutexGuard<'_, Log> {
        self.log.lock().unwrap()
    }

    /// The payloads from `key`, in order.
    pub fn payloads(&self, key: &Key, urgency: Urgency) -> Vec<Vec<u8>> {
        self.log().payloads.get(&(key.key(), urgency)).cloned().unwrap_or_default()
    }

    /// How many payloads came from `key`.
    pub fn count(&self, key: &Key, urgency: Urgency) -> usize {
        self.log().payloads.get(&(key.key(), urgency)).map_or(0, Vec::len)
    }
}

impl Receiver for Recorder {
    fn receive(&self, mut received: Received) {
        let mut log = self.log();
        if received.urgency != Urgency::Votes && self.keeps_bulk.load(Ordering::Relaxed) {
            return log.kept.push(received);
        }
        let payload = std::mem::take(&mut received.payload);
        log.payloads.entry((received.from, received.urgency)).or_default().push(payload);
    }

    fn connected(&self, peer: PublicKey) {
        self.log().events.push(Event::Connected(peer));
    }

    fn disconnected(&self, peer: PublicKey) {
        self.log().events.push(Event::Disconnected(peer));
    }
}

/// A running network.
pub struct Node {
    pub key: Key,
    pub network: Network,
    pub recorder: Arc<Recorder>,
}

impl Node {
    /// One without peers.
    pub fn new(key: &Key) -> Self {
        Self::at(key, CHAIN, "127.0.0.1:0".parse().unwrap())
    }

    pub fn at(key: &Key, chain: ChainId, listen: SocketAddr) -> Self {
        let recorder = Arc::new(Recorder::default());
        let config = NetworkConfig { chain, listen, peers: Vec::new() };
        let receiver = Arc::clone(&recorder) as Arc<dyn Receiver>;
        let network = Network::start(config, Arc::new(key.clone()), receiver).unwrap();
        Self { key: key.clone(), network, recorder }
    }

    /// It, as others know it.
    pub fn peer(&self) -> Peer {
        peer(&self.key, self.network.local_address())
    }

    pub fn send(&self, to: &Key, urgency: Urgency, payload: impl Into<Vec<u8>>) {
        self.network.send(&to.key(), urgency, payload.into().into());
    }

    /// How it stands with a peer.
    pub fn status(&self, of: &Key) -> PeerStatus {
        self.network.peers().into_iter().find(|status| status.key == of.key()).unwrap()
    }

    /// Whether both connections to all of its peers are up.
    pub fn is_connected(&self) -> bool {
        self.network.peers().iter().all(|status| status.votes_up && status.bulk_up)
    }

    pub fn events(&self) -> Vec<Event> {
        self.recorder.log().events.clone()
    }
}

pub fn peer(key: &Key, address: SocketAddr) -> Peer {
    Peer { key: key.key(), address: address.to_string() }
}

/// Tells all nodes about each other.
pub fn introduce(nodes: &[&Node]) {
    let peers: Vec<_> = nodes.iter().map(|node| node.peer()).collect();
    for node in nodes {
        node.network.set_peers(peers.clone());
    }
}

/// Nodes that are connected, each with all others.
pub fn cluster<const N: usize>() -> [Node; N] {
    let nodes = keys::<N>().each_ref().map(Node::new);
    introduce(&nodes.each_ref());
    wait("all are connected", || nodes.iter().all(Node::is_connected));
    nodes
}

/// Waits until something holds, for a minute at most.
pub fn wait(what: &str, mut holds: impl FnMut() -> bool) {
    for _ in 0..12_000 {
        if holds() {
            return;
        }
        thread::park_timeout(Duration::from_millis(5));
    }
    panic!("this did not happen within a minute: {what}");
}
