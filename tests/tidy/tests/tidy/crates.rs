//! Who may depend on whom, and what every crate has.

use std::{collections::BTreeMap, fs};

use serde_json::Value;

use crate::{metadata, report, root};

/// Our crates, and what each may depend on outside its tests. Data flows down this table: a crate
/// that needs one further up is the wrong place for what it does.
const MAY_DEPEND: &[(&str, &[&str])] = &[
    ("weal-types", &[]),
    ("weal-provenance", &["weal-types"]),
    ("weal-proof", &["weal-provenance", "weal-types"]),
    ("weal-client", &["weal-proof", "weal-provenance", "weal-types"]),
    ("weal-gate", &["weal-types"]),
    ("weal-runtime", &["weal-gate", "weal-types"]),
    ("weal-state", &["weal-proof", "weal-types"]),
    ("weal-consensus", &["weal-types"]),
    ("weal-net", &["weal-types"]),
    (
        "weal-node",
        &[
            "weal-client",
            "weal-consensus",
            "weal-gate",
            "weal-net",
            "weal-proof",
            "weal-provenance",
            "weal-runtime",
            "weal-state",
            "weal-types",
        ],
    ),
    ("weal-sdk-macros", &["weal-types"]),
    ("weal-sdk", &["weal-gate", "weal-runtime", "weal-sdk-macros", "weal-types"]),
    ("approval", &["weal-sdk"]),
    ("counter", &["weal-sdk"]),
    ("donation", &["weal-provenance", "weal-sdk", "weal-types"]),
    ("escrow", &["weal-sdk"]),
    ("escrow-v2", &["weal-sdk"]),
    ("identity", &["weal-sdk"]),
    ("token", &["weal-sdk"]),
    ("bare-token", &["weal-types"]),
    ("puppet", &["weal-types"]),
    ("weal-hostile", &["weal-gate", "weal-types"]),
    ("weal-fixtures", &["bare-token", "puppet", "token", "weal-gate", "weal-sdk", "weal-types"]),
    ("weal-demo", &["weal-client", "weal-provenance", "weal-types"]),
    (
        "weal-bench",
        &[
            "weal-client",
            "weal-demo",
            "weal-fixtures",
            "weal-gate",
            "weal-hostile",
            "weal-node",
            "weal-proof",
            "weal-runtime",
            "weal-state",
            "weal-types",
        ],
    ),
    (
        "weal",
        &["weal-client", "weal-gate", "weal-node", "weal-proof", "weal-provenance", "weal-types"],
    ),
    ("weal-model", &["weal-consensus", "weal-types"]),
    ("weal-consensus-mutants", &["weal-types"]),
    ("weal-sim-mutants", &["weal-consensus-mutants", "weal-proof", "weal-types"]),
    ("weal-mutants", &["weal-consensus-mutants", "weal-sim-mutants"]),
    ("weal-chaos", &["weal-client", "weal-demo", "weal-types"]),
    ("weal-refused-tests", &[]),
    ("two-faced", &["weal-sdk"]),
    ("weal-sim", &["weal-consensus", "weal-proof", "weal-types"]),
    ("weal-tidy", &[]),
    ("weal-units", &[]),
    ("weal-wire-tests", &[]),
];

/// Crates that build without the standard library: no clock, socket, disk or thread can enter them.
const PURE: &[&str] = &["weal-types", "weal-consensus", "weal-provenance", "weal-proof"];

/// Foreign crates that only these of ours may use: the engine and the database stay replaceable.
const RESERVED: &[(&str, &[&str])] =
    &[("wasmtime", &["weal-runtime", "weal-bench"]), ("rocksdb", &["weal-state", "weal-bench"])];

/// One of our crates.
struct Member {
    name: String,
    manifest: String,
    /// The file of its library or, without one, of its program.
    entry: String,
    /// What it depends on outside its tests.
    dependencies: Vec<String>,
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map(Vec::as_slice).unwrap_or_default()
}

/// A path of cargo's, from the root.
fn from_root(path: &Value) -> String {
    let path = text(path);
    let root = format!("{}/", root().display());
    path.strip_prefix(&root).unwrap_or(&path).to_owned()
}

