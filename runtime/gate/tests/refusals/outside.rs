//! What a module asks for and what it shows: 1106 to 1116.

use weal_gate::{ChainProfile, check, codes, profile};
use weal_types::host::{Access, HOST_FUNCTIONS, HostFunction, ValueType};

use crate::{
    Case, case,
    common::{
        bytes::{with_first_section, without_section},
        contract, gate,
        place::At,
        running, with_abi,
    },
};

const GAS_LEFT: &str = r#"(import "weal" "gas_left" (func (result i64)))"#;

pub fn cases() -> Vec<Case> {
    [imports(), signatures_of_imports(), instructions(), types(), blocks(), exports(), sections()]
        .into_iter()
        .flatten()
        .collect()
}

fn imports() -> Vec<Case> {
    let good = || contract(GAS_LEFT);
    let unknown = |what, import: &str| {
        // The second import, so that the place is not the section's beginning.
        let outside = contract(&format!("{GAS_LEFT} {import}"));
        case(codes::IMPORT_UNKNOWN, what, good(), outside).at(At::Item(2, 1))
    };
    let bound = |count: u32| contract(&GAS_LEFT.repeat(count as usize));
    let log = contract(&format!(r#"{GAS_LEFT} (import "weal" "log" (func (param i32 i32)))"#));
    vec![
        unknown("imports from elsewhere", r#"(import "env" "gas_left" (func (result i64)))"#),
        unknown("imports what is not there", r#"(import "weal" "exec" (func))"#),
        unknown("imports a table", r#"(import "weal" "get" (table 1 funcref))"#),
        unknown("imports a memory", r#"(import "weal" "memory" (memory 1))"#),
        unknown("imports a global", r#"(import "weal" "gas_left" (global i64))"#),
        unknown("imports a tag", r#"(import "weal" "gas_left" (tag))"#),
        case(codes::IMPORT_DEVNET, "imports the log", good(), log).at(At::Item(2, 1)),
        case(codes::IMPORTS, "imports often", bound(profile::IMPORTS), bound(profile::IMPORTS + 1))
            .at(At::Section(2)),
    ]
}

const fn text(kind: ValueType) -> &'static str {
    match kind {
        ValueType::I32 => "i32",
        ValueType::I64 => "i64",
    }
}

const fn other(kind: ValueType) -> &'static str {
    match kind {
        ValueType::I32 => "i64",
        ValueType::I64 => "i32",
    }
}

fn import(row: &HostFunction, params: &str, result: &str) -> Vec<u8> {
    let result = match result {
        "" => String::new(),
        result => format!("(result {result})"),
    };
    contract(&format!(r#"(import "weal" "{}" (func (param {params}) {result}))"#, row.name))
}

/// Each host function with its signature, and with others that are near.
fn signatures_of_imports() -> Vec<Case> {
    let rows = HOST_FUNCTIONS.iter().filter(|row| row.access != Access::Devnet);
    rows.flat_map(|row| {
        let params: Vec<_> = row.params.iter().map(|(_, kind)| text(*kind)).collect();
        let result = row.result.map_or("", text);
        let good = params.join(" ");
        let mut near = vec![(format!("{good} i32"), result)];
        match row.result {
            Some(kind) => near.extend([(good.clone(), ""), (good.clone(), other(kind))]),
            None => near.push((good.clone(), "i32")),
        }
        if let Some((last, kept)) = row.params.split_last() {
            let kept: Vec<_> = kept.iter().map(|(_, kind)| text(*kind)).collect();
            near.push((kept.join(" "), result));
            near.push((format!("{} {}", kept.join(" "), other(last.1)), result));
        }
        let inside = import(row, &good, result);
        near.into_iter().map(move |(params, result)| {
            let outside = import(row, &params, result);
            case(codes::IMPORT_SIGNATURE, row.name, inside.clone(), outside).at(At::Item(2, 0))
        })
    })
    .collect()
}

/// Instructions that need more than a row of a table: see `instructions` for the others.
fn instructions() -> Vec<Case> {
    let fields = |what, inside: &str, outside: &str, at: usize| {
        case(codes::INSTRUCTION, what, contract(inside), contract(outside))
            .in_function("#0", At::Operator(0, at))
    };
    // Of a module with a data count, that is what is refused.
    let data = |body: &str| without_section(&contract(&format!("(data \"\") (func {body})")), 12);
    vec![
        fields("calls in place of returning", "(func (call 0))", "(func (return_call 0))", 0),
        fields(
            "calls through the table in place of returning",
            "(table 1 funcref) (func (call_indirect (i32.const 0)))",
            "(table 1 funcref) (func (return_call_indirect (i32.const 0)))",
            1,
        ),
        fields(
            "reads the table",
            "(table 1 funcref) (func)",
            "(table 1 funcref) (func (drop (table.get 0 (i32.const 0))))",
            1,
        ),
        fields(
            "asks for the table's size",
            "(table 1 funcref) (func)",
            "(table 1 funcref) (func (drop (table.size 0)))",
            0,
        ),
        fields(
            "copies within the table",
            "(table 1 funcref) (func)",
            "(table 1 funcref) (func (table.copy (i32.const 0) (i32.const 0) (i32.const 0)))",
            3,
        ),
        fields("refers to a function", "(func)", "(func (drop (ref.func 0)))", 0),
        case(codes::INSTRUCTION, "drops data", contract("(func)"), data("(data.drop 0)"))
            .in_function("#0", At::Operator(0, 0)),
        case(
            codes::INSTRUCTION,
            "initialises memory",
            contract("(func)"),
            data("(memory.init 0 (i32.const 0) (i32.const 0) (i32.const 0))"),
        )
        .in_function("#0", At::Operator(0, 3)),
    ]
}

/// Types in every place where a module names one.
fn types() -> Vec<Case> {
    let fields = |what: &str, kind: &str, outside: String| {
        let inside = outside.replace(kind, "i64").replace("(ref.null func)", "(i64.const 0)");
        let what = format!("{what} {kind}");
        case(codes::TYPE, what, contract(&inside), contract(&outside))
    };
    let mut cases = Vec::new();
    for kind in ["f32", "f64", "v128", "funcref", "externref"] {
        cases.push(
            fields("takes", kind, format!("(type (func)) (func (param {kind}))"))
                .at(At::Item(1, 1)),
        );
        cases.push(
            fields("declares", kind, format!("(type (func (param i32 {kind})))"))
                .at(At::Item(1, 0)),
        );
        cases.push(
            fields("returns", kind, format!("(func (result {kind}) unreachable)"))
                .at(At::Item(1, 0)),
        );
        cases.push(
            fields("keeps", kind, format!("(func (local i32 {kind}))"))
                .in_function("#0", At::Locals(0, 1)),
        );
        cases.push(
            fields(
                "has a block of",
                kind,
                format!("(func (drop (block (result {kind}) unreachable)))"),
            )
            .in_function("#0", At::Operator(0, 0)),
        );
    }
    for (kind, value) in
        [("f32", "f32.const 0"), ("f64", "f64.const 0"), ("funcref", "ref.null func")]
    {
        let outside = format!("(global i32 (i32.const 0)) (global {kind} ({value}))");
        let inside = "(global i32 (i32.const 0)) (global i64 (i64.const 0))";
        let what = format!("has a global {kind}");
        cases
            .push(case(codes::TYPE, what, contract(inside), contract(&outside)).at(At::Item(6, 1)));
    }
    for kind in [
        "(type (struct))",
        "(type (array i8))",
        "(type (sub (func)))",
        "(rec (type (func)) (type (func)))",
        "(rec)",
    ] {
        let inside = contract("(type (func)) (type (func (param i32)))");
        let outside = contract(&format!("(type (func)) {kind}"));
        cases.push(case(codes::TYPE, format!("has {kind}"), inside, outside).at(At::Item(1, 1)));
    }
    cases
}

fn blocks() -> Vec<Case> {
    let body = |what, inside: &str, outside: &str, at: usize| {
        case(codes::TYPE, what, running(inside), running(outside))
            .in_function("run", At::Operator(0, at))
    };
    vec![
        body(
            "has a block with a parameter",
            "(block (drop (i32.const 1)))",
            "(i32.const 1) (block (param i32) (drop))",
            1,
        ),
        body(
            "has a loop with a parameter",
            "(loop (drop (i32.const 1)))",
            "(i32.const 1) (loop (param i32) (drop))",
            1,
        ),
    ]
}

fn exports() -> Vec<Case> {
    let run = r#"(memory (export "memory") 1) (func (export "weal.run"))"#;
    let whole = |fields: &str, methods: &[&str]| with_abi(&format!("(module {fields})"), methods);
    let good = || whole(run, &["run"]);
    let extra = |what, field: &str| {
        case(codes::EXPORT_EXTRA, what, good(), whole(&format!("{run} {field}"), &["run"]))
    };
    let signature = |what, field: &str| {
        let outside = format!(r#"(memory (export "memory") 1) {field}"#);
        case(codes::EXPORT_SIGNATURE, what, good(), whole(&outside, &["run"]))
    };
    let stop = r#"(func (export "weal.stop"))"#;
    let two = || whole(&format!("{run} {stop}"), &["run", "stop"]);
    // All but `memory` and `weal.run`.
    let most = profile::ABI_ITEMS - 1;
    let many = |count: usize| {
        let names: Vec<String> = (0..count).map(|at| format!("m{at}")).collect();
        let exports: String =
            names.iter().map(|name| format!(r#"(export "weal.{name}" (func 0))"#)).collect();
        let described = names.iter().take(most).map(String::as_str);
        let methods: Vec<&str> = ["run"].into_iter().chain(described).collect();
        whole(&format!("{run} {exports}"), &methods)
    };
    vec![
        case(codes::EXPORT_MISSING, "lacks a method", two(), whole(run, &["run", "stop"])),
        case(
            codes::EXPORT_MISSING,
            "has a method without its prefix",
            two(),
            whole(&format!(r#"{run} (func (export "stop"))"#), &["run", "stop"]),
        ),
        case(
            codes::EXPORT_EXTRA,
            "has a method too many",
            two(),
            whole(&format!("{run} {stop}"), &["run"]),
        ),
        extra("exports a function", r#"(func (export "run"))"#),
        extra("exports the prefix", r#"(func (export "weal."))"#),
        extra("exports a global", r#"(global (export "__heap_base") i32 (i32.const 0))"#),
        extra("exports the stack counter", r#"(global (export "weal:stack") i32 (i32.const 0))"#),
        extra("exports its table", r#"(table (export "table") 1 funcref)"#),
        extra("exports its memory twice", r#"(export "mem" (memory 0))"#),
        case(codes::EXPORT_EXTRA, "exports much", many(most), many(most + 1)).at(At::Section(7)),
        signature("has a method with a parameter", r#"(func (export "weal.run") (param i32))"#),
        signature(
            "has a method with a result",
            r#"(func (export "weal.run") (result i32) (i32.const 0))"#,
        ),
        signature("has a global for a method", r#"(global (export "weal.run") i32 (i32.const 0))"#),
        signature("has a memory for a method", r#"(export "weal.run" (memory 0))"#),
        signature("has a table for a method", r#"(table (export "weal.run") 1 funcref)"#),
    ]
}

fn sections() -> Vec<Case> {
    let start = |field: &str| contract(&format!("(func) {field}"));
    vec![
        case(codes::START, "starts by itself", start(""), start("(start 0)")).at(At::Section(8)),
        case(codes::SECTION, "has tags", contract(""), contract("(tag)")).at(At::Section(13)),
        case(
            codes::SECTION,
            "has a data count",
            contract(r#"(data (i32.const 0) "x") (func)"#),
            contract(r#"(data "x") (func (data.drop 0))"#),
        )
        .at(At::Section(12)),
        case(
            codes::SECTION,
            "has a section of no meaning",
            contract(""),
            with_first_section(&contract(""), 14, &[0]),
        )
        .at(At::Section(14)),
    ]
}

#[test]
fn a_devnet_has_all_functions() {
    let imports: String = HOST_FUNCTIONS
        .iter()
        .map(|row| {
            let params: Vec<_> = row.params.iter().map(|(_, kind)| text(*kind)).collect();
            let result = row.result.map(|kind| format!("(result {})", text(kind)));
            format!(
                r#"(import "weal" "{}" (func (param {}) {}))"#,
                row.name,
                params.join(" "),
                result.unwrap_or_default()
            )
        })
        .collect();
    let module = contract(&imports);
    let on_devnet = check(&module, ChainProfile { devnet: true });
    assert_eq!(on_devnet.map(|checked| checked.size.functions), Ok(1));
    assert_eq!(gate(&module).map_err(|refusal| refusal.code), Err(codes::IMPORT_DEVNET.code));
}
