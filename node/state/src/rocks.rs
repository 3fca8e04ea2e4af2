//! A store on disk: RocksDB, one column family per column.

mod merge;
mod write;

use std::{path::Path, sync::Arc};

use rocksdb::{
    BlockBasedOptions, Cache, ColumnFamily, ColumnFamilyDescriptor, DB, DBCompactionStyle,
    DBCompressionType, DataBlockIndexType, ErrorKind, FlushOptions, IteratorMode, Options,
    ReadOptions, Snapshot, WriteBufferManager, checkpoint::Checkpoint,
    perf::get_memory_usage_stats,
};
use self_cell::self_cell;
use weal_types::state::{Direction, Visit};

use crate::kv::{Batch, Column, KeyValue, StoreError, View, VisitValue};

/// RocksDB makes this family in every database; it stays empty.
const DEFAULT_FAMILY: &str = "default";

/// Files that are open at once, however large the database becomes; each keeps its index and filter
/// in memory. The largest have 64 MiB, so a database of 60 GiB does not need more.
const OPEN_FILES: i32 = 1_024;

/// How much memory a [`RocksStore`] may use, and what a write waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RocksOptions {
    /// Bytes of cached blocks, over all columns.
    pub cache_bytes: usize,
    /// Bytes of writes kept in memory before they go to sorted files, over all columns. RocksDB's
    /// own default would be 128 MiB per column.
    pub write_buffer_bytes: usize,
    /// Bytes of write-ahead log after which the oldest writes are forced out; what a restart reads
    /// again.
    pub log_bytes: u64,
    /// Whether a write waits for the disk (`fsync`). Without it a power cut can lose the last
    /// blocks, whole ones.
    pub sync: bool,
    /// Whether it is filled once, by keys in any order, and then read in order. It has no filters
    /// then, which would take 1.25 bytes of memory for each key; and files of about one size are
    /// merged (universal compaction), instead of each few new ones with all that is there, which
    /// writes less.
    pub filled_once: bool,
}

impl Default for RocksOptions {
    fn default() -> Self {
        Self {
            cache_bytes: 256 << 20,
            write_buffer_bytes: 128 << 20,
            log_bytes: 256 << 20,
            sync: true,
            filled_once: false,
        }
    }
}

/// Bytes of memory that a database holds, as RocksDB estimates them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RocksMemory {
    /// Cached blocks; bounded by [`RocksOptions::cache_bytes`].
    pub blocks: u64,
    /// Writes that are not in sorted files yet, or are still read; bounded by
    /// [`RocksOptions::write_buffer_bytes`] and what is being flushed.
    pub writes: u64,
    /// Indexes and filters of the open files, at most 1,024: a few bytes for each key in them.
    pub tables: u64,
}

impl RocksMemory {
    /// All of it.
    pub const fn total(&self) -> u64 {
        self.blocks + self.writes + self.tables
    }
}

/// A RocksDB database. Its directory is locked while this lives.
pub struct RocksStore {
    db: Arc<DB>,
    cache: Cache,
    sync: bool,
}

impl RocksStore {
    /// Opens or creates the database in `path` with exactly these columns (those of the state are
    /// [`crate::COLUMNS`]). Columns may be added later; a database with a column that is not named
    /// is refused.
    pub fn open(
        path: &Path,
        columns: &[Column],
        options: RocksOptions,
    ) -> Result<Self, StoreError> {
        refuse_unknown_columns(path, columns)?;
        let cache = Cache::new_hyper_clock_cache(options.cache_bytes, 0);
        let families = columns.iter().map(|column| {
            let options = column_options(*column, &cache, options);
            ColumnFamilyDescriptor::new(column.name, options)
        });
        let db = DB::open_cf_descriptors(&database_options(options), path, families)
            .map_err(|error| open_error(path, error))?;
        Ok(Self { db: Arc::new(db), cache, sync: options.sync })
    }

    /// Makes everything written so far survive a power cut.
    pub fn flush(&self) -> Result<(), StoreError> {
        self.db.flush_wal(true).map_err(failed("flush"))
    }

