use weal_types::abi::{AssetRef, FORMAT, Type, Unit};

use super::*;

fn field(name: &str, kind: Type) -> Field {
    Field { name: name.into(), kind, meaning: Meaning::default() }
}

fn method(name: &str, kind: MethodKind) -> Method {
    Method {
        name: name.into(),
        kind,
        doc: "Pays.".into(),
        intent: String::new(),
        auth: Auth::Owner,
        accepts: vec![AssetRef::Any],
        reentrant: true,
        args: vec![field("claim", Type::U32), field("amount", Type::Amount)],
        ok: Type::Bool,
        errors: vec![1],
        emits: vec!["Paid".into()],
        calls_out: vec![],
    }
}

fn document() -> Abi {
    let variant = |name: &str, index| Variant {
        name: name.into(),
        index,
        doc: String::new(),
        fields: vec![field("at", Type::TimeMs)],
    };
    let definition =
        |name: &str, shape| TypeDefinition { name: name.into(), doc: String::new(), shape };
    Abi {
        format: FORMAT,
        contract: "Fund".into(),
        doc: String::new(),
        layout: Layout { version: 2, hash: [1; 32] },
        methods: vec![
            method("pay", MethodKind::Call),
            method("open", MethodKind::Init),
            method("from_one", MethodKind::Migrate(1)),
        ],
        events: vec![Event {
            name: "Paid".into(),
            doc: String::new(),
            topics: vec![field("claim", Type::U32)],
            data: vec![field("amount", Type::Amount)],
        }],
        errors: vec![ErrorCase {
            code: 1,
            name: "Empty".into(),
            message: "Nothing is left.".into(),
            fields: vec![],
        }],
        roles: vec![],
        types: vec![
            definition("Claim", Shape::Struct(vec![field("payee", Type::AccountId)])),
            definition("State", Shape::Enum(vec![variant("Open", 0), variant("Done", 1)])),
            definition(
                "Share",
                Shape::Alias { kind: Type::U32, meaning: Box::new(Meaning::default()) },
            ),
        ],
    }
}

fn shape(abi: &mut Abi, index: usize) -> &mut Shape {
    &mut abi.types[index].shape
}

fn meaning(abi: &mut Abi) -> &mut Meaning {
    &mut abi.methods[0].args[1].meaning
}

/// What is done to the document, and the one change that comes of it: breaking, item, and a part of
/// the text.
type Case = (fn(&mut Abi), bool, &'static str, &'static str);

fn assert_cases(cases: &[Case]) {
    for (number, (edit, is_breaking, item, what)) in cases.iter().enumerate() {
        let (old, mut new) = (document(), document());
        edit(&mut new);
        let changes = diff(&old, &new);
        let [change] = changes.as_slice() else { panic!("case {number} ({what}): {changes:?}") };
        assert_eq!((change.is_breaking, change.item.as_str()), (*is_breaking, *item), "{what}");
        assert!(change.what.contains(what), "case {number}: {} has no {what}", change.what);
    }
}

#[test]
fn equal_documents_do_not_differ() {
    assert_eq!(diff(&document(), &document()), []);
}

#[test]
fn methods() {
    assert_cases(&[
        (|new| drop(new.methods.remove(0)), true, "method pay", "removed"),
        (|new| new.methods.push(method("more", MethodKind::Query)), false, "method more", "added"),
        (|new| new.methods[0].doc = "Sends.".into(), false, "method pay", "text"),
        (|new| new.methods[0].intent = "Send".into(), false, "method pay", "text"),
        (
            |new| new.methods[0].kind = MethodKind::Query,
            true,
            "method pay",
            "was a call, is a query",
        ),
        (|new| new.methods[0].args.swap(0, 1), true, "method pay", "arguments were (claim: u32, "),
        (|new| drop(new.methods[0].args.pop()), true, "method pay", "are (claim: u32)"),
        (|new| new.methods[0].args[0].name = "id".into(), true, "method pay", "are (id: u32"),
        (|new| new.methods[0].args[0].kind = Type::U64, true, "method pay", "are (claim: u64"),
        (|new| new.methods[0].ok = Type::Unit, true, "method pay", "returned bool, returns ()"),
        (|new| new.methods[0].auth = Auth::Anyone, false, "method pay", "is for anyone"),
        (|new| new.methods[0].auth = Auth::Governance, true, "method pay", "governance"),
        (|new| new.methods[0].accepts.clear(), true, "method pay", "no longer accepts any asset"),
        (
            |new| new.methods[0].accepts.push(AssetRef::Stored("asset".into())),
            false,
            "method pay",
            "also accepts the asset in storage field asset",
        ),
        (|new| new.methods[0].reentrant = false, true, "method pay", "may no longer be entered"),
        (|new| new.methods[0].emits.clear(), true, "method pay", "no longer emits Paid"),
        (|new| new.methods[0].emits.push("Late".into()), false, "method pay", "may also emit Late"),
        (|new| new.methods[0].errors.push(2), false, "method pay", "may also fail with error 2"),
        (|new| drop(new.methods[1].args.pop()), false, "method open", "arguments were"),
    ]);
    // Fewer errors are no news to a caller.
    let mut new = document();
    new.methods[0].errors.clear();
    assert_eq!(diff(&document(), &new), []);
}

