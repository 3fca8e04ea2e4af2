//! A value of every type and shape: its one JSON, other JSON that is accepted for it, its bytes.

use parity_scale_codec::Encode;
use serde_json::{Value, json};
use weal_client::Codec;
use weal_types::{
    AccountId, ContractId,
    abi::{Shape, Type},
    address::Address,
};

use crate::store::{Golden, hex};

/// One value. The bytes come from the SCALE library, so that two implementations agree.
struct Row {
    kind: &'static str,
    value: Value,
    bytes: Vec<u8>,
    accepted: Vec<Value>,
}

fn row(kind: &'static str, value: Value, bytes: impl Encode) -> Row {
    also(kind, value, bytes, &[])
}

fn also(kind: &'static str, value: Value, bytes: impl Encode, accepted: &[Value]) -> Row {
    Row { kind, value, bytes: bytes.encode(), accepted: accepted.to_vec() }
}

fn account(byte: u8) -> Value {
    Address::Account(AccountId([byte; 32])).to_text().into()
}

fn digits(byte: u8) -> Value {
    hex(&[byte; 32])
}

fn words() -> Vec<Row> {
    let wide =
        |kind, number: u64| also(kind, number.to_string().into(), number, &[Value::from(number)]);
    let contract = Address::Contract(ContractId([7; 32])).to_text();
    vec![
        row("()", Value::Null, ()),
        row("bool", json!(false), false),
        row("bool", json!(true), true),
        row("u8", json!(0), 0_u8),
        row("u8", json!(255), 255_u8),
        row("u16", json!(65_535), 65_535_u16),
        row("u32", json!(4_294_967_295_u32), u32::MAX),
        wide("u64", 0),
        wide("u64", 9_007_199_254_740_993),
        wide("u64", u64::MAX),
        also("u128", json!("7"), 7_u128, &[json!(7)]),
        row("u128", u128::MAX.to_string().into(), u128::MAX),
        row("i8", json!(-128), -128_i8),
        row("i8", json!(127), 127_i8),
        row("i16", json!(-32_768), i16::MIN),
        row("i16", json!(-1), -1_i16),
        row("i32", json!(i32::MIN), i32::MIN),
        row("i32", json!(i32::MAX), i32::MAX),
        also("i64", i64::MIN.to_string().into(), i64::MIN, &[i64::MIN.into()]),
        row("i64", i64::MAX.to_string().into(), i64::MAX),
        row("i128", i128::MIN.to_string().into(), i128::MIN),
        row("i128", i128::MAX.to_string().into(), i128::MAX),
        also("i128", json!("-1"), -1_i128, &[json!(-1)]),
        row("String", json!(""), ""),
        row("String", json!("é \"中\" \u{0} \u{1f600}"), "é \"中\" \u{0} \u{1f600}"),
        row("Bytes", json!("0x"), Vec::<u8>::new()),
        also("Bytes", json!("0x00abff"), vec![0_u8, 0xab, 0xff], &[json!("0x00ABff")]),
        row("Bytes4", json!("0x01020304"), [1_u8, 2, 3, 4]),
        row("Bytes0", json!("0x"), ()),
        also("AccountId", account(7), [7_u8; 32], &[digits(7), contract.clone().into()]),
        also("ContractId", contract.into(), [7_u8; 32], &[digits(7)]),
        row("AssetId", digits(8), [8_u8; 32]),
        row("PublicKey", digits(9), [9_u8; 32]),
        row("CodeHash", digits(10), [10_u8; 32]),
        row("Hash", digits(11), [11_u8; 32]),
        also("Amount", json!("150050"), 150_050_u128, &[json!(150_050)]),
        row("Amount", u128::MAX.to_string().into(), u128::MAX),
        wide("TimeMs", 1_700_000_000_000),
        wide("Height", 42),
        wide("Gas", 1_000_000),
    ]
}

