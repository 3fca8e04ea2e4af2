//! A node in a temporary directory, and people who send.

use std::{path::Path, time::Duration};

use parity_scale_codec::Encode;
use schnorrkel::{ExpansionMode, Keypair, MiniSecretKey};
use tempfile::TempDir;
use weal_node::{
    finality::Settled,
    genesis::ChainSpec,
    ledger::TxPlace,
    mempool::{Fate, SubmitError},
    node::{Node, NodeConfig},
    validator_key::ValidatorKey,
};
use weal_runtime::system;
use weal_types::{
    AccountId, Amount, AssetId, Gas, Nonce, PublicKey, TimeMs, TxHash,
    address::Address,
    codec::{Bounded, Bytes, Name, Version},
    transaction::{
        ACCOUNT_SIGNING_CONTEXT, AssetAmount, Call, KeySignature, MessageForm, SignedTransaction,
        Transaction,
    },
};

/// Somebody with a key.
pub struct Person(Keypair);

impl Person {
    pub fn new(number: u16) -> Self {
        let mut seed = [7; 32];
        seed[..2].copy_from_slice(&number.to_le_bytes());
        let secret = MiniSecretKey::from_bytes(&seed).unwrap();
        Self(secret.expand_to_keypair(ExpansionMode::Ed25519))
    }

    pub fn id(&self) -> AccountId {
        AccountId(self.0.public.to_bytes())
    }

    pub fn text(&self) -> String {
        Address::Account(self.id()).to_text()
    }

    pub fn sign(&self, transaction: Transaction, spec: &ChainSpec) -> Vec<u8> {
        let message = transaction.hash(&spec.chain).0;
        let signature = self.0.sign_simple(ACCOUNT_SIGNING_CONTEXT, &message).to_bytes();
        let key = PublicKey(self.0.public.to_bytes());
        let signature = KeySignature { key, form: MessageForm::Bare, signature };
        SignedTransaction {
            version: Version,
            transaction,
            signatures: Bounded::new(vec![signature]).unwrap(),
            sponsor_signatures: Bounded::default(),
        }
        .encode()
    }
}

/// What people on the chain hold at first.
pub const WEALTH: u128 = 1_000_000;

pub const PEOPLE: u16 = 8;

pub fn validator() -> ValidatorKey {
    ValidatorKey::from_seed([9; 32]).unwrap()
}

pub fn document(mode: &str) -> String {
    let issuer = Person::new(0).text();
    let mut text = format!(
        "name = \"test\"\nmode = \"{mode}\"\ntime_ms = 1_700_000_000_000\n\
         governance = \"{issuer}\"\n\n[[validators]]\nkey = \"0x{}\"\norganisation = \"we\"\n",
        hex::encode(validator().public().0)
    );
    for number in 0..PEOPLE {
        let account = Person::new(number).text();
        text += &format!("\n[[accounts]]\nname = \"p{number}\"\naccount = \"{account}\"\n");
    }
    text += &format!("\n[[assets]]\nsymbol = \"EUR\"\nscale = 2\nissuer = \"{issuer}\"\n");
    for number in 0..PEOPLE {
        let account = Person::new(number).text();
        text += &format!("[[assets.balances]]\naccount = \"{account}\"\namount = \"{WEALTH}\"\n");
    }
    text
}

pub fn spec() -> ChainSpec {
    ChainSpec::from_toml(&document("devnet")).unwrap()
}

pub fn euro() -> AssetId {
    AssetId::derive(&Person::new(0).id(), "EUR")
}

pub fn config(path: &Path) -> NodeConfig {
    NodeConfig { sync: false, cache_bytes: 8 << 20, pace_ms: 0, ..NodeConfig::new(path.to_owned()) }
}

pub fn start(path: &Path) -> Node {
    Node::start(config(path), spec(), validator()).unwrap()
}

pub struct World {
    pub directory: TempDir,
    pub node: Node,
}

impl World {
    pub fn new() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let node = start(directory.path());
        Self { directory, node }
    }
}

/// Sends euros to the next person.
pub fn transfer(node: &Node, from: u16, nonce: u64, amount: u128) -> Vec<u8> {
    let to = Person::new((from + 1) % PEOPLE).id();
    let args = (euro(), to, Amount(amount), Vec::<u8>::new()).encode();
    let call = Call {
        to: system::ASSETS,
        method: Name::new("transfer").unwrap(),
        args: Bytes::new(args).unwrap(),
        attach: Bounded::default(),
    };
    let limit = AssetAmount { asset: euro(), amount: Amount(amount) };
    let person = Person::new(from);
    let transaction = Transaction {
        version: Version,
        signer: person.id(),
        nonce: Nonce(nonce),
        valid_until: TimeMs(node.clock().now().0 + 3_600_000),
        gas_limit: Gas(5_000_000),
        max_fee: Amount::ZERO,
        sponsor: None,
        limits: Bounded::new(vec![limit]).unwrap(),
        calls: Bounded::new(vec![call]).unwrap(),
    };
    person.sign(transaction, node.spec())
}

pub async fn accepted(node: &Node, wire: Vec<u8>) -> TxHash {
    node.submit(vec![wire]).await.remove(0).unwrap()
}

pub async fn refused(node: &Node, wire: Vec<u8>) -> SubmitError {
    node.submit(vec![wire]).await.remove(0).unwrap_err()
}

/// Where a transaction became final.
pub async fn finality(node: &Node, hash: TxHash) -> TxPlace {
    let waiting = node.wait_for(hash);
    if let Some(place) = node.ledger().find(&hash).unwrap() {
        return place;
    }
    assert_ne!(node.fate(&hash), Fate::Unknown);
    let settled = tokio::time::timeout(Duration::from_secs(30), waiting).await;
    match settled.expect("final within 30 s").unwrap() {
        Settled::Final(place) => place,
        Settled::Dropped(reason) => panic!("dropped: {reason:?}"),
    }
}

/// What all people hold together, and each.
pub fn balances(node: &Node) -> Vec<u128> {
    use parity_scale_codec::DecodeAll;
    use weal_types::state::{Snapshot, StateKey};
    let snapshot = node.state().committed_snapshot().unwrap();
    let of = |number| {
        let key = system::assets::Balance::key(&Person::new(number).id(), &euro());
        let key = StateKey::new(&system::ASSETS, &key).unwrap();
        let record = snapshot.get(&key).unwrap().unwrap_or_default();
        system::assets::Balance::decode_all(&mut &record[..]).map_or(0, |balance| balance.free.0)
    };
    (0..PEOPLE).map(of).collect()
}
