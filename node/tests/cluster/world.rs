//! Validators in temporary directories, each at a port of its own.

use std::{
    collections::BTreeMap,
    net::{Ipv4Addr, SocketAddr, TcpListener},
    path::Path,
    sync::Arc,
    time::Duration,
};

use parity_scale_codec::Encode;
use tempfile::TempDir;
use weal_net::{NetworkConfig, Peer};
use weal_node::{
    clock::Clock,
    core::NetworkPlace,
    genesis::ChainSpec,
    journal::{self, JournalConfig, Opened},
    node::{Node, NodeConfig},
    snapshots::SnapshotSettings,
    validator_key::ValidatorKey,
};
use weal_runtime::system::VALIDATORS;
use weal_types::{
    Epoch, Height, PublicKey, TxHash,
    certificate::{ReadyFor, ready_message},
};

use crate::{
    people::{self, PEOPLE, Person, WEALTH, balances, document_of},
    puppet::Puppet,
};

/// Looks until something is so, at most: at 5 ms each a minute, far more than anything takes, for a
/// machine that is busy.
const LOOKS: u32 = 12_000;

pub struct Cluster {
    pub nodes: Vec<Option<Node>>,
    /// How many of them the genesis document names.
    validators: usize,
    /// Whether the document says where they are and who decides for them, and no configuration.
    is_founded: bool,
    directories: Vec<TempDir>,
    addresses: Vec<SocketAddr>,
    pub spec: ChainSpec,
    /// The nonce that each person uses next.
    nonces: Vec<u64>,
    /// Keys that are to take the place of nodes' own, by the seed's number.
    pub next_keys: BTreeMap<usize, usize>,
    /// Whether validators' configurations know the others from the start.
    pub lets_others_in: bool,
    /// How nodes keep states for others, and fetch them: not at all, unless a test is about that.
    pub snapshots: SnapshotSettings,
    /// The clock of a node that has another one than the machine.
    pub clocks: BTreeMap<usize, Arc<Clock>>,
}

pub fn key(number: usize) -> ValidatorKey {
    ValidatorKey::from_seed([number as u8 + 1; 32]).unwrap()
}

/// Ports that were free a moment ago.
fn addresses(count: usize) -> Vec<SocketAddr> {
    let bind = |_| TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let listeners: Vec<_> = (0..count).map(bind).collect();
    listeners.iter().map(|listener| listener.local_addr().unwrap()).collect()
}

impl Cluster {
    pub fn start(size: usize) -> Self {
        Self::with_others(size, 0)
    }

    /// The first nodes are validators, which run; the others are not, and do not run yet.
    pub fn with_others(validators: usize, others: usize) -> Self {
        Self::of(validators, others, false).run()
    }

    /// The same, as `weal genesis` writes it: the document has each validator's address and its
    /// operator, the person with its number, and configurations of validators list nobody.
    pub fn founded(validators: usize, others: usize) -> Self {
        Self::of(validators, others, true).run()
    }

    /// Nobody runs yet.
    pub fn new(size: usize) -> Self {
        Self::of(size, 0, false)
    }

    /// Four validators, one of which the test plays.
    pub async fn with_liar(liar: usize) -> (Self, Puppet) {
        let mut cluster = Self::new(4);
        (0..4).filter(|number| *number != liar).for_each(|number| cluster.start_one(number));
        let puppet = cluster.puppet(liar);
        cluster.wait("the liar is heard", || puppet.is_connected(3)).await;
        (cluster, puppet)
    }

    fn run(mut self) -> Self {
        (0..self.validators).for_each(|number| self.start_one(number));
        self
    }

    /// Nobody runs yet.
    pub fn of(validators: usize, others: usize, is_founded: bool) -> Self {
        let size = validators + others;
        let keys: Vec<_> = (0..validators).map(key).collect();
        let addresses = addresses(size);
        let mut document = document_of("consortium", &keys);
        for (number, address) in
            addresses.iter().take(validators).enumerate().filter(|_| is_founded)
        {
            let operator = Person::new(number as u16).text();
            let entry = format!(
                "organisation = \"{number}\"\naddress = \"{address}\"\noperator = \"{operator}\"\n"
            );
            document = document.replacen("organisation = \"we\"\n", &entry, 1);
        }
        let spec = ChainSpec::from_toml(&document).unwrap();
        Self {
            nodes: (0..size).map(|_| None).collect(),
            validators,
            is_founded,
            directories: (0..size).map(|_| tempfile::tempdir().unwrap()).collect(),
            addresses,
            spec,
            nonces: vec![0; usize::from(PEOPLE)],
            next_keys: BTreeMap::new(),
            lets_others_in: false,
            snapshots: SnapshotSettings::none(),
            clocks: BTreeMap::new(),
        }
    }

