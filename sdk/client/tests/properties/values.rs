//! Random documents, and random values of their types.

use proptest::{collection::vec, prelude::*, sample::select};
use serde_json::{Map, Value, json};
use weal_client::{Codec, CodecError};
use weal_types::{
    AccountId, ContractId,
    abi::{Abi, FORMAT, Field, Layout, Meaning, Shape, Type, TypeDefinition, Variant},
    address::Address,
};

/// The names of the types that documents here define.
const NAMED: [&str; 3] = ["Claim", "Stage", "Other"];

const WORDS: [&str; 24] = [
    "()",
    "bool",
    "u8",
    "u16",
    "u32",
    "u64",
    "u128",
    "i8",
    "i16",
    "i32",
    "i64",
    "i128",
    "String",
    "Bytes",
    "Bytes0",
    "Bytes20",
    "AccountId",
    "ContractId",
    "AssetId",
    "Hash",
    "Amount",
    "TimeMs",
    "Height",
    "Gas",
];

/// Any type. Some of them make no document, and are tried no further.
fn kind() -> impl Strategy<Value = Type> {
    let word = select(WORDS.to_vec()).prop_map(|text| text.parse::<Type>().expect("a type"));
    let named = select(NAMED.to_vec()).prop_map(|name| Type::Named(name.into()));
    let leaf = prop_oneof![3 => word, 1 => named];
    leaf.prop_recursive(4, 12, 3, |inner| {
        prop_oneof![
            2 => inner.clone().prop_map(|kind| Type::Option(Box::new(kind))),
            2 => inner.clone().prop_map(|kind| Type::List(Box::new(kind))),
            1 => (inner.clone(), 0..4_u32).prop_map(|(kind, n)| Type::Array(Box::new(kind), n)),
            1 => vec(inner, 2..4).prop_map(Type::Tuple),
        ]
    })
}

/// Fields whose names differ.
fn fields() -> impl Strategy<Value = Vec<Field>> {
    vec(kind(), 0..4).prop_map(|kinds| {
        let numbered = kinds.into_iter().enumerate();
        numbered
            .map(|(index, kind)| Field {
                name: format!("f{index}"),
                kind,
                meaning: Meaning::default(),
            })
            .collect()
    })
}

fn shape() -> impl Strategy<Value = Shape> {
    let variants = vec(fields(), 1..4).prop_map(|cases| {
        let numbered = cases.into_iter().enumerate();
        let variant = |(index, fields)| Variant {
            name: format!("V{index}"),
            index: 85 * index as u8,
            doc: String::new(),
            fields,
        };
        Shape::Enum(numbered.map(variant).collect())
    });
    prop_oneof![
        fields().prop_map(Shape::Struct),
        variants,
        kind().prop_map(|kind| Shape::Alias { kind, meaning: Box::default() }),
    ]
}

fn document(shapes: Vec<Shape>) -> Abi {
    let types = NAMED.iter().zip(shapes);
    Abi {
        format: FORMAT,
        contract: "Random".into(),
        doc: String::new(),
        layout: Layout { version: 1, hash: [0; 32] },
        methods: vec![],
        events: vec![],
        errors: vec![],
        roles: vec![],
        types: types
            .map(|(name, shape)| TypeDefinition { name: (*name).into(), doc: String::new(), shape })
            .collect(),
    }
}

/// A document that holds together, and a type beside it that may not: its names do.
pub fn case() -> impl Strategy<Value = (Codec, Type)> {
    let shapes = vec(shape(), NAMED.len());
    let documents =
        shapes.prop_filter_map("not a document", |shapes| Codec::new(document(shapes)).ok());
    (documents, kind())
}

/// Choices, taken from bytes so that they shrink; zero when the bytes are used up.
struct Choices<'a>(&'a [u8]);

impl Choices<'_> {
    fn byte(&mut self) -> u8 {
        match self.0.split_first() {
            Some((byte, rest)) => {
                self.0 = rest;
                *byte
            }
            None => 0,
        }
    }

    fn bytes<const N: usize>(&mut self) -> [u8; N] {
        std::array::from_fn(|_| self.byte())
    }
}

