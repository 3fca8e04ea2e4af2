//! An ABI document that uses every type, unit, authority and meaning there is.

use parity_scale_codec::Encode;
use serde_json::json;
use weal_types::abi::{
    Abi, AssetRef, Auth, Choices, ErrorCase, Event, FORMAT, Field, Layout, Meaning, Method,
    MethodKind, Role, Shape, Type, TypeDefinition, Unit, Variant,
};

use crate::{
    hashes::{asset, digest},
    json::hex,
    store::Golden,
};

const DOCUMENT: &str = "tests/golden/types/everything.abi.json";

/// Every type, as text.
const TYPES: [&str; 33] = [
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
    "Bytes32",
    "AccountId",
    "ContractId",
    "AssetId",
    "PublicKey",
    "CodeHash",
    "Hash",
    "Amount",
    "TimeMs",
    "Height",
    "Gas",
    "Option<u64>",
    "Vec<AccountId>",
    "[u16; 4]",
    "(u8, String)",
    "Claim",
    "Stage",
    "Share",
    "Option<Vec<(Claim, [Bytes; 2])>>",
];

fn units() -> [Unit; 13] {
    [
        Unit::Asset(AssetRef::Any),
        Unit::Asset(AssetRef::Literal(asset("EUR").0)),
        Unit::Asset(AssetRef::Stored("asset".into())),
        Unit::Asset(AssetRef::Argument("amount_0".into())),
        Unit::Seconds,
        Unit::Milliseconds,
        Unit::Timestamp,
        Unit::Blocks,
        Unit::BasisPoints,
        Unit::PartsPerMillion,
        Unit::Percent,
        Unit::Bytes,
        Unit::Gas,
    ]
}

fn authorities() -> [Auth; 7] {
    [
        Auth::Anyone,
        Auth::Owner,
        Auth::Governance,
        Auth::Role("Treasurer".into()),
        Auth::Stored("founder".into()),
        Auth::Argument("payee".into()),
        Auth::Rule("whoever gave, within 30 days".into()),
    ]
}

fn kind(text: &str) -> Type {
    text.parse().expect("a type")
}

fn field(name: &str, text: &str) -> Field {
    Field { name: name.into(), kind: kind(text), meaning: Meaning::default() }
}

fn method(name: &str, kind: MethodKind) -> Method {
    Method {
        name: name.into(),
        kind,
        doc: String::new(),
        intent: String::new(),
        auth: Auth::Anyone,
        accepts: vec![],
        reentrant: false,
        args: vec![],
        ok: Type::Unit,
        errors: vec![],
        emits: vec![],
        calls_out: vec![],
    }
}

/// One call with everything that a method can say.
fn pay() -> Method {
    let claim = Meaning {
        label: "Claim number".into(),
        doc: "As the list of claims shows it.".into(),
        unit: None,
        min: Some(1),
        max: Some(u128::MAX),
        example: "7".into(),
        choices: Some(Choices { query: "claims".into(), value: "id".into(), text: "payee".into() }),
    };
    Method {
        doc: "Pays an approved claim.\nTwice is refused.".into(),
        intent: "Pay claim {claim}".into(),
        auth: Auth::Role("Treasurer".into()),
        accepts: vec![
            AssetRef::Any,
            AssetRef::Literal(asset("EUR").0),
            AssetRef::Stored("asset".into()),
            AssetRef::Argument("coin".into()),
        ],
        reentrant: true,
        args: vec![Field { meaning: claim, ..field("claim", "u32") }, field("coin", "AssetId")],
        ok: kind("Option<Claim>"),
        errors: vec![1, u32::MAX],
        emits: vec!["Paid".into()],
        calls_out: vec!["registry.is_charity".into()],
        ..method("pay", MethodKind::Call)
    }
}