    /// Writes a copy of the database as it is now into `path`, which must not exist. Files that do
    /// not change any more are shared where the file system can (hard links).
    pub fn checkpoint(&self, path: &Path) -> Result<(), StoreError> {
        let checkpoint = Checkpoint::new(&self.db).map_err(failed("begin a checkpoint of"))?;
        checkpoint.create_checkpoint(path).map_err(failed("write a checkpoint of"))
    }

    /// Moves what was written to these columns from memory into sorted files: for who has written
    /// all, and only reads from now on.
    pub fn write_out(&self, columns: &[Column]) -> Result<(), StoreError> {
        let families: Result<Vec<_>, _> =
            columns.iter().map(|column| family(&self.db, *column)).collect();
        self.db.flush_cfs_opt(&families?, &FlushOptions::default()).map_err(failed("write out"))
    }

    /// The memory that it holds now.
    pub fn memory(&self) -> Result<RocksMemory, StoreError> {
        let held = get_memory_usage_stats(Some(&[&self.db]), Some(&[&self.cache]))
            .map_err(failed("measure"))?;
        Ok(RocksMemory {
            blocks: held.cache_total,
            writes: held.mem_table_total,
            tables: held.mem_table_readers_total,
        })
    }

    /// The database itself, for what is outside [`KeyValue`]: checkpoints, statistics, compaction.
    pub fn database(&self) -> &DB {
        &self.db
    }
}

fn database_options(options: RocksOptions) -> Options {
    let mut database = Options::default();
    database.create_if_missing(true);
    database.create_missing_column_families(true);
    database.set_write_buffer_manager(&WriteBufferManager::new_write_buffer_manager(
        options.write_buffer_bytes,
        false,
    ));
    database.set_max_total_wal_size(options.log_bytes);
    database.set_max_open_files(OPEN_FILES);
    // One for flushing, one for compaction: a node shares its machine with execution.
    database.set_max_background_jobs(2);
    // One thread writes; preparing for several costs it a few percent.
    database.set_allow_concurrent_memtable_write(false);
    database.set_bytes_per_sync(1 << 20);
    // RocksDB's own text logs: enough to read after a failure, not enough to fill a disk.
    database.set_keep_log_file_num(4);
    database.set_max_log_file_size(4 << 20);
    database
}

fn column_options(
    column: Column,
    cache: &Cache,
    RocksOptions { write_buffer_bytes, filled_once, .. }: RocksOptions,
) -> Options {
    let mut table = BlockBasedOptions::default();
    table.set_block_cache(cache);
    table.set_format_version(6);
    if !filled_once {
        // Ten bits per key: one lookup in a hundred of an absent key touches a block in vain.
        table.set_bloom_filter(10.0, false);
    }
    // Point lookups find their place in a block by hash; ranges still use the sorted order.
    table.set_data_block_index_type(DataBlockIndexType::BinaryAndHash);
    table.set_data_block_hash_ratio(0.75);
    let mut options = Options::default();
    options.set_block_based_table_factory(&table);
    options.set_compression_type(if column.compressed {
        DBCompressionType::Lz4
    } else {
        DBCompressionType::None
    });
    // The write buffer manager decides when to flush; a single column may use half of what there
    // is.
    options.set_write_buffer_size(write_buffer_bytes / 2);
    options.set_level_compaction_dynamic_level_bytes(true);
    if filled_once {
        options.set_compaction_style(DBCompactionStyle::Universal);
    } else {
        // A filter over the recent writes (a tenth of a bit per byte of them) tells that a key is
        // not among them.
        options.set_memtable_whole_key_filtering(true);
        options.set_memtable_prefix_bloom_ratio(0.0125);
    }
    options
}

