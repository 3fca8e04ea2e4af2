//! `weal test`: builds what tests deploy, then runs them with cargo.

use serde_json::json;

use crate::{
    args, build, cargo, codes,
    outcome::{Failure, Report, progress},
    project::{self, Package},
};

/// Where the SDK's bench finds `NAME.wasm` of the contracts that it deploys.
pub const WASM_DIRECTORY: &str = "WEAL_TEST_WASM_DIR";
/// On which engines it runs them: `native`, `vm` or `both`.
pub const MODE: &str = "WEAL_TEST_MODE";

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
    progress(&format!("Testing {} ({mode})", package.name));
    // Compiling apart tells a test that does not compile from one that fails.
    let compiles = cargo::run(tests(&package, arguments, mode, true))?;
    if !compiles {
        return Err(Failure::new(
            codes::COMPILE,
            format!("tests of `{}` do not compile", package.name),
        )
        .at(package.manifest.display().to_string()));
    }
    match cargo::run(tests(&package, arguments, mode, false))? {
        true => Ok(Report {
            text: format!("tests of {} pass ({mode})\n", package.name),
            data: json!({ "package": package.name, "mode": mode, "modules": modules }),
        }),
        false => Err(Failure::new(codes::TESTS, format!("a test of `{}` failed", package.name))
            .at(package.manifest.display().to_string())),
    }
}

/// Cargo with the tests; with `only_compile` it does not run them.
fn tests(
    package: &Package,
    arguments: &args::Test,
    mode: &str,
    only_compile: bool,
) -> std::process::Command {
    let mut command = cargo::command(package);
    command.args(["test", "--release", "--manifest-path"]).arg(&package.manifest);
    command.env(WASM_DIRECTORY, &package.output).env(MODE, mode);
    if only_compile {
        command.args(["--no-run", "--quiet"]);
        return command;
    }
    command.args(&arguments.filter);
    if !arguments.rest.is_empty() {
        command.arg("--").args(&arguments.rest);
    }
    command
}
