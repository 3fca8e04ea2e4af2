//! Finds the package that a command is about, with cargo's help.

use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
};

use cargo_metadata::{Metadata, MetadataCommand, TargetKind};

use crate::{args::Selection, codes, outcome::Failure};

/// A contract's package.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Package {
    /// Its name; results are called after it.
    pub name: String,
    /// The name of its library, as rustc writes it: `my_token`.
    pub crate_name: String,
    /// Its `Cargo.toml`.
    pub manifest: PathBuf,
    /// The directory of that.
    pub directory: PathBuf,
    /// The root of its workspace, which is itself where it stands alone.
    pub workspace: PathBuf,
    /// Everything that `weal` writes: `weal` below cargo's target directory.
    pub output: PathBuf,
    /// Manifests of the local packages that it depends on, those for tests included.
    pub local_dependencies: Vec<PathBuf>,
}

impl Package {
    /// A file among the results: the package's name with this ending.
    pub fn result(&self, ending: &str) -> PathBuf {
        self.output.join(format!("{}.{ending}", self.name))
    }
}

/// Finds the package that `selection` means, from the current directory.
pub fn find(selection: &Selection) -> Result<Package, Failure> {
    let manifest = match &selection.manifest_path {
        Some(path) => manifest_of(path)?,
        None => nearest_manifest()?,
    };
    let metadata = metadata(&manifest)?;
    let package = match &selection.package {
        Some(name) => metadata
            .packages
            .iter()
            .find(|package| package.name.as_str() == name)
            .ok_or_else(|| unknown(name, &metadata))?,
        None => here(&metadata, &manifest)?,
    };
    contract(package, &metadata)
}

/// Finds the package that `text` means: a directory, a manifest, or a name in the workspace here.
pub fn find_by_text(text: Option<&str>) -> Result<Package, Failure> {
    let path = text.map(PathBuf::from).filter(|path| path.exists());
    find(&Selection {
        package: text.filter(|_| path.is_none()).map(str::to_owned),
        manifest_path: path,
    })
}

/// The contracts that tests of `package` may deploy: itself, and local ones that it depends on.
pub fn with_dependencies(package: Package) -> Result<Vec<Package>, Failure> {
    let mut found = vec![];
    for manifest in &package.local_dependencies {
        let metadata = metadata(manifest)?;
        let dependency = here(&metadata, manifest)?;
        if is_contract(dependency) {
            found.push(Package {
                output: package.output.clone(),
                ..contract(dependency, &metadata)?
            });
        }
    }
    found.push(package);
    Ok(found)
}

/// Roots of the other workspaces that `package` is compiled from.
pub fn roots(package: &Package) -> Result<Vec<PathBuf>, Failure> {
    let mut roots: Vec<PathBuf> = vec![];
    let mut seen = BTreeSet::new();
    let mut pending = package.local_dependencies.clone();
    while let Some(manifest) = pending.pop() {
        let is_known =
            roots.iter().chain([&package.workspace]).any(|root| manifest.starts_with(root));
        if is_known || !seen.insert(manifest.clone()) {
            continue;
        }
        let metadata = metadata(&manifest)?;
        roots.push(metadata.workspace_root.clone().into());
        pending.extend(metadata.packages.iter().flat_map(local_dependencies));
    }
    Ok(roots)
}

fn manifest_of(path: &Path) -> Result<PathBuf, Failure> {
    let manifest = if path.is_dir() { path.join("Cargo.toml") } else { path.to_owned() };
    manifest.canonicalize().map_err(|error| Failure::file(&manifest, &error))
}

/// `Cargo.toml` of this directory or the nearest one above, which is also how cargo looks.
fn nearest_manifest() -> Result<PathBuf, Failure> {
    let here = std::env::current_dir().map_err(|error| Failure::file(Path::new("."), &error))?;
    here.ancestors()
        .map(|directory| directory.join("Cargo.toml"))
        .find(|manifest| manifest.is_file())
        .ok_or_else(|| {
            Failure::new(codes::NO_PACKAGE, "no Cargo.toml here or in a directory above")
                .at(here.display().to_string())
        })
}

/// What cargo says about the workspace of `manifest`, without its dependencies.
fn metadata(manifest: &Path) -> Result<Metadata, Failure> {
    let mut command = MetadataCommand::new();
    command.manifest_path(manifest).no_deps();
    // The toolchain is chosen by the directory.
    if let Some(directory) = manifest.parent() {
        command.current_dir(directory);
    }
    command.exec().map_err(|error| {
        let text = match error {
            cargo_metadata::Error::CargoMetadata { stderr } => stderr.trim().to_owned(),
            other => other.to_string(),
        };
        Failure::new(codes::NO_PACKAGE, format!("cargo cannot read the package: {text}"))
            .at(manifest.display().to_string())
            .hint("mend Cargo.toml")
    })
}

/// The package of `manifest`, or the only contract where that is a workspace without a package.
fn here<'a>(
    metadata: &'a Metadata,
    manifest: &Path,
) -> Result<&'a cargo_metadata::Package, Failure> {
    if let Some(package) =
        metadata.packages.iter().find(|package| package.manifest_path == manifest)
    {
        return Ok(package);
    }
    let contracts: Vec<_> =
        metadata.packages.iter().filter(|package| is_contract(package)).collect();
    match contracts.as_slice() {
        [only] => Ok(only),
        [] => Err(Failure::new(codes::NO_PACKAGE, "the workspace has no contract")
            .at(manifest.display().to_string())
            .hint("weal new NAME   (writes one)")),
        several => {
            let names: Vec<_> = several.iter().map(|package| package.name.as_str()).collect();
            Err(Failure::new(codes::NO_PACKAGE, "the workspace has several contracts")
                .at(manifest.display().to_string())
                .hint(format!("choose one with --package: {}", names.join(", "))))
        }
    }
}

fn unknown(name: &str, metadata: &Metadata) -> Failure {
    Failure::new(codes::NO_PACKAGE, format!("`{name}` is neither a file nor a package"))
        .at(metadata.workspace_root.to_string())
}

/// Whether it builds both a module and the library that describes it.
fn is_contract(package: &cargo_metadata::Package) -> bool {
    library(package).is_some()
}

fn library(package: &cargo_metadata::Package) -> Option<&cargo_metadata::Target> {
    package.targets.iter().find(|target| {
        target.kind.contains(&TargetKind::CDyLib)
            && (target.kind.contains(&TargetKind::RLib) || target.kind.contains(&TargetKind::Lib))
    })
}

fn contract(package: &cargo_metadata::Package, metadata: &Metadata) -> Result<Package, Failure> {
    let manifest: PathBuf = package.manifest_path.clone().into();
    let library = library(package).ok_or_else(|| {
        let message = format!("`{}` does not build a module and a library", package.name);
        Failure::new(codes::NOT_A_CONTRACT, message).at(manifest.display().to_string())
    })?;
    let directory = manifest.parent().map(Path::to_owned).unwrap_or_default();
    Ok(Package {
        name: package.name.to_string(),
        crate_name: library.name.replace('-', "_"),
        manifest,
        directory,
        workspace: metadata.workspace_root.clone().into(),
        output: metadata.target_directory.join("weal").into(),
        local_dependencies: local_dependencies(package).collect(),
    })
}

fn local_dependencies(package: &cargo_metadata::Package) -> impl Iterator<Item = PathBuf> {
    package
        .dependencies
        .iter()
        .filter_map(|dependency| dependency.path.as_ref())
        .map(|directory| directory.join("Cargo.toml").into())
}