fn read(path: &str) -> String {
    fs::read_to_string(root().join(path)).expect("cargo names files that exist")
}

fn members() -> BTreeMap<String, Member> {
    let metadata = metadata(&["--no-deps"]);
    let member = |package: &Value| {
        let is = |target: &Value, kind: &str| list(&target["kind"]).iter().any(|is| is == kind);
        let targets = list(&package["targets"]);
        let entry = targets
            .iter()
            .find(|target| {
                ["lib", "rlib", "cdylib", "proc-macro"].iter().any(|kind| is(target, kind))
            })
            .or_else(|| targets.iter().find(|target| is(target, "bin")))
            .expect("a crate has a library or a program");
        let dependencies = list(&package["dependencies"])
            .iter()
            .filter(|dependency| dependency["kind"] != "dev")
            .map(|dependency| text(&dependency["name"]))
            .collect();
        let name = text(&package["name"]);
        let [manifest, entry] = [&package["manifest_path"], &entry["src_path"]].map(from_root);
        (name.clone(), Member { name, manifest, entry, dependencies })
    };
    list(&metadata["packages"]).iter().map(member).collect()
}

#[test]
fn crates_depend_downwards() {
    let members = members();
    let mut findings = Vec::new();
    for member in members.values() {
        let Some((_, allowed)) = MAY_DEPEND.iter().find(|(name, _)| *name == member.name) else {
            findings.push(format!(
                "{}:1: `{}` has no row in MAY_DEPEND of tests/tidy: add one, and say in README.md \
                 what lives there",
                member.manifest, member.name
            ));
            continue;
        };
        for dependency in &member.dependencies {
            if members.contains_key(dependency) && !allowed.contains(&dependency.as_str()) {
                findings.push(format!(
                    "{}:1: `{}` may not depend on `{dependency}`: pass what it needs by argument, \
                     or move the code",
                    member.manifest, member.name
                ));
            }
            let reserved = RESERVED.iter().find(|(name, _)| name == dependency);
            if reserved.is_some_and(|(_, users)| !users.contains(&member.name.as_str())) {
                findings.push(format!(
                    "{}:1: `{}` may not use `{dependency}`: go through the crate that wraps it",
                    member.manifest, member.name
                ));
            }
        }
    }
    for (name, _) in MAY_DEPEND.iter().filter(|(name, _)| !members.contains_key(*name)) {
        findings.push(format!("tests/tidy: `{name}` is gone: remove its row from MAY_DEPEND"));
    }
    report(findings);
}

#[test]
fn crates_say_what_they_are_and_share_the_lints() {
    let mut findings = Vec::new();
    for member in members().values() {
        let entry = read(&member.entry);
        if !entry.starts_with("//!") {
            findings.push(format!("{}:1: start with `//!` and what the crate is", member.entry));
        }
        let manifest = read(&member.manifest);
        let manifest: toml::Table = manifest.parse().expect("the manifest is TOML");
        let lints = manifest.get("lints").and_then(|lints| lints.get("workspace"));
        if lints.and_then(toml::Value::as_bool) != Some(true) {
            findings.push(format!("{}:1: add `[lints] workspace = true`", member.manifest));
        }
        let described = manifest["package"].get("description").is_some();
        if !described {
            findings.push(format!("{}:1: add a description", member.manifest));
        }
    }
    report(findings);
}

#[test]
fn pure_crates_do_without_the_standard_library_and_unsafe_code() {
    let members = members();
    let mut findings = Vec::new();
    for name in PURE {
        let entry = &members[*name].entry;
        let text = read(entry);
        for attribute in ["no_std", "#![forbid(unsafe_code)]"] {
            if !text.contains(attribute) {
                findings.push(format!("{entry}:1: a pure crate says `{attribute}`"));
            }
        }
    }
    // The build itself is a step of `make test`.
    let makefile = read("Makefile");
    let built = makefile.lines().find_map(|line| line.strip_prefix("PURE := "));
    if built.map(|names| names.split(' ').collect::<Vec<_>>()).as_deref() != Some(PURE) {
        findings.push(format!("Makefile:1: PURE is not {}", PURE.join(" ")));
    }
    report(findings);
}
