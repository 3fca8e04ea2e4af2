//! Asks a contract to describe itself: a small program for this machine links the contract and
//! prints `abi()`.
//!
//! The program has a workspace of its own below the target directory. It takes the versions of its
//! dependencies from the contract's lock file, so nothing is downloaded that the contract does not
//! use, and cargo builds it again only if the contract changed.

use std::{fs, path::Path, process::Stdio};

use weal_types::{abi::Abi, layout::StorageLayout};

use super::patches;
use crate::{cargo, codes, outcome::Failure, project::Package};

/// What a contract says of itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Description {
    /// What can be called.
    pub abi: Abi,
    /// What is stored, where the contract says it: those that use the SDK do.
    pub layout: Option<StorageLayout>,
}

/// The program. A contract's own `layout` hides the one at the root, which says nothing.
const PROGRAM: &str = include_str!("describe_program.rs.txt");

/// Asks `package`.
pub fn describe(package: &Package) -> Result<Description, Failure> {
    let directory = package.output.join("describe").join(&package.name);
    write_program(package, &directory)?;
    let mut command = cargo::command(package);
    command.args(["run", "--quiet", "--config", "profile.dev.debug=false"]);
    command.arg("--manifest-path").arg(directory.join("Cargo.toml"));
    command.arg("--target-dir").arg(package.output.join("describe/cargo"));
    let root = fs::read_to_string(package.workspace.join("Cargo.toml")).unwrap_or_default();
    for patch in patches::options(&root, &package.workspace) {
        command.args(["--config", &patch]);
    }
    command.stderr(Stdio::inherit());
    let output = command.output().map_err(|error| cargo::missing(&error))?;
    let failed = |why: &str| {
        Failure::new(codes::DESCRIBE, format!("`{}` does not describe itself: {why}", package.name))
            .at(package.manifest.display().to_string())
    };
    if !output.status.success() {
        return Err(failed("a program that calls `abi()` fails, as it says above"));
    }
    read(&String::from_utf8_lossy(&output.stdout)).map_err(|why| failed(&why))
}

/// Reads what the program prints: `abi` and hexadecimal SCALE, `layout` and one line of JSON. Other
/// lines are the contract's own.
fn read(output: &str) -> Result<Description, String> {
    let line = |word: &str| output.lines().rev().find_map(|line| line.strip_prefix(word));
    let abi = line("weal abi ").ok_or("it printed nothing")?;
    let abi = hex::decode(abi).map_err(|error| error.to_string())?;
    let abi = Abi::from_scale(&abi).map_err(|error| error.to_string())?;
    let layout = match line("weal layout ") {
        None | Some("") => None,
        Some(text) => Some(StorageLayout::from_json(text).map_err(|error| error.to_string())?),
    };
    Ok(Description { abi, layout })
}

fn write_program(package: &Package, directory: &Path) -> Result<(), Failure> {
    let sources = directory.join("src");
    fs::create_dir_all(&sources).map_err(|error| Failure::file(&sources, &error))?;
    // A path in TOML: a JSON string is a TOML string too.
    let path = serde_json::Value::from(package.directory.display().to_string());
    let manifest = format!(
        "[package]\nname = \"describe-{name}\"\nedition = \"2024\"\n\n\
         [dependencies]\ncontract = {{ package = \"{name}\", path = {path} }}\n\n[workspace]\n",
        name = package.name,
    );
    write_if_new(&directory.join("Cargo.toml"), manifest.as_bytes())?;
    write_if_new(&sources.join("main.rs"), PROGRAM.as_bytes())?;
    // A package that was never built has no lock file yet: cargo chooses versions then.
    let Ok(lock) = fs::read(package.workspace.join("Cargo.lock")) else { return Ok(()) };
    // Cargo adds the program to its lock file, so a copy tells whether the contract's changed.
    if write_if_new(&directory.join("contract.lock"), &lock)? {
        write_if_new(&directory.join("Cargo.lock"), &lock)?;
    }
    Ok(())
}

/// Writes a file unless it has these bytes; cargo goes by the time of the last change.
fn write_if_new(path: &Path, bytes: &[u8]) -> Result<bool, Failure> {
    if fs::read(path).is_ok_and(|old| old == bytes) {
        return Ok(false);
    }
    fs::write(path, bytes).map_err(|error| Failure::file(path, &error))?;
    Ok(true)
}
