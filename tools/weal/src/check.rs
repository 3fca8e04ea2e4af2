//! `weal check`: the rules of the chain, on a file or on what a package builds.

use std::{fs, path::Path};

use serde_json::json;
use weal_gate::{ChainProfile, CheckedModule};

use crate::{
    args, build,
    outcome::{Failure, Report},
    project,
    text::{grouped, hash},
};

/// `weal check`.
pub fn command(arguments: &args::Target) -> Result<Report, Failure> {
    let text = arguments.target.as_deref();
    if let Some(path) = text.map(Path::new).filter(|path| is_file(path)) {
        let module = fs::read(path).map_err(|error| Failure::file(path, &error))?;
        let name = path.display().to_string();
        let checked = weal_gate::check(&module, ChainProfile::default())
            .map_err(|refusal| Failure::refused(&refusal, &name))?;
        return Ok(report(&name, &checked));
    }
    // A build ends with the check.
    let built = build::build(project::find_by_text(text)?)?;
    Ok(report(&built.package.result("wasm").display().to_string(), &built.checked))
}

/// Whether a command means the file at `path` rather than a package: it is one, or is called like
/// one, so that a mistyped name is reported as a missing file.
pub fn is_file(path: &Path) -> bool {
    let ending = path.extension().and_then(|ending| ending.to_str());
    let is_manifest = path.file_name().is_some_and(|name| name == "Cargo.toml");
    !is_manifest && (path.is_file() || matches!(ending, Some("wasm" | "json")))
}

fn report(name: &str, checked: &CheckedModule) -> Report {
    let abi = &checked.abi;
    Report {
        text: format!(
            "{name} passes profile {}: {} with {} methods, {} bytes\n",
            weal_gate::PROFILE,
            abi.contract,
            abi.methods.len(),
            grouped(checked.size.module_bytes.into()),
        ),
        data: json!({
            "module": name,
            "profile": weal_gate::PROFILE,
            "contract": abi.contract,
            "abi_hash": hash(&checked.abi_hash.0),
            "bytes": checked.size.module_bytes,
            "functions": checked.size.functions,
        }),
    }
}