    /// Validators know each other and the other nodes; these know the validators.
    pub fn place(&self, number: usize) -> NetworkPlace {
        let is_follower = number >= self.validators;
        let others = self.validators..self.addresses.len();
        let followers = if is_follower || !self.lets_others_in { 0..0 } else { others };
        NetworkPlace {
            listen: self.addresses[number],
            peers: self.others(number),
            followers: followers.map(|other| self.peer(other)).collect(),
        }
    }

    pub fn start_one(&mut self, number: usize) {
        let place = self.place(number);
        let config = NodeConfig {
            sync: false,
            cache_bytes: 8 << 20,
            network: Some(place),
            follow: !self.is_founded || number >= self.validators,
            next_key: self.next_keys.get(&number).map(|next| Arc::new(key(*next))),
            snapshots: self.snapshots.clone(),
            clock: self.clocks.get(&number).cloned().unwrap_or_default(),
            ..NodeConfig::new(self.directories[number].path().to_owned())
        };
        self.nodes[number] = Some(Node::start(config, self.spec.clone(), key(number)).unwrap());
    }

    /// One that does not run, played by the test.
    pub fn puppet(&self, number: usize) -> Puppet {
        let chain = self.spec.chain;
        let (listen, peers) = (self.addresses[number], self.others(number));
        Puppet::start(key(number), self.spec.clone(), NetworkConfig { chain, listen, peers })
    }

    fn others(&self, number: usize) -> Vec<Peer> {
        // Nobody's configuration knows those who may come later.
        let is_told = !self.is_founded || number >= self.validators;
        let others = (0..self.validators).filter(|other| *other != number && is_told);
        others.map(|other| self.peer(other)).collect()
    }

    fn peer(&self, number: usize) -> Peer {
        Peer { key: key(number).public(), address: self.addresses[number].to_string() }
    }

    /// Where a node keeps its data.
    pub fn data(&self, number: usize) -> &Path {
        self.directories[number].path()
    }

    pub fn stop_one(&mut self, number: usize) {
        self.nodes[number].take().unwrap().stop();
    }

    pub fn key(&self, number: usize) -> PublicKey {
        key(number).public()
    }

    pub fn node(&self, number: usize) -> &Node {
        self.nodes[number].as_ref().unwrap()
    }

    pub fn running(&self) -> impl Iterator<Item = &Node> {
        self.nodes.iter().flatten()
    }

    /// Links from some validators to the others are dead from now on.
    pub fn cut(&self, side: &[usize]) {
        for number in 0..self.nodes.len() {
            let is_here = side.contains(&number);
            let others = (0..self.nodes.len()).filter(|other| side.contains(other) != is_here);
            let keys: Vec<_> = others.map(|other| self.key(other)).collect();
            self.node(number).network().unwrap().cut(&keys);
        }
    }

    pub fn mend(&self) {
        self.running().for_each(|node| node.network().unwrap().cut(&[]));
    }

    /// Sends a transfer of a person through a validator, which accepts it.
    pub async fn send(&mut self, number: usize, person: u16, amount: u128) -> TxHash {
        let wire = self.transfer(person, amount);
        self.node(number).submit(vec![wire]).await.remove(0).unwrap()
    }

    /// Who leads, unless views have changed since the newest block: they do not while nothing
    /// waits.
    pub fn leader(&self) -> usize {
        let node = self.running().max_by_key(|node| node.head().header.height).unwrap();
        let (proposal, _) = node.ledger().body(node.head().header.height).unwrap().unwrap();
        usize::from(proposal.unwrap().proposer)
    }

    /// The next transfer of a person, signed.
    pub fn transfer(&mut self, person: u16, amount: u128) -> Vec<u8> {
        let nonce = self.nonces[usize::from(person)];
        self.nonces[usize::from(person)] += 1;
        let now = self.running().next().unwrap().clock().now();
        people::transfer(&self.spec.chain, now, person, nonce, amount)
    }

    /// What a validator that does not run has kept.
    pub fn copy_data(&self, number: usize) -> TempDir {
        let copy = tempfile::tempdir().unwrap();
        people::copy(self.directories[number].path(), copy.path());
        copy
    }

    /// Makes it start on such a copy.
    pub fn put_back_data(&mut self, number: usize, copy: TempDir) {
        self.directories[number] = copy;
    }

