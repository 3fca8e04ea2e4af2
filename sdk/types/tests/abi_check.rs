//! ABI documents that must be refused, and recursive ones that must not.

use std::time::{Duration, Instant};

use weal_types::{
    abi::{
        Abi, AbiError, AssetRef, Auth, Choices, ErrorCase, Event, FORMAT, Field, Layout, Meaning,
        Method, MethodKind, Role, Shape, Type, TypeDefinition, Unit, Variant,
    },
    limit,
};

fn field(name: &str, kind: &str) -> Field {
    Field { name: name.into(), kind: kind.parse().unwrap(), meaning: Meaning::default() }
}

fn record(name: &str, fields: &[(&str, &str)]) -> TypeDefinition {
    let fields = fields.iter().map(|(name, kind)| field(name, kind)).collect();
    TypeDefinition { name: name.into(), doc: String::new(), shape: Shape::Struct(fields) }
}

fn method(name: &str, kind: MethodKind, args: &[(&str, &str)], ok: &str) -> Method {
    Method {
        name: name.into(),
        kind,
        doc: String::new(),
        intent: String::new(),
        auth: Auth::Anyone,
        accepts: vec![],
        reentrant: false,
        args: args.iter().map(|(name, kind)| field(name, kind)).collect(),
        ok: ok.parse().unwrap(),
        errors: vec![],
        emits: vec![],
        calls_out: vec![],
    }
}

/// One of everything, and nothing wrong with it.
fn document() -> Abi {
    let mut pay = method("pay", MethodKind::Call, &[("claim", "u32"), ("coin", "AssetId")], "()");
    pay.auth = Auth::Role("Payer".into());
    pay.accepts = vec![AssetRef::Argument("coin".into())];
    pay.errors = vec![1];
    pay.emits = vec!["Paid".into()];
    pay.calls_out = vec!["registry.is_charity".into()];
    pay.args[0].meaning.choices =
        Some(Choices { query: "claims".into(), value: "id".into(), text: "payee".into() });
    Abi {
        format: FORMAT,
        contract: "Campaign".into(),
        doc: String::new(),
        layout: Layout { version: 1, hash: [7; 32] },
        methods: vec![
            method("open", MethodKind::Init, &[], "()"),
            pay,
            method("claims", MethodKind::Query, &[], "Vec<Claim>"),
        ],
        events: vec![Event {
            name: "Paid".into(),
            doc: String::new(),
            topics: vec![field("claim", "u32")],
            data: vec![field("amount", "Amount")],
        }],
        errors: vec![ErrorCase {
            code: 1,
            name: "NoClaim".into(),
            message: "Claim {claim} does not exist".into(),
            fields: vec![field("claim", "u32")],
        }],
        roles: vec![Role { name: "Payer".into(), doc: String::new() }],
        types: vec![record("Claim", &[("id", "u32"), ("payee", "AccountId")])],
    }
}

fn with(change: impl FnOnce(&mut Abi)) -> Result<(), AbiError> {
    let mut abi = document();
    change(&mut abi);
    abi.check()
}

fn with_types(types: Vec<TypeDefinition>) -> Result<(), AbiError> {
    with(|abi| abi.types.extend(types))
}

fn with_argument(kind: &str) -> Result<(), AbiError> {
    with(|abi| abi.methods[0].args.push(field("argument", kind)))
}

#[test]
fn the_document_itself_is_good() {
    assert_eq!(document().check(), Ok(()));
}

#[test]
fn formats_from_1_to_this_one() {
    for format in [0, FORMAT + 1] {
        assert_eq!(with(|abi| abi.format = format), Err(AbiError::Format { found: format }));
    }
}

#[test]
fn a_document_is_as_short_as_its_wire_form_must_be() {
    let long = with(|abi| abi.doc = "x".repeat(limit::ABI_BYTES));
    assert!(matches!(long, Err(AbiError::Decode(_))), "{long:?}");
}

#[test]
fn names_are_names() {
    type Change = fn(&mut Abi);
    let changes: [Change; 12] = [
        |abi| abi.contract = "no name".into(),
        |abi| abi.methods[0].name = String::new(),
        |abi| abi.methods[1].args[0].name = "a-b".into(),
        |abi| abi.methods[0].auth = Auth::Stored("9".into()),
        |abi| abi.methods[0].accepts = vec![AssetRef::Stored("a b".into())],
        |abi| abi.methods[1].calls_out = vec!["registry".into()],
        |abi| abi.methods[1].calls_out = vec!["a.b.c".into()],
        |abi| abi.events[0].name = "é".into(),
        |abi| abi.errors[0].name = " ".into(),
        |abi| abi.roles[0].name = "x".repeat(65),
        |abi| abi.types[0].name = "<script>".into(),
        |abi| abi.errors[0].fields[0].name = "\n".into(),
    ];
    for (index, change) in changes.into_iter().enumerate() {
        let refused = with(change);
        assert!(matches!(refused, Err(AbiError::BadName { .. })), "{index}: {refused:?}");
    }
}

