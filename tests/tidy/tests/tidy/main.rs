//! Taste that matters is a test. Each module holds one kind of rule; a failure names file and line,
//! and says what to do.

mod crates;
mod licences;
mod links;
mod logs;
mod sources;

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

/// The repository.
fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().expect("tests/tidy exists")
}

/// A text file of the repository.
struct Source {
    /// Its path from the root, with `/`.
    path: String,
    text: String,
}

/// Every text file that `admits` likes, by path. Hidden and built directories are left out, apart
/// from `.ci`.
fn files(admits: impl Fn(&str) -> bool) -> Vec<Source> {
    let root = root();
    let mut pending = vec![root.clone()];
    let mut found = Vec::new();
    while let Some(directory) = pending.pop() {
        for entry in fs::read_dir(directory).expect("a directory of the repository can be read") {
            let path = entry.expect("an entry can be read").path();
            let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
            if path.is_dir() {
                let is_ours = !name.starts_with('.') && name != "target" && name != "node_modules";
                if is_ours || name == ".ci" {
                    pending.push(path);
                }
                continue;
            }
            let relative = path.strip_prefix(&root).expect("it lies below the root");
            let relative = relative.to_str().expect("paths are UTF-8").to_owned();
            if admits(&relative)
                && let Ok(text) = fs::read_to_string(&path)
            {
                found.push(Source { path: relative, text });
            }
        }
    }
    found.sort_by(|a, b| a.path.cmp(&b.path));
    assert!(!found.is_empty(), "no file found below {}", root.display());
    found
}

/// What `cargo metadata` says with `arguments`.
fn metadata(arguments: &[&str]) -> serde_json::Value {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--format-version", "1", "--locked"])
        .args(arguments)
        .current_dir(root())
        .output()
        .expect("cargo runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).expect("cargo writes JSON")
}

/// Fails with all of `findings`, one per line.
fn report(findings: Vec<String>) {
    assert!(findings.is_empty(), "\n{}\n", findings.join("\n"));
}
