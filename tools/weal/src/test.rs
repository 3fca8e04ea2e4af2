//! `weal test`: builds what tests deploy, then runs them with cargo.

use std::{
    fs,
    io::ErrorKind,
    path::{Path, PathBuf},
    process::Command,
};

use serde_json::json;

use crate::{
    args, build, cargo, codes, costs,
    outcome::{Failure, Report, progress},
    project::{self, Package},
};

/// Where the SDK's bench finds `NAME.wasm` of the contracts that it deploys.
pub const WASM_DIRECTORY: &str = "WEAL_TEST_WASM_DIR";
/// On which engines it runs them: `native`, `vm` or `both`.
pub const MODE: &str = "WEAL_TEST_MODE";
/// The file to which it adds a line per call in Wasm.
pub const COSTS: &str = "WEAL_TEST_COSTS";
/// How many times as many sequences of random calls it tries.
pub const FUZZ: &str = "WEAL_TEST_FUZZ";

/// `weal test`.
pub fn command(arguments: &args::Test) -> Result<Report, Failure> {
    let package = project::find(&arguments.selection)?;
    let mode = match (arguments.native, arguments.vm) {
        (true, _) => "native",
        (_, true) => "vm",
        _ => "both",
    };
    let mut modules = vec![];
    if !arguments.native {
        for contract in project::with_dependencies(package.clone())? {
            modules.push(build::build(contract)?.package.result("wasm"));
        }
    }
    let costs = arguments.costs.then(|| package.result("costs")).map(fresh).transpose()?;
    progress(&format!("Testing {} ({mode})", package.name));
    // Compiling apart tells a test that does not compile from one that fails.
    let mut compile = tests(&package);
    compile.args(["--no-run", "--quiet"]);
    if !cargo::run(compile)? {
        return Err(Failure::new(
            codes::COMPILE,
            format!("tests of `{}` do not compile", package.name),
        )
        .at(package.manifest.display().to_string()));
    }
    if !cargo::run(running(&package, arguments, mode, costs.as_deref()))? {
        return Err(Failure::new(codes::TESTS, format!("a test of `{}` failed", package.name))
            .at(package.manifest.display().to_string()));
    }
    let mut report = Report {
        text: format!("tests of {} pass ({mode})\n", package.name),
        data: json!({ "package": package.name, "mode": mode, "modules": modules }),
    };
    if let Some(path) = costs {
        let costs = costs::report(&path)?;
        report.text += &format!("\n{}", costs.text);
        report.data["costs"] = costs.data;
    }
    Ok(report)
}

/// The path of a file that is not there.
fn fresh(path: PathBuf) -> Result<PathBuf, Failure> {
    match fs::remove_file(&path) {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(Failure::file(&path, &error)),
        _ => Ok(path),
    }
}

/// Cargo with the package's tests.
fn tests(package: &Package) -> Command {
    let mut command = cargo::command(package);
    command.args(["test", "--release", "--manifest-path"]).arg(&package.manifest);
    // As in Wasm, where arithmetic that overflows panics.
    command.args(["--config", "profile.release.overflow-checks=true"]);
    command
}

/// The same, with what the bench and the test program are told.
fn running(package: &Package, arguments: &args::Test, mode: &str, costs: Option<&Path>) -> Command {
    let mut command = tests(package);
    command.env(WASM_DIRECTORY, &package.output).env(MODE, mode);
    command.env_remove(COSTS).env_remove(FUZZ);
    if let Some(path) = costs {
        command.env(COSTS, path);
    }
    if let Some(times) = arguments.fuzz {
        command.env(FUZZ, times.to_string());
    }
    command.args(&arguments.filter);
    if !arguments.rest.is_empty() {
        command.arg("--").args(&arguments.rest);
    }
    command
}
