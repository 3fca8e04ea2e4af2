//! What a network leaves behind when it stops: nothing. Alone in its process, to count threads.

use std::{
    fs,
    net::TcpStream,
    sync::{Arc, Mutex, Weak},
};

use schnorrkel::Keypair;
use weal_net::{Identity, Network, NetworkConfig, Peer, Received, Receiver, Urgency};
use weal_types::{ChainId, Hash, PublicKey, certificate::VOTE_SIGNING_CONTEXT};

struct Key(Keypair);

impl Identity for Key {
    fn key(&self) -> PublicKey {
        PublicKey(self.0.public.to_bytes())
    }

    fn sign(&self, message: &Hash) -> [u8; 64] {
        self.0.sign_simple(VOTE_SIGNING_CONTEXT, message).to_bytes()
    }
}

/// Stops the network from within, at the first payload.
#[derive(Default)]
struct Stopper {
    network: Mutex<Weak<Network>>,
    calls: Mutex<Vec<&'static str>>,
}

impl Stopper {
    fn call(&self, name: &'static str) {
        self.calls.lock().unwrap().push(name);
    }

    fn has(&self, name: &str) -> bool {
        self.calls.lock().unwrap().contains(&name)
    }
}

impl Receiver for Stopper {
    fn receive(&self, _: Received) {
        let network = self.network.lock().unwrap().upgrade().unwrap();
        network.stop();
        self.call("received");
    }

    fn connected(&self, _: PublicKey) {
        self.call("connected");
    }

    fn disconnected(&self, _: PublicKey) {
        self.call("disconnected");
    }
}

fn start() -> (Arc<Network>, Arc<Stopper>, Peer) {
    let key = Key(Keypair::generate());
    let public = key.key();
    let config = NetworkConfig {
        chain: ChainId([7; 32]),
        listen: "127.0.0.1:0".parse().unwrap(),
        peers: Vec::new(),
    };
    let stopper = Arc::new(Stopper::default());
    let receiver = Arc::clone(&stopper) as Arc<dyn Receiver>;
    let network = Arc::new(Network::start(config, Arc::new(key), receiver).unwrap());
    *stopper.network.lock().unwrap() = Arc::downgrade(&network);
    let address = network.local_address().to_string();
    (network, stopper, Peer { key: public, address })
}

/// Threads of networks in this process.
fn threads() -> usize {
    let tasks = fs::read_dir("/proc/self/task").unwrap();
    let names = tasks.filter_map(|task| fs::read_to_string(task.unwrap().path().join("comm")).ok());
    names.filter(|name| name.starts_with("weal-net")).count()
}

fn wait(what: &str, holds: impl Fn() -> bool) {
    for _ in 0..12_000 {
        if holds() {
            return;
        }
        std::thread::park_timeout(std::time::Duration::from_millis(5));
    }
    panic!("this did not happen within a minute: {what}");
}

#[test]
fn nothing_is_left() {
    let (first, first_calls, first_peer) = start();
    let (second, second_calls, second_peer) = start();
    let peers = vec![first_peer.clone(), second_peer.clone()];
    first.set_peers(peers.clone());
    second.set_peers(peers);
    wait("they are connected", || first_calls.has("connected") && second_calls.has("connected"));
    assert_eq!(threads(), 2);
    // From within, which cannot wait.
    first.send(&second_peer.key, Urgency::Votes, Arc::from([1]));
    wait("it stops itself", || second_calls.has("received") && threads() == 1);
    // The others see the end, the port is free, and all calls still work.
    wait("the end is seen", || first_calls.has("disconnected"));
    assert!(TcpStream::connect(&second_peer.address).is_err());
    second.broadcast(Urgency::Votes, Arc::from([1]));
    second.set_peers(Vec::new());
    second.stop();
    assert!(!second_calls.has("disconnected"));
    // By dropping, which waits.
    drop(first);
    wait("its thread is gone", || threads() == 0);
    assert!(TcpStream::connect(&first_peer.address).is_err());
    drop(second);
}
