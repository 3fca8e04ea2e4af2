//! The layout lock: `layout/N.json` of a package holds the shape of its storage at version N, is
//! committed with the code, and may not change afterwards. Native builds only.
//!
//! Call [`lock`] in a test; tools call [`check`].
//!
//! ```no_run
//! # fn layout() -> weal_sdk::layout::StorageLayout { unreachable!() }
//! weal_sdk::layout::lock(env!("CARGO_MANIFEST_DIR"), &layout()).unwrap();
//! ```

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use thiserror::Error;
pub use weal_types::layout::{FieldShape, StorageLayout, StoredField, field_key};

/// The shape of the storage is not the committed one. The text says what to do.
#[derive(Debug, Error)]
pub enum LockError {
    /// This version has not been committed.
    #[error(
        "{} does not exist: run the tests with `WEAL_LAYOUT=write`, and commit it",
        path.display()
    )]
    Missing {
        /// Where it should be.
        path: PathBuf,
    },
    /// The storage has changed since it was committed.
    #[error(
        "storage version {version} has changed since {} was committed: {changes}\n\
         Set `#[storage(version = {})]` and add `#[migrate(from = {version})]`, or change the \
         fields back",
        path.display(),
        version + 1
    )]
    Changed {
        /// The committed document.
        path: PathBuf,
        /// The version of both.
        version: u32,
        /// Which fields and types differ.
        changes: String,
    },
    /// A field of an earlier version is gone, and its name could come back with another meaning.
    #[error(
        "`{field}` of storage version {version} is gone: add `retired(\"{field}\")` to \
         `#[storage(…)]`"
    )]
    NotRetired {
        /// The field.
        field: String,
        /// The last version that had it.
        version: u32,
    },
    /// A document that is none.
    #[error("{}: {source}", path.display())]
    Syntax {
        /// The document.
        path: PathBuf,
        /// Line and column.
        source: serde_json::Error,
    },
    /// A file that cannot be read or written.
    #[error("{}: {source}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
}

/// Where the document of `version` lies in the package at `package`.
#[must_use]
pub fn path(package: &Path, version: u32) -> PathBuf {
    package.join("layout").join(format!("{version}.json"))
}

/// Checks `layout` as [`check`] does. With `WEAL_LAYOUT=write` in the environment it first writes
/// the document of a new version.
pub fn lock(package: impl AsRef<Path>, layout: &StorageLayout) -> Result<(), LockError> {
    if std::env::var_os("WEAL_LAYOUT").is_some_and(|value| value == "write") {
        write(&package, layout)?;
    }
    check(package, layout)
}

/// Checks `layout` against the documents committed in the package at `package`: its version is
/// there and equal, and what earlier versions had is there or retired.
pub fn check(package: impl AsRef<Path>, layout: &StorageLayout) -> Result<(), LockError> {
    let package = package.as_ref();
    let path = path(package, layout.version);
    let committed = read(&path)?.ok_or_else(|| LockError::Missing { path: path.clone() })?;
    if committed != *layout {
        let changes = changes(&committed, layout);
        return Err(LockError::Changed { path, version: layout.version, changes });
    }
    check_retired(package, layout)
}

/// Every field of an earlier version is there or retired.
fn check_retired(package: &Path, layout: &StorageLayout) -> Result<(), LockError> {
    for version in (1..layout.version).rev() {
        let Some(earlier) = read(&path(package, version))? else { continue };
        for field in earlier.fields {
            let is_kept = layout.fields.iter().any(|kept| kept.name == field.name);
            if !is_kept && !layout.retired.contains(&field.name) {
                return Err(LockError::NotRetired { field: field.name, version });
            }
        }
    }
    Ok(())
}

/// Writes the document of `layout` into the package at `package`, unless its version is there
/// already: a committed version never changes.
pub fn write(package: impl AsRef<Path>, layout: &StorageLayout) -> Result<(), LockError> {
    let package = package.as_ref();
    let path = path(package, layout.version);
    if read(&path)?.is_some() {
        return check(package, layout);
    }
    check_retired(package, layout)?;
    let directory = package.join("layout");
    fs::create_dir_all(&directory)
        .and_then(|()| fs::write(&path, layout.to_json()))
        .map_err(|source| LockError::Io { path, source })
}

fn read(path: &Path) -> Result<Option<StorageLayout>, LockError> {
    match fs::read_to_string(path) {
        Ok(text) => StorageLayout::from_json(&text)
            .map(Some)
            .map_err(|source| LockError::Syntax { path: path.into(), source }),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(source) => Err(LockError::Io { path: path.into(), source }),
    }
}

/// Names what differs between two documents of one version.
#[must_use]
pub fn changes(before: &StorageLayout, after: &StorageLayout) -> String {
    let mut changes = Vec::new();
    compare("field", &fields(before), &fields(after), &mut changes);
    compare("type", &types(before), &types(after), &mut changes);
    compare("retired name", &retired(before), &retired(after), &mut changes);
    if before.contract != after.contract {
        changes.push(format!("the contract was called `{}`", before.contract));
    }
    changes.join(", ")
}

/// Something with a name, and all there is to know about it.
type Named<'a> = (&'a str, String);

fn fields(layout: &StorageLayout) -> Vec<Named<'_>> {
    let fields = layout.fields.iter();
    fields.map(|field| (field.name.as_str(), format!("{:?}", field.shape))).collect()
}

fn types(layout: &StorageLayout) -> Vec<Named<'_>> {
    let types = layout.types.iter();
    types.map(|kind| (kind.name.as_str(), format!("{:?}", kind.shape))).collect()
}

fn retired(layout: &StorageLayout) -> Vec<Named<'_>> {
    layout.retired.iter().map(|name| (name.as_str(), String::new())).collect()
}

fn compare(what: &str, before: &[Named<'_>], after: &[Named<'_>], changes: &mut Vec<String>) {
    for (name, shape) in before {
        match after.iter().find(|(other, _)| other == name) {
            None => changes.push(format!("{what} `{name}` is gone")),
            Some((_, other)) if other != shape => changes.push(format!("{what} `{name}` differs")),
            Some(_) => {}
        }
    }
    for (name, _) in after {
        if !before.iter().any(|(other, _)| other == name) {
            changes.push(format!("{what} `{name}` is new"));
        }
    }
}
