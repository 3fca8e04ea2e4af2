//! Requests against what nodes, honest and lying, prepare for them; and drafts.

use std::collections::BTreeMap;

use parity_scale_codec::Encode;
use serde_json::{Value, json};
use weal_client::{
    Codec,
    rpc::types::{Effects, Hex, Hex32, Outcome, OutcomeStatus, Prepared, U64, U128},
    transaction::{BuildError, Draft, Request, Settings},
};
use weal_types::{
    AccountId, Amount, AssetId, ChainId, ContractId, Gas, Nonce, PublicKey, TimeMs,
    abi::Abi,
    address::Address,
    codec::{Bounded, Bytes, Name, Version},
    transaction::{AssetAmount, Call, KeySignature, MessageForm, Transaction},
};

const CHAIN: ChainId = ChainId([7; 32]);
const ASSETS: ContractId = ContractId::system(2);
const EURO: AssetId = AssetId([9; 32]);

fn codec() -> Codec {
    let text = include_str!("../../../../tests/golden/abi/assets.json");
    Codec::new(Abi::from_json(text).expect("a document")).expect("a document")
}

fn account(byte: u8) -> AccountId {
    AccountId([byte; 32])
}

fn args(to: u8, amount: u32) -> Value {
    json!({
        "asset": format!("0x{}", hex::encode(EURO.0)),
        "to": Address::Account(account(to)).to_text(),
        "amount": amount.to_string(),
        "reference": "0x",
    })
}

fn settings() -> Settings {
    Settings {
        nonce: Some(Nonce(4)),
        gas_limit: Some(Gas(1_000)),
        max_fee: Some(Amount(10)),
        valid_for_ms: Some(60_000),
        sponsor: Some(account(8)),
        limits: Some(vec![AssetAmount { asset: EURO, amount: Amount(50) }]),
    }
}

fn request(settings: Settings) -> Request {
    let mut request = Request::new(account(1), settings);
    request.call(&codec(), ASSETS, "transfer", args(2, 50), &[]).expect("a call");
    request
}

/// What an honest node makes of [`request`].
fn honest() -> Transaction {
    let settings = settings();
    Transaction {
        version: Version,
        signer: account(1),
        nonce: Nonce(4),
        valid_until: TimeMs(90_000),
        gas_limit: Gas(1_000),
        max_fee: Amount(10),
        sponsor: settings.sponsor,
        limits: Bounded::new(settings.limits.unwrap_or_default()).unwrap(),
        calls: Bounded::new(request(Settings::default()).calls().to_vec()).unwrap(),
    }
}

fn prepared(transaction: &Transaction, hash: Hex32) -> Prepared {
    Prepared {
        transaction: Hex(transaction.encode()),
        hash,
        outcome: Outcome {
            status: OutcomeStatus::Applied,
            gas_used: U64(1),
            fee: U128(0),
            returns: vec![],
            events: vec![],
            failure: None,
        },
        summary: vec![],
        effects: Effects::default(),
        height: U64(1),
        nonce: U64(4),
        valid_until_ms: U64(0),
        gas_used: U64(1),
        gas_limit: U64(1),
        fee: U128(0),
        max_fee: U128(0),
        limits: vec![],
        missing_signatures: vec![],
    }
}

fn with_call(change: impl Fn(&mut Call)) -> Transaction {
    let mut calls = honest().calls.into_inner();
    change(&mut calls[0]);
    Transaction { calls: Bounded::new(calls).unwrap(), ..honest() }
}

#[test]
fn an_honest_node_is_believed() {
    let transaction = honest();
    let node = prepared(&transaction, Hex32(transaction.hash(&CHAIN).0));
    let latest = Some(TimeMs(90_000));
    assert_eq!(request(settings()).accept(&node, &CHAIN, latest), Ok(transaction.clone()));
    // What nobody asked for is the node's to choose, but for the payer.
    let open = Settings { sponsor: settings().sponsor, ..Settings::default() };
    assert_eq!(request(open).accept(&node, &CHAIN, None), Ok(transaction));
}

