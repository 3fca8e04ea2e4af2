//! What a change of a document means for those who were written for the old one.

use serde_json::{Value, json};
use weal_client::layout::{Effect, diff};
use weal_types::abi::Abi;

const DOCUMENT: &str = include_str!("../../../tests/golden/json/document.abi.json");

fn document() -> Value {
    serde_json::from_str(DOCUMENT).expect("JSON")
}

fn read(document: &Value) -> Abi {
    Abi::from_json(&document.to_string()).unwrap_or_else(|error| panic!("{error}"))
}

/// What is done to a document, as (pointer, new value; nothing to remove what is there).
type Edits = Vec<(&'static str, Option<Value>)>;

fn edited(edits: &Edits) -> Value {
    let mut document = document();
    for (pointer, value) in edits {
        let (parent, key) = pointer.rsplit_once('/').expect("a pointer");
        let parent = document.pointer_mut(parent).unwrap_or_else(|| panic!("{pointer}"));
        match (parent, value) {
            (Value::Array(items), None) => drop(items.remove(key.parse().expect("an index"))),
            (Value::Array(items), Some(value)) if key == "-" => items.push(value.clone()),
            (Value::Array(items), Some(value)) => {
                items[key.parse::<usize>().expect("an index")] = value.clone();
            }
            (parent, None) => drop(parent.as_object_mut().expect("an object").remove(key)),
            (parent, Some(value)) => parent[key] = value.clone(),
        }
    }
    document
}

fn to(pointer: &'static str, value: Value) -> Edits {
    vec![(pointer, Some(value))]
}

fn without(pointer: &'static str) -> Edits {
    vec![(pointer, None)]
}

/// Holds each edit against the effect and the paths that it has, and its reverse against those.
fn check(cases: Vec<(Edits, Effect, &str, Effect, &str)>) {
    let old = read(&document());
    for (edits, effect, path, effect_back, path_back) in cases {
        let new = read(&edited(&edits));
        for (changes, effect, path) in
            [(diff(&old, &new), effect, path), (diff(&new, &old), effect_back, path_back)]
        {
            let found: Vec<_> =
                changes.iter().map(|change| (change.effect, change.path.as_str())).collect();
            assert_eq!(found, [(effect, path)], "{edits:?}: {changes:#?}");
        }
    }
}

use Effect::{Breaking, Compatible};

#[test]
fn equal_documents_and_other_words_are_no_change() {
    let old = read(&document());
    assert_eq!(diff(&old, &old), []);
    let words = [
        to("/doc", json!("Other words.")),
        to("/methods/0/intent", json!("Pay {claim}")),
        to("/errors/0/message", json!("No claim {claim}.")),
        to("/types/0/doc", json!("A claim.")),
    ];
    for edits in words {
        assert_eq!(diff(&old, &read(&edited(&edits))), [], "{edits:?}");
    }
}

#[test]
fn methods() {
    let method = |kind: &str| json!({ "name": "more", "kind": kind, "auth": "anyone", "ok": "()" });
    let (pay, give) = ("methods.pay", "methods.give");
    check(vec![
        (to("/methods/-", method("call")), Compatible, "methods.more", Breaking, "methods.more"),
        (to("/methods/-", method("init")), Compatible, "methods.more", Breaking, "methods.more"),
        (to("/methods/0/kind", json!("query")), Compatible, pay, Breaking, pay),
        (to("/methods/0/kind", json!("init")), Breaking, pay, Breaking, pay),
        (to("/methods/0/reentrant", json!(true)), Compatible, pay, Breaking, pay),
        (
            to("/methods/0/auth", json!("owner")),
            Breaking,
            "methods.pay.auth",
            Compatible,
            "methods.pay.auth",
        ),
        (
            to("/methods/1/accepts", json!(["any"])),
            Compatible,
            "methods.give.accepts",
            Breaking,
            "methods.give.accepts",
        ),
        (
            to("/methods/1/emits", json!(["Paid"])),
            Compatible,
            "methods.give.emits",
            Breaking,
            "methods.give.emits",
        ),
        (to("/methods/0/ok", json!("u8")), Breaking, "methods.pay.ok", Breaking, "methods.pay.ok"),
    ]);
    let removed = diff(&read(&document()), &read(&edited(&without("/methods/1"))));
    assert!(removed.iter().any(|change| change.effect == Breaking && change.path == give));
}

#[test]
fn arguments() {
    let (claim, args) = ("methods.pay.args.claim", "methods.pay.args");
    let more = json!({ "name": "more", "type": "Option<u8>" });
    check(vec![
        (to("/methods/0/args/0/type", json!("u64")), Breaking, claim, Breaking, claim),
        (to("/methods/0/args/0/type", json!("i32")), Breaking, claim, Breaking, claim),
        (to("/methods/0/args/-", more), Breaking, args, Breaking, args),
        (to("/methods/0/args/0/meaning/min", json!("2")), Breaking, claim, Compatible, claim),
        (to("/methods/0/args/0/meaning/max", json!("9999")), Compatible, claim, Breaking, claim),
        (to("/methods/0/args/0/meaning/unit", json!("blocks")), Compatible, claim, Breaking, claim),
        (
            to("/methods/1/args/0/type", json!("AccountId")),
            Breaking,
            "methods.give.args.coin",
            Breaking,
            "methods.give.args.coin",
        ),
        (
            to("/methods/0/args/2/type", json!("Option<Bytes>")),
            Breaking,
            "methods.pay.args.memo",
            Breaking,
            "methods.pay.args.memo",
        ),
        // Two widths of one alias, and two units.
        (
            to("/types/2/shape/alias/type", json!("u32")),
            Breaking,
            "methods.give.args.share",
            Breaking,
            "methods.give.args.share",
        ),
        (
            to("/types/2/shape/alias/meaning/unit", json!("percent")),
            Breaking,
            "methods.give.args.share",
            Breaking,
            "methods.give.args.share",
        ),
    ]);
    // Another name for the same bytes and the same JSON.
    let old = read(&document());
    assert_eq!(diff(&old, &read(&edited(&to("/methods/1/args/2/type", json!("u64"))))), []);
    // An argument under another name is another argument.
    let renamed = diff(&old, &read(&edited(&to("/methods/0/args/3/name", json!("others")))));
    assert_eq!(renamed.len(), 1);
    assert_eq!(renamed[0].effect, Breaking);
}

#[test]
fn types_in_both_directions() {
    // `Claim` and `Stage` are sent to `pay` and come back from it.
    let variant = json!({ "name": "Lost", "index": 8 });
    let old = read(&document());
    let grown = read(&edited(&to("/types/1/shape/enum/-", variant)));
    for (changes, first, second) in [
        (diff(&old, &grown), "is new", "can be sent"),
        (diff(&grown, &old), "is gone: ", "is gone from"),
    ] {
        let found: Vec<_> =
            changes.iter().map(|change| (change.effect, change.path.as_str())).collect();
        assert_eq!(found, [(Breaking, "types.Stage.Lost"), (Compatible, "types.Stage.Lost")]);
        assert!(changes[0].what.starts_with(first) && changes[1].what.starts_with(second));
    }
    check(vec![
        (
            to("/types/1/shape/enum/0/index", json!(9)),
            Breaking,
            "types.Stage.Open",
            Breaking,
            "types.Stage.Open",
        ),
        (
            to("/types/0/shape/struct/-", json!({ "name": "more", "type": "u8" })),
            Breaking,
            "types.Claim",
            Breaking,
            "types.Claim",
        ),
        (
            to("/types/0/shape/struct/0/type", json!("u16")),
            Breaking,
            "types.Claim.id",
            Breaking,
            "types.Claim.id",
        ),
        // Nothing that is called uses it.
    ]);
    assert_eq!(diff(&old, &read(&edited(&to("/types/6/shape", json!({ "struct": [] }))))), []);
}

#[test]
fn events_errors_and_roles() {
    let topic = json!({ "name": "more", "type": "u8" });
    let error = json!({ "code": 7, "name": "More", "message": "More." });
    let role = json!([{ "name": "Payer" }]);
    let (topics, data) = ("events.Paid.topics", "events.Paid.data");
    let closed = "errors.4294967295";
    check(vec![
        (to("/events/0/topics/-", topic.clone()), Breaking, topics, Breaking, topics),
        (to("/events/0/data/-", topic), Breaking, data, Breaking, data),
        (to("/errors/-", error), Compatible, "errors.7", Compatible, "errors.7"),
        (to("/errors/2/name", json!("Ended")), Breaking, closed, Breaking, closed),
        (
            to("/errors/0/fields/0/type", json!("u64")),
            Breaking,
            "errors.1.claim",
            Breaking,
            "errors.1.claim",
        ),
        (to("/roles", role), Compatible, "roles.Payer", Breaking, "roles.Payer"),
    ]);
    let old = read(&document());
    let gone = read(&edited(&vec![("/methods/0/emits", None), ("/events/0", None)]));
    let paths: Vec<_> = diff(&old, &gone).into_iter().map(|change| change.path).collect();
    assert_eq!(paths, ["events.Paid", "methods.pay.emits"]);
    let recoded = read(&edited(&to("/errors/2/code", json!(9))));
    let changes = diff(&old, &recoded);
    assert!(changes[0].effect == Breaking && changes[0].what.contains("has 9 now"), "{changes:#?}");
}

#[test]
fn storage() {
    let old = read(&document());
    let hash = json!(format!("0x{}", "11".repeat(32)));
    let migration = |from: u32| {
        let kind = json!({ "migrate": from });
        json!({ "name": "migrate", "kind": kind, "auth": "anyone", "ok": "()" })
    };
    let changed = ("/layout/hash", Some(hash));
    let raised = ("/layout/version", Some(json!(2)));
    let cases: Vec<(Edits, Effect, &str)> = vec![
        (vec![changed.clone()], Breaking, "its version is still 1"),
        (vec![raised.clone()], Breaking, "nothing migrates from 1"),
        (
            vec![changed.clone(), raised.clone(), ("/methods/-", Some(migration(0)))],
            Breaking,
            "nothing migrates from 1",
        ),
        (
            vec![changed, raised, ("/methods/-", Some(migration(1)))],
            Compatible,
            "migrates from version 1",
        ),
        (vec![("/layout/version", Some(json!(0)))], Breaking, "falls from 1 to 0"),
    ];
    for (edits, effect, what) in cases {
        let changes = diff(&old, &read(&edited(&edits)));
        let layout: Vec<_> = changes.iter().filter(|change| change.path == "layout").collect();
        assert!(
            layout.len() == 1 && layout[0].effect == effect && layout[0].what.contains(what),
            "{changes:#?}"
        );
    }
}
