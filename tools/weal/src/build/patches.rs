//! The replacements of dependencies that a workspace asks for: `[patch]` in its manifest.
//!
//! Cargo reads that table from the root of a workspace only, and the program that asks a contract
//! to describe itself is a workspace of its own, so it is told on the command line.

use std::path::Path;

use toml::{Table, Value};

/// Values for cargo's `--config`, one per key below `[patch]` of the manifest `text`, which lies in
/// `root`. A manifest that cargo would not read has none.
pub fn options(text: &str, root: &Path) -> Vec<String> {
    let Ok(manifest) = text.parse::<Table>() else { return vec![] };
    let tables = |value: &Value| value.as_table().cloned().unwrap_or_default();
    let mut options = vec![];
    for (source, packages) in manifest.get("patch").map(tables).unwrap_or_default() {
        for (package, keys) in tables(&packages) {
            for (key, value) in tables(&keys) {
                let path = [&source, &package, &key].map(|part| quoted(part)).join(".");
                if let Some(value) = written(&key, &value, root) {
                    options.push(format!("patch.{path}={value}"));
                }
            }
        }
    }
    options
}

/// A value as TOML; paths are made whole, because they are read from elsewhere.
fn written(key: &str, value: &Value, root: &Path) -> Option<String> {
    match value {
        Value::String(text) if key == "path" => Some(quoted(root.join(text).to_str()?)),
        Value::String(text) => Some(quoted(text)),
        Value::Boolean(value) => Some(value.to_string()),
        Value::Array(values) => {
            let values: Option<Vec<_>> =
                values.iter().map(|value| written("", value, root)).collect();
            Some(format!("[{}]", values?.join(", ")))
        }
        _ => None,
    }
}

/// A JSON string is a TOML string.
fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patches_are_passed_on() {
        let root = Path::new("/home/ada/fund");
        for (manifest, expected) in [
            ("", &[][..]),
            ("no manifest", &[]),
            ("[patch]\ncrates-io = 1", &[]),
            (
                "[patch.crates-io]\nweal-sdk = { path = \"../weal/sdk\" }",
                &[r#"patch."crates-io"."weal-sdk"."path"="/home/ada/fund/../weal/sdk""#],
            ),
            (
                "[patch.\"https://example.org/a\"]\nx = { git = \"https://b\", features = [\"c\"] }",
                &[
                    r#"patch."https://example.org/a"."x"."features"=["c"]"#,
                    r#"patch."https://example.org/a"."x"."git"="https://b""#,
                ],
            ),
        ] {
            assert_eq!(options(manifest, root), expected, "{manifest}");
        }
    }
}
