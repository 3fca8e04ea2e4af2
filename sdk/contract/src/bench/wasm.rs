//! A contract's Wasm: made by `weal test` before the tests run, or built here on demand.

use std::{
    collections::BTreeMap,
    env, fs,
    path::{Path, PathBuf},
    process::Command,
    sync::{Mutex, PoisonError},
};

use thiserror::Error;
use wasm_encoder::{
    CodeSection, ExportKind, ExportSection, Function, FunctionSection, Instruction, MemorySection,
    MemoryType, Module, TypeSection,
};
use weal_gate::{embed_abi, package};
use weal_types::{abi::Abi, host::EXPORT_PREFIX};

use crate::native::Contract;

/// The directory of modules that `weal test` has built, as `PACKAGE.wasm`.
const DIRECTORY: &str = "WEAL_TEST_WASM_DIR";

/// The settings of `weal build`, as far as they change what a contract does.
const SETTINGS: [&str; 7] = [
    "inherits='release'",
    "opt-level=2",
    "lto='fat'",
    "codegen-units=1",
    "panic='abort'",
    "overflow-checks=true",
    "strip=true",
];

/// Why a contract has no Wasm.
#[derive(Debug, Error)]
pub enum WasmError {
    /// Cargo could not be run.
    #[error("cargo does not run: {0}")]
    Cargo(#[source] std::io::Error),
    /// It could, and what it said is above.
    #[error(
        "{} does not build for wasm32-unknown-unknown; is the target there? \
         `rustup target add wasm32-unknown-unknown`",
        manifest.display()
    )]
    Build {
        /// The package.
        manifest: PathBuf,
    },
    /// It did not write what it should have.
    #[error("{}: {source}", path.display())]
    File {
        /// The module.
        path: PathBuf,
        /// Why it cannot be read.
        source: std::io::Error,
    },
}

/// The module of a contract, ready to be uploaded. Every contract is built once per process.
pub(super) fn module(contract: &Contract) -> Vec<u8> {
    static BUILT: Mutex<BTreeMap<&str, Vec<u8>>> = Mutex::new(BTreeMap::new());
    let mut built = BUILT.lock().unwrap_or_else(PoisonError::into_inner);
    let make = || {
        if let Some(module) = prepared(contract.package) {
            return module;
        }
        let module = build(&contract.manifest(), contract.package)
            .unwrap_or_else(|error| panic!("{}: {error}", contract.package));
        package(&module, &(contract.abi)())
            .unwrap_or_else(|refusal| panic!("{}: {refusal}", contract.package))
    };
    built.entry(contract.package).or_insert_with(make).clone()
}

fn prepared(package: &str) -> Option<Vec<u8>> {
    let file = Path::new(&env::var_os(DIRECTORY)?).join(package).with_extension("wasm");
    fs::read(file).ok()
}

/// Builds the library of a package as Wasm, into a target directory of its own: cargo holds a lock
/// on the usual one while tests run.
pub fn build(manifest: &Path, package: &str) -> Result<Vec<u8>, WasmError> {
    let cargo = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let target = target_directory(manifest);
    let mut command = Command::new(cargo);
    command.args(["build", "--quiet", "--lib", "--target", "wasm32-unknown-unknown"]);
    command.args(["--profile", "contract", "--manifest-path"]).arg(manifest);
    for setting in SETTINGS {
        command.args(["--config", &format!("profile.contract.{setting}")]);
    }
    command.arg("--target-dir").arg(&target);
    let flags = ["-Clink-arg=-zstack-size=16384", "-Clink-arg=--no-entry"].join("\x1f");
    command.env("CARGO_ENCODED_RUSTFLAGS", flags).env_remove("RUSTFLAGS");
    // What cargo sets for the test that runs is not meant for this build.
    command.env_remove("CARGO_MANIFEST_DIR").env_remove("CARGO_PKG_NAME");
    let status = command.status().map_err(WasmError::Cargo)?;
    if !status.success() {
        return Err(WasmError::Build { manifest: manifest.into() });
    }
    let file = format!("wasm32-unknown-unknown/contract/{}.wasm", package.replace('-', "_"));
    let path = target.join(file);
    fs::read(&path).map_err(|source| WasmError::File { path, source })
}

/// `contracts` in the target directory of the test that runs, or beside the package.
fn target_directory(manifest: &Path) -> PathBuf {
    // Cargo marks its target directory, in which the test's program lies.
    let is_target = |path: &&Path| path.join("CACHEDIR.TAG").is_file();
    let running = env::current_exe().ok();
    let found = running.as_deref().and_then(|path| path.ancestors().find(is_target));
    let usual = || manifest.parent().map(|package| package.join("target")).unwrap_or_default();
    found.map_or_else(usual, Path::to_path_buf).join("contracts")
}

/// A module that passes the gate with this ABI and does nothing: what native code stands in for
/// where there is no Wasm to compare with.
pub(super) fn outside(abi: &Abi) -> Vec<u8> {
    let mut types = TypeSection::new();
    types.ty().function([], []);
    let mut functions = FunctionSection::new();
    functions.function(0);
    let mut memories = MemorySection::new();
    memories.memory(MemoryType {
        minimum: 1,
        maximum: None,
        memory64: false,
        shared: false,
        page_size_log2: None,
    });
    let mut exports = ExportSection::new();
    exports.export("memory", ExportKind::Memory, 0);
    for method in &abi.methods {
        exports.export(&format!("{EXPORT_PREFIX}{}", method.name), ExportKind::Func, 0);
    }
    let mut body = Function::new([]);
    body.instruction(&Instruction::End);
    let mut code = CodeSection::new();
    code.function(&body);
    let mut module = Module::new();
    module.section(&types).section(&functions).section(&memories).section(&exports).section(&code);
    embed_abi(&module.finish(), abi)
}