fn methods() -> Vec<Method> {
    let numbered = |name: &str, index: usize| format!("{name}_{index}");
    let types = TYPES.iter().enumerate();
    let take = Method {
        args: types.map(|(index, text)| field(&numbered("value", index), text)).collect(),
        ..method("take", MethodKind::Call)
    };
    let measured = units().into_iter().enumerate().map(|(index, unit)| {
        let meaning = Meaning { unit: Some(unit), ..Meaning::default() };
        Field { meaning, ..field(&numbered("amount", index), "u128") }
    });
    let measure = Method { args: measured.collect(), ..method("measure", MethodKind::Call) };
    let claims = Method { ok: kind("Vec<Claim>"), ..method("claims", MethodKind::Query) };
    let mut methods = vec![method("open", MethodKind::Init), pay(), take, measure, claims];
    methods.extend(authorities().into_iter().enumerate().map(|(index, auth)| Method {
        auth,
        args: vec![field("payee", "AccountId")],
        ..method(&numbered("by", index), MethodKind::Call)
    }));
    methods.push(method("from_1", MethodKind::Migrate(1)));
    methods
}

fn types() -> Vec<TypeDefinition> {
    let variant = |name: &str, index, fields| Variant {
        name: name.into(),
        index,
        doc: String::new(),
        fields,
    };
    let definition = |name: &str, shape| TypeDefinition {
        name: name.into(),
        doc: format!("A {}.", name.to_lowercase()),
        shape,
    };
    let claim = vec![field("id", "u32"), field("payee", "AccountId"), field("stage", "Stage")];
    let stages = vec![
        variant("Open", 0, vec![]),
        variant("Paid", 7, vec![field("at", "TimeMs"), field("parts", "Vec<Claim>")]),
        Variant { doc: "By vote.".into(), ..variant("Refused", 255, vec![]) },
    ];
    let share = Meaning { unit: Some(Unit::BasisPoints), ..Meaning::default() };
    vec![
        definition("Claim", Shape::Struct(claim)),
        definition("Stage", Shape::Enum(stages)),
        definition("Share", Shape::Alias { kind: Type::U16, meaning: Box::new(share) }),
    ]
}

fn document() -> Abi {
    let error = |code, name: &str, message: &str, fields| ErrorCase {
        code,
        name: name.into(),
        message: message.into(),
        fields,
    };
    Abi {
        format: FORMAT,
        contract: "Everything".into(),
        doc: "Uses all that a document can say: \"quotes\", ümlauts, 中文.".into(),
        layout: Layout { version: 2, hash: digest("layout") },
        methods: methods(),
        events: vec![Event {
            name: "Paid".into(),
            doc: "A claim was paid.".into(),
            topics: vec![field("claim", "u32"), field("payee", "AccountId")],
            data: vec![field("amount", "Amount")],
        }],
        errors: vec![
            error(1, "NoClaim", "Claim {claim} does not exist.", vec![field("claim", "u32")]),
            error(u32::MAX, "Closed", "The campaign has ended.", vec![]),
        ],
        roles: vec![Role { name: "Treasurer".into(), doc: "Pays claims.".into() }],
        types: types(),
    }
}

pub fn write(golden: &mut Golden) {
    let document = document();
    assert_eq!(document.check(), Ok(()));
    let text = document.to_json();
    assert_eq!(Abi::from_json(&text).expect("it reads what it wrote"), document);
    assert_eq!(Abi::from_scale(&document.encode()), Ok(document.clone()));
    golden.text(DOCUMENT, &text);

    let smallest = Abi {
        contract: "Smallest".into(),
        doc: String::new(),
        methods: vec![],
        events: vec![],
        errors: vec![],
        roles: vec![],
        types: vec![],
        ..document.clone()
    };
    let vector = |name: &str, abi: &Abi| {
        json!({
            "name": name,
            "value": serde_json::to_value(abi).expect("a document can be written"),
            "hex": hex(&abi.encode()),
            "hash": hex(&abi.hash().0),
        })
    };
    let types = TYPES.iter().map(|text| {
        assert_eq!(kind(text).to_string(), *text);
        json!({ "name": format!("type {text}"), "value": text, "hex": hex(&kind(text).encode()) })
    });
    let mut vectors = vec![vector("everything", &document), vector("smallest", &smallest)];
    vectors.extend(types);
    golden.vectors(
        "abi",
        "ABI documents in SCALE. `everything.abi.json` is the first of them as canonical JSON, to \
         the byte.",
        vectors,
    );
}
