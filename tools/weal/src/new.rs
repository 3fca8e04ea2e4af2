//! `weal new`: a package that builds and tests at once.

use std::{
    fs,
    path::{Path, PathBuf},
};

use serde_json::json;

use crate::{
    args::{self, Template},
    codes,
    outcome::{Failure, Report},
};

/// What a template calls its package, its crate, its contract and the SDK.
const PACKAGE: &str = "my-contract";
const CRATE: &str = "my_contract";
const CONTRACT: &str = "MyContract";
const SDK: &str = "SDK_PATH";

/// Where the SDK lies in a checkout.
const SDK_IN_CHECKOUT: &str = "sdk/contract";

/// Files of every package, besides its source.
const FILES: &[(&str, &str)] = &[
    ("Cargo.toml", include_str!("../templates/manifest.toml")),
    ("rust-toolchain.toml", include_str!("../templates/toolchain.toml")),
    ("README.md", include_str!("../templates/README.md")),
    (".gitignore", "/target\n"),
];

/// Source and tests of each template.
const EMPTY: (&str, &str) =
    (include_str!("../templates/empty.rs"), include_str!("../templates/empty_tests.rs"));
const TOKEN: (&str, &str) =
    (include_str!("../templates/token.rs"), include_str!("../templates/token_tests.rs"));
const GRANT: (&str, &str) =
    (include_str!("../templates/grant.rs"), include_str!("../templates/grant_tests.rs"));

/// Characters of a package's name: it becomes the name of the contract, which has at most 64.
const NAME_CHARS: usize = 64;

/// Names that a crate cannot have: words of Rust, and crates that are always there.
const RESERVED: &[&str] = &[
    "abstract",
    "alloc",
    "as",
    "async",
    "await",
    "become",
    "box",
    "break",
    "const",
    "continue",
    "core",
    "crate",
    "do",
    "dyn",
    "else",
    "enum",
    "extern",
    "false",
    "final",
    "fn",
    "for",
    "gen",
    "if",
    "impl",
    "in",
    "let",
    "loop",
    "macro",
    "match",
    "mod",
    "move",
    "mut",
    "override",
    "priv",
    "proc-macro",
    "pub",
    "ref",
    "return",
    "self",
    "static",
    "std",
    "struct",
    "super",
    "test",
    "trait",
    "true",
    "try",
    "type",
    "typeof",
    "unsafe",
    "unsized",
    "use",
    "virtual",
    "weal-sdk",
    "where",
    "while",
    "yield",
];

/// `weal new`.
pub fn command(arguments: &args::New) -> Result<Report, Failure> {
    let name = arguments.name.as_str();
    check_name(name)?;
    let sdk = sdk(arguments.sdk.as_deref())?;
    let directory = PathBuf::from(name);
    if directory.exists() {
        return Err(Failure::new(codes::EXISTS, format!("`{name}` exists already")));
    }
    let (source, tests) = match arguments.template {
        Template::Empty => EMPTY,
        Template::Token => TOKEN,
        Template::Grant => GRANT,
    };
    for (path, text) in FILES.iter().chain(&[("src/lib.rs", source), ("tests/bench.rs", tests)]) {
        write(&directory.join(path), &filled(text, name, &sdk))?;
    }
    // The versions that the SDK is tested with; cargo drops those that are not needed.
    let lock = sdk.join("../../Cargo.lock");
    if let Ok(text) = fs::read_to_string(lock) {
        write(&directory.join("Cargo.lock"), &text)?;
    }
    Ok(Report {
        text: format!("wrote {name}\n  next  cd {name} && weal build && weal test\n"),
        data: json!({ "directory": directory, "contract": contract_name(name), "sdk": sdk }),
    })
}