fn compounds() -> Vec<Row> {
    vec![
        row("Option<u32>", Value::Null, None::<u32>),
        row("Option<u32>", json!(7), Some(7_u32)),
        row("Option<bool>", json!(false), Some(false)),
        row("Option<()>", Value::Null, None::<()>),
        row("Option<()>", json!({ "some": null }), Some(())),
        row("Option<Option<u8>>", Value::Null, None::<Option<u8>>),
        row("Option<Option<u8>>", json!({ "some": null }), Some(None::<u8>)),
        row("Option<Option<u8>>", json!({ "some": 7 }), Some(Some(7_u8))),
        row("Option<Option<Option<u8>>>", json!({ "some": null }), Some(None::<Option<u8>>)),
        row(
            "Option<Option<Option<u8>>>",
            json!({ "some": { "some": null } }),
            Some(Some(None::<u8>)),
        ),
        row("Maybe", Value::Null, None::<u8>),
        row("Maybe", json!(7), Some(7_u8)),
        row("Option<Maybe>", json!({ "some": null }), Some(None::<u8>)),
        row("Vec<u16>", json!([]), Vec::<u16>::new()),
        row("Vec<u16>", json!([1, 2]), vec![1_u16, 2]),
        row("Vec<u8>", json!(vec![7; 64]), vec![7_u8; 64]),
        row("Vec<Option<u8>>", json!([null, 7]), vec![None, Some(7_u8)]),
        row("Vec<Vec<u64>>", json!([["1"], []]), vec![vec![1_u64], vec![]]),
        row("[u16; 3]", json!([1, 2, 3]), [1_u16, 2, 3]),
        row("[u16; 0]", json!([]), ()),
        row("[(); 2]", json!([null, null]), ()),
        row("(u8, String)", json!([7, "x"]), (7_u8, "x")),
        row("(u8, (), Option<u8>)", json!([7, null, null]), (7_u8, (), None::<u8>)),
        row("Marker", json!({}), ()),
        row("Share", json!(250), 250_u16),
        row("Level", json!(0), 0_i8),
        row("Level", json!(5), 5_i8),
        row("Debt", json!("-7"), -7_i128),
        row("Names", json!(["a", "b"]), vec!["a", "b"]),
        row("Token", json!("0x0102"), vec![1_u8, 2]),
        also("Stage", json!("Open"), 0_u8, &[json!({ "Open": {} })]),
        row("Stage", json!("Refused"), 255_u8),
        row(
            "Stage",
            json!({ "Paid": { "at": "5", "parts": [] } }),
            (7_u8, 5_u64, Vec::<u8>::new()),
        ),
        also(
            "Claim",
            json!({ "id": 7, "payee": account(1), "stage": "Open", "note": null }),
            (7_u32, [1_u8; 32], 0_u8, None::<String>),
            &[
                json!({ "stage": "Open", "id": 7, "payee": account(1) }),
                json!({ "stage": { "Open": {} }, "id": 7, "payee": digits(1), "note": null }),
            ],
        ),
        row(
            "Claim",
            json!({ "id": 1, "payee": account(1), "stage": "Refused", "note": "" }),
            (1_u32, [1_u8; 32], 255_u8, Some("")),
        ),
        row(
            "Tree",
            json!({ "value": 1, "children": [
                { "value": 2, "children": [] },
                { "value": 3, "children": [{ "value": 4, "children": [] }] },
            ] }),
            [1_u8, 8, 2, 0, 3, 4, 4, 0],
        ),
    ]
}

pub fn write(golden: &mut Golden, codec: &Codec) {
    let rows: Vec<Row> = [words(), compounds()].into_iter().flatten().collect();
    let vectors = rows.iter().map(|row| {
        let kind: Type = row.kind.parse().expect("a type");
        let name = format!("{} {}", row.kind, row.value);
        assert_eq!(codec.encode_value(&kind, &row.value), Ok(row.bytes.clone()), "{name}");
        assert_eq!(codec.decode_value(&kind, &row.bytes), Ok(row.value.clone()), "{name}");
        for other in &row.accepted {
            assert_eq!(codec.encode_value(&kind, other), Ok(row.bytes.clone()), "{name}: {other}");
        }
        let mut vector = json!({ "type": row.kind, "value": row.value, "hex": hex(&row.bytes) });
        if !row.accepted.is_empty() {
            vector["accepted"] = row.accepted.clone().into();
        }
        vector
    });
    let vectors = vectors.collect();
    assert_complete(&rows, codec);
    golden.vectors(
        "values",
        "Values of `type` in `document.abi.json`: `value` is the one JSON that a decoder writes \
         for `hex`; an encoder makes `hex` of it and of each one in `accepted`.",
        vectors,
    );
}

/// Every variant of [`Type`], and every type of the document, has a vector. A new one does not
/// compile until it is named here.
fn assert_complete(rows: &[Row], codec: &Codec) {
    let place = |kind: &Type| match kind {
        Type::Unit => 0,
        Type::Bool => 1,
        Type::U8 => 2,
        Type::U16 => 3,
        Type::U32 => 4,
        Type::U64 => 5,
        Type::U128 => 6,
        Type::I8 => 7,
        Type::I16 => 8,
        Type::I32 => 9,
        Type::I64 => 10,
        Type::I128 => 11,
        Type::String => 12,
        Type::Bytes => 13,
        Type::FixedBytes(_) => 14,
        Type::AccountId => 15,
        Type::ContractId => 16,
        Type::AssetId => 17,
        Type::PublicKey => 18,
        Type::CodeHash => 19,
        Type::Hash => 20,
        Type::Amount => 21,
        Type::TimeMs => 22,
        Type::Height => 23,
        Type::Gas => 24,
        Type::Option(_) => 25,
        Type::List(_) => 26,
        Type::Array(..) => 27,
        Type::Tuple(_) => 28,
        Type::Named(_) => 29,
    };
    let mut seen = [false; 30];
    let kinds: Vec<Type> = rows.iter().map(|row| row.kind.parse().expect("a type")).collect();
    kinds.iter().for_each(|kind| seen[place(kind)] = true);
    assert_eq!(seen, [true; 30]);
    let mut shapes = [false; 3];
    for definition in &codec.abi().types {
        assert!(kinds.contains(&Type::Named(definition.name.clone())), "{}", definition.name);
        match definition.shape {
            Shape::Struct(_) => shapes[0] = true,
            Shape::Enum(_) => shapes[1] = true,
            Shape::Alias { .. } => shapes[2] = true,
        }
    }
    assert_eq!(shapes, [true; 3]);
}
