//! `weal layout`: what contracts store, and the lock files that hold each version to its word.
//!
//! `layout/N.json` in a package is the layout of version N as it was deployed. A build whose
//! version has a lock file must have exactly that layout; migrations from it read the file, too.

mod diff;

use std::{
    fs,
    path::{Path, PathBuf},
};

use serde_json::{Value, json};
use weal_types::layout::StorageLayout;

use crate::{
    args, build, check, codes,
    outcome::{Failure, Report},
    project::{self, Package},
    text::{Align, BOLD, hash, table},
};

use diff::Comparison;

/// `weal layout …`.
pub fn command(arguments: &args::Layout) -> Result<Report, Failure> {
    match arguments {
        args::Layout::Show { target } => Ok(show(&load(target.as_deref())?)),
        args::Layout::Diff { old, new } => compare(old.as_deref(), new.as_deref()),
        args::Layout::Lock { selection } => lock(&project::find(selection)?),
    }
}

/// Fails if a lock file forbids `layout`: that of its version, if it says otherwise; that of a
/// later version; that of an earlier one, if a field of it is gone and its name could come back.
pub fn verify_lock(package: &Package, layout: Option<&StorageLayout>) -> Result<(), Failure> {
    let Some(layout) = layout else { return Ok(()) };
    for version in locked_versions(package) {
        let path = lock_file(package, version);
        refuse(&Comparison::new(&read(&path)?, layout), &path.display().to_string())?;
    }
    Ok(())
}

fn lock_file(package: &Package, version: u32) -> PathBuf {
    package.directory.join("layout").join(format!("{version}.json"))
}

/// The versions that have a lock file, ascending.
fn locked_versions(package: &Package) -> Vec<u32> {
    let Ok(entries) = fs::read_dir(package.directory.join("layout")) else { return vec![] };
    let mut versions: Vec<_> = entries
        .filter_map(Result::ok)
        .filter_map(|entry| entry.file_name().to_str()?.strip_suffix(".json")?.parse().ok())
        .collect();
    versions.sort_unstable();
    versions
}

fn read(path: &Path) -> Result<StorageLayout, Failure> {
    let text = fs::read_to_string(path).map_err(|error| Failure::file(path, &error))?;
    StorageLayout::from_json(&text).map_err(|error| {
        Failure::new(codes::LAYOUT_LOCK, format!("not a storage layout: {error}"))
            .at(path.display().to_string())
    })
}

/// Reads a lock file, or asks a package.
fn load(target: Option<&str>) -> Result<StorageLayout, Failure> {
    match target.map(Path::new).filter(|path| check::is_file(path)) {
        Some(path) => read(path),
        None => of_package(&project::find_by_text(target)?),
    }
}

fn of_package(package: &Package) -> Result<StorageLayout, Failure> {
    build::describe(package)?.layout.ok_or_else(|| {
        let message = format!("`{}` does not say what it stores", package.name);
        Failure::new(codes::DESCRIBE, message)
            .at(package.manifest.display().to_string())
            .hint("declare the storage with the SDK's `#[derive(Storage)]`")
    })
}

fn show(layout: &StorageLayout) -> Report {
    let mut rows = vec![["field", "holds"].map(str::to_owned).to_vec()];
    for field in &layout.fields {
        rows.push(vec![field.name.clone(), diff::shape_text(&field.shape)]);
    }
    let hash = hash(&layout.hash());
    let mut text = format!("{BOLD}{}{BOLD:#}  layout {}\n", layout.contract, layout.version);
    text += &format!("  hash  {hash}\n\n{}", table(&[Align::Left; 2], &rows));
    if !layout.retired.is_empty() {
        text += &format!("\nretired names: {}\n", layout.retired.join(", "));
    }
    let document = serde_json::from_str(&layout.to_json()).unwrap_or(Value::Null);
    Report { text, data: json!({ "hash": hash, "layout": document }) }
}

fn compare(old: Option<&str>, new: Option<&str>) -> Result<Report, Failure> {
    let (old, new, at) = match old {
        Some(old) => (load(Some(old))?, load(new)?, old.to_owned()),
        None => {
            let package = project::find_by_text(None)?;
            let Some(newest) = locked_versions(&package).last().copied() else {
                return Err(Failure::new(codes::LAYOUT_LOCK, "no version of the layout is locked")
                    .at(package.directory.join("layout").display().to_string())
                    .hint(
                        "weal layout lock   (before the first deployment), or name two layouts",
                    ));
            };
            let path = lock_file(&package, newest);
            (read(&path)?, of_package(&package)?, path.display().to_string())
        }
    };
    refuse(&Comparison::new(&old, &new), &at)
}

/// Reports a comparison; fails where the chain would refuse the upgrade.
fn refuse(comparison: &Comparison, at: &str) -> Result<Report, Failure> {
    let mut text = String::new();
    if !comparison.changes.is_empty() {
        let mut rows = vec![["field", "change", "next"].map(str::to_owned).to_vec()];
        for change in &comparison.changes {
            rows.push(vec![change.field.clone(), change.what.clone(), change.next.clone()]);
        }
        text = table(&[Align::Left; 3], &rows);
        text.push('\n');
    }
    let data = comparison.json();
    match &comparison.refusal {
        Some(refusal) => {
            let failure = Failure::new(codes::LAYOUT_CHANGED, &refusal.message);
            Err(failure.at(at).hint(refusal.next.as_str()).found(Report { text, data }))
        }
        None => {
            text += &format!("{}\n", comparison.verdict());
            Ok(Report { text, data })
        }
    }
}

fn lock(package: &Package) -> Result<Report, Failure> {
    let layout = of_package(package)?;
    verify_lock(package, Some(&layout))?;
    let path = lock_file(package, layout.version);
    let directory = package.directory.join("layout");
    fs::create_dir_all(&directory).map_err(|error| Failure::file(&directory, &error))?;
    fs::write(&path, layout.to_json()).map_err(|error| Failure::file(&path, &error))?;
    Ok(Report {
        text: format!("version {} is locked in {}\n", layout.version, path.display()),
        data: json!({ "version": layout.version, "file": path }),
    })
}
