//! What must survive a crash before it is in the database: transactions that were acknowledged, and
//! what the replica must remember of its votes.
//!
//! ```text
//! file     "weal-journal" ‖ version (4, LE) ‖ batches
//! batch    payload bytes (4, LE) ‖ CRC-32C of what follows (4, LE) ‖ sequence (8, LE) ‖ payload
//! payload  SCALE list of records
//! ```
//!
//! One thread writes. It takes everything that waits, writes it as one batch, waits for the disk
//! once, and then tells everyone: under load hundreds of transactions share one `fdatasync`. A
//! batch begins only after the one before it is on disk, so a crash can damage the last batch
//! alone; damage before that is no crash, and the node refuses to start on it.
//!
//! When the file has grown, what still matters is copied to the head of a new file, and the old one
//! is deleted.

mod file;

use std::{
    path::PathBuf,
    sync::{Arc, OnceLock, mpsc},
    thread::JoinHandle,
};

use parity_scale_codec::{Decode, Encode};
use thiserror::Error;
use weal_types::WireId;

use crate::threads;
use file::JournalFile;

/// Bytes after which a journal starts anew. Reading this much again takes a fraction of a second.
/// What must be kept can be more, for the pool alone may hold as much: see [`rotates_at`].
const ROTATE_BYTES: u64 = 64 << 20;

/// Bytes of one batch, at most: what one `fdatasync` waits for stays bounded.
const BATCH_BYTES: usize = 4 << 20;

/// Batches or parts of one that may wait; whoever adds more waits.
const WAITING: usize = 4_096;

/// What a journal remembers.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub enum Record {
    /// A transaction that was acknowledged, signed.
    Accepted(Vec<u8>),
    /// What the replica must remember, and the transactions of its proposal, each of which was
    /// accepted before.
    Ordering(weal_consensus::Record, Vec<WireId>),
}

/// Why a journal cannot be used.
#[derive(Debug, Error)]
pub enum JournalError {
    /// The disk failed, or is full.
    #[error("the journal {path}: {reason}")]
    Io {
        /// Which file.
        path: String,
        /// What the system says.
        reason: std::io::Error,
    },
    /// Something other than a crash has changed the file.
    #[error(
        "the journal {path} is damaged at byte {at}, before its end: this was no crash. What this \
         validator said since may be lost with it, so put no older one in its place. Keep the \
         file, look at the disk, and go on as the operator's guide says under `A damaged journal`"
    )]
    Damaged {
        /// Which file.
        path: String,
        /// Where.
        at: u64,
    },
    /// Not a journal, or one of another version.
    #[error("{path} is no journal that this program can read")]
    Format {
        /// Which file.
        path: String,
    },
    /// What the old file holds could not be made durable elsewhere.
    #[error("the journal cannot begin anew: {0}")]
    Flush(#[from] weal_state::StoreError),
    /// The writing thread is gone after an earlier failure.
    #[error("{reason}")]
    Stopped {
        /// What that was.
        reason: String,
    },
}

/// Called once what it belongs to is on disk.
pub type WhenDurable = Box<dyn FnOnce() + Send>;

/// Makes everything final reach the disk for good, and gives what a new file must begin with: what
/// was accepted and is not final yet. If the disk fails, the old file stays.
pub type StillNeeded = Box<dyn Fn() -> Result<Vec<Record>, JournalError> + Send>;

struct Entry {
    records: Vec<Record>,
    done: WhenDurable,
}

/// The writing end of a journal; clones share it. The thread behind it ends with the last one.
#[derive(Clone)]
pub struct Journal {
    entries: mpsc::SyncSender<Entry>,
    /// Why the thread has ended, once it has failed.
    failure: Arc<OnceLock<String>>,
}

/// A journal's settings.
#[derive(Clone, Debug)]
pub struct JournalConfig {
    /// Its directory, which is this node's own.
    pub directory: PathBuf,
    /// Whether to wait for the disk. Without it a power cut, but no crash of the process, can lose
    /// what was acknowledged last.
    pub sync: bool,
}