fn refuse_unknown_columns(path: &Path, columns: &[Column]) -> Result<(), StoreError> {
    // A database that does not exist yet cannot be listed; opening it says what is wrong otherwise.
    let Ok(existing) = DB::list_cf(&Options::default(), path) else { return Ok(()) };
    let is_unknown =
        |name: &String| name != DEFAULT_FAMILY && columns.iter().all(|column| column.name != name);
    let names: Vec<_> = existing.into_iter().filter(is_unknown).collect();
    if names.is_empty() { Ok(()) } else { Err(StoreError::UnknownColumns { names }) }
}

fn open_error(path: &Path, error: rocksdb::Error) -> StoreError {
    // RocksDB has no kind of its own for this; both of its messages name the file or the lock.
    let is_lock = error.kind() == ErrorKind::IOError
        && ["lock file", "lock hold"].iter().any(|text| error.as_ref().contains(text));
    if is_lock {
        return StoreError::Locked { path: path.display().to_string() };
    }
    failed("open")(error)
}

fn failed(operation: &'static str) -> impl Fn(rocksdb::Error) -> StoreError {
    move |error| match error.kind() {
        ErrorKind::Corruption => StoreError::Damaged { reason: error.into_string() },
        _ => StoreError::Failed { operation, reason: error.into_string() },
    }
}

fn family(db: &DB, column: Column) -> Result<&ColumnFamily, StoreError> {
    db.cf_handle(column.name).ok_or(StoreError::MissingColumn { column: column.name })
}

impl KeyValue for RocksStore {
    fn get(&self, column: Column, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        self.db.get_cf(family(&self.db, column)?, key).map_err(failed("read"))
    }

    fn get_many(
        &self,
        column: Column,
        keys: &[&[u8]],
        visit: &mut VisitValue<'_>,
    ) -> Result<(), StoreError> {
        let values =
            self.db.batched_multi_get_cf(family(&self.db, column)?, keys.iter().copied(), true);
        for value in values {
            visit(value.map_err(failed("read"))?.as_deref());
        }
        Ok(())
    }

    fn view(&self) -> Result<Box<dyn View>, StoreError> {
        Ok(Box::new(RocksView::new(Arc::clone(&self.db), |db| db.snapshot())))
    }

    fn write(&self, batch: &Batch) -> Result<(), StoreError> {
        self.write_in_one_step(batch)
    }
}

self_cell! {
    /// A snapshot that keeps its database open.
    struct RocksView {
        owner: Arc<DB>,

        #[not_covariant]
        dependent: Snapshot,
    }
}

impl RocksView {
    fn walk(
        &self,
        column: Column,
        options: ReadOptions,
        mode: IteratorMode<'_>,
        visit: &mut Visit<'_>,
    ) -> Result<(), StoreError> {
        self.with_dependent(|db, snapshot| {
            for entry in snapshot.iterator_cf_opt(family(db, column)?, options, mode) {
                let (key, value) = entry.map_err(failed("read"))?;
                if visit(&key, &value).is_break() {
                    break;
                }
            }
            Ok(())
        })
    }
}

impl View for RocksView {
    fn get(&self, column: Column, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        self.with_dependent(|db, snapshot| {
            snapshot.get_cf(family(db, column)?, key).map_err(failed("read"))
        })
    }

    fn scan(
        &self,
        column: Column,
        from: &[u8],
        to: Option<&[u8]>,
        direction: Direction,
        visit: &mut Visit<'_>,
    ) -> Result<(), StoreError> {
        // RocksDB leaves it open what an iterator does whose bounds are crossed.
        if to.is_some_and(|to| to <= from) {
            return Ok(());
        }
        let mut options = ReadOptions::default();
        options.set_iterate_lower_bound(from);
        if let Some(to) = to {
            options.set_iterate_upper_bound(to);
        }
        let mode = match direction {
            Direction::Ascending => IteratorMode::Start,
            Direction::Descending => IteratorMode::End,
        };
        self.walk(column, options, mode, visit)
    }

    fn read_through(&self, column: Column, visit: &mut Visit<'_>) -> Result<(), StoreError> {
        let mut options = ReadOptions::default();
        options.fill_cache(false);
        self.walk(column, options, IteratorMode::Start, visit)
    }
}
