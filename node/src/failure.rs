//! Why a running node ends by itself, and what keeps it from beginning again where that would do
//! harm.
//!
//! A node halts when two quorums contradict each other, or when execution gives another result here
//! than elsewhere. What supervises it would start it again, and it would vote again, on what is
//! known to be wrong. So a halted node ends with an exit code of its own, and leaves a mark in its
//! data directory, which has to be removed by hand.

use std::{
    fs::{self, File},
    io::{self, Write},
    path::{Path, PathBuf},
};

use thiserror::Error;

/// What the process returns if the node has halted, now or before: `EX_SOFTWARE` of BSD's
/// `sysexits.h`, which nothing else here returns. An ordinary failure returns 1.
pub const HALT_EXIT_CODE: u8 = 70;

/// The mark's name in the data directory.
const MARK: &str = "halted";

/// Why a running node has ended.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum Failure {
    /// This machine failed: its disk for example. Once that is mended the node goes on.
    #[error("{0}")]
    Machine(String),
    /// The chain cannot be followed correctly: somebody has to look before the node runs again.
    #[error("{0}")]
    Halt(String),
}

impl From<String> for Failure {
    fn from(reason: String) -> Self {
        Self::Machine(reason)
    }
}

impl From<&str> for Failure {
    fn from(reason: &str) -> Self {
        reason.to_owned().into()
    }
}

/// A node that halted before, and is not to start.
#[derive(Debug, Error)]
#[error(
    "this node has halted, and does not start again by itself: {reason}\nKeep the data directory \
     as it is and talk to the operators of the other validators. Once it is clear what happened \
     and that this node may vote again, remove {path} and start it"
)]
pub struct Halted {
    /// What it said then.
    pub reason: String,
    /// The mark.
    pub path: String,
}

fn mark(data: &Path) -> PathBuf {
    data.join(MARK)
}

/// Leaves the mark; it is on disk afterwards.
pub fn leave_mark(data: &Path, reason: &str) -> io::Result<()> {
    let mut file = File::create(mark(data))?;
    writeln!(file, "{reason}")?;
    file.sync_all()?;
    File::open(data)?.sync_all()
}

/// Refuses where the mark is. One that cannot be read, or says nothing, is one all the same.
pub fn check_mark(data: &Path) -> Result<(), Halted> {
    let path = mark(data);
    match fs::read_to_string(&path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        said => {
            let reason = said.unwrap_or_else(|error| error.to_string()).trim().to_owned();
            Err(Halted { reason, path: path.display().to_string() })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mark_refuses_until_it_is_removed_whatever_it_says() {
        let data = tempfile::tempdir().unwrap();
        assert!(check_mark(data.path()).is_ok());
        leave_mark(data.path(), "two quorums").unwrap();
        let refused = check_mark(data.path()).unwrap_err();
        assert_eq!(refused.reason, "two quorums");
        assert!(refused.to_string().contains(&refused.path));
        fs::write(&refused.path, [0xff]).unwrap();
        assert!(check_mark(data.path()).is_err());
        fs::remove_file(&refused.path).unwrap();
        assert!(check_mark(data.path()).is_ok());
    }
}
