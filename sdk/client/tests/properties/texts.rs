//! Texts of people: whatever is shown is read back, and nothing that they type panics.

use proptest::{prelude::*, sample::select};
use serde_json::{Map, Value};
use weal_client::{
    Codec, Scope, render,
    units::{AssetInfo, Assets},
};
use weal_types::{
    abi::{Abi, AssetRef, Field, Meaning, Type, Unit},
    hash::Hash,
};

use crate::values::case;

/// One asset with this many decimals.
struct Only(u8);

impl Assets for Only {
    fn by_id(&self, _: &Hash) -> Option<AssetInfo> {
        self.by_symbol("AID")
    }

    fn by_symbol(&self, symbol: &str) -> Option<AssetInfo> {
        (symbol == "AID").then(|| AssetInfo { id: [1; 32], symbol: "AID".into(), decimals: self.0 })
    }

    fn stored(&self, _: &str) -> Option<Hash> {
        None
    }
}

fn codec() -> Codec {
    let text = include_str!("../../../../tests/golden/json/document.abi.json");
    Codec::new(Abi::from_json(text).expect("a document")).expect("a document")
}

fn unit() -> impl Strategy<Value = Option<Unit>> {
    let units = [
        Unit::Asset(AssetRef::Any),
        Unit::Asset(AssetRef::Literal([1; 32])),
        Unit::Asset(AssetRef::Stored("asset".into())),
        Unit::Asset(AssetRef::Argument("coin".into())),
        Unit::Seconds,
        Unit::Milliseconds,
        Unit::Timestamp,
        Unit::Blocks,
        Unit::BasisPoints,
        Unit::PartsPerMillion,
        Unit::Percent,
        Unit::Bytes,
        Unit::Gas,
    ];
    prop::option::of(select(units.to_vec()))
}

fn field(kind: &str, unit: Option<Unit>) -> Field {
    let kind: Type = kind.parse().expect("a type");
    Field { name: "it".into(), kind, meaning: Meaning { unit, ..Meaning::default() } }
}

/// Numbers of all sizes.
fn number() -> impl Strategy<Value = u128> {
    (any::<u128>(), 0..128_u32).prop_map(|(number, shift)| number >> shift)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2048))]

    #[test]
    fn numbers_are_read_as_they_are_shown(
        unit in unit(),
        word in select(vec!["u128", "Amount", "u64", "TimeMs", "Height", "Gas", "i128", "i64"]),
        number in number(),
        decimals in 0..40_u8,
        negative in any::<bool>(),
    ) {
        let (number, is_signed) = match word {
            "u128" | "Amount" => (number, false),
            "i128" => (number >> 1, true),
            "i64" => (number >> 65, true),
            _ => (number >> 64, false),
        };
        let is_time = matches!(unit, Some(Unit::Timestamp));
        // A time with a sign before it is no time.
        let sign = if is_signed && negative && number > 0 && !is_time { "-" } else { "" };
        let value = Value::from(format!("{sign}{number}"));
        let field = field(word, unit);
        // A time that is beyond 64 bits is none.
        if is_time && number > u128::from(u64::MAX) {
            return Ok(());
        }
        let codec = codec();
        let scope = Scope { values: &Map::new(), assets: &Only(decimals) };
        let shown = codec.show(&field, &value, scope);
        let read = codec.parse_text(&field, &shown, scope);
        prop_assert!(read.as_ref() == Ok(&value), "{value} {shown}: {read:?}");
    }

    #[test]
    fn texts_never_panic(
        unit in unit(),
        (codec, kind) in case(),
        text in "[-+0-9,. :TZdhmswKiBMk%bpunitsAID]{0,24}|\\PC{0,12}",
        decimals in any::<u8>(),
    ) {
        let mut field = field("u128", unit);
        let scope = Scope { values: &Map::new(), assets: &Only(decimals) };
        for kind in [kind, Type::U128, Type::I8, Type::TimeMs] {
            field.kind = kind;
            if let Ok(value) = codec.parse_text(&field, &text, scope) {
                prop_assert!(codec.encode_field(&field, &value).is_ok());
                let _ = codec.show(&field, &value, scope);
            }
        }
    }

    #[test]
    fn values_of_any_type_and_templates_can_be_shown(
        (codec, kind) in case(),
        text in "\\PC{0,12}",
        template in "[a-c{}]{0,16}|\\PC{0,16}",
    ) {
        let mut field = field("u8", None);
        field.kind = kind;
        let values = Map::from_iter([("a".to_owned(), Value::from(text.clone()))]);
        let scope = Scope { values: &values, assets: &Only(2) };
        let _ = codec.show(&field, &Value::from(text), scope);
        let _ = render(&template, &values);
    }
}
