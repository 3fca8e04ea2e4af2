//! The directory in which a state is filled: beside the chain that is here, until it takes its
//! place.

use std::{
    fs::{self, File},
    io,
    path::{Path, PathBuf},
    sync::Arc,
};

use weal_state::{RocksStore, unfinished_import};
use weal_types::{Hash, Height};

use crate::{
    core::{OpenError, open_database},
    node::chain_directory,
};

/// See the module.
pub(super) struct Incoming(PathBuf);

impl Incoming {
    pub(super) fn in_data(data: &Path) -> Self {
        Self(data.join("incoming"))
    }

    pub(super) fn remove(&self) {
        if self.0.exists() {
            crate::node::remove(&self.0);
        }
    }

    /// The database, and which state it is to become, if an import was left unfinished here.
    /// Whatever else is here is of no use, and goes.
    pub(super) fn left(&self, cache_bytes: usize) -> Option<(Arc<RocksStore>, (Height, Hash))> {
        let path = self.0.join("db");
        let store = path.exists().then(|| open_database(&path, cache_bytes).ok()).flatten();
        let found = store.and_then(|store| {
            let target = unfinished_import(&*store).ok().flatten()?;
            Some((store, target))
        });
        if found.is_none() {
            self.remove();
        }
        found
    }

    /// An empty database.
    pub(super) fn begin(&self, cache_bytes: usize) -> Result<Arc<RocksStore>, OpenError> {
        self.remove();
        fs::create_dir_all(&self.0).map_err(|reason| self.error(reason))?;
        Ok(open_database(&self.0.join("db"), cache_bytes)?)
    }

    /// Makes what is here, which is whole and closed, the chain of a number, with the journal of
    /// the chain that it replaces: what that says about votes still counts. It runs once `current`
    /// says so.
    pub(super) fn become_chain(
        &self,
        old: &Path,
        data: &Path,
        number: u64,
    ) -> Result<(), OpenError> {
        let new = data.join(chain_directory(number));
        let become_chain = || -> io::Result<()> {
            copy_files(&old.join("journal"), &self.0.join("journal"))?;
            File::open(&self.0)?.sync_all()?;
            if new.exists() {
                fs::remove_dir_all(&new)?;
            }
            fs::rename(&self.0, &new)?;
            File::open(data)?.sync_all()
        };
        become_chain().map_err(|reason| self.error(reason))
    }

    fn error(&self, reason: io::Error) -> OpenError {
        OpenError::Directory { path: self.0.display().to_string(), reason }
    }
}

/// Copies the files of a directory, if there is one, for good.
fn copy_files(from: &Path, to: &Path) -> io::Result<()> {
    if to.exists() {
        fs::remove_dir_all(to)?;
    }
    if !from.exists() {
        return Ok(());
    }
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let copy = to.join(entry.file_name());
        fs::copy(entry.path(), &copy)?;
        File::open(&copy)?.sync_all()?;
    }
    File::open(to)?.sync_all()
}