    /// Gives a validator that does not run the database of a copy, with the journal that it has.
    pub fn put_back_database(&self, number: usize, copy: &TempDir) {
        let of = |directory: &TempDir| directory.path().join("chain-1/db");
        let own = of(&self.directories[number]);
        std::fs::remove_dir_all(&own).unwrap();
        std::fs::create_dir(&own).unwrap();
        people::copy(&of(copy), &own);
    }

    /// The transactions in a validator's journal as it is on disk now.
    pub fn journal(&self, number: usize) -> Vec<Vec<u8>> {
        self.journal_of(number, 1)
    }

    /// The same for one of its chains.
    pub fn journal_of(&self, number: usize, chain: u64) -> Vec<Vec<u8>> {
        let copy = tempfile::tempdir().unwrap();
        let journal = self.directories[number].path().join(format!("chain-{chain}/journal"));
        people::copy(&journal, copy.path());
        let config = JournalConfig { directory: copy.path().to_owned(), sync: false };
        journal::split(Opened::open(&config).unwrap().records).0
    }

    /// A person's call of the contract of validators, through a node.
    pub async fn decide(
        &mut self,
        number: usize,
        person: u16,
        method: &str,
        args: &impl Encode,
    ) -> TxHash {
        let node = self.node(number).clone();
        let nonce = self.nonces[usize::from(person)];
        self.nonces[usize::from(person)] += 1;
        let when = (&self.spec.chain, node.clock().now());
        let wire = people::system_call(when, (person, nonce), (VALIDATORS, method), args);
        node.submit(vec![wire]).await.remove(0).unwrap()
    }

    /// What a node says with a key to show that it is ready.
    pub fn ready(&self, number: usize, seed: usize, purpose: ReadyFor) -> (Height, [u8; 64]) {
        let height = self.node(number).head().header.height;
        let key = key(seed);
        let message = ready_message(&self.spec.chain, &key.public(), height, &purpose);
        (height, key.sign(&message))
    }

    /// Waits until all running nodes are in an epoch.
    pub async fn reach(&self, epoch: u64) {
        self.wait("all are in the epoch", || {
            self.running().all(|node| node.head().header.epoch >= Epoch(epoch))
        })
        .await;
    }

    pub fn address(&self, number: usize) -> String {
        self.addresses[number].to_string()
    }

    /// Waits until a transaction is final on all running validators.
    pub async fn settle(&self, hash: TxHash) {
        self.wait("a transaction is final everywhere", || {
            self.running().all(|node| node.ledger().find(&hash).unwrap().is_some())
        })
        .await;
    }

    /// The same, long before validators would change the view for whoever left it alone, which they
    /// do after a minute.
    pub async fn settle_soon(&self, hash: TxHash) {
        let is_final = |node: &Node| node.ledger().find(&hash).unwrap().is_some();
        let what = "a transaction is final everywhere within half a minute";
        self.look(LOOKS / 2, what, || self.running().all(is_final)).await;
    }

    pub async fn wait(&self, what: &str, is_so: impl FnMut() -> bool) {
        self.look(LOOKS, what, is_so).await;
    }

    async fn look(&self, times: u32, what: &str, mut is_so: impl FnMut() -> bool) {
        for _ in 0..times {
            if is_so() {
                return;
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        let heads: Vec<_> = self.running().map(|node| node.head().header.height.0).collect();
        let failed: Vec<_> = self.running().map(|node| node.failure().borrow().clone()).collect();
        panic!("{what}: looked {times} times; heads {heads:?}, failures {failed:?}");
    }

    /// All running validators have the same blocks, and no money came or went.
    pub async fn check(&self) {
        let top = self.running().map(|node| node.head().header.height).max().unwrap();
        self.wait("all have the newest block", || {
            self.running().all(|node| node.head().header.height >= top)
        })
        .await;
        for height in (0..=top.0).map(Height) {
            // A node that began in the middle has none of those before.
            let header = |node: &Node| {
                let found = node.ledger().header(height).unwrap().map(|(header, _)| header);
                assert!(found.is_some() || height < node.ledger().base(), "{height} is missing");
                found
            };
            let headers: Vec<_> = self.running().filter_map(header).collect();
            assert!(headers.windows(2).all(|pair| pair[0] == pair[1]), "{headers:#?}");
        }
        for node in self.running() {
            assert_eq!(balances(node).iter().sum::<u128>(), WEALTH * u128::from(PEOPLE));
        }
    }
}
