use weal_types::{
    abi::{Field, Meaning},
    layout::StoredField,
};

use super::*;

fn stored(name: &str, shape: FieldShape) -> StoredField {
    StoredField { name: name.into(), shape }
}

fn map(key: Type, value: Type) -> FieldShape {
    FieldShape::Map { key, value }
}

fn definition(name: &str, kind: Type) -> TypeDefinition {
    let field = Field { name: "inner".into(), kind, meaning: Meaning::default() };
    TypeDefinition { name: name.into(), doc: String::new(), shape: Shape::Struct(vec![field]) }
}

/// Claims hold payments, payments hold `payment`.
fn layout(version: u32, payment: Type) -> StorageLayout {
    let claim = Type::Option(Box::new(Type::Named("Claim".into())));
    StorageLayout::new(
        "Fund",
        version,
        vec![stored("claims", map(Type::U32, claim)), stored("total", FieldShape::Item(Type::U64))],
        vec!["fee".into()],
        vec![definition("Claim", Type::Named("Payment".into())), definition("Payment", payment)],
    )
}

fn fields(comparison: &Comparison) -> Vec<(&str, &str)> {
    let changes = comparison.changes.iter();
    changes.map(|change| (change.field.as_str(), change.what.as_str())).collect()
}

/// What is done to version 1, the change that it makes, and what to do about it in version 2.
type Case = (fn(&mut StorageLayout), (&'static str, &'static str), &'static str);

const CASES: &[Case] = &[
    (
        |new| new.fields[1].shape = FieldShape::Item(Type::U128),
        ("total", "was u64, is u128"),
        "rewrite it in the migration",
    ),
    (
        |new| new.fields[0].shape = map(Type::U64, Type::U8),
        ("claims", "was Map<u32, Option<Claim>>, is Map<u64, u8>"),
        "rewrite it in the migration",
    ),
    (
        |new| new.fields.push(stored("until", FieldShape::Item(Type::TimeMs))),
        ("until", "added: TimeMs"),
        "set it in the migration",
    ),
    (
        |new| new.fields.push(stored("votes", map(Type::U8, Type::U8))),
        ("votes", "added: Map<u8, u8>"),
        "nothing: it starts empty",
    ),
    (
        |new| new.fields.push(stored("staff", FieldShape::Roles(vec!["A".into(), "B".into()]))),
        ("staff", "added: Roles<A | B>"),
        "nothing: it starts empty",
    ),
    (
        |new| {
            new.fields.pop();
            new.retired.push("total".into());
        },
        ("total", "removed"),
        "nothing: its name is retired",
    ),
    (
        |new| new.types[1] = definition("Payment", Type::U128),
        ("claims", "holds Map<u32, Option<Claim>>, and type Payment changed"),
        "rewrite it in the migration",
    ),
];

#[test]
fn a_change_needs_a_new_version_and_then_a_migration() {
    for (edit, change, next) in CASES {
        let old = layout(1, Type::U64);
        let mut new = layout(1, Type::U64);
        edit(&mut new);
        let same_version = Comparison::new(&old, &new);
        assert_eq!(fields(&same_version), [*change]);
        assert_eq!(same_version.changes[0].next, *next);
        let refusal = same_version.refusal.expect("the chain refuses it");
        assert!(refusal.message.contains(change.0), "{refusal:?}");
        assert!(refusal.next.contains("version = 2 and add #[migrate(from = 1)]"), "{refusal:?}");

        new.version = 2;
        let next_version = Comparison::new(&old, &new);
        assert_eq!(next_version.refusal, None);
        assert_eq!(next_version.verdict(), "version 2 needs #[migrate(from = 1)]");
    }
}

#[test]
fn equal_layouts_pass() {
    let comparison = Comparison::new(&layout(1, Type::U8), &layout(1, Type::U8));
    assert_eq!((comparison.refusal.as_ref(), fields(&comparison)), (None, vec![]));
    assert_eq!(comparison.verdict(), "no difference: both store what version 1 stores");
}

#[test]
fn some_upgrades_are_refused_whatever_the_version() {
    type Case = (fn(&mut StorageLayout), &'static str, &'static str);
    let old = layout(2, Type::U8);
    let cases: [Case; 3] = [
        (|new| new.version = 1, "went back from 2 to 1", "set version = 2 or a higher one"),
        (
            |new| {
                new.version = 3;
                new.fields.push(stored("fee", FieldShape::Item(Type::U8)));
            },
            "`fee` has a name that is retired",
            "another name",
        ),
        (
            |new| {
                new.version = 3;
                drop(new.fields.pop());
            },
            "`total` is gone, and its name is not retired",
            "retired(\"total\")",
        ),
    ];
    for (edit, message, next) in cases {
        let mut new = layout(2, Type::U8);
        edit(&mut new);
        let refusal = Comparison::new(&old, &new).refusal.expect(message);
        assert!(refusal.message.contains(message), "{refusal:?}");
        assert!(refusal.next.contains(next), "{refusal:?}");
    }
}

#[test]
fn types_that_contain_themselves_are_followed_once() {
    let endless = |kind| {
        layout(1, Type::List(Box::new(Type::Tuple(vec![Type::Named("Claim".into()), kind]))))
    };
    let comparison = Comparison::new(&endless(Type::U8), &endless(Type::U16));
    assert_eq!(
        fields(&comparison),
        [("claims", "holds Map<u32, Option<Claim>>, and type Payment changed")]
    );
}
