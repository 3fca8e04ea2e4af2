//! JSON and bytes that are no value of their type: each differs from good ones in one point.

use serde_json::{Value, json};
use weal_client::{Codec, CodecError, VALUE_DEPTH};
use weal_types::{AccountId, abi::Type, address::Address};

use crate::store::{Golden, hex};

fn account() -> String {
    Address::Account(AccountId([7; 32])).to_text()
}

/// Numbers, texts and bytes.
fn words() -> Vec<(&'static str, Value)> {
    let contract_of_account = json!(account());
    let mistyped = account().replacen("weal1q", "weal1p", 1);
    vec![
        ("()", json!(0)),
        ("bool", json!("true")),
        ("bool", json!(1)),
        ("u8", json!(256)),
        ("u8", json!(-1)),
        ("u8", json!("7")),
        ("u8", json!(7.0)),
        ("u8", json!(0.5)),
        ("u8", json!(null)),
        ("i8", json!(128)),
        ("i8", json!(-129)),
        ("u64", json!("18446744073709551616")),
        ("u64", json!(1e19)),
        ("u64", json!("-1")),
        ("u64", json!("07")),
        ("u64", json!("+7")),
        ("u64", json!("1e3")),
        ("u64", json!("0x7")),
        ("u64", json!("")),
        ("i64", json!("-0")),
        ("u128", json!("340282366920938463463374607431768211456")),
        ("i128", json!("170141183460469231731687303715884105728")),
        ("Amount", json!("1,500")),
        ("Amount", json!("5 EUR")),
        ("TimeMs", json!("2026-01-01T00:00:00Z")),
        ("String", json!(7)),
        ("Bytes", json!("00ff")),
        ("Bytes", json!("0x0")),
        ("Bytes", json!("0x0g")),
        ("Bytes", json!([0, 255])),
        ("Bytes4", json!("0x010203")),
        ("AccountId", json!(hex(&[7; 31]))),
        ("AccountId", json!(mistyped)),
        ("AccountId", json!("tess")),
        ("AccountId", json!(format!(" {}", account()))),
        ("ContractId", contract_of_account.clone()),
        ("AssetId", contract_of_account),
        ("Hash", json!("ab".repeat(32))),
    ]
}

/// Lists, objects, cases and bounds.
fn compounds() -> Vec<(&'static str, Value)> {
    let claim = |id: Value| json!({ "id": id, "payee": account(), "stage": "Open" });
    vec![
        ("Option<u8>", json!({ "some": 7 })),
        ("Option<Option<u8>>", json!(7)),
        ("Option<Option<u8>>", json!({ "some": 7, "more": 8 })),
        ("Option<()>", json!({ "none": null })),
        ("Vec<u8>", json!("0x07")),
        ("Vec<u8>", json!([1, 2, 256])),
        ("Vec<u8>", json!({ "0": 1 })),
        ("[u8; 2]", json!([1])),
        ("[u8; 2]", json!([1, 2, 3])),
        ("(u8, String)", json!([7])),
        ("(u8, String)", json!(["x", 7])),
        ("Marker", json!(null)),
        ("Marker", json!({ "x": 1 })),
        ("Share", json!(10_001)),
        ("Level", json!(-5)),
        ("Level", json!(6)),
        ("Debt", json!("6")),
        ("Names", json!([])),
        ("Names", json!(["a", "b", "c"])),
        ("Token", json!("0x01")),
        ("Token", json!("0x01020304")),
        ("Stage", json!("Closed")),
        ("Stage", json!("open")),
        ("Stage", json!("Paid")),
        ("Stage", json!({ "Paid": { "at": "5" } })),
        ("Stage", json!({ "Open": null })),
        ("Stage", json!({ "Open": {}, "Refused": {} })),
        ("Stage", json!({})),
        ("Stage", json!(0)),
        ("Claim", json!([7, account(), "Open"])),
        ("Claim", json!({ "id": 7, "stage": "Open" })),
        ("Claim", json!({ "id": 7, "payee": account(), "stage": "Open", "note": 7 })),
        ("Claim", json!({ "id": 7, "payee": account(), "stage": "Open", "Note": "x" })),
        ("Claim", claim(json!(0))),
        ("Vec<Claim>", json!([claim(json!(1)), claim(json!("2"))])),
        ("Stage", json!({ "Paid": { "at": "5", "parts": [claim(json!(1)), claim(json!(0))] } })),
        ("Tree", tree(VALUE_DEPTH)),
    ]
}

