//! Memory, tables, globals and what they hold at the start: 1117 to 1124.

use weal_gate::{codes, profile};

use crate::{
    Case, case,
    common::{contract, place::At, with_abi},
};

pub fn cases() -> Vec<Case> {
    [memories(), pages(), tables(), globals(), counts(), data(), elements(), constants()]
        .into_iter()
        .flatten()
        .collect()
}

/// A module with `run` and no memory but those in `fields`.
fn remembering(fields: &str) -> Vec<u8> {
    with_abi(&format!(r#"(module {fields} (func (export "weal.run")))"#), &["run"])
}

fn memories() -> Vec<Case> {
    let memory = |what, outside: &str| {
        case(
            codes::MEMORY,
            what,
            remembering(r#"(memory (export "memory") 1)"#),
            remembering(outside),
        )
    };
    vec![
        memory("has no memory", ""),
        memory("has two memories", r#"(memory (export "memory") 1) (memory 1)"#).at(At::Section(5)),
        memory("has a 64-bit memory", r#"(memory (export "memory") i64 1)"#).at(At::Item(5, 0)),
        memory("has a shared memory", r#"(memory (export "memory") 1 2 shared)"#)
            .at(At::Item(5, 0)),
        memory("has small pages", r#"(memory (export "memory") 1 (pagesize 1))"#)
            .at(At::Item(5, 0)),
        memory("hides its memory", "(memory 1)"),
        memory("exports it otherwise", r#"(memory (export "mem") 1)"#),
        memory("has a function for it", r#"(memory 1) (export "memory" (func 0))"#),
        memory("has a global for it", r#"(memory 1) (global (export "memory") i32 (i32.const 0))"#),
    ]
}

fn pages() -> Vec<Case> {
    let initial = |pages| remembering(&format!(r#"(memory (export "memory") {pages})"#));
    let maximum = |pages| remembering(&format!(r#"(memory (export "memory") 0 {pages})"#));
    let (most, ever) = (profile::INITIAL_PAGES, profile::MAXIMUM_PAGES);
    vec![
        case(codes::MEMORY_INITIAL, "starts large", initial(most), initial(most + 1))
            .at(At::Item(5, 0)),
        case(codes::MEMORY_INITIAL, "starts with 4 GiB", initial(0), initial(65_536))
            .at(At::Item(5, 0)),
        case(codes::MEMORY_MAXIMUM, "may get large", maximum(ever), maximum(ever + 1))
            .at(At::Item(5, 0)),
    ]
}

fn tables() -> Vec<Case> {
    let fields = |what, inside: &str, outside: &str| {
        case(codes::TABLES, what, contract(inside), contract(outside))
    };
    let entries = |count| format!("(table {count} funcref)");
    let most = profile::TABLE_ENTRIES;
    vec![
        fields("has two tables", "(table 1 funcref)", "(table 1 funcref) (table 1 funcref)")
            .at(At::Section(4)),
        fields("has a large table", &entries(most), &entries(most + 1)).at(At::Item(4, 0)),
        fields(
            "has a table with a value",
            "(table 1 funcref)",
            "(table 1 funcref (ref.null func))",
        )
        .at(At::Item(4, 0)),
    ]
}

fn globals() -> Vec<Case> {
    let many = |count: u32| contract(&"(global (mut i32) (i32.const 0))".repeat(count as usize));
    let most = profile::GLOBALS;
    vec![case(codes::GLOBALS, "has many globals", many(most), many(most + 1)).at(At::Section(6))]
}

fn counts() -> Vec<Case> {
    let most = profile::SEGMENTS as usize;
    let table = format!("(func) (table {} funcref)", profile::TABLE_ENTRIES);
    let data = |count: usize| contract(&r#"(data (i32.const 0) "x")"#.repeat(count));
    let elements =
        |count: usize| contract(&format!("{table} {}", "(elem (i32.const 0) 0)".repeat(count)));
    // Two segments that fill the table, and one on top of them.
    let half = profile::TABLE_ENTRIES as usize / 2;
    let halves = |more: usize| {
        let segment = |count: usize| match count {
            0 => String::new(),
            count => format!("(elem (i32.const 0) {})", "0 ".repeat(count)),
        };
        contract(&format!("{table} {}{}{}", segment(half), segment(half), segment(more)))
    };
    vec![
        case(codes::SEGMENT_COUNT, "has much data", data(most), data(most + 1)).at(At::Section(11)),
        case(codes::SEGMENT_COUNT, "fills its table often", elements(most), elements(most + 1))
            .at(At::Section(9)),
        case(codes::SEGMENT_COUNT, "has many elements", halves(0), halves(1)).at(At::Item(9, 2)),
    ]
}

fn data() -> Vec<Case> {
    // The module has one page; the second segment is the one in question.
    let page = profile::PAGE_BYTES;
    let at = |offset: u64| {
        contract(&format!(
            r#"(data (i32.const 0) "abc") (data (i32.const {}) "abc")"#,
            offset as i32
        ))
    };
    let outside = |what, outside: Vec<u8>| {
        case(codes::SEGMENT_BOUNDS, what, at(page - 3), outside).at(At::Item(11, 1))
    };
    let empty = |offset: u64| {
        contract(&format!(r#"(data (i32.const 0) "") (data (i32.const {offset}) "")"#))
    };
    vec![
        outside("has data across the end", at(page - 2)),
        outside("has data behind the end", at(1 << 31)),
        outside("has data that wraps", at(u64::from(u32::MAX) - 2)),
        outside("has data for later", contract(r#"(data (i32.const 0) "abc") (data "abc")"#)),
        case(codes::SEGMENT_BOUNDS, "has no data behind the end", empty(page), empty(page + 1))
            .at(At::Item(11, 1)),
        outside(
            "computes where its data lie",
            contract(
                r#"(data (i32.const 0) "abc")
                   (data (offset (i32.sub (i32.const 0) (i32.const 3))) "abc")"#,
            ),
        ),
    ]
}

fn elements() -> Vec<Case> {
    let fields = |segment: &str| {
        contract(&format!("(func) (table 4 funcref) (elem (i32.const 0) 0) {segment}"))
    };
    let outside = |what, segment: &str| {
        let inside = fields("(elem (i32.const 2) 0 0)");
        case(codes::SEGMENT_BOUNDS, what, inside, fields(segment)).at(At::Item(9, 1))
    };
    vec![
        outside("fills beyond its table", "(elem (i32.const 3) 0 0)"),
        outside("fills far beyond its table", "(elem (i32.const -2) 0 0)"),
        outside("has elements for later", "(elem func 0 0)"),
        outside("declares elements", "(elem declare func 0 0)"),
        outside("computes elements", "(elem (i32.const 0) funcref (ref.func 0))"),
        case(
            codes::SEGMENT_BOUNDS,
            "fills no table",
            contract("(func) (table 1 funcref) (elem (i32.const 0) 0)"),
            contract("(func) (table 0 funcref) (elem (i32.const 0) 0)"),
        )
        .at(At::Item(9, 0)),
    ]
}

/// A sum of `terms` zeros: twice as many instructions, less one.
fn sum(terms: usize) -> String {
    format!("{} {}", "i32.const 0 ".repeat(terms), "i32.add ".repeat(terms - 1))
}

fn constants() -> Vec<Case> {
    // A sum has an odd number of instructions: the longest one within the bound, and the next.
    let terms = profile::CONST_OPERATORS.div_ceil(2);
    let global = |value: &str| contract(&format!("(global i32 {value})"));
    let data = |value: &str| contract(&format!(r#"(data (offset {value}) "")"#));
    let element =
        |value: &str| contract(&format!("(func) (table 1 funcref) (elem (offset {value}) 0)"));
    let both = |what, module: &dyn Fn(&str) -> Vec<u8>| {
        let (inside, outside) = (module(&sum(terms)), module(&sum(terms + 1)));
        // The first instruction too many is an addition, and so are those behind it.
        let needle = "j".repeat(terms).into_bytes();
        let found = outside.windows(needle.len()).position(|window| window == needle);
        let last = found.expect("the additions are there") + needle.len();
        let too_many = 2 * terms + 1 - profile::CONST_OPERATORS;
        case(codes::CONST_EXPRESSION, what, inside, outside).at(At::Byte(last - too_many))
    };
    let unknown = |what, fields: &str| {
        case(codes::CONST_EXPRESSION, what, global("i32.const 0"), contract(fields)).at(At::Within)
    };
    vec![
        both("computes a global at length", &global),
        both("computes where its data lie at length", &data),
        both("computes where its elements lie at length", &element),
        unknown(
            "computes with another global",
            "(global i32 (i32.const 0)) (global i32 (global.get 0))",
        ),
        unknown("computes with a float", "(global i32 (f32.const 0))"),
        unknown("computes otherwise", "(global i32 (i32.and (i32.const 0) (i32.const 0)))"),
    ]
}
