//! Runs cargo for a contract, with the environment that makes results repeatable.

use std::{
    ffi::OsString,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use crate::{codes, outcome::Failure, project::Package};

/// What contracts are compiled for.
pub const TARGET: &str = "wasm32-unknown-unknown";

/// Variables that would change what is built behind the back of `weal build`.
const FOREIGN: &[&str] =
    &["RUSTFLAGS", "CARGO_ENCODED_RUSTFLAGS", "CARGO_BUILD_RUSTFLAGS", "CARGO_BUILD_TARGET"];

/// Cargo, in the package's directory, so that the toolchain is the package's.
pub fn command(package: &Package) -> Command {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| OsString::from("cargo"));
    let mut command = Command::new(cargo);
    command.current_dir(&package.directory).stdin(Stdio::null());
    for name in FOREIGN {
        command.env_remove(name);
    }
    command
}

/// Runs `command` and waits; `false` if it fails. Its standard output goes to our standard error,
/// which is where progress belongs.
pub fn run(mut command: Command) -> Result<bool, Failure> {
    command.stdout(std::io::stderr());
    let status = command.status().map_err(|error| missing(&error))?;
    Ok(status.success())
}

/// A program that cannot be started.
pub fn missing(error: &std::io::Error) -> Failure {
    Failure::new(codes::TOOLCHAIN, format!("cargo cannot be started: {error}"))
        .hint("install Rust with rustup: https://rustup.rs")
}

/// The toolchain's directory, with a standard library for [`TARGET`] in it.
pub fn sysroot(package: &Package) -> Result<PathBuf, Failure> {
    let rustc = std::env::var_os("RUSTC").unwrap_or_else(|| OsString::from("rustc"));
    let output = Command::new(rustc)
        .args(["--print", "sysroot"])
        .current_dir(&package.directory)
        .output()
        .map_err(|error| missing(&error))?;
    let path = PathBuf::from(String::from_utf8_lossy(&output.stdout).trim());
    match path.join("lib/rustlib").join(TARGET).is_dir() {
        true => Ok(path),
        false => Err(Failure::new(codes::TOOLCHAIN, format!("Rust target {TARGET} is missing"))
            .at(path.display().to_string())),
    }
}

/// Where cargo keeps the sources of other people's crates.
pub fn home() -> Option<PathBuf> {
    let given = std::env::var_os("CARGO_HOME").map(PathBuf::from);
    given.or_else(|| std::env::home_dir().map(|home| home.join(".cargo")))
}

/// A path as an argument's value: `option=path`.
pub fn option(name: &str, value: &Path) -> OsString {
    let mut text = OsString::from(name);
    text.push(value);
    text
}
