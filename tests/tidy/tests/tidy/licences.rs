//! What we take from others: their licences and sources, held against `deny.toml`.

use std::{collections::BTreeSet, fs};

use crate::{metadata, report, root};

fn deny() -> toml::Table {
    let text = fs::read_to_string(root().join("deny.toml")).expect("there is a deny.toml");
    text.parse().expect("deny.toml is TOML")
}

fn texts(value: &toml::Value) -> BTreeSet<String> {
    let items = value.as_array().expect("a list");
    items.iter().filter_map(|item| item.as_str()).map(str::to_owned).collect()
}

/// Whether an SPDX expression can be met with licences of `allowed`. Crates of old separate
/// alternatives by `/`.
fn admits(expression: &str, allowed: &BTreeSet<String>) -> bool {
    let spaced = expression.replace('/', " OR ").replace('(', " ( ").replace(')', " ) ");
    let tokens: Vec<_> = spaced.split_whitespace().collect();
    let (is_met, rest) = alternatives(&tokens, allowed);
    is_met && rest.is_empty()
}

fn alternatives<'a>(tokens: &'a [&'a str], allowed: &BTreeSet<String>) -> (bool, &'a [&'a str]) {
    let (mut is_met, mut rest) = conjunction(tokens, allowed);
    while let Some((&"OR", after)) = rest.split_first() {
        let (next, after) = conjunction(after, allowed);
        (is_met, rest) = (is_met || next, after);
    }
    (is_met, rest)
}

fn conjunction<'a>(tokens: &'a [&'a str], allowed: &BTreeSet<String>) -> (bool, &'a [&'a str]) {
    let (mut is_met, mut rest) = licence(tokens, allowed);
    while let Some((&"AND", after)) = rest.split_first() {
        let (next, after) = licence(after, allowed);
        (is_met, rest) = (is_met && next, after);
    }
    (is_met, rest)
}

fn licence<'a>(tokens: &'a [&'a str], allowed: &BTreeSet<String>) -> (bool, &'a [&'a str]) {
    match tokens {
        ["(", inner @ ..] => {
            let (is_met, rest) = alternatives(inner, allowed);
            match rest.split_first() {
                Some((&")", rest)) => (is_met, rest),
                _ => (false, rest),
            }
        }
        [name, "WITH", exception, rest @ ..] => {
            (allowed.contains(&format!("{name} WITH {exception}")), rest)
        }
        [name, rest @ ..] => (allowed.contains(*name), rest),
        [] => (false, tokens),
    }
}

#[test]
fn every_crate_has_a_licence_and_a_source_that_we_accept() {
    let deny = deny();
    let licences = texts(&deny["licenses"]["allow"]);
    let sources = texts(&deny["sources"]["allow-registry"]);
    let banned: Vec<_> = deny["bans"]["deny"].as_array().expect("a list").clone();
    // The platform of servers: cargo has fetched its crates already.
    let metadata = metadata(&["--filter-platform", "x86_64-unknown-linux-gnu"]);
    let mut findings = Vec::new();
    for package in metadata["packages"].as_array().expect("packages") {
        let [name, licence, source] =
            ["name", "license", "source"].map(|key| package[key].as_str().unwrap_or_default());
        if !admits(licence, &licences) {
            findings.push(format!(
                "deny.toml:1: `{name}` is under `{licence}`: read it, then allow it or do without \
                 the crate"
            ));
        }
        let registry = source.strip_prefix("registry+");
        if !source.is_empty() && !registry.is_some_and(|registry| sources.contains(registry)) {
            findings.push(format!("deny.toml:1: `{name}` comes from `{source}`"));
        }
        if let Some(ban) = banned.iter().find(|ban| ban["crate"].as_str() == Some(name)) {
            findings.push(format!("deny.toml:1: `{name}` is banned: {:?}", ban["reason"]));
        }
    }
    report(findings);
}

#[test]
fn licence_expressions_are_understood() {
    let allowed = ["MIT", "Apache-2.0 WITH LLVM-exception"].map(str::to_owned).into();
    for good in [
        "MIT",
        "GPL-3.0 OR MIT",
        "MIT/Apache-2.0",
        "Apache-2.0 WITH LLVM-exception",
        "(GPL-3.0 OR MIT) AND MIT",
        "GPL-3.0 AND BSD-2-Clause OR MIT",
    ] {
        assert!(admits(good, &allowed), "{good}");
    }
    for bad in ["", "GPL-3.0", "Apache-2.0", "MIT AND GPL-3.0", "(MIT", "MIT MIT", "MIT OR"] {
        // `MIT OR` can be met, but is no expression.
        assert_eq!(admits(bad, &allowed), bad == "MIT OR", "{bad}");
    }
}
