//! Domain tags, identifiers, addresses, list trees and state keys.

use serde_json::{Value, json};
use weal_types::{
    AccountId, AssetId, ChainId, CodeHash, ContractId, Hash, Tag,
    address::Address,
    codec::decode,
    hash::hash,
    merkle::{self, ListProof},
    state::{StateKey, value_hash},
};

use crate::{
    json::{Readable, hex},
    signing::{ALICE, BOB},
    store::{Golden, vector},
};

/// The chain of all vectors.
pub fn chain() -> ChainId {
    ChainId(hash(Tag::Chain, &[b"golden"]))
}

/// A digest that stands for `label`.
pub fn digest(label: &str) -> Hash {
    hash(Tag::StateValue, &[label.as_bytes()])
}

/// An asset of the vectors.
pub fn asset(symbol: &str) -> AssetId {
    AssetId::derive(&AccountId::of_key(ALICE.public()), symbol)
}

/// A deployed contract of the vectors.
pub fn contract() -> ContractId {
    let creator = AccountId::of_key(ALICE.public());
    ContractId::derive(&creator, &CodeHash::of(b"\0asm\x01\0\0\0"), &[1; 32])
}

pub fn write(golden: &mut Golden) {
    golden.vectors(
        "hash",
        "H(tag, data) = SHA-256(length of tag as one byte, tag, data).",
        Tag::ALL
            .iter()
            .map(|tag| {
                json!({
                    "name": format!("{tag:?}"),
                    "tag": tag.text(),
                    "of_nothing": hex(&hash(*tag, &[])),
                    "of_abc": hex(&hash(*tag, &[b"abc"])),
                })
            })
            .collect(),
    );
    golden.vectors("identifiers", "Derived identifiers, and addresses as text.", identifiers());
    golden.vectors(
        "list_tree",
        "Trees over lists: items, root, and a proof of each item.",
        trees(),
    );
    golden.vectors("state", "Keys and values of the state tree.", state());
}

fn identifiers() -> Vec<Value> {
    let creator = AccountId::of_key(ALICE.public());
    let module = b"\0asm\x01\0\0\0";
    let address = |name: &str, address: Address| {
        let text = address.to_text();
        assert_eq!(Address::parse(&text), Ok(address));
        json!({ "name": name, "hex": hex(&address.account().0), "address": text })
    };
    vec![
        json!({ "name": "chain of the vectors", "genesis": hex(b"golden"), "id": hex(&chain().0) }),
        json!({
            "name": "code hash",
            "module": hex(module),
            "id": hex(&CodeHash::of(module).0),
        }),
        json!({
            "name": "contract id",
            "creator": creator.json(),
            "code": hex(&CodeHash::of(module).0),
            "salt": hex(&[1; 32]),
            "id": contract().json(),
        }),
        json!({
            "name": "asset id",
            "issuer": creator.json(),
            "symbol": "EUR",
            "id": asset("EUR").json(),
        }),
        address("Alice", Address::Account(creator)),
        address("Bob", Address::Account(AccountId::of_key(BOB.public()))),
        address("system contract 1", Address::Contract(ContractId::system(1))),
        address("a deployed contract", Address::Contract(contract())),
        address("all zeros", Address::Account(AccountId([0; 32]))),
        address("all ones", Address::Account(AccountId([0xff; 32]))),
    ]
}

fn trees() -> Vec<Value> {
    let tree = |count: u32| {
        let items: Vec<_> = (0..count).map(|index| format!("item {index}").into_bytes()).collect();
        let leaves: Vec<_> = items.iter().map(|item| merkle::leaf(item)).collect();
        let root = merkle::root(&leaves);
        let proof = |index: u32| {
            let path = merkle::prove(&leaves, index).expect("the item exists");
            let item = &items[index as usize];
            assert_eq!(merkle::root_from_path(item, index, count, &path), Some(root));
            let proof = ListProof { index, count, path };
            vector(&format!("item {index} of {count}"), "", &proof, Value::Null)
        };
        json!({
            "name": format!("{count} items"),
            "items": items.iter().map(|item| hex(item)).collect::<Value>(),
            "leaves": leaves.iter().map(|leaf| hex(leaf)).collect::<Value>(),
            "root": hex(&root),
            "proofs": (0..count).map(proof).collect::<Value>(),
        })
    };
    [0, 1, 2, 3, 4, 5, 7, 8].map(tree).into()
}

fn state() -> Vec<Value> {
    let entry = |key: &[u8], value: &[u8]| {
        let key = StateKey::new(&contract(), key).expect("a short key");
        json!({
            "name": format!("{key:?}"),
            "contract": contract().json(),
            "key": hex(key.key()),
            "path": hex(&key.path()),
            "value": hex(value),
            "value_hash": hex(&value_hash(value)),
        })
    };
    vec![entry(b"", b""), entry(b"balance", &100_u128.to_le_bytes()), entry(&[0xff; 256], &[0; 33])]
}

#[test]
fn hex_of_a_proof_is_a_proof() {
    let leaves = [merkle::leaf(b"a"), merkle::leaf(b"b")];
    let path = merkle::prove(&leaves, 1).expect("the item exists");
    let bytes = parity_scale_codec::Encode::encode(&ListProof { index: 1, count: 2, path });
    let proof: ListProof = decode("list proof", &bytes, 2_000).expect("it decodes");
    let root = merkle::root_from_path(b"b", proof.index, proof.count, &proof.path);
    assert_eq!(root, Some(merkle::root(&leaves)));
}
