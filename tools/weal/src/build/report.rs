//! What `weal build` prints.

use std::fmt::Write;

use serde_json::{Value, json};
use weal_gate::profile;
use weal_types::CodeHash;

use super::Built;
use crate::{
    module::size::{self, Parts},
    outcome::Report,
    text::{Align, BOLD, grouped, hash, table},
};

/// Functions that `--size` shows.
const LARGEST: usize = 20;
/// Segments that `--size` shows.
const SEGMENTS: usize = 20;

/// Tells sizes and limits; with `in_detail` also functions and data.
pub fn report(built: &Built, in_detail: bool) -> Report {
    let parts = size::parts(&built.module);
    let mut data = json!({
        "package": built.package.name,
        "contract": built.checked.abi.contract,
        "module": built.package.result("wasm"),
        "abi": built.package.result("abi.json"),
        "code_hash": hash(&CodeHash::of(&built.module).0),
        "abi_hash": hash(&built.checked.abi_hash.0),
        "layout": {
            "version": built.checked.abi.layout.version,
            "hash": hash(&built.checked.abi.layout.hash),
        },
        "profile": weal_gate::PROFILE,
        "optimiser": built.optimiser,
        "fresh": built.is_fresh,
        "bytes": {
            "code": parts.code,
            "data": parts.data,
            "abi": parts.abi,
            "other": parts.other,
            "total": parts.total(),
        },
        "limits": limits(built).iter().map(Limit::json).collect::<Vec<_>>(),
    });
    let mut text = head(built);
    let _ = write!(text, "\n{}\n{}", parts_table(&parts), limits_table(built));
    if in_detail {
        let functions = size::functions(&built.named);
        let segments = size::segments(&built.module);
        let _ = write!(text, "\n{}", functions_table(&functions, parts.code));
        let _ = write!(text, "\n{}", segments_table(&segments));
        if let Value::Object(data) = &mut data {
            data.insert("functions".into(), functions.iter().map(function_json).collect());
            data.insert("segments".into(), segments.iter().map(segment_json).collect());
        }
    }
    Report { text, data }
}

fn head(built: &Built) -> String {
    let mut text = String::new();
    let contract = &built.checked.abi.contract;
    let _ = writeln!(text, "{BOLD}{contract}{BOLD:#}  {} methods", built.checked.abi.methods.len());
    let _ = writeln!(text, "  module     {}", built.package.result("wasm").display());
    let _ = writeln!(text, "  ABI        {}", built.package.result("abi.json").display());
    let _ = writeln!(text, "  code hash  {}", hash(&CodeHash::of(&built.module).0));
    text
}

fn share(bytes: usize, of: usize) -> String {
    let tenths = (bytes * 1_000 + of / 2).checked_div(of).unwrap_or(0);
    format!("{}.{} %", tenths / 10, tenths % 10)
}

fn parts_table(parts: &Parts) -> String {
    let total = parts.total();
    let row = |name: &str, bytes: usize| {
        vec![name.to_owned(), grouped(bytes as u64), share(bytes, total)]
    };
    let rows = [
        ["part", "bytes", "share"].map(str::to_owned).to_vec(),
        row("code", parts.code),
        row("data", parts.data),
        row("ABI", parts.abi),
        row("other", parts.other),
        row("total", total),
    ];
    table(&[Align::Left, Align::Right, Align::Right], &rows)
}

/// Something that the chain bounds.
struct Limit {
    what: &'static str,
    found: u64,
    allowed: u64,
}

impl Limit {
    fn json(&self) -> Value {
        json!({ "what": self.what, "found": self.found, "allowed": self.allowed })
    }
}

fn limits(built: &Built) -> Vec<Limit> {
    let size = &built.checked.size;
    let limit = |what, found: u32, allowed| Limit { what, found: found.into(), allowed };
    vec![
        limit("module bytes", size.module_bytes, profile::MODULE_BYTES as u64),
        limit("functions", size.functions, profile::FUNCTIONS.into()),
        limit("pages of memory at first", size.initial_pages, profile::INITIAL_PAGES),
        limit("table entries", size.table_entries, profile::TABLE_ENTRIES),
        limit("globals", size.globals, profile::GLOBALS.into()),
    ]
}

fn limits_table(built: &Built) -> String {
    let mut rows = vec![["limit", "found", "allowed", "used"].map(str::to_owned).to_vec()];
    for Limit { what, found, allowed } in limits(built) {
        let used = share(found as usize, allowed as usize);
        rows.push(vec![what.to_owned(), grouped(found), grouped(allowed), used]);
    }
    table(&[Align::Left, Align::Right, Align::Right, Align::Right], &rows)
}

fn functions_table(functions: &[size::Function], code: usize) -> String {
    let head = ["bytes", "share of code", "crate", "function"];
    let mut rows = vec![head.map(str::to_owned).to_vec()];
    for function in functions.iter().take(LARGEST) {
        let crate_name = function.crate_name.clone().unwrap_or_else(|| "-".into());
        let bytes = grouped(function.bytes as u64);
        rows.push(vec![bytes, share(function.bytes, code), crate_name, function.name.clone()]);
    }
    let mut text = table(&[Align::Right, Align::Right, Align::Left, Align::Left], &rows);
    if let Some(more) = functions.get(LARGEST..).filter(|more| !more.is_empty()) {
        let bytes: usize = more.iter().map(|function| function.bytes).sum();
        let _ = writeln!(text, "and {} more of {} bytes", more.len(), grouped(bytes as u64));
    }
    text
}

fn segments_table(segments: &[size::Segment]) -> String {
    let mut rows = vec![["data", "at"].map(str::to_owned).to_vec()];
    for segment in segments.iter().take(SEGMENTS) {
        let at = segment.offset.map_or("-".into(), |offset| format!("{offset:#x}"));
        rows.push(vec![grouped(segment.bytes as u64), at]);
    }
    let mut text = table(&[Align::Right, Align::Right], &rows);
    if let Some(more) = segments.get(SEGMENTS..).filter(|more| !more.is_empty()) {
        let bytes: usize = more.iter().map(|segment| segment.bytes).sum();
        let _ = writeln!(text, "and {} more of {} bytes", more.len(), grouped(bytes as u64));
    }
    text
}

fn function_json(function: &size::Function) -> Value {
    json!({ "name": function.name, "crate": function.crate_name, "bytes": function.bytes })
}

fn segment_json(segment: &size::Segment) -> Value {
    json!({ "offset": segment.offset, "bytes": segment.bytes })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_are_rounded_to_a_tenth() {
        for (bytes, of, expected) in [
            (0, 10, "0.0 %"),
            (1, 3, "33.3 %"),
            (2, 3, "66.7 %"),
            (3, 3, "100.0 %"),
            (0, 0, "0.0 %"),
        ] {
            assert_eq!(share(bytes, of), expected);
        }
    }
}
