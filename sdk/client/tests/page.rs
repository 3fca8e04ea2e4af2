//! The example of `docs/abi.md` is true.

use serde_json::json;
use weal_client::{
    Codec, json,
    units::{AssetInfo, Assets},
};
use weal_types::{abi::Abi, hash::Hash};

const PAGE: &str = include_str!("../../../docs/abi.md");

/// A euro in the storage field `asset`.
struct Euro;

impl Assets for Euro {
    fn by_id(&self, _: &Hash) -> Option<AssetInfo> {
        Some(AssetInfo { id: [1; 32], symbol: "EUR".into(), decimals: 2 })
    }

    fn by_symbol(&self, _: &str) -> Option<AssetInfo> {
        None
    }

    fn stored(&self, field: &str) -> Option<Hash> {
        (field == "asset").then_some([0; 32])
    }
}

#[test]
fn the_example_is_true() {
    let (_, example) = PAGE.split_once("\n## Example\n").expect("an example");
    let blocks: Vec<&str> = example.split("```").skip(1).step_by(2).collect();
    let [document, args, bytes] = blocks[..] else { panic!("three blocks, not {}", blocks.len()) };
    let document = document.strip_prefix("json\n").expect("JSON");
    let args = args.strip_prefix("json\n").expect("JSON");

    let abi = Abi::from_json(document).expect("a document");
    assert_eq!(abi.to_json(), document, "the document is canonical");
    let codec = Codec::new(abi).expect("a document");
    let args = json::read(args).expect("JSON");
    let digits: String = bytes.lines().filter_map(|line| line.split(' ').next()).collect();
    let bytes = hex::decode(digits).expect("each line starts with digits");
    assert_eq!(codec.encode_args("pay", &args), Ok(bytes.clone()));
    assert_eq!(codec.decode_args("pay", &bytes), Ok(args));
    let intent = codec.intent("pay", &bytes, &Euro).expect("arguments");
    assert!(example.contains(&format!("shows `{intent}` to")), "{intent}");
    let shorter = codec.encode_args("pay", &json!([7, "150050", null])).expect("arguments");
    assert_eq!(shorter, [&bytes[..20], &[0]].concat());
}
