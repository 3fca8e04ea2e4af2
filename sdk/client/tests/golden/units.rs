//! Numbers as people write them.

use serde_json::{Map, Value, json};
use weal_client::{
    Codec, Scope,
    units::{AssetInfo, Assets},
};
use weal_types::{
    abi::{AssetRef, Field, Meaning, Type, Unit},
    hash::Hash,
};

use crate::store::Golden;

/// Three assets: euros, yen and dinars, with two, no and three decimals.
pub struct Known;

impl Assets for Known {
    fn by_id(&self, id: &Hash) -> Option<AssetInfo> {
        let all = ["EUR", "JPY", "KWD"].map(|symbol| self.by_symbol(symbol));
        all.into_iter().flatten().find(|asset| asset.id == *id)
    }

    fn by_symbol(&self, symbol: &str) -> Option<AssetInfo> {
        let (id, decimals) = match symbol {
            "EUR" => (euro(), 2),
            "JPY" => ([2; 32], 0),
            "KWD" => ([3; 32], 3),
            _ => return None,
        };
        Some(AssetInfo { id, symbol: symbol.into(), decimals })
    }

    fn stored(&self, _: &str) -> Option<Hash> {
        Some([2; 32])
    }
}

/// A type, its unit, and what people write: a number in smallest units, or a refusal.
type Row = (&'static str, Option<Unit>, &'static [(&'static str, Option<&'static str>)]);

/// The id of euros in the document.
fn euro() -> Hash {
    let mut id = [0; 32];
    let digits = crate::calls::EURO.trim_start_matches("0x");
    hex::decode_to_slice(digits, &mut id).expect("64 digits");
    id
}

fn euros() -> Option<Unit> {
    Some(Unit::Asset(AssetRef::Literal(euro())))
}

fn amounts() -> Vec<Row> {
    vec![
        (
            "Amount",
            euros(),
            &[
                ("1,500.50 EUR", Some("150050")),
                ("1500.5 EUR", Some("150050")),
                ("1,500 EUR", Some("150000")),
                (" 0.01EUR ", Some("1")),
                ("0 EUR", Some("0")),
                ("150050 units", Some("150050")),
                ("3402823669209384634633746074317682114.55 EUR", Some(MAX)),
                ("3402823669209384634633746074317682114.56 EUR", None),
                ("1.505 EUR", None),
                ("1.500 EUR", None),
                ("1.500,50 EUR", None),
                ("1,50 EUR", None),
                ("15,00.00 EUR", None),
                (",500 EUR", None),
                ("1. EUR", None),
                (".5 EUR", None),
                ("007 EUR", None),
                ("1500.50", None),
                ("1500", None),
                ("5 USD", None),
                ("5 eur", None),
                ("EUR 5", None),
                ("-5 EUR", None),
                ("1e3 EUR", None),
                ("1.5 units", None),
                ("five EUR", None),
                ("", None),
            ],
        ),
        ("i128", euros(), &[("-5 EUR", Some("-500")), ("5.00 EUR", Some("500"))]),
        (
            "Amount",
            Some(Unit::Asset(AssetRef::Any)),
            &[
                ("5 JPY", Some("5")),
                ("1.500 KWD", Some("1500")),
                ("1,500.000 KWD", Some("1500000")),
                ("1,500 KWD", None),
                ("5.5 JPY", None),
                ("5 XYZ", None),
                ("5", None),
                ("5 units", Some("5")),
            ],
        ),
        (
            "u64",
            Some(Unit::Asset(AssetRef::Stored("asset".into()))),
            &[("1,500 JPY", Some("1500")), ("18446744073709551616 JPY", None), ("5 EUR", None)],
        ),
        (
            "Amount",
            Some(Unit::Asset(AssetRef::Argument("coin".into()))),
            &[("2.50 EUR", Some("250"))],
        ),
        ("Amount", None, &[("1,500", Some("1500")), ("1500 units", Some("1500")), ("5 EUR", None)]),
    ]
}

const MAX: &str = "340282366920938463463374607431768211455";

fn times() -> Vec<Row> {
    vec![
        (
            "u64",
            Some(Unit::Seconds),
            &[
                ("30d", Some("2592000")),
                ("2h30m", Some("9000")),
                ("2h 30m", Some("9000")),
                ("1w 1d", Some("691200")),
                ("90s", Some("90")),
                ("2000ms", Some("2")),
                ("0s", Some("0")),
                ("500ms", None),
                ("90", None),
                ("1.5h", None),
                ("30m2h", None),
                ("1h1h", None),
                ("1month", None),
                ("1M", None),
                ("h", None),
                ("-1h", None),
                ("", None),
            ],
        ),
        ("i64", Some(Unit::Seconds), &[("-2h", Some("-7200"))]),
        (
            "u32",
            Some(Unit::Milliseconds),
            &[("1s500ms", Some("1500")), ("250ms", Some("250")), ("50d", None)],
        ),
        (
            "u64",
            Some(Unit::Timestamp),
            &[
                ("2026-12-31T18:00:00+01:00", Some("1798736400000")),
                ("2026-12-31T17:00:00Z", Some("1798736400000")),
                ("1970-01-01T00:00:00.001Z", Some("1")),
                ("18446744073709551615 ms", Some("18446744073709551615")),
                ("2026-12-31T18:00:00", None),
                ("2026-12-31", None),
                ("1798736400", None),
                ("1969-12-31T23:59:59Z", None),
                ("2026-02-30T00:00:00Z", None),
                ("2026-12-31T18:00:00.0001Z", None),
                ("18446744073709551616 ms", None),
                ("tomorrow", None),
            ],
        ),
        ("TimeMs", None, &[("2026-12-31T17:00:00Z", Some("1798736400000")), ("7", None)]),
        ("u64", Some(Unit::Blocks), &[("1,200 blocks", Some("1200")), ("7 gas", None)]),
        ("Height", None, &[("1200", Some("1200")), ("7.5", None), ("7 days", None)]),
    ]
}