#[test]
fn the_first_difference_is_named() {
    let asked = |call: &Call| codec().decode_args("transfer", &call.args).expect("arguments");
    let swapped = with_call(|call| {
        call.args = Bytes::new(codec().encode_args("transfer", &args(3, 50)).unwrap()).unwrap();
    });
    let payee = |transaction: &Transaction| asked(&transaction.calls[0])["to"].to_string();
    let twice = [honest().calls[0].clone(), honest().calls[0].clone()].to_vec();
    let more = AssetAmount { asset: EURO, amount: Amount(51) };
    let cases = [
        ("signer", Transaction { signer: account(2), ..honest() }),
        ("sponsor", Transaction { sponsor: None, ..honest() }),
        ("sponsor", Transaction { sponsor: Some(account(1)), ..honest() }),
        ("nonce", Transaction { nonce: Nonce(5), ..honest() }),
        ("gas_limit", Transaction { gas_limit: Gas(1_001), ..honest() }),
        ("max_fee", Transaction { max_fee: Amount(11), ..honest() }),
        ("valid_until", Transaction { valid_until: TimeMs(90_001), ..honest() }),
        ("limits", Transaction { limits: Bounded::default(), ..honest() }),
        ("limits", Transaction { limits: Bounded::new(vec![more]).unwrap(), ..honest() }),
        ("calls", Transaction { calls: Bounded::new(twice).unwrap(), ..honest() }),
        ("calls[0].contract", with_call(|call| call.to = ContractId::system(3))),
        ("calls[0].method", with_call(|call| call.method = Name::new("burn").unwrap())),
        ("calls[0].args.to", swapped.clone()),
        ("calls[0].args", with_call(|call| call.args = Bytes::default())),
        ("calls[0].attach", with_call(|call| call.attach = Bounded::new(vec![more]).unwrap())),
    ];
    for (place, transaction) in cases {
        let node = prepared(&transaction, Hex32(transaction.hash(&CHAIN).0));
        let refused = request(settings()).accept(&node, &CHAIN, Some(TimeMs(90_000)));
        let mismatch = refused.expect_err(place);
        assert_eq!(mismatch.place, place, "{mismatch}");
        assert_ne!(mismatch.asked, mismatch.found);
    }
    let node = prepared(&swapped, Hex32(swapped.hash(&CHAIN).0));
    let mismatch = request(settings()).accept(&node, &CHAIN, None).unwrap_err();
    assert_eq!((mismatch.asked, mismatch.found), (payee(&honest()), payee(&swapped)));
}

#[test]
fn bytes_that_are_no_transaction_and_hashes_of_another_chain_are_refused() {
    let transaction = honest();
    let mut node = prepared(&transaction, Hex32(transaction.hash(&ChainId([8; 32])).0));
    let accept = |node: &Prepared| {
        request(settings()).accept(node, &CHAIN, None).expect_err("it is another").place
    };
    assert_eq!(accept(&node), "hash");
    node.transaction.0.push(0);
    assert_eq!(accept(&node), "transaction");
    node.transaction = Hex(vec![]);
    assert_eq!(accept(&node), "transaction");
}

#[test]
fn what_is_sent_says_what_was_asked() {
    let params = json!(request(settings()).params());
    assert_eq!(params["calls"][0]["args"], args(2, 50));
    assert_eq!(params["nonce"], "4");
    assert_eq!(params["limits"][0]["amount"], "50");
    let open = json!(request(Settings::default()).params());
    assert_eq!(open.as_object().unwrap().len(), 2, "{open}");
}

#[test]
fn methods_that_do_not_write_are_not_called() {
    let mut request = Request::new(account(1), Settings::default());
    let id = json!({ "asset": format!("0x{}", "09".repeat(32)) });
    let query = request.call(&codec(), ASSETS, "asset", id, &[]).expect_err("a query");
    assert!(matches!(query, BuildError::Kind { .. }), "{query}");
    let unknown = request.call(&codec(), ASSETS, "steal", json!({}), &[]).expect_err("no method");
    assert!(unknown.to_string().contains("there is no method `steal`"), "{unknown}");
    let many = vec![AssetAmount { asset: EURO, amount: Amount(1) }; 17];
    let many = request.call(&codec(), ASSETS, "transfer", args(2, 5), &many).expect_err("17");
    assert!(matches!(many, BuildError::TooMany { count: 17, limit: 16, .. }), "{many}");
}

#[test]
fn drafts_round_trip_and_collect_signatures() {
    let signature = |byte| KeySignature {
        key: PublicKey([byte; 32]),
        form: if byte == 1 { MessageForm::Bare } else { MessageForm::Wrapped },
        signature: [byte; 64],
    };
    let mut draft = Draft::new(CHAIN, "dev", honest());
    let document = serde_json::from_str(&codec().abi().to_json()).unwrap();
    draft.documents = BTreeMap::from([(Address::Contract(ASSETS).to_text(), document)]);
    let mut other = draft.clone();
    draft.signatures.push(signature(1));
    other.sponsor_signatures.push(signature(2));
    assert!(draft.absorb(&other));
    assert_eq!((draft.signatures.len(), draft.sponsor_signatures.len()), (1, 1));
    let read = Draft::from_json(&draft.to_json()).expect("its own text");
    assert_eq!(read, draft);
    let codec = read.codec(&read.transaction.calls[0]).expect("the document is there");
    assert_eq!(codec.abi().contract, "Assets");

    other.chain = ChainId([8; 32]);
    assert!(!draft.absorb(&other));
    other = Draft { transaction: Transaction { nonce: Nonce(9), ..honest() }, ..draft.clone() };
    assert!(!draft.absorb(&other));
}

#[test]
fn files_that_are_no_drafts_are_refused() {
    let good = Draft::new(CHAIN, "dev", honest()).to_json();
    for (from, to) in [
        ("\"v\": 1", "\"v\": 2"),
        ("\"v\": 1", "\"v\": 1, \"v\": 1"),
        ("\"v\": 1", "\"v\": 1, \"w\": 1"),
        ("\"transaction\": \"0x", "\"transaction\": \"0xff"),
        ("\"signatures\": []", "\"signatures\": [{\"key\": \"0x\"}]"),
        ("{", ""),
    ] {
        let bad = good.replacen(from, to, 1);
        assert_ne!(bad, good);
        assert!(Draft::from_json(&bad).is_err(), "{to}");
    }
}
