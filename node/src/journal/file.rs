//! The file of a journal: batches that are whole or recognisably not.

use std::{
    fs::{self, File, OpenOptions},
    io::{ErrorKind, Read, Seek, SeekFrom, Write},
    path::{Path, PathBuf},
};

use parity_scale_codec::{DecodeAll, Encode};

use super::{JournalConfig, JournalError, Record};

const MAGIC: &[u8; 12] = b"weal-journal";
const VERSION: u32 = 2;
const FILE_HEAD_BYTES: u64 = 16;
const BATCH_HEAD_BYTES: usize = 16;

/// An open file, positioned at its end.
pub(super) struct JournalFile {
    directory: PathBuf,
    sync: bool,
    file: File,
    bytes: u64,
    /// Of these, what it began with when it took the place of another file.
    kept: u64,
    sequence: u64,
}

impl JournalFile {
    /// Opens the journal, or makes one. A damaged last batch is what a crash leaves: it is cut off.
    /// So is a head that is not whole: it is on disk before the first batch, so nothing was lost.
    pub fn open(config: &JournalConfig) -> Result<(Self, Vec<Record>), JournalError> {
        let directory = config.directory.clone();
        let io = |reason| JournalError::Io { path: directory.display().to_string(), reason };
        fs::create_dir_all(&directory).map_err(io)?;
        // What a crash left of a new file that was not yet in place.
        match fs::remove_file(draft(&directory)) {
            Err(error) if error.kind() != ErrorKind::NotFound => return Err(io(error)),
            _ => {}
        }
        let path = place(&directory);
        let io = |reason| JournalError::Io { path: path.display().to_string(), reason };
        let mut content = Vec::new();
        let mut file = None;
        if path.exists() {
            let mut old = OpenOptions::new().read(true).write(true).open(&path).map_err(io)?;
            old.read_to_end(&mut content).map_err(io)?;
            file = Some(old);
        }
        let Some(mut file) = file.filter(|_| !is_begun(&content)) else {
            let mut new = Self::create(&directory, &path, config.sync)?;
            new.wait()?;
            new.wait_for_directory()?;
            return Ok((new, Vec::new()));
        };
        let Content { records, bytes, sequence } = read(&content).map_err(|it| it.at(&path))?;
        file.set_len(bytes).map_err(io)?;
        file.seek(SeekFrom::End(0)).map_err(io)?;
        // How much of it must be kept is known once it has begun anew.
        Ok((Self { directory, sync: config.sync, file, bytes, kept: 0, sequence }, records))
    }

    fn create(directory: &Path, path: &Path, sync: bool) -> Result<Self, JournalError> {
        let io = |reason| JournalError::Io { path: path.display().to_string(), reason };
        let mut file = File::create(path).map_err(io)?;
        file.write_all(&head()).map_err(io)?;
        let directory = directory.to_owned();
        Ok(Self { directory, sync, file, bytes: FILE_HEAD_BYTES, kept: 0, sequence: 0 })
    }

    /// Writes one batch and waits for the disk.
    pub fn append(&mut self, records: &Vec<Record>) -> Result<(), JournalError> {
        self.write(records)?;
        self.wait()
    }

    fn write(&mut self, records: &Vec<Record>) -> Result<(), JournalError> {
        let batch = batch(self.sequence, records);
        self.file.write_all(&batch).map_err(|reason| self.io(reason))?;
        self.bytes += batch.len() as u64;
        self.sequence += 1;
        Ok(())
    }

    /// Replaces the file by one that begins with `records`. A crash leaves the old one or the new.
    pub fn begin_anew(&mut self, records: &Vec<Record>) -> Result<(), JournalError> {
        let draft = draft(&self.directory);
        let mut new = Self::create(&self.directory, &draft, self.sync)?;
        new.append(records)?;
        new.kept = new.bytes;
        fs::rename(&draft, place(&self.directory)).map_err(|reason| self.io(reason))?;
        new.wait_for_directory()?;
        *self = new;
        Ok(())
    }

    /// Its length.
    pub const fn bytes(&self) -> u64 {
        self.bytes
    }

    /// How much of it was kept from the file before, the last time that it began anew.
    pub const fn kept(&self) -> u64 {
        self.kept
    }

    pub fn path_text(&self) -> String {
        place(&self.directory).display().to_string()
    }

    fn wait(&mut self) -> Result<(), JournalError> {
        if self.sync { self.file.sync_data().map_err(|reason| self.io(reason)) } else { Ok(()) }
    }