fn others() -> Vec<Row> {
    vec![
        (
            "u16",
            Some(Unit::BasisPoints),
            &[
                ("2.5%", Some("250")),
                ("250 bp", Some("250")),
                ("250bps", Some("250")),
                ("25000 ppm", Some("250")),
                ("0.01 %", Some("1")),
                ("0.001%", None),
                ("250", None),
                ("700%", None),
                ("3 percent", None),
            ],
        ),
        ("u32", Some(Unit::PartsPerMillion), &[("0.0001%", Some("1")), ("0.00001%", None)]),
        ("u8", Some(Unit::Percent), &[("25%", Some("25")), ("250 bp", None), ("2.5%", None)]),
        (
            "u64",
            Some(Unit::Bytes),
            &[
                ("64 KiB", Some("65536")),
                ("1.5 MiB", Some("1572864")),
                ("2 kB", Some("2000")),
                ("512B", Some("512")),
                ("1 TiB", Some("1099511627776")),
                ("1.3 KiB", None),
                ("64 KB", None),
                ("64 K", None),
                ("64", None),
                ("0.5 B", None),
            ],
        ),
        ("u64", Some(Unit::Gas), &[("2,000,000 gas", Some("2000000")), ("2M", None)]),
        ("Gas", None, &[("118204", Some("118204")), ("1.0", None)]),
        ("u8", None, &[("7", Some("7")), ("256", None), ("-1", None), ("07", None), ("7 ", None)]),
        ("i8", None, &[("-128", Some("-128")), ("-129", None), ("--1", None), ("-0", Some("0"))]),
        ("Share", None, &[("2.5%", Some("250")), ("101%", None)]),
        ("Option<Share>", None, &[("2.5%", Some("250"))]),
    ]
}

/// Whatever is no number.
const TEXTS: &[(&str, &str, Option<&str>)] = &[
    ("bool", "true", Some("true")),
    ("bool", "yes", None),
    ("String", " a \"b\" ", Some(r#"" a \"b\" ""#)),
    ("Option<String>", "null", Some(r#""null""#)),
    ("Bytes", "0x00ff", Some(r#""0x00ff""#)),
    ("Bytes", "00ff", None),
    ("AccountId", "tess", None),
    (
        "AssetId",
        "JPY",
        Some(r#""0x0202020202020202020202020202020202020202020202020202020202020202""#),
    ),
    ("AssetId", "XYZ", None),
    ("Stage", "Open", Some(r#""Open""#)),
    ("Stage", r#"{"Paid": {"at": "5", "parts": []}}"#, Some(r#"{"Paid":{"at":"5","parts":[]}}"#)),
    ("Stage", "Paid", None),
    ("Stage", r#"{"Open": {}, "Open": {}}"#, None),
    ("Vec<u8>", "[1, 2]", Some("[1,2]")),
    ("Vec<u8>", "1, 2", None),
    ("Option<Option<u8>>", r#"{"some": null}"#, Some(r#"{"some":null}"#)),
    ("Option<Option<u8>>", "7", None),
    ("()", "null", Some("null")),
];

fn field(kind: &str, unit: Option<Unit>) -> Field {
    let kind: Type = kind.parse().expect("a type");
    Field { name: "it".into(), kind, meaning: Meaning { unit, ..Meaning::default() } }
}

pub fn write(golden: &mut Golden, codec: &Codec) {
    let values = Map::from_iter([("coin".to_owned(), crate::calls::EURO.into())]);
    let scope = Scope { values: &values, assets: &Known };
    let mut vectors = Vec::new();
    for (kind, unit, texts) in [amounts(), times(), others()].into_iter().flatten() {
        let field = field(kind, unit.clone());
        for (text, number) in texts {
            let read = codec.parse_text(&field, text, scope);
            let said = read.as_ref().map(|value| value.to_string().replace('"', ""));
            assert_eq!(said.as_deref().ok(), *number, "{kind} {unit:?} {text:?}: {read:?}");
            let meaning = serde_json::to_value(&unit).expect("a unit can be written");
            let mut vector = json!({ "type": kind, "unit": meaning, "text": text });
            match read {
                Ok(value) => {
                    let shown = codec.show(&field, &value, scope);
                    let again = codec.parse_text(&field, &shown, scope);
                    assert_eq!(again.as_ref(), Ok(&value), "{shown}");
                    vector["value"] = value;
                    vector["shown"] = shown.into();
                }
                Err(error) => vector["error"] = error.to_string().into(),
            }
            vectors.push(vector);
        }
    }
    for (kind, text, json) in TEXTS {
        let read = codec.parse_text(&field(kind, None), text, scope);
        let said = read.as_ref().map(Value::to_string);
        assert_eq!(said.as_deref().ok(), *json, "{kind} {text:?}: {read:?}");
        vectors.push(match read {
            Ok(value) => json!({ "type": kind, "unit": null, "text": text, "value": value }),
            Err(error) => json!({ "type": kind, "text": text, "error": error.to_string() }),
        });
    }
    golden.vectors(
        "units",
        "What people type for a field of `type` with `unit`: `value` is its JSON and `shown` how \
         it is written back. EUR has 2 decimals, JPY 0, KWD 3; the storage field `asset` is JPY, \
         the argument `coin` EUR.",
        vectors,
    );
}