#[test]
fn a_type_cannot_take_the_name_of_a_built_in_one() {
    for name in ["u8", "Vec", "Option", "Bytes", "Bytes32", "Amount", "String"] {
        let refused = with_types(vec![record(name, &[])]);
        assert_eq!(refused, Err(AbiError::Reserved { name: name.into() }));
    }
}

#[test]
fn nothing_is_declared_twice() {
    type Change = fn(&mut Abi);
    let changes: [(&str, Change); 11] = [
        ("method", |abi| abi.methods[1].name = "open".into()),
        ("init", |abi| abi.methods.push(method("again", MethodKind::Init, &[], "()"))),
        ("migration", |abi| {
            abi.methods.push(method("a", MethodKind::Migrate(1), &[], "()"));
            abi.methods.push(method("b", MethodKind::Migrate(1), &[], "()"));
        }),
        ("field", |abi| abi.methods[1].args[1].name = "claim".into()),
        ("field", |abi| abi.events[0].data[0].name = "claim".into()),
        ("event", |abi| abi.events.push(abi.events[0].clone())),
        ("emitted event", |abi| abi.methods[1].emits.push("Paid".into())),
        ("error code", |abi| {
            let name = "Other".into();
            abi.errors.push(ErrorCase { name, ..abi.errors[0].clone() });
        }),
        ("error code", |abi| abi.methods[1].errors.push(1)),
        ("role", |abi| abi.roles.push(abi.roles[0].clone())),
        ("type", |abi| abi.types.push(abi.types[0].clone())),
    ];
    for (expected, change) in changes {
        match with(change) {
            Err(AbiError::Twice { what, .. }) => assert_eq!(what, expected),
            other => panic!("{expected}: {other:?}"),
        }
    }
}

#[test]
fn variants_differ_in_name_and_byte() {
    let variant = |name: &str, index| Variant {
        name: name.into(),
        index,
        doc: String::new(),
        fields: vec![],
    };
    for (pair, expected) in [
        ([variant("A", 0), variant("A", 1)], "variant"),
        ([variant("A", 0), variant("B", 0)], "variant index"),
    ] {
        let shape = Shape::Enum(pair.into());
        let kind = TypeDefinition { name: "Kind".into(), doc: String::new(), shape };
        let refused = with_types(vec![kind]);
        assert!(matches!(&refused, Err(AbiError::Twice { what, .. }) if *what == expected));
    }
}

#[test]
fn references_lead_somewhere() {
    type Change = fn(&mut Abi);
    let choices = |abi: &mut Abi, query: &str, text: &str| {
        let choices = Choices { query: query.into(), value: "id".into(), text: text.into() };
        abi.methods[1].args[0].meaning.choices = Some(choices);
    };
    let changes: [(&str, Change); 8] = [
        ("event", |abi| abi.methods[1].emits = vec!["Gone".into()]),
        ("error", |abi| abi.methods[1].errors = vec![2]),
        ("role", |abi| abi.methods[1].auth = Auth::Role("Owner".into())),
        ("argument", |abi| abi.methods[1].auth = Auth::Argument("payee".into())),
        ("argument or field", |abi| {
            abi.methods[1].accepts = vec![AssetRef::Argument("asset".into())];
        }),
        ("argument or field", |abi| {
            let asset = AssetRef::Argument("asset".into());
            abi.events[0].data[0].meaning.unit = Some(Unit::Asset(asset));
        }),
        ("type", |abi| abi.methods[1].ok = Type::Named("Gone".into())),
        ("type", |abi| abi.types.push(record("X", &[("x", "Vec<(u8, Option<Gone>)>")]))),
    ];
    let missing = |expected: &str, result: Result<(), AbiError>| match result {
        Err(AbiError::Missing { what, .. }) => assert_eq!(what, expected),
        other => panic!("{expected}: {other:?}"),
    };
    for (expected, change) in changes {
        missing(expected, with(change));
    }
    missing("query without arguments", with(|abi| choices(abi, "gone", "payee")));
    missing("query without arguments", with(|abi| choices(abi, "pay", "payee")));
    missing("field", with(|abi| choices(abi, "claims", "amount")));
    missing("field", with(|abi| abi.methods[2].ok = Type::U8));
}

#[test]
fn tuples_have_two_parts_and_events_four_topics() {
    for parts in [vec![], vec![Type::U8]] {
        let refused = with(|abi| abi.methods[1].ok = Type::Tuple(parts));
        assert_eq!(refused, Err(AbiError::ShortTuple { name: "pay".into() }));
    }
    let topics = (0..5).map(|index| field(&format!("t{index}"), "u8")).collect();
    let refused = with(|abi| abi.events[0].topics = topics);
    assert_eq!(refused, Err(AbiError::Topics { name: "Paid".into() }));
}

