//! People with keys, and the chain that they are on.

use std::{fs, path::Path};

use parity_scale_codec::Encode;
use schnorrkel::{ExpansionMode, Keypair, MiniSecretKey};
use weal_node::{node::Node, validator_key::ValidatorKey};
use weal_runtime::system;
use weal_types::{
    AccountId, Amount, AssetId, ChainId, ContractId, Gas, Nonce, PublicKey, TimeMs,
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

    pub fn sign(&self, transaction: Transaction, chain: &ChainId) -> Vec<u8> {
        let message = transaction.hash(chain).0;
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

/// The secret of the only validator.
pub const VALIDATOR_SEED: [u8; 32] = [9; 32];

pub fn validator() -> ValidatorKey {
    ValidatorKey::from_seed(VALIDATOR_SEED).unwrap()
}

pub fn document(mode: &str) -> String {
    document_of(mode, &[validator()])
}

/// The same, with these validators.
pub fn document_of(mode: &str, validators: &[ValidatorKey]) -> String {
    let issuer = Person::new(0).text();
    let mut text = format!(
        "name = \"test\"\nmode = \"{mode}\"\ntime_ms = 1_700_000_000_000\n\
         governance = \"{issuer}\"\n"
    );
    for validator in validators {
        let key = hex::encode(validator.public().0);
        text += &format!("\n[[validators]]\nkey = \"0x{key}\"\norganisation = \"we\"\n");
    }
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

pub fn euro() -> AssetId {
    AssetId::derive(&Person::new(0).id(), "EUR")
}

/// What each person holds.
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

/// A person's call of a system contract, which moves no money.
pub fn system_call(
    when: (&ChainId, TimeMs),
    who: (u16, u64),
    what: (ContractId, &str),
    args: &impl Encode,
) -> Vec<u8> {
    call(when, who, what, args, Vec::new())
}

/// Sends euros to the next person.
pub fn transfer(chain: &ChainId, now: TimeMs, from: u16, nonce: u64, amount: u128) -> Vec<u8> {
    let to = Person::new((from + 1) % PEOPLE).id();
    let args = (euro(), to, Amount(amount), Vec::<u8>::new());
    let limit = AssetAmount { asset: euro(), amount: Amount(amount) };
    call((chain, now), (from, nonce), (system::ASSETS, "transfer"), &args, vec![limit])
}

fn call(
    (chain, now): (&ChainId, TimeMs),
    (from, nonce): (u16, u64),
    (to, method): (ContractId, &str),
    args: &impl Encode,
    limits: Vec<AssetAmount>,
) -> Vec<u8> {
    let call = Call {
        to,
        method: Name::new(method).unwrap(),
        args: Bytes::new(args.encode()).unwrap(),
        attach: Bounded::default(),
    };
    let person = Person::new(from);
    let transaction = Transaction {
        version: Version,
        signer: person.id(),
        nonce: Nonce(nonce),
        valid_until: TimeMs(now.0 + 3_600_000),
        gas_limit: Gas(5_000_000),
        max_fee: Amount::ZERO,
        sponsor: None,
        limits: Bounded::new(limits).unwrap(),
        calls: Bounded::new(vec![call]).unwrap(),
    };
    person.sign(transaction, chain)
}

/// Copies what is in a directory into another one.
pub fn copy(from: &Path, to: &Path) {
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            fs::create_dir_all(&target).unwrap();
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}