    /// Makes a new name in the directory survive a power cut.
    fn wait_for_directory(&self) -> Result<(), JournalError> {
        if !self.sync {
            return Ok(());
        }
        let directory = File::open(&self.directory).and_then(|directory| directory.sync_all());
        directory.map_err(|reason| self.io(reason))
    }

    fn io(&self, reason: std::io::Error) -> JournalError {
        JournalError::Io { path: self.path_text(), reason }
    }
}

fn place(directory: &Path) -> PathBuf {
    directory.join("journal")
}

fn draft(directory: &Path) -> PathBuf {
    directory.join("journal.new")
}

fn head() -> Vec<u8> {
    [&MAGIC[..], &VERSION.to_le_bytes()].concat()
}

pub(super) fn batch(sequence: u64, records: &Vec<Record>) -> Vec<u8> {
    let mut bytes = vec![0; BATCH_HEAD_BYTES];
    records.encode_to(&mut bytes);
    let payload_bytes = (bytes.len() - BATCH_HEAD_BYTES) as u32;
    bytes[8..16].copy_from_slice(&sequence.to_le_bytes());
    let checksum = crc32c::crc32c(&bytes[8..]);
    bytes[..4].copy_from_slice(&payload_bytes.to_le_bytes());
    bytes[4..8].copy_from_slice(&checksum.to_le_bytes());
    bytes
}

/// What a file holds.
pub(super) struct Content {
    pub records: Vec<Record>,
    /// Length of its whole batches.
    pub bytes: u64,
    /// Sequence number of the next batch.
    pub sequence: u64,
}

/// What is wrong with a file.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Fault {
    Format,
    Damaged(u64),
}

impl Fault {
    fn at(self, path: &Path) -> JournalError {
        let path = path.display().to_string();
        match self {
            Self::Format => JournalError::Format { path },
            Self::Damaged(at) => JournalError::Damaged { path, at },
        }
    }
}

/// Whether a file's head is not whole, as a crash leaves it between making the file and the disk's
/// word that the head is there: a part of it, or the length without the bytes.
fn is_begun(content: &[u8]) -> bool {
    let head = head();
    let is_cut = content.len() < head.len() && head.starts_with(content);
    is_cut || content.len() <= head.len() && content.iter().all(|byte| *byte == 0)
}

/// Reads batches up to the end, or up to one that is not whole and has no whole one behind it.
pub(super) fn read(content: &[u8]) -> Result<Content, Fault> {
    let head = head();
    if !content.starts_with(&head) {
        return Err(Fault::Format);
    }
    let mut read = Content { records: Vec::new(), bytes: head.len() as u64, sequence: 0 };
    let mut rest = content.get(head.len()..).unwrap_or_default();
    while let Some((records, length)) = whole(rest, read.sequence) {
        read.records.extend(records);
        read.bytes += length as u64;
        read.sequence += 1;
        rest = rest.get(length..).unwrap_or_default();
    }
    // A batch is written only after the one before is on disk, so behind the one that a crash cut
    // there is nothing. Searched from every byte: the damaged length says nothing.
    let later = |from: usize| {
        let tail = rest.get(from..).unwrap_or_default();
        let sequence = tail.get(8..16).and_then(|bytes| <[u8; 8]>::try_from(bytes).ok());
        let sequence = sequence.map_or(0, u64::from_le_bytes);
        // Sequence numbers rise by one; only plausible ones are worth a checksum.
        sequence > read.sequence
            && sequence - read.sequence < rest.len() as u64
            && whole(tail, sequence).is_some()
    };
    if (1..rest.len()).any(later) { Err(Fault::Damaged(read.bytes)) } else { Ok(read) }
}

/// The records of the batch that `bytes` begin with, and its length.
fn whole(bytes: &[u8], sequence: u64) -> Option<(Vec<Record>, usize)> {
    let number = |at: usize| {
        let bytes = bytes.get(at..at + 4)?;
        Some(u32::from_le_bytes(bytes.try_into().ok()?))
    };
    let length = BATCH_HEAD_BYTES.checked_add(number(0)? as usize)?;
    let body = bytes.get(8..length)?;
    let is_whole = crc32c::crc32c(body) == number(4)? && body.starts_with(&sequence.to_le_bytes());
    let records = Vec::decode_all(&mut body.get(8..).filter(|_| is_whole)?).ok()?;
    Some((records, length))
}
