//! `weal abi`: descriptions of contracts, shown and compared.

pub mod table;

use std::{fs, path::Path};

use serde_json::{Value, json};
use weal_client::layout::{Change, Effect, diff};
use weal_types::abi::Abi;

use crate::{
    args, build, check, codes,
    outcome::{Failure, Report},
    project,
    text::{Align, table},
};

/// `weal abi …`.
pub fn command(arguments: &args::Abi) -> Result<Report, Failure> {
    match arguments {
        args::Abi::Show { target, text } => show(target.as_deref(), *text),
        args::Abi::Diff { old, new } => compare(old, new),
    }
}

fn show(target: Option<&str>, as_text: bool) -> Result<Report, Failure> {
    let abi = load(target)?;
    let json = abi.to_json();
    let data = serde_json::from_str(&json).map_err(|error| {
        Failure::new(codes::INTERNAL, format!("the document is no JSON: {error}"))
    })?;
    Ok(Report { text: if as_text { table::text(&abi) } else { json }, data })
}

/// Reads the description in a `.wasm` or `.json` file, or asks a package.
fn load(target: Option<&str>) -> Result<Abi, Failure> {
    let Some(path) = target.map(Path::new).filter(|path| check::is_file(path)) else {
        let package = project::find_by_text(target)?;
        return Ok(build::describe(&package)?.abi);
    };
    let bytes = fs::read(path).map_err(|error| Failure::file(path, &error))?;
    let name = path.display().to_string();
    if bytes.starts_with(b"\0asm") {
        return weal_gate::read_abi(&bytes).map_err(|refusal| Failure::refused(&refusal, &name));
    }
    let refused = |why: String| Failure::new(codes::ABI_DOCUMENT, why).at(name.as_str());
    let text = String::from_utf8(bytes).map_err(|error| refused(error.to_string()))?;
    Abi::from_json(&text).map_err(|error| refused(error.to_string()))
}

fn compare(old: &str, new: &str) -> Result<Report, Failure> {
    let changes = diff(&load(Some(old))?, &load(Some(new))?);
    let data = json!({ "changes": changes.iter().map(change_json).collect::<Vec<_>>() });
    if changes.is_empty() {
        return Ok(Report { text: "no difference\n".into(), data });
    }
    let mut rows = vec![["effect", "item", "change"].map(str::to_owned).to_vec()];
    for change in &changes {
        let effect = if is_breaking(change) { "breaking" } else { "compatible" };
        rows.push(vec![effect.into(), change.path.clone(), change.what.clone()]);
    }
    let text = table(&[Align::Left; 3], &rows);
    match changes.iter().filter(|change| is_breaking(change)).count() {
        0 => Ok(Report { text, data }),
        count => {
            let message = match count {
                1 => "a change breaks callers of the old ABI".into(),
                several => format!("{several} changes break callers of the old ABI"),
            };
            let failure = Failure::new(codes::ABI_BREAKING, message);
            Err(failure.at(format!("{old} → {new}")).found(Report { text, data }))
        }
    }
}

fn is_breaking(change: &Change) -> bool {
    change.effect == Effect::Breaking
}

fn change_json(change: &Change) -> Value {
    json!({ "breaking": is_breaking(change), "item": change.path, "change": change.what })
}