/// A value of `kind` in its one JSON form. Below `depth` 0, lists and options are empty.
fn value(codec: &Codec, kind: &Type, choices: &mut Choices, depth: usize) -> Value {
    let hex = |bytes: &[u8]| Value::String(format!("0x{}", hex::encode(bytes)));
    match kind {
        Type::Unit => Value::Null,
        Type::Bool => (choices.byte() % 2 == 1).into(),
        Type::U8 => choices.byte().into(),
        Type::U16 => u16::from_le_bytes(choices.bytes()).into(),
        Type::U32 => u32::from_le_bytes(choices.bytes()).into(),
        Type::U64 | Type::TimeMs | Type::Height | Type::Gas => {
            u64::from_le_bytes(choices.bytes()).to_string().into()
        }
        Type::U128 | Type::Amount => u128::from_le_bytes(choices.bytes()).to_string().into(),
        Type::I8 => i8::from_le_bytes(choices.bytes()).into(),
        Type::I16 => i16::from_le_bytes(choices.bytes()).into(),
        Type::I32 => i32::from_le_bytes(choices.bytes()).into(),
        Type::I64 => i64::from_le_bytes(choices.bytes()).to_string().into(),
        Type::I128 => i128::from_le_bytes(choices.bytes()).to_string().into(),
        Type::String => String::from_utf8_lossy(&choices.bytes::<5>()).into_owned().into(),
        Type::Bytes => {
            let length = choices.byte() % 70;
            hex(&(0..length).map(|_| choices.byte()).collect::<Vec<_>>())
        }
        Type::FixedBytes(length) => hex(&(0..*length).map(|_| choices.byte()).collect::<Vec<_>>()),
        Type::AccountId => Address::Account(AccountId(choices.bytes())).to_text().into(),
        Type::ContractId => Address::Contract(ContractId(choices.bytes())).to_text().into(),
        Type::AssetId | Type::PublicKey | Type::CodeHash | Type::Hash => {
            hex(&choices.bytes::<32>())
        }
        Type::Option(_) if depth == 0 || choices.byte().is_multiple_of(3) => Value::Null,
        Type::Option(inner) => {
            let value = value(codec, inner, choices, depth - 1);
            if is_nullable(codec, inner) { json!({ "some": value }) } else { value }
        }
        Type::List(inner) => {
            let length = if depth == 0 { 0 } else { choices.byte() % 4 };
            let depth = depth.saturating_sub(1);
            (0..length).map(|_| value(codec, inner, choices, depth)).collect()
        }
        Type::Array(inner, length) => {
            (0..*length).map(|_| value(codec, inner, choices, depth)).collect()
        }
        Type::Tuple(kinds) => kinds.iter().map(|kind| value(codec, kind, choices, depth)).collect(),
        Type::Named(name) => match shape_of(codec, name) {
            Shape::Struct(fields) => object(codec, fields, choices, depth),
            Shape::Alias { kind, .. } => value(codec, kind, choices, depth),
            Shape::Enum(variants) => {
                let variant = &variants[usize::from(choices.byte()) % variants.len()];
                match variant.fields.is_empty() {
                    true => variant.name.as_str().into(),
                    false => {
                        let fields = object(codec, &variant.fields, choices, depth);
                        Map::from_iter([(variant.name.clone(), fields)]).into()
                    }
                }
            }
        },
    }
}

fn object(codec: &Codec, fields: &[Field], choices: &mut Choices, depth: usize) -> Value {
    let values =
        fields.iter().map(|field| (field.name.clone(), value(codec, &field.kind, choices, depth)));
    Value::Object(values.collect())
}

fn shape_of<'a>(codec: &'a Codec, name: &str) -> &'a Shape {
    let types = &codec.abi().types;
    &types.iter().find(|named| named.name == name).expect("every name is declared").shape
}

