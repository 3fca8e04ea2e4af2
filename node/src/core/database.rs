//! The database, as a node uses it.

use std::{path::Path, sync::Arc};

use weal_state::{RocksOptions, RocksStore, StoreError};

use super::{CoreConfig, OpenError};
use crate::ledger;

/// Bytes of writes that the database keeps in memory. Each write finds its place among them by some
/// twenty steps, and each step into memory that no cache holds costs as much as a hash: with 128
/// MiB a donation took a tenth more processor time than with 32, compaction included (`weal-bench
/// cluster`).
const WRITE_BUFFER_BYTES: usize = 32 << 20;

pub(super) fn open_store(config: &CoreConfig) -> Result<Arc<RocksStore>, OpenError> {
    Ok(open_database(&config.directory.join("db"), config.cache_bytes)?)
}

/// A database with everything that a node keeps.
pub(crate) fn open_database(
    path: &Path,
    cache_bytes: usize,
) -> Result<Arc<RocksStore>, StoreError> {
    let columns = [&weal_state::COLUMNS[..], &ledger::COLUMNS[..]].concat();
    let options = RocksOptions {
        cache_bytes,
        write_buffer_bytes: WRITE_BUFFER_BYTES,
        // The journal holds what the database could lose in a power cut.
        sync: false,
        ..RocksOptions::default()
    };
    Ok(Arc::new(RocksStore::open(path, &columns, options)?))
}