#[test]
fn a_type_contains_itself_through_a_list_or_an_option_only() {
    for good in ["Vec<Node>", "Option<Node>", "Vec<(u8, Node)>", "[Option<Node>; 2]"] {
        assert_eq!(with_types(vec![record("Node", &[("next", good)])]), Ok(()), "{good}");
    }
    for bad in ["Node", "(u8, Node)", "[Node; 1]", "[Node; 0]"] {
        let refused = with_types(vec![record("Node", &[("next", bad)])]);
        assert!(matches!(refused, Err(AbiError::TooDeep { .. })), "{bad}: {refused:?}");
    }
    let ring =
        |link: &str| with_types(vec![record("A", &[("b", "B")]), record("B", &[("a", link)])]);
    assert!(matches!(ring("A"), Err(AbiError::TooDeep { .. })));
    assert_eq!(ring("Option<A>"), Ok(()));
}

/// `length` structs, each holding `width` of the next.
fn chain(length: usize, width: usize) -> Vec<TypeDefinition> {
    let next = |index: usize| match index + 1 == length {
        true => "u8".to_owned(),
        false => format!("T{}", index + 1),
    };
    let fields = |index| -> Vec<_> {
        let name = |side| format!("f{side}");
        (0..width).map(|side| field(&name(side), &next(index))).collect()
    };
    let definition = |index| TypeDefinition {
        name: format!("T{index}"),
        doc: String::new(),
        shape: Shape::Struct(fields(index)),
    };
    (0..length).map(definition).collect()
}

#[test]
fn chains_of_types_end_in_time() {
    let start = now();
    assert_eq!(with_types(chain(limit::TYPE_DEPTH, 1)), Ok(()));
    let refused = with_types(chain(limit::TYPE_DEPTH + 1, 1));
    assert!(matches!(refused, Err(AbiError::TooDeep { .. })), "{refused:?}");
    // The same from the other end, where each type is known before the next one holds it.
    let reversed: Vec<_> = chain(limit::TYPE_DEPTH + 1, 1).into_iter().rev().collect();
    assert!(matches!(with_types(reversed), Err(AbiError::TooDeep { .. })));
    for length in [30, 1_000] {
        assert!(matches!(with_types(chain(length, 2)), Err(AbiError::TooDeep { .. })));
    }
    // 16 levels of two are 2^17 parts, 16 levels of three are more than 2^20.
    assert_eq!(with_types(chain(limit::TYPE_DEPTH, 2)), Ok(()));
    let refused = with_types(chain(limit::TYPE_DEPTH, 3));
    assert!(matches!(refused, Err(AbiError::TooLarge { .. })), "{refused:?}");
    assert!(start.elapsed() < Duration::from_secs(5), "{:?}", start.elapsed());
}

#[test]
fn values_without_elements_are_small() {
    for good in ["[u8; 1000000]", "Bytes1048576", "[[u8; 1000]; 1000]", "Vec<[u8; 1000000]>"] {
        assert_eq!(with_argument(good), Ok(()), "{good}");
    }
    for bad in ["[(); 4294967295]", "Bytes1048577", "[[(); 65535]; 65535]", "Vec<[u8; 2000000]>"] {
        let refused = with_argument(bad);
        assert!(matches!(refused, Err(AbiError::TooLarge { .. })), "{bad}: {refused:?}");
    }
}

#[test]
fn elements_of_lists_take_bytes() {
    let nothing = || record("Nothing", &[("unit", "()")]);
    for bad in ["Vec<()>", "Vec<Bytes0>", "Vec<[u8; 0]>", "Option<Vec<((), ())>>", "Vec<Nothing>"] {
        let refused = with(|abi| {
            abi.types.push(nothing());
            abi.methods[0].args.push(field("argument", bad));
        });
        assert!(matches!(refused, Err(AbiError::EmptyElements { .. })), "{bad}: {refused:?}");
    }
    let inside = with_types(vec![nothing(), record("List", &[("all", "Vec<Nothing>")])]);
    assert!(matches!(inside, Err(AbiError::EmptyElements { .. })), "{inside:?}");
    for good in ["Vec<Option<()>>", "Vec<Vec<u8>>", "Vec<(u8, ())>", "Option<()>"] {
        assert_eq!(with_argument(good), Ok(()), "{good}");
    }
}

/// A document as full as the wire allows is checked in a moment, whatever refers to whatever.
#[test]
fn the_largest_documents_are_checked_in_time() {
    let mut abi = document();
    let names: Vec<_> = (0..6_000).map(|index| format!("E{index}")).collect();
    abi.events = names
        .iter()
        .map(|name| Event { name: name.clone(), doc: String::new(), topics: vec![], data: vec![] })
        .collect();
    abi.methods[1].emits = names.clone();
    abi.types.extend(names.iter().map(|name| record(name, &[("a", "E5999")])).take(5_999));
    abi.types.push(record("E5999", &[]));
    let start = now();
    assert_eq!(abi.check(), Ok(()));
    assert!(start.elapsed() < Duration::from_secs(2), "{:?}", start.elapsed());
}

/// Only a bound on time is tested, and a generous one.
#[expect(clippy::disallowed_methods, reason = "measures that a check ends at all")]
fn now() -> Instant {
    Instant::now()
}
