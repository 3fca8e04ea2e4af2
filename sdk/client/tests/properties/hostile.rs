//! Documents and bytes that were made to exhaust the reader.

use parity_scale_codec::Encode;
use proptest::{collection::vec, prelude::*, sample::Index};
use serde_json::{Map, Value, json};
use weal_client::{Codec, CodecError, VALUE_PARTS};
use weal_types::{
    abi::{Abi, Type},
    limit,
};

const DOCUMENT: &str = include_str!("../../../../tests/golden/json/document.abi.json");

fn codec() -> Codec {
    Codec::new(Abi::from_json(DOCUMENT).expect("a document")).expect("a document")
}

fn codec_with(types: Value) -> Codec {
    let mut document: Value = serde_json::from_str(DOCUMENT).expect("JSON");
    let all = document["types"].as_array_mut().expect("types");
    all.extend(types.as_array().expect("types").iter().cloned());
    Codec::new(Abi::from_json(&document.to_string()).expect("a document")).expect("a document")
}

fn kind(text: &str) -> Type {
    text.parse().expect("a type")
}

#[test]
fn few_bytes_do_not_make_many_values() {
    // Types that a checked document can have: 2²⁰ parts of no bytes, in each element of a list.
    let nothing = json!([{ "name": "Row", "shape": { "struct": [
        { "name": "nothing", "type": "[(); 1000000]" },
        { "name": "byte", "type": "u8" },
    ] } }]);
    let codec = codec_with(nothing);
    let bytes = vec![7; 60_000].encode();
    let error = codec.decode_value(&kind("Vec<Row>"), &bytes);
    let is_too_large = |error: &CodecError| {
        matches!(error, CodecError::TooLarge { what: "parts", limit: VALUE_PARTS, .. })
    };
    assert!(error.as_ref().is_err_and(is_too_large), "{error:?}");
    // And types that no document has.
    for text in ["Vec<()>", "[(); 4294967295]", "[[(); 4294967295]; 4294967295]", "Vec<[u8; 0]>"] {
        let error = codec.decode_value(&kind(text), &[0xfe, 0xff, 0xff, 0xff]);
        assert!(error.is_err(), "{text}");
    }
}

#[test]
fn nothing_nests_without_end() {
    let recursive = json!([
        { "name": "Down", "shape": { "alias": { "type": "Option<Down>" } } },
        { "name": "Both", "shape": { "enum": [
            { "name": "Leaf", "index": 0 },
            { "name": "Node", "index": 1, "fields": [
                { "name": "left", "type": "Vec<Both>" },
                { "name": "right", "type": "Vec<Both>" },
            ] },
        ] } },
    ]);
    let codec = codec_with(recursive);
    let error = codec.decode_value(&kind("Down"), &vec![1; 100_000]);
    assert!(matches!(error, Err(CodecError::TooLarge { what: "levels", .. })), "{error:?}");
    let error = codec.decode_value(&kind("Both"), &[1, 4].repeat(50_000));
    assert!(matches!(error, Err(CodecError::TooLarge { what: "levels", .. })), "{error:?}");
    let some = |inner| Value::Object(Map::from_iter([("some".to_owned(), inner)]));
    let deep = (0..10_000).fold(Value::Null, |inner, _| some(inner));
    let error = codec.encode_value(&kind("Down"), &deep);
    assert!(matches!(error, Err(CodecError::TooLarge { what: "levels", .. })), "{error:?}");
    // Dropping it level by level: serde_json would do so by recursion.
    let mut rest = deep;
    while let Some(inner) = rest.get_mut("some").map(Value::take) {
        rest = inner;
    }
}

#[test]
fn what_decodes_can_be_read_as_json_again() {
    let codec = codec();
    let deepest = [[1, 4].repeat(23), vec![1, 0]].concat();
    let value = codec.decode_value(&kind("Tree"), &deepest).expect("within the limit");
    assert_eq!(weal_client::json::read(&value.to_string()).expect("JSON"), value);
}

#[test]
fn limits_of_length_are_kept_on_both_sides() {
    let codec = codec();
    let bytes = vec![0; limit::STATE_VALUE_BYTES + 1];
    assert!(matches!(
        codec.decode_value(&Type::Bytes, &bytes),
        Err(CodecError::TooLong { limit: limit::STATE_VALUE_BYTES, .. })
    ));
    let text = format!("0x{}", "00".repeat(limit::STATE_VALUE_BYTES));
    assert!(matches!(
        codec.encode_value(&Type::Bytes, &text.into()),
        Err(CodecError::TooLong { limit: limit::STATE_VALUE_BYTES, .. })
    ));
    for refused in [
        codec.decode_args("pay", &bytes[..=limit::TX_BYTES]),
        codec.decode_return("pay", &bytes[..=limit::RETURN_BYTES]),
    ] {
        assert!(matches!(refused, Err(CodecError::TooLong { .. })), "{refused:?}");
    }
}

proptest! {
    #[test]
    fn damaged_documents_and_any_bytes_never_panic(
        damages in vec((any::<Index>(), any::<u8>()), 1..4),
        bytes in vec(any::<u8>(), 0..64),
    ) {
        let mut document = codec().abi().encode();
        for (at, byte) in damages {
            let at = at.index(document.len());
            document[at] = byte;
        }
        if let Ok(codec) = Abi::from_scale(&document).map(|abi| Codec::new(abi).expect("checked")) {
            for named in &codec.abi().types {
                let _ = codec.decode_value(&Type::Named(named.name.clone()), &bytes);
            }
            for method in &codec.abi().methods {
                let _ = codec.decode_args(&method.name, &bytes);
                let _ = codec.encode_args(&method.name, &json!([]));
            }
        }
    }
}
