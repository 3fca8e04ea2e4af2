//! Which of the directories in the data directory is the chain that runs.

use std::{fs, path::Path};

use super::{StartError, directory_error};

pub(crate) fn chain_directory(number: u64) -> String {
    format!("chain-{number}")
}

/// Removes what earlier runs of a devnet left behind.
pub(super) fn remove_others(data: &Path, current: &Path) {
    for entry in fs::read_dir(data).into_iter().flatten().flatten() {
        let is_chain = entry.file_name().to_string_lossy().starts_with("chain-");
        if is_chain && entry.path() != current {
            remove(&entry.path());
        }
    }
}

/// Removes a directory that is no longer used. One that resists is tried again at the next start.
pub(crate) fn remove(path: &Path) {
    if let Err(error) = fs::remove_dir_all(path) {
        tracing::warn!(path = %path.display(), %error, "an old directory cannot be removed yet");
    }
}

pub(crate) fn current_number(data: &Path) -> Result<u64, StartError> {
    let path = data.join("current");
    match fs::read_to_string(&path) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(1),
        Err(error) => Err(directory_error(&path)(error)),
        Ok(text) => text.trim().parse().map_err(|_| {
            directory_error(&path)(std::io::Error::other(format!("`{text}` is no number")))
        }),
    }
}

/// Makes a chain the one that runs. A crash leaves the old one or the new.
pub(super) fn set_current(data: &Path, number: u64) -> Result<(), StartError> {
    let (path, draft) = (data.join("current"), data.join("current.new"));
    let write = || {
        fs::write(&draft, format!("{number}\n"))?;
        fs::File::open(&draft)?.sync_all()?;
        fs::rename(&draft, &path)?;
        fs::File::open(data)?.sync_all()
    };
    write().map_err(directory_error(&path))
}
