//! Runs Binaryen's `wasm-opt`, if this machine has it.
//!
//! It saves a fifth to a half of a contract's code. It is a program of its own: its bindings for
//! Rust are too old for this compiler's output.

use std::{
    ffi::OsString,
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use crate::{codes, outcome::Failure};

/// The oldest version that knows the features below.
const OLDEST: u32 = 132;

/// The features of the gate's profile, so that nothing comes out that the gate refuses. A test
/// holds them against `weal_gate::profile::FEATURES`.
const FEATURES: &[&str] = &[
    "--mvp-features",
    "--enable-mutable-globals",
    "--enable-sign-ext",
    "--enable-bulk-memory-opt",
    "--enable-call-indirect-overlong",
    "--enable-extended-const",
];

/// What is optimised for; names are kept for the size report.
const PASSES: &[&str] = &["-Oz", "--debuginfo"];

/// A `wasm-opt` that can be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Optimiser {
    program: PathBuf,
    /// As it says: `version_132`.
    pub version: String,
}

/// Looks where `$WEAL_WASM_OPT` says, else in `node_modules` here and above, in the tools of the
/// checkout that this program was built from, and on the path. The error says what was found.
pub fn find(directory: &Path) -> Result<Optimiser, String> {
    if let Some(program) = std::env::var_os("WEAL_WASM_OPT") {
        return probe(PathBuf::from(program));
    }
    let checkout = Path::new(env!("CARGO_MANIFEST_DIR")).join("../setup");
    let installed = directory
        .ancestors()
        .chain([checkout.as_path()])
        .map(|directory| directory.join("node_modules/.bin/wasm-opt"))
        .find(|program| program.is_file());
    probe(installed.unwrap_or_else(|| PathBuf::from("wasm-opt")))
}

/// Asks a program for its version.
fn probe(program: PathBuf) -> Result<Optimiser, String> {
    let shown = program.display().to_string();
    let output = Command::new(&program).arg("--version").output();
    let output = output.map_err(|error| format!("`{shown}` cannot be started: {error}"))?;
    let text = String::from_utf8_lossy(&output.stdout).trim().to_owned();
    match version(&text) {
        Some(number) if number >= OLDEST => Ok(Optimiser { program, version: text }),
        Some(number) => Err(format!("`{shown}` is version {number}, but {OLDEST} is needed")),
        None => Err(format!("`{shown}` does not tell its version")),
    }
}

/// `wasm-opt version 132 (version_132)` is 132.
fn version(text: &str) -> Option<u32> {
    text.strip_prefix("wasm-opt version ")?.split(' ').next()?.parse().ok()
}

impl Optimiser {
    /// Optimises `module`, with files beside `scratch`.
    pub fn run(&self, module: &[u8], scratch: &Path) -> Result<Vec<u8>, Failure> {
        let [before, after] = ["before.wasm", "after.wasm"].map(|end| scratch.with_extension(end));
        fs::write(&before, module).map_err(|error| Failure::file(&before, &error))?;
        let mut output = OsString::from("--output=");
        output.push(&after);
        let run = Command::new(&self.program)
            .args(FEATURES)
            .args(PASSES)
            .arg(&before)
            .arg(output)
            .output()
            .map_err(|error| Failure::file(&self.program, &error))?;
        if !run.status.success() {
            let text = String::from_utf8_lossy(&run.stderr);
            let first = text.lines().find(|line| !line.trim().is_empty()).unwrap_or("no message");
            return Err(Failure::new(codes::WASM_OPT, format!("wasm-opt fails: {first}"))
                .at(before.display().to_string()));
        }
        let optimised = fs::read(&after).map_err(|error| Failure::file(&after, &error))?;
        for file in [before, after] {
            fs::remove_file(&file).map_err(|error| Failure::file(&file, &error))?;
        }
        Ok(optimised)
    }
}

#[cfg(test)]
mod tests {
    use wasmparser::WasmFeatures;

    use super::*;

    #[test]
    fn versions_are_read() {
        for (text, expected) in [
            ("wasm-opt version 132 (version_132)", Some(132)),
            ("wasm-opt version 132", Some(132)),
            ("wasm-opt version x", None),
            ("v20.1.0", None),
            ("", None),
        ] {
            assert_eq!(version(text), expected, "{text}");
        }
    }

    #[test]
    fn features_are_those_of_the_gate() {
        let names = [
            (WasmFeatures::MUTABLE_GLOBAL, "--enable-mutable-globals"),
            (WasmFeatures::SIGN_EXTENSION, "--enable-sign-ext"),
            (WasmFeatures::BULK_MEMORY_OPT, "--enable-bulk-memory-opt"),
            (WasmFeatures::CALL_INDIRECT_OVERLONG, "--enable-call-indirect-overlong"),
            (WasmFeatures::EXTENDED_CONST, "--enable-extended-const"),
        ];
        let of_gate = names.iter().fold(WasmFeatures::empty(), |all, (feature, _)| all | *feature);
        assert_eq!(of_gate, weal_gate::profile::FEATURES);
        let flags: Vec<_> = names.iter().map(|(_, flag)| *flag).collect();
        assert_eq!(FEATURES.split_first(), Some((&"--mvp-features", &*flags)));
    }
}