#[test]
fn events_errors_and_types() {
    let cases: [Case; 13] = [
        (|new| drop(new.events.pop()), true, "event Paid", "removed"),
        (|new| new.events[0].topics[0].kind = Type::U64, true, "event Paid", "topics were"),
        (|new| drop(new.events[0].data.pop()), true, "event Paid", "fields were (amount: Amount)"),
        (|new| new.errors[0].name = "Full".into(), true, "error 1", "meant Empty, means Full"),
        (|new| new.errors[0].message = "Empty.".into(), false, "error 1", "text"),
        (|new| new.errors.clear(), false, "error 1", "removed"),
        (|new| drop(new.types.remove(0)), false, "type Claim", "removed"),
        (
            |new| {
                let Shape::Struct(fields) = shape(new, 0) else { unreachable!() };
                fields[0].kind = Type::PublicKey;
            },
            true,
            "type Claim",
            "fields were (payee: AccountId)",
        ),
        (|new| *shape(new, 0) = Shape::Enum(vec![]), true, "type Claim", "made differently"),
        (
            |new| {
                let Shape::Enum(variants) = shape(new, 1) else { unreachable!() };
                variants[1].index = 2;
            },
            true,
            "type State::Done",
            "its byte was 1, is 2",
        ),
        (
            |new| {
                let Shape::Enum(variants) = shape(new, 1) else { unreachable!() };
                drop(variants.pop());
            },
            true,
            "type State::Done",
            "removed",
        ),
        (
            |new| {
                let Shape::Enum(variants) = shape(new, 1) else { unreachable!() };
                variants.push(Variant { name: "Late".into(), index: 2, ..variants[0].clone() });
            },
            true,
            "type State::Late",
            "added",
        ),
        (
            |new| {
                let Shape::Alias { kind, .. } = shape(new, 2) else { unreachable!() };
                *kind = Type::U64;
            },
            true,
            "type Share",
            "was u32, is u64",
        ),
    ];
    assert_cases(&cases);
}

#[test]
fn meanings() {
    assert_cases(&[
        (
            |new| meaning(new).unit = Some(Unit::Percent),
            true,
            "method pay",
            "counts something else",
        ),
        (|new| meaning(new).min = Some(1), true, "method pay", "narrower"),
        (|new| meaning(new).max = Some(9), true, "method pay", "narrower"),
        (|new| meaning(new).label = "Sum".into(), false, "method pay", "described differently"),
    ]);
    let (mut old, new) = (document(), document());
    meaning(&mut old).max = Some(9);
    assert!(!diff(&old, &new)[0].is_breaking, "wider bounds break nobody");
}

#[test]
fn layouts() {
    assert_cases(&[
        (|new| new.layout.hash = [2; 32], true, "layout", "still 2"),
        (|new| new.layout.version = 1, true, "layout", "went back from 2 to 1"),
        (|new| new.layout.version = 3, true, "layout", "no migration from 2"),
        (|new| new.contract = "Chest".into(), false, "contract", "now called `Chest`"),
    ]);
    let mut new = document();
    new.layout = Layout { version: 3, hash: [2; 32] };
    new.methods.push(method("from_two", MethodKind::Migrate(2)));
    let changes = diff(&document(), &new);
    assert!(changes.iter().all(|change| !change.is_breaking), "{changes:?}");
    assert!(changes.iter().any(|change| change.what == "version 2 is migrated to 3"));
}