/// A tree of `height` nodes above each other. A node and its list are a level each.
fn tree(height: usize) -> Value {
    let leaf = json!({ "value": 1, "children": [] });
    (1..height).fold(leaf, |inner, _| json!({ "value": 1, "children": [inner] }))
}

fn refused_bytes() -> Vec<(&'static str, Vec<u8>)> {
    let deep_tree = [[1, 4].repeat(VALUE_DEPTH), vec![1, 0]].concat();
    vec![
        ("()", vec![0]),
        ("bool", vec![]),
        ("bool", vec![2]),
        ("u32", vec![1, 2, 3]),
        ("u32", vec![1, 2, 3, 4, 5]),
        ("Option<u8>", vec![2, 7]),
        ("Option<u8>", vec![1]),
        ("String", vec![8, b'a']),
        ("String", vec![8, 0xc3, 0x28]),
        ("String", vec![5, 0, b'a']),
        ("Bytes", vec![6, 0, 0, 0, 1]),
        ("Bytes", vec![3, 1, 0, 0, 0, 1]),
        ("Bytes", vec![7, 0, 0, 0, 1, 0, 0]),
        ("Bytes", vec![0xfe, 0xff, 0xff, 0xff]),
        ("Bytes32", vec![0; 31]),
        ("AccountId", vec![0; 33]),
        ("Vec<u16>", vec![8, 1, 0, 2]),
        ("Vec<u8>", vec![3, 255, 255, 255, 255, 1]),
        ("[u16; 2]", vec![1, 0, 2]),
        ("(u8, bool)", vec![1, 9]),
        ("Stage", vec![1]),
        ("Stage", vec![7, 0, 0]),
        ("Claim", vec![1, 0, 0, 0]),
        ("Tree", vec![1, 4, 2]),
        ("Tree", deep_tree),
        ("Vec<()>", vec![3, 255, 255, 255, 255]),
        ("[(); 4294967295]", vec![]),
        ("Vec<([(); 100000], u8)>", vec![16, 1, 2, 3, 4]),
    ]
}

/// Where a value was refused.
fn path_of(error: &CodecError) -> &str {
    match error {
        CodecError::Refused(refusal) => &refusal.path,
        CodecError::Bytes { path, .. } | CodecError::TooLarge { path, .. } => path,
        other => panic!("{other}"),
    }
}

pub fn write(golden: &mut Golden, codec: &Codec) {
    let kind = |text: &str| text.parse::<Type>().expect("a type");
    let vectors = [words(), compounds()].into_iter().flatten().map(|(text, value)| {
        let error = codec.encode_value(&kind(text), &value);
        let error = error.expect_err(&format!("{text} is not {value}"));
        let said = error.to_string();
        json!({ "type": text, "value": value, "path": path_of(&error), "error": said })
    });
    golden.vectors(
        "refused",
        "JSON that is no value of `type` in `document.abi.json`, and where an encoder says so. The \
         texts in `error` are what this implementation says.",
        vectors.collect(),
    );

    let vectors = refused_bytes().into_iter().map(|(text, bytes)| {
        let error = codec.decode_value(&kind(text), &bytes);
        let error = error.expect_err(&format!("{text} is not {bytes:?}"));
        let said = error.to_string();
        json!({ "type": text, "hex": hex(&bytes), "path": path_of(&error), "error": said })
    });
    golden.vectors(
        "refused_bytes",
        "Bytes that are no value of `type` in `document.abi.json`, and where a decoder says so.",
        vectors.collect(),
    );
}
