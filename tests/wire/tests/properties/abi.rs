//! Properties of ABI documents: SCALE and JSON say the same, and JSON has one form.

use parity_scale_codec::Encode;
use proptest::{collection::vec, option, prelude::*};
use weal_types::abi::{
    Abi, AssetRef, Auth, ErrorCase, Event, FORMAT, Field, Layout, Meaning, Method, MethodKind,
    Role, Shape, Type, TypeDefinition, Unit, Variant,
};

use crate::wire::{damaged, damages};

/// The names of the types that documents here define.
const NAMED: [&str; 2] = ["Claim", "Stage"];

/// Any type whose lists have elements that take bytes: units stand in tuples only.
fn kind() -> impl Strategy<Value = Type> {
    let words = ["bool", "u8", "u64", "u128", "i16", "String", "Bytes", "Bytes20", "AccountId"];
    let word = proptest::sample::select(words.to_vec());
    let leaf = word.prop_map(|text| text.parse::<Type>().expect("a type"));
    leaf.prop_recursive(4, 12, 3, |inner| {
        prop_oneof![
            inner.clone().prop_map(|kind| Type::Option(Box::new(kind))),
            inner.clone().prop_map(|kind| Type::List(Box::new(kind))),
            (inner.clone(), 1..9_u32).prop_map(|(kind, n)| Type::Array(Box::new(kind), n)),
            vec(inner, 2..4).prop_map(|mut parts| {
                parts.push(Type::Unit);
                Type::Tuple(parts)
            }),
            proptest::sample::select(NAMED.to_vec())
                .prop_map(|name| Type::List(Box::new(Type::Named(name.into())))),
        ]
    })
}

fn text() -> impl Strategy<Value = String> {
    prop_oneof![Just(String::new()), "\\PC{1,12}", "[\\x00-\\x7f]{1,8}"]
}

fn meaning() -> impl Strategy<Value = Meaning> {
    let unit = prop_oneof![
        Just(Unit::Seconds),
        Just(Unit::PartsPerMillion),
        Just(Unit::Asset(AssetRef::Any)),
        any::<[u8; 32]>().prop_map(|id| Unit::Asset(AssetRef::Literal(id))),
        Just(Unit::Asset(AssetRef::Stored("asset".into()))),
    ];
    let said = (text(), text(), option::of(unit), any::<Option<u128>>(), any::<Option<u128>>());
    let said = said.prop_map(|(label, doc, unit, min, max)| Meaning {
        label,
        doc,
        unit,
        min,
        max,
        ..Meaning::default()
    });
    prop_oneof![Just(Meaning::default()), said]
}

/// Fields whose names differ.
fn fields() -> impl Strategy<Value = Vec<Field>> {
    vec((kind(), meaning()), 0..4).prop_map(|fields| {
        let numbered = fields.into_iter().enumerate();
        numbered
            .map(|(index, (kind, meaning))| Field { name: format!("f{index}"), kind, meaning })
            .collect()
    })
}

fn method(index: usize) -> impl Strategy<Value = Method> {
    let kinds = [MethodKind::Call, MethodKind::Query, MethodKind::Migrate(index as u32)];
    let auths = [Auth::Anyone, Auth::Owner, Auth::Role("Payer".into()), Auth::Stored("x".into())];
    let choices =
        (proptest::sample::select(kinds.to_vec()), proptest::sample::select(auths.to_vec()));
    (choices, text(), fields(), kind(), any::<(bool, bool)>()).prop_map(
        move |((kind, auth), doc, args, ok, (reentrant, emits))| Method {
            name: format!("method_{index}"),
            kind,
            intent: doc.clone(),
            doc,
            auth,
            accepts: if emits { vec![AssetRef::Any] } else { vec![] },
            reentrant,
            args,
            ok,
            errors: if emits { vec![7] } else { vec![] },
            emits: if emits { vec!["Paid".into()] } else { vec![] },
            calls_out: if emits { vec!["registry.has".into()] } else { vec![] },
        },
    )
}

fn document() -> impl Strategy<Value = Abi> {
    let methods = (method(0), method(1), method(2)).prop_map(|(a, b, c)| vec![a, b, c]);
    let layout = any::<(u32, [u8; 32])>().prop_map(|(version, hash)| Layout { version, hash });
    (methods, layout, text(), (fields(), fields(), fields(), fields())).prop_map(
        |(methods, layout, doc, (data, of_error, of_claim, of_stage))| Abi {
            format: FORMAT,
            contract: "Campaign".into(),
            doc: doc.clone(),
            layout,
            methods,
            events: vec![Event { name: "Paid".into(), doc: doc.clone(), topics: vec![], data }],
            errors: vec![ErrorCase {
                code: 7,
                name: "Closed".into(),
                message: doc.clone(),
                fields: of_error,
            }],
            roles: vec![Role { name: "Payer".into(), doc: doc.clone() }],
            types: types(doc, of_claim, of_stage),
        },
    )
}

fn types(doc: String, mut of_claim: Vec<Field>, of_stage: Vec<Field>) -> Vec<TypeDefinition> {
    let meaning = Meaning::default();
    of_claim.push(Field { name: "id".into(), kind: Type::U32, meaning });
    let variants = vec![
        Variant { name: "Open".into(), index: 0, doc: String::new(), fields: vec![] },
        Variant { name: "Paid".into(), index: 9, doc: doc.clone(), fields: of_stage },
    ];
    let [claim, stage] = NAMED.map(str::to_owned);
    vec![
        TypeDefinition { name: claim, doc, shape: Shape::Struct(of_claim) },
        TypeDefinition { name: stage, doc: String::new(), shape: Shape::Enum(variants) },
    ]
}

/// JSON says what `abi` says, and is the only JSON that the document has.
fn assert_same_in_json(abi: &Abi) {
    let json = abi.to_json();
    let read = Abi::from_json(&json).unwrap_or_else(|error| panic!("{error}\n{json}"));
    assert_eq!(&read, abi);
    assert_eq!(read.to_json(), json);
}

proptest! {
    #[test]
    fn both_encodings_say_the_same(abi in document()) {
        prop_assert_eq!(Abi::from_scale(&abi.encode()), Ok(abi.clone()));
        assert_same_in_json(&abi);
    }

    #[test]
    fn whatever_scale_accepts_is_canonical_and_has_json(abi in document(), damages in damages()) {
        let bytes = damaged(abi.encode(), &damages);
        if let Ok(other) = Abi::from_scale(&bytes) {
            prop_assert_eq!(other.encode(), bytes);
            assert_same_in_json(&other);
        }
    }

    #[test]
    fn bytes_from_outside_never_panic(bytes in vec(any::<u8>(), 0..300), text in "\\PC{0,200}") {
        let _ = Abi::from_scale(&bytes);
        let _ = Abi::from_json(&text);
    }

    #[test]
    fn types_round_trip_through_text(kind in kind()) {
        prop_assert_eq!(kind.to_string().parse(), Ok(kind));
    }

    #[test]
    fn texts_of_types_never_panic(text in "[a-zA-Z0-9_<>()\\[\\];, é]{0,60}") {
        if let Ok(kind) = text.parse::<Type>() {
            prop_assert_eq!(kind.to_string().parse(), Ok(kind));
        }
    }
}
