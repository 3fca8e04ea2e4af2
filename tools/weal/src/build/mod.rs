//! From a package to what is uploaded: compile, describe, optimise, package, check.
//!
//! Cargo decides what has to be compiled again. What comes after it is skipped if its inputs have
//! the hash that is written beside the last results.

mod compile;
mod describe;
mod optimise;
mod patches;
mod report;

use std::{fs, path::Path};

use serde_json::json;
use weal_gate::{ChainProfile, CheckedModule};
use weal_types::{CodeHash, abi::Abi};

use optimise::Optimiser;

pub use describe::{Description, describe};

use crate::{
    args, codes,
    module::names,
    outcome::{Failure, Report, progress, warn},
    project::{self, Package},
    text,
};

/// Part of every stamp: raised when the steps after the compiler change their results.
const PIPELINE: &str = "1";

/// What a build made.
pub struct Built {
    /// What was built.
    pub package: Package,
    /// What is uploaded.
    pub module: Vec<u8>,
    /// The same code with names, for people.
    pub named: Vec<u8>,
    /// What the gate says of the module.
    pub checked: CheckedModule,
    /// The optimiser's version, if one ran.
    pub optimiser: Option<String>,
    /// Whether anything was done.
    pub is_fresh: bool,
}

/// `weal build`.
pub fn command(arguments: &args::Build) -> Result<Report, Failure> {
    let built = build(project::find(&arguments.selection)?)?;
    if let Some(directory) = &arguments.out {
        copy_results(&built, directory)?;
    }
    Ok(report::report(&built, arguments.size))
}

/// Builds `package` and writes the results.
pub fn build(package: Package) -> Result<Built, Failure> {
    progress(&format!("Building {} ({})", package.name, package.directory.display()));
    let compiled = compile::compile(&package)?;
    progress(&format!("Describing {}", package.name));
    let description = describe(&package)?;
    crate::layout::verify_lock(&package, description.layout.as_ref())?;
    let optimiser = match optimise::find(&package.directory) {
        Ok(optimiser) => Some(optimiser),
        Err(why) => {
            warn(
                &format!("not optimised by wasm-opt: {why}"),
                "tools/setup/setup.sh   (installs it; or set WEAL_WASM_OPT)",
            );
            None
        }
    };
    let version = optimiser.as_ref().map(|optimiser| optimiser.version.clone());
    let stamp = stamp(&compiled, &description.abi, version.as_deref());
    if let Some(built) = last_results(&package, &stamp, &description, version.clone()) {
        return Ok(built);
    }
    let (module, named) = match &optimiser {
        Some(optimiser) => optimise(optimiser, &compiled, &description.abi, &package)?,
        None => (pack(&compiled, &description.abi)?, compiled),
    };
    let built = Built {
        checked: check(&module, &named, &package)?,
        optimiser: version,
        is_fresh: true,
        module,
        named,
        package,
    };
    write_results(&built, &stamp)?;
    Ok(built)
}

/// Optimises, and returns the result ready for upload and with names.
fn optimise(
    optimiser: &Optimiser,
    compiled: &[u8],
    abi: &Abi,
    package: &Package,
) -> Result<(Vec<u8>, Vec<u8>), Failure> {
    let named = match optimiser.run(&names::only(compiled), &package.result("wasm")) {
        Ok(named) => named,
        // It refuses features that are off, but does not say so as the gate does.
        Err(failure) => {
            return Err(check(&pack(compiled, abi)?, compiled, package).err().unwrap_or(failure));
        }
    };
    Ok((pack(&named, abi)?, named))
}

fn pack(named: &[u8], abi: &Abi) -> Result<Vec<u8>, Failure> {
    weal_gate::package(named, abi).map_err(|error| {
        Failure::new(codes::INTERNAL, format!("the compiler wrote no module: {error}"))
    })
}

/// The gate, with names in what it says.
fn check(module: &[u8], named: &[u8], package: &Package) -> Result<CheckedModule, Failure> {
    weal_gate::check(module, ChainProfile::default()).map_err(|refusal| {
        let with_names = names::add(module, named);
        let refusal = match weal_gate::check(&with_names, ChainProfile::default()) {
            Err(named) if named.code == refusal.code => named,
            _ => refusal,
        };
        Failure::refused(&refusal, &package.name)
    })
}

/// Names the inputs of everything after the compiler.
fn stamp(compiled: &[u8], abi: &Abi, optimiser: Option<&str>) -> String {
    let inputs = json!([
        PIPELINE,
        weal_gate::PROFILE,
        text::hash(&CodeHash::of(compiled).0),
        text::hash(&abi.hash().0),
        optimiser,
    ]);
    inputs.to_string()
}

/// The results of a build with the same inputs.
fn last_results(
    package: &Package,
    stamp: &str,
    description: &Description,
    optimiser: Option<String>,
) -> Option<Built> {
    let old = fs::read_to_string(package.result("stamp")).ok()?;
    let (inputs, output) = old.trim_end().split_once('\n')?;
    let module = fs::read(package.result("wasm")).ok()?;
    let named = fs::read(package.result("names.wasm")).ok()?;
    let abi = fs::read_to_string(package.result("abi.json")).ok()?;
    let is_same = inputs == stamp
        && output == text::hash(&CodeHash::of(&module).0)
        && abi == description.abi.to_json();
    let checked = weal_gate::check(&module, ChainProfile::default()).ok()?;
    is_same.then(|| Built {
        package: package.clone(),
        module,
        named,
        checked,
        optimiser,
        is_fresh: false,
    })
}

/// The stamp is written last: results without one are made again.
fn write_results(built: &Built, stamp: &str) -> Result<(), Failure> {
    let package = &built.package;
    let stamp = format!("{stamp}\n{}\n", text::hash(&CodeHash::of(&built.module).0));
    for (ending, bytes) in [
        ("names.wasm", built.named.as_slice()),
        ("wasm", &built.module),
        ("abi.json", built.checked.abi.to_json().as_bytes()),
        ("stamp", stamp.as_bytes()),
    ] {
        write(&package.result(ending), bytes)?;
    }
    Ok(())
}

/// The version of the optimiser that a build in `directory` would run; the error says why none.
pub fn optimiser(directory: &Path) -> Result<String, String> {
    optimise::find(directory).map(|optimiser| optimiser.version)
}

fn copy_results(built: &Built, directory: &Path) -> Result<(), Failure> {
    fs::create_dir_all(directory).map_err(|error| Failure::file(directory, &error))?;
    let name = &built.package.name;
    write(&directory.join(format!("{name}.wasm")), &built.module)?;
    write(&directory.join(format!("{name}.abi.json")), built.checked.abi.to_json().as_bytes())
}

fn write(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    fs::write(path, bytes).map_err(|error| Failure::file(path, &error))
}