/// A journal that was read and is not yet written to.
pub struct Opened {
    /// What it remembers, in order.
    pub records: Vec<Record>,
    file: JournalFile,
}

impl Opened {
    /// Reads a journal, or begins one.
    pub fn open(config: &JournalConfig) -> Result<Self, JournalError> {
        let (file, records) = JournalFile::open(config)?;
        Ok(Self { records, file })
    }

    /// Writes records without a thread, for a chain that is not running.
    pub fn begin_with(mut self, records: &Vec<Record>) -> Result<(), JournalError> {
        self.file.append(records)
    }

    /// Starts the thread that writes. `failed` is called once if the disk fails, or the thread
    /// panics; nothing is acknowledged after that.
    pub fn start(
        self,
        still_needed: StillNeeded,
        failed: Box<dyn FnOnce(JournalError) + Send>,
    ) -> Result<(Journal, JoinHandle<()>), JournalError> {
        let (entries, waiting) = mpsc::sync_channel(WAITING);
        let path = self.file.path_text();
        let failure = Arc::new(OnceLock::new());
        let reason = Arc::clone(&failure);
        let run = move || {
            let ended = threads::catch(|| write_all(self.file, &waiting, &still_needed));
            if let Err(error) = ended.unwrap_or_else(|reason| Err(JournalError::Stopped { reason }))
            {
                // Before nobody waits for entries any more: whoever has one then is told this.
                reason.get_or_init(|| error.to_string());
                failed(error);
            }
        };
        let thread = std::thread::Builder::new()
            .name("journal".into())
            .spawn(run)
            .map_err(|reason| JournalError::Io { path, reason })?;
        Ok((Journal { entries, failure }, thread))
    }
}

impl Journal {
    /// Adds records; `done` is called once they, and all that were added before, are on disk.
    pub fn append(&self, records: Vec<Record>, done: WhenDurable) -> Result<(), JournalError> {
        self.entries.send(Entry { records, done }).map_err(|_| {
            let reason = self.failure.get().cloned();
            let reason = reason.unwrap_or_else(|| "the journal's thread has ended".to_owned());
            JournalError::Stopped { reason }
        })
    }
}

fn write_all(
    mut file: JournalFile,
    waiting: &mpsc::Receiver<Entry>,
    still_needed: &StillNeeded,
) -> Result<(), JournalError> {
    while let Ok(first) = waiting.recv() {
        let mut records = first.records;
        let mut done = vec![first.done];
        let mut bytes = records.encoded_size();
        while bytes < BATCH_BYTES
            && let Ok(entry) = waiting.try_recv()
        {
            bytes += entry.records.encoded_size();
            records.extend(entry.records);
            done.push(entry.done);
        }
        // Everything before this batch is on disk already.
        if !records.is_empty() {
            file.append(&records)?;
        }
        if file.bytes() > rotates_at(file.kept()) {
            let mut kept = still_needed()?;
            // Not in anybody's books yet: nobody has been told about them.
            kept.append(&mut records);
            file.begin_anew(&kept)?;
        }
        for tell in done {
            tell();
        }
    }
    Ok(())
}

/// Bytes after which a file starts anew that began with so many. Twice those: then as much was
/// added as is copied, so a batch costs two of its kind at most, however much must be kept.
fn rotates_at(kept: u64) -> u64 {
    ROTATE_BYTES.max(kept.saturating_mul(2))
}

/// What the replica remembers, and the names of its proposal's transactions.
pub type Remembered = (weal_consensus::Record, Vec<WireId>);

/// The accepted transactions of a journal, and what the replica remembers; each in order.
pub fn split(records: Vec<Record>) -> (Vec<Vec<u8>>, Vec<Remembered>) {
    let (mut accepted, mut remembered) = (Vec::new(), Vec::new());
    for record in records {
        match record {
            Record::Accepted(wire) => accepted.push(wire),
            Record::Ordering(record, ids) => remembered.push((record, ids)),
        }
    }
    (accepted, remembered)
}

#[cfg(test)]
mod tests;
