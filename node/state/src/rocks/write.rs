//! Writing, and what a write waits for.
//!
//! RocksDB lets a write wait while it writes the files of what is in memory, and while it merges
//! files, if there are too many. If such a file finds no room on the disk, RocksDB tries again when
//! there is some, and the write waits for that, with whoever wants to stop. So the waiting is done
//! here, where it ends with the error.

use rocksdb::{
    ColumnFamily, ErrorKind, WaitForCompactOptions, WriteBatch, WriteOptions,
    properties::IS_WRITE_STOPPED,
};

use super::{RocksStore, failed, family};
use crate::kv::{Batch, Column, StoreError, Write};

/// What RocksDB says of a write that would have to wait.
const STALLED: &str = "Result incomplete: Write stall";

/// Microseconds between two looks whether there is room. That a file could not be written ends the
/// waiting at once.
const MOMENT_US: u64 = 5_000;

impl RocksStore {
    pub(super) fn write_in_one_step(&self, batch: &Batch) -> Result<(), StoreError> {
        let mut options = WriteOptions::default();
        options.set_sync(self.sync);
        options.set_no_slowdown(true);
        match self.db.write_opt(self.gather(batch)?, &options) {
            Err(error) if error.as_ref() == STALLED => {
                self.wait_for_room()?;
                // What may be left is slowness, which RocksDB measures out.
                options.set_no_slowdown(false);
                self.db.write_opt(self.gather(batch)?, &options).map_err(failed("write"))
            }
            written => written.map_err(failed("write")),
        }
    }

    /// Lets nobody wait any more for files of this database, which is to be closed: what waits
    /// fails, and what was written stays in the write-ahead log.
    pub fn give_up(&self) {
        self.db.cancel_all_background_work(false);
    }

    /// What RocksDB is to write.
    fn gather(&self, batch: &Batch) -> Result<WriteBatch, StoreError> {
        // Twelve bytes of head, and for each entry a tag, a column and two lengths.
        let mut writes =
            WriteBatch::with_capacity_bytes(12 + batch.size_bytes() + 12 * batch.len());
        // Entries of one column mostly follow each other: look it up when it changes.
        let mut last: Option<(Column, &ColumnFamily)> = None;
        let mut of = |column: Column| match last {
            Some((same, handle)) if same == column => Ok(handle),
            _ => {
                let handle = family(&self.db, column)?;
                last = Some((column, handle));
                Ok(handle)
            }
        };
        for write in batch.iter() {
            match write {
                Write::Put { column, key, value } => writes.put_cf(of(column)?, key, value),
                Write::Delete { column, key } => writes.delete_cf(of(column)?, key),
                Write::DeleteRange { column, from, to } => {
                    writes.delete_range_cf(of(column)?, from, to);
                }
            }
        }
        Ok(writes)
    }

    /// Waits until a write may go on; an error if a file could not be written, or the database is
    /// given up.
    fn wait_for_room(&self) -> Result<(), StoreError> {
        let is_stopped = || {
            self.db
                .property_int_value(IS_WRITE_STOPPED)
                .map_err(failed("say whether a write must wait"))
        };
        while is_stopped()? == Some(1) {
            self.wait_for_files()?;
        }
        Ok(())
    }

    /// Waits a moment for the files that are being written, or shorter if there are none any more;
    /// an error if one could not be.
    pub(super) fn wait_for_files(&self) -> Result<(), StoreError> {
        let mut options = WaitForCompactOptions::default();
        options.set_timeout(MOMENT_US);
        match self.db.wait_for_compact(&options) {
            Err(error) if error.kind() == ErrorKind::TimedOut => Ok(()),
            waited => waited.map_err(failed("write a file")),
        }
    }
}
