//! The description of the interface, the reference in `docs/rpc.md`, and the interface itself: all
//! three agree.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use weal_client::rpc::error::KINDS;

use crate::{
    wire::{Socket, post},
    world::World,
};

const REFERENCE: &str = include_str!("../../../docs/rpc.md");

/// Headings of one level.
fn headings(level: &str) -> Vec<&'static str> {
    REFERENCE.lines().filter_map(|line| line.strip_prefix(level)).map(str::trim).collect()
}

fn in_ticks(heading: &str) -> Option<&str> {
    heading.strip_prefix('`')?.strip_suffix('`')
}

async fn described(world: &World) -> Vec<Value> {
    let document = world.call("rpc_discover", json!({})).await;
    assert_eq!(document["openrpc"], "1.3.2");
    document["methods"].as_array().unwrap().clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn every_method_is_described_and_answers() {
    let world = World::new().await;
    let mut socket = Socket::open(world.address).await;
    for method in described(&world).await {
        let name = method["name"].as_str().unwrap();
        assert!(!method["description"].as_str().unwrap().is_empty(), "{name}");
        // Whatever a method makes of these params, it is there.
        let answer = socket.call(name, json!({ "no_such_param": 1 })).await;
        let code = &answer["error"]["code"];
        assert_ne!(code, &json!(-32_601), "{name} is described, but not there: {answer}");
        if !name.ends_with("_unsubscribe") {
            assert_eq!(code, &json!(-32_602), "{name} takes params that it does not have");
        }
    }
    let unknown = socket.call("no_such_method", json!({})).await;
    assert_eq!(unknown["error"]["code"], -32_601);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_schemas_hang_together() {
    let world = World::new().await;
    let document = world.call("rpc_discover", json!({})).await;
    let mut references = BTreeSet::new();
    collect_references(&document, &mut references);
    assert!(references.len() > 20);
    for reference in references {
        let path = reference.strip_prefix('#').expect("a reference into the document");
        assert!(document.pointer(path).is_some(), "{reference} leads nowhere");
    }
    for method in document["methods"].as_array().unwrap() {
        let params = method["params"].as_array().unwrap();
        let names: BTreeSet<_> = params.iter().map(|param| param["name"].as_str()).collect();
        assert_eq!(names.len(), params.len());
        for param in params {
            let described = param["description"].as_str().is_some_and(|text| !text.is_empty());
            assert!(described, "{}: {param}", method["name"]);
        }
    }
}

fn collect_references(value: &Value, references: &mut BTreeSet<String>) {
    match value {
        Value::Object(fields) => {
            if let Some(Value::String(reference)) = fields.get("$ref") {
                references.insert(reference.clone());
            }
            fields.values().for_each(|value| collect_references(value, references));
        }
        Value::Array(items) => items.iter().for_each(|value| collect_references(value, references)),
        _ => {}
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_reference_has_a_section_for_every_method_and_every_error() {
    let world = World::new().await;
    let methods = described(&world).await;
    let there: BTreeSet<_> =
        methods.iter().map(|method| method["name"].as_str().unwrap()).collect();
    let written: BTreeSet<_> = headings("### ").into_iter().filter_map(in_ticks).collect();
    assert_eq!(written, there);
    let errors: BTreeSet<_> = headings("#### ").into_iter().filter_map(in_ticks).collect();
    assert_eq!(errors, KINDS.iter().map(|kind| kind.name).collect());
    for kind in KINDS {
        let line = format!("#### `{}`\n\nCode {}.", kind.name, kind.code);
        assert!(REFERENCE.contains(&line), "docs/rpc.md lacks {line:?}");
    }
    for method in &methods {
        let name = method["name"].as_str().unwrap();
        let section = section(name);
        for param in method["params"].as_array().unwrap() {
            let param = param["name"].as_str().unwrap();
            assert!(section.contains(&format!("`{param}`")), "{name} lacks `{param}`");
        }
    }
}

/// The text below the heading of a method.
fn section(method: &str) -> &'static str {
    let heading = format!("\n### `{method}`\n");
    let (_, rest) = REFERENCE.split_once(&heading).unwrap();
    let ends = ["\n### ", "\n## "].into_iter().filter_map(|heading| rest.find(heading));
    &rest[..ends.min().unwrap_or(rest.len())]
}

#[tokio::test(flavor = "multi_thread")]
async fn every_example_runs() {
    let world = World::new().await;
    let mut socket = Socket::open(world.address).await;
    for method in described(&world).await {
        let name = method["name"].as_str().unwrap();
        let section = section(name);
        let mut examples = 0;
        for example in section.lines().filter_map(payload) {
            examples += 1;
            let request: Value = serde_json::from_str(example).unwrap();
            assert_eq!(request["method"], name, "an example of another method");
            let mut answer = if name.ends_with("scribe") {
                socket.send(example).await;
                socket.receive().await.unwrap()
            } else {
                post(world.address, example).await.json()
            };
            let refused = answer.pointer_mut("/error/data/name").map(Value::take);
            // A fresh chain has no second block and no such campaign; a section that shows such an
            // example names the error.
            let named = refused
                .as_ref()
                .and_then(Value::as_str)
                .is_some_and(|n| section.contains(&format!("`{n}`")));
            assert!(named || answer["error"].is_null(), "{name}: {example} gives {answer}");
        }
        assert!(examples > 0, "{name} has no example");
    }
}

/// What an example sends: the text in quotes after `-d`, or a line that is a request.
fn payload(line: &str) -> Option<&str> {
    let quoted = line.split_once(" -d '").and_then(|(_, rest)| rest.strip_suffix('\''));
    quoted.or_else(|| Some(line).filter(|line| line.starts_with("{\"jsonrpc\"")))
}
