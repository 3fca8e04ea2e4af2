//! From sources to a module: which settings, and how paths are kept out of it.

use std::{ffi::OsString, fs, path::Path};

use crate::{
    cargo::{self, TARGET},
    codes,
    outcome::Failure,
    project::{self, Package},
};

/// The profile's name. It is defined on cargo's command line, so a package need not know of it.
const PROFILE: &str = "weal";

/// The settings of the profile. Names are kept for the size report; packaging drops them.
///
/// Level 2 with little inlining beats the levels that are meant for size: they leave in checks that
/// level 2 can show to hold. Bytes after `wasm-opt`:
///
/// | | counter | token | template `grant` | escrow |
/// |---|---|---|---|---|
/// | `z` | 1,837 | 4,694 | 14,049 | 17,274 |
/// | `s` | 1,878 | 4,814 | 14,391 | 16,344 |
/// | 2 | 1,521 | 2,232 | 11,622 | 14,610 |
/// | 2 with [`INLINING`] | 1,462 | 2,132 | 11,809 | 13,724 |
const SETTINGS: &[&str] = &[
    "inherits='release'",
    "opt-level=2",
    "lto='fat'",
    "codegen-units=1",
    "panic='abort'",
    "overflow-checks=true", // this is a ledger
    "debug-assertions=false",
    "debug=false",
    "strip='debuginfo'",
    "incremental=false",
];

/// How costly a function may be and still be copied into its callers; LLVM's own bound is 225.
const INLINING: &[&str] = &["-Cllvm-args=-inline-threshold=25"];

/// The linker's settings: a stack of 16 KiB, because each page of memory is paid for on every call.
const LINK: &[&str] = &["-Clink-arg=-zstack-size=16384", "-Clink-arg=--no-entry"];

/// Compiles `package`, and returns the module as the linker wrote it, with names.
pub fn compile(package: &Package) -> Result<Vec<u8>, Failure> {
    let sysroot = cargo::sysroot(package)?;
    let directory = package.output.join("cargo");
    let mut command = cargo::command(package);
    command.args(["build", "--lib", "--target", TARGET, "--profile", PROFILE]);
    for setting in SETTINGS {
        command.args(["--config", &format!("profile.{PROFILE}.{setting}")]);
    }
    command.arg("--manifest-path").arg(&package.manifest);
    command.arg("--target-dir").arg(&directory);
    command.env("CARGO_ENCODED_RUSTFLAGS", flags(package, &sysroot)?);
    if !cargo::run(command)? {
        return Err(Failure::new(codes::COMPILE, format!("`{}` does not compile", package.name))
            .at(package.manifest.display().to_string()));
    }
    let module =
        directory.join(TARGET).join(PROFILE).join(&package.crate_name).with_extension("wasm");
    fs::read(&module).map_err(|error| Failure::file(&module, &error))
}

/// The compiler's flags, in the form of `CARGO_ENCODED_RUSTFLAGS`. Directories of this machine are
/// replaced, so that the same sources give the same bytes elsewhere. The package's own is not
/// among them: cargo compiles its workspace by relative paths, and packages with equal flags share
/// what is compiled of their dependencies.
fn flags(package: &Package, sysroot: &Path) -> Result<OsString, Failure> {
    let mut flags: Vec<OsString> = LINK.iter().chain(INLINING).map(OsString::from).collect();
    let mut remap = |from: &Path, to: &str| {
        let mut flag = cargo::option("--remap-path-prefix=", from);
        flag.push(format!("={to}"));
        flags.push(flag);
    };
    // Of several that match, the last counts.
    if let Some(home) = cargo::home() {
        remap(&home, "cargo");
    }
    remap(&sysroot.join("lib/rustlib/src/rust"), "rust");
    for (number, root) in project::roots(package)?.iter().enumerate() {
        remap(root, &format!("dependency-{number}"));
    }
    Ok(flags.join(OsString::from("\x1f").as_os_str()))
}
