//! The file as a whole, and the document inside it: 1101 to 1105.

use parity_scale_codec::Encode;
use weal_gate::{codes, embed_abi, profile};
use weal_types::{
    abi::{Abi, ErrorCase, Event, Role, Shape, TypeDefinition},
    limit,
};

use crate::{
    Case, case,
    common::{
        abi,
        bytes::{join, padded, sections, with_abi_section, with_content},
        contract, gate,
        place::At,
        running,
    },
};

/// A module that is good but for its lack of an ABI.
fn bare() -> Vec<u8> {
    wat::parse_str(r#"(module (memory (export "memory") 1) (func (export "weal.run")))"#).unwrap()
}

pub fn cases() -> Vec<Case> {
    [invalid_files(), invalid_contents(), sizes(), documents(), items()]
        .into_iter()
        .flatten()
        .collect()
}

fn invalid_files() -> Vec<Case> {
    let good = || running("nop");
    let edited = |edit: fn(&mut Vec<u8>)| {
        let mut module = good();
        edit(&mut module);
        module
    };
    let invalid = |what, outside| case(codes::INVALID, what, good(), outside);
    let reversed = || {
        let module = good();
        join(sections(&module).into_iter().rev().map(|(id, range)| (id, &module[range])))
    };
    let doubled = || {
        let module = good();
        let twice = sections(&module).into_iter().take(1).chain(sections(&module));
        join(twice.map(|(id, range)| (id, &module[range])))
    };
    vec![
        invalid("is empty", Vec::new()).at(At::Byte(0)),
        invalid("starts otherwise", edited(|module| module[0] = 1)).at(At::Byte(0)),
        invalid("has another version", edited(|module| module[4] = 2)).at(At::Within),
        invalid("is a component", b"\0asm\x0d\0\x01\0".to_vec()).at(At::Within),
        invalid("lacks its last byte", edited(|module| module.truncate(module.len() - 1)))
            .at(At::Within),
        invalid("has bytes behind it", edited(|module| module.extend([0xff; 3]))).at(At::Within),
        invalid("has its sections in another order", reversed()).at(At::Within),
        invalid("has a section twice", doubled()).at(At::Within),
        invalid("has no code", with_content(&good(), 10, &[0])).at(At::Within),
        invalid("has a section that ends early", with_content(&good(), 3, &[2, 0])).at(At::Within),
        invalid("has a section that ends late", with_content(&good(), 3, &[1, 0, 0]))
            .at(At::Within),
    ]
}

fn invalid_contents() -> Vec<Case> {
    let body = |what, inside: &str, outside: &str, at: usize| {
        case(codes::INVALID, what, running(inside), running(outside))
            .in_function("run", At::Operator(0, at))
    };
    let fields = |what, inside: &str, outside: &str| {
        case(codes::INVALID, what, contract(inside), contract(outside)).at(At::Within)
    };
    vec![
        body(
            "adds two types",
            "(drop (i32.add (i32.const 1) (i32.const 2)))",
            "(drop (i32.add (i32.const 1) (i64.const 2)))",
            2,
        ),
        body("reads no local", "(local i64) (drop (local.get 0))", "(drop (local.get 0))", 0),
        body("branches nowhere", "(block (br 1))", "(block (br 2))", 1),
        body("calls nothing", "(call 0)", "(call 1)", 0),
        body("drops nothing", "(drop (i32.const 0))", "(drop)", 0),
        body("leaves a value", "(drop (i32.const 0))", "(i32.const 0)", 1),
        fields("exports a method twice", "(func)", r#"(func (export "weal.run"))"#),
        fields("exports nothing", "(func)", r#"(export "weal.x" (func 7))"#),
        fields(
            "has a table that is larger than it may be",
            "(table 2 2 funcref)",
            "(table 2 1 funcref)",
        ),
        fields(
            "has a constant of another type",
            "(global i64 (i64.const 0))",
            "(global i64 (i32.const 0))",
        ),
        fields(
            "puts no function into its table",
            "(func) (table 1 funcref) (elem (i32.const 0) 0)",
            "(func) (table 1 funcref) (elem (i32.const 0) 9)",
        ),
    ]
}

fn sizes() -> Vec<Case> {
    let at = |total| padded(&running(""), total);
    vec![case(
        codes::MODULE_BYTES,
        "is long",
        at(profile::MODULE_BYTES),
        at(profile::MODULE_BYTES + 1),
    )]
}

/// A document of `run` with a text that makes it `total` bytes long.
fn document_of(total: usize) -> Abi {
    let mut document = abi(&["run"]);
    // The text's length takes four bytes in place of one.
    document.doc = "x".repeat(total - document.encoded_size() - 3);
    assert_eq!(document.encoded_size(), total);
    document
}

fn documents() -> Vec<Case> {
    let good = || running("");
    let content = |what, edit: fn(&mut Abi)| {
        let mut document = abi(&["run"]);
        edit(&mut document);
        case(codes::ABI_CONTENT, what, good(), embed_abi(&bare(), &document))
    };
    vec![
        case(codes::ABI_SECTION, "has no document", good(), bare()),
        case(codes::ABI_SECTION, "has two documents", good(), with_abi_section(&good(), &[0; 4]))
            .at(At::Custom(1)),
        case(
            codes::ABI_CONTENT,
            "has a long document",
            embed_abi(&bare(), &document_of(limit::ABI_BYTES)),
            embed_abi(&bare(), &document_of(limit::ABI_BYTES + 1)),
        ),
        content("has a document of the future", |document| document.format += 1),
        content("has a name that is none", |document| document.contract = "no name".into()),
        content("has a method twice", |document| {
            document.methods.push(document.methods[0].clone());
        }),
        content("has a reference to nothing", |document| {
            document.methods[0].emits.push("Nothing".into());
        }),
    ]
}

fn event(at: usize) -> Event {
    Event { name: format!("E{at}"), doc: String::new(), topics: Vec::new(), data: Vec::new() }
}

fn error(at: usize) -> ErrorCase {
    let name = format!("e{at}");
    ErrorCase { code: at as u32, name, message: String::new(), fields: Vec::new() }
}

/// `methods` methods of which each uses `uses` events and as many errors, and the last of them
/// `more` errors besides.
fn uses(methods: usize, uses: usize, more: usize) -> Vec<u8> {
    let names: Vec<String> = (0..methods).map(|at| format!("m{at}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let mut document = abi(&names);
    document.events = (0..uses).map(event).collect();
    document.errors = (0..uses + more).map(error).collect();
    for (at, method) in document.methods.iter_mut().enumerate() {
        let more = if at + 1 == methods { more } else { 0 };
        method.emits = document.events.iter().map(|event| event.name.clone()).collect();
        method.errors = (0..(uses + more) as u32).collect();
    }
    embed_abi(&exporting(&names), &document)
}

/// A module that exports these methods and has no document.
fn exporting(names: &[&str]) -> Vec<u8> {
    let exports: String =
        names.iter().map(|name| format!(r#"(export "weal.{name}" (func 0))"#)).collect();
    wat::parse_str(format!(r#"(module (memory (export "memory") 1) (func) {exports})"#)).unwrap()
}

fn items() -> Vec<Case> {
    let most = profile::ABI_ITEMS;
    let methods = |count: usize| {
        let names: Vec<String> = (0..count).map(|at| format!("m{at}")).collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        // As many exports as a module may have.
        embed_abi(&exporting(&names[..most]), &abi(&names))
    };
    let with = |edit: fn(&mut Abi, usize), count: usize| {
        let mut document = abi(&["run"]);
        edit(&mut document, count);
        embed_abi(&bare(), &document)
    };
    let several = |what, edit: fn(&mut Abi, usize)| {
        case(codes::ABI_ITEMS, what, with(edit, most), with(edit, most + 1))
    };
    let per_method = profile::ABI_USES / 2 / 64;
    vec![
        case(codes::ABI_ITEMS, "has many methods", methods(most), methods(most + 1)),
        several("has many events", |document, count| {
            document.events = (0..count).map(event).collect();
        }),
        several("has many errors", |document, count| {
            document.errors = (0..count).map(error).collect();
        }),
        several("has many roles", |document, count| {
            let role = |at| Role { name: format!("r{at}"), doc: String::new() };
            document.roles = (0..count).map(role).collect();
        }),
        several("has many types", |document, count| {
            let kind = |at| TypeDefinition {
                name: format!("T{at}"),
                doc: String::new(),
                shape: Shape::Struct(Vec::new()),
            };
            document.types = (0..count).map(kind).collect();
        }),
        case(
            codes::ABI_ITEMS,
            "uses what it has often",
            uses(64, per_method, 0),
            uses(64, per_method, 1),
        ),
    ]
}

#[test]
fn a_document_is_found_wherever_it_is() {
    let last = running("");
    let (abi, rest) = sections(&last).into_iter().partition::<Vec<_>, _>(|(id, _)| *id == 0);
    let first = join(abi.into_iter().chain(rest).map(|(id, range)| (id, &last[range])));
    assert_ne!(first, last);
    assert_eq!(gate(&first), gate(&last));
}