/// Lower-case words of letters and digits, with hyphens between, that no other crate has.
fn check_name(name: &str) -> Result<(), Failure> {
    let is_word = |word: &str| {
        !word.is_empty() && word.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit())
    };
    let is_good = name.starts_with(|c: char| c.is_ascii_lowercase())
        && name.split('-').all(is_word)
        && name.len() <= NAME_CHARS;
    let shown = name.escape_debug();
    if !is_good {
        return Err(Failure::new(codes::NAME, format!("`{shown}` cannot name a contract")));
    }
    if RESERVED.contains(&name) {
        let message = format!("`{shown}` means something else to Rust");
        return Err(Failure::new(codes::NAME, message).hint("choose another name"));
    }
    Ok(())
}

/// The SDK of `checkout`, or of the checkout that this program was built from.
fn sdk(checkout: Option<&Path>) -> Result<PathBuf, Failure> {
    let built_from = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let checkout = checkout.unwrap_or(&built_from);
    let sdk = checkout.join(SDK_IN_CHECKOUT);
    if !sdk.join("Cargo.toml").is_file() {
        return Err(Failure::new(codes::SDK, "there is no SDK in the checkout of Commonweal")
            .at(sdk.display().to_string()));
    }
    sdk.canonicalize().map_err(|error| Failure::file(&sdk, &error))
}

/// A template with the package's names in it.
fn filled(text: &str, name: &str, sdk: &Path) -> String {
    // A JSON string is a TOML string, and its quotes stand in the template.
    let sdk = serde_json::Value::from(sdk.display().to_string()).to_string();
    text.replace(PACKAGE, name)
        .replace(CRATE, &name.replace('-', "_"))
        .replace(CONTRACT, &contract_name(name))
        .replace(&format!("\"{SDK}\""), &sdk)
}

/// `relief-fund` is `ReliefFund`.
fn contract_name(name: &str) -> String {
    let word = |word: &str| {
        let (first, rest) = word.split_at(word.len().min(1));
        first.to_ascii_uppercase() + rest
    };
    name.split('-').map(word).collect()
}

fn write(path: &Path, text: &str) -> Result<(), Failure> {
    let directory = path.parent().unwrap_or(path);
    fs::create_dir_all(directory)
        .and_then(|()| fs::write(path, text))
        .map_err(|error| Failure::file(path, &error))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_those_that_crates_and_contracts_can_have() {
        for good in ["a", "relief", "relief-fund-2", "x1"] {
            assert!(check_name(good).is_ok(), "{good}");
        }
        let long = "a".repeat(NAME_CHARS + 1);
        for bad in [
            "",
            "-",
            "a-",
            "-a",
            "a--b",
            "1a",
            "Relief",
            "relief_fund",
            "../x",
            "a/b",
            "a b",
            "ä",
            ".",
            "match",
            "core",
            "weal-sdk",
            "test",
            &long,
        ] {
            assert!(check_name(bad).is_err(), "{bad}");
        }
        assert_eq!(contract_name("relief-fund-2"), "ReliefFund2");
    }

    #[test]
    fn templates_name_the_toolchain_of_this_repository() {
        let channel =
            |text: &str| text.lines().find(|line| line.starts_with("channel")).map(str::to_owned);
        let ours = include_str!("../../../rust-toolchain.toml");
        assert!(channel(ours).is_some());
        assert_eq!(channel(FILES[1].1), channel(ours));
    }

    #[test]
    fn nothing_of_a_template_stays() {
        let sdk = Path::new("a \"quoted\" path");
        let sources = [EMPTY, TOKEN, GRANT].into_iter().flat_map(|(source, tests)| [source, tests]);
        for text in FILES.iter().map(|(_, text)| *text).chain(sources) {
            let text = filled(text, "relief-fund", sdk);
            assert!(![PACKAGE, CRATE, CONTRACT, SDK].iter().any(|word| text.contains(word)));
        }
        assert!(filled(FILES[0].1, "x", sdk).contains(r#"{ path = "a \"quoted\" path" }"#));
    }
}