/// Written once more, so that a mistake in the crate does not hide itself.
fn is_nullable(codec: &Codec, kind: &Type) -> bool {
    match kind {
        Type::Unit | Type::Option(_) => true,
        Type::Named(name) => match shape_of(codec, name) {
            Shape::Alias { kind, .. } => is_nullable(codec, kind),
            Shape::Struct(_) | Shape::Enum(_) => false,
        },
        _ => false,
    }
}

/// The fields of every object in any order, and none that is `null` where that may be left out.
fn without_nulls(value: &Value) -> Value {
    match value {
        Value::Array(items) => items.iter().map(without_nulls).collect(),
        Value::Object(fields) => fields
            .iter()
            .filter(|(name, value)| !value.is_null() || *name == "some")
            .map(|(name, value)| (name.clone(), without_nulls(value)))
            .collect::<Map<_, _>>()
            .into(),
        other => other.clone(),
    }
}

/// JSON of any kind, with the names of this module in it.
fn any_json() -> impl Strategy<Value = Value> {
    let texts = [
        "",
        "7",
        "-1",
        "0x",
        "0x00",
        "V0",
        "V1",
        "some",
        "340282366920938463463374607431768211455",
    ];
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        (-2..300_i64).prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        select(texts.to_vec()).prop_map(Value::from),
        "\\PC{0,6}".prop_map(Value::from),
    ];
    leaf.prop_recursive(5, 24, 4, |inner| {
        let names = select(vec!["some", "f0", "f1", "f2", "V0", "V1", "x"]);
        prop_oneof![
            vec(inner.clone(), 0..4).prop_map(Value::from),
            vec((names, inner), 0..4).prop_map(|fields| {
                let named = fields.into_iter().map(|(name, value)| (name.to_owned(), value));
                Value::Object(named.collect())
            }),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1024))]

    #[test]
    fn values_round_trip((codec, kind) in case(), choices in vec(any::<u8>(), 0..400)) {
        let value = value(&codec, &kind, &mut Choices(&choices), 5);
        let bytes = codec.encode_value(&kind, &value);
        // Types through which few lists nest deeply are rare, but there are some.
        prop_assume!(!matches!(bytes, Err(CodecError::TooLarge { .. })));
        prop_assert!(bytes.is_ok(), "{kind} {value}: {bytes:?}");
        let bytes = bytes.unwrap_or_default();
        prop_assert_eq!(codec.decode_value(&kind, &bytes), Ok(value.clone()));
        // Leaving out what is absent says the same, where it says anything: a unit stays.
        if let Ok(shorter) = codec.encode_value(&kind, &without_nulls(&value)) {
            prop_assert_eq!(shorter, bytes);
        }
    }

    #[test]
    fn whatever_decodes_has_one_encoding(
        (codec, kind) in case(),
        choices in vec(any::<u8>(), 0..200),
        (at, byte) in any::<(prop::sample::Index, u8)>(),
        cut in 0..4_usize,
    ) {
        let value = value(&codec, &kind, &mut Choices(&choices), 5);
        let mut bytes = codec.encode_value(&kind, &value).unwrap_or_default();
        if !bytes.is_empty() {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        bytes.truncate(bytes.len().saturating_sub(cut));
        for bytes in [bytes, choices] {
            if let Ok(value) = codec.decode_value(&kind, &bytes) {
                prop_assert_eq!(codec.encode_value(&kind, &value), Ok(bytes));
            }
        }
    }

    #[test]
    fn whatever_json_is_accepted_means_one_value((codec, kind) in case(), json in any_json()) {
        if let Ok(bytes) = codec.encode_value(&kind, &json) {
            let value = codec.decode_value(&kind, &bytes);
            prop_assert!(value.is_ok(), "{kind} {json}: {value:?}");
            let again = codec.encode_value(&kind, &value.unwrap_or_default());
            prop_assert_eq!(again, Ok(bytes));
        }
    }
}
