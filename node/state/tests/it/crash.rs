//! A block is on disk whole or not at all.

use std::{
    fs,
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use weal_state::{
    Batch, COLUMNS, Column, KeyValue, MemoryStore, Options, RocksOptions, RocksStore, StateError,
    StoreError, View, VisitValue,
};
use weal_types::Height;

use crate::model::{Change, Checked, check_snapshot, put, remove};

fn block(number: u32) -> Vec<Change> {
    let mut changes: Vec<_> =
        (0..60).map(|n| put((number * 41 + n) % 500, [number as u8; 90])).collect();
    changes.extend((0..20).map(|n| remove((number * 29 + n * 3) % 500)));
    changes
}

#[test]
fn a_prepared_block_is_gone_after_a_restart() {
    let directory = tempfile::tempdir().unwrap();
    let disk = RocksStore::open(directory.path(), &COLUMNS, RocksOptions::default()).unwrap();
    let stores: [Arc<dyn KeyValue>; 2] = [Arc::new(MemoryStore::new()), Arc::new(disk)];
    let mut roots = Vec::new();
    for db in stores {
        let mut checked = Checked::open(db, Options::default());
        for number in 0..8 {
            checked.commit(block(number));
            checked.prepare(block(number + 100));
            checked.prepare(block(number + 200));
            checked.reopen();
            assert_eq!(checked.newest(), Height(number.into()));
            checked.check_proof(checked.newest(), &[1, 77, 300]);
        }
        roots.push(checked.state.head().unwrap());
    }
    assert_eq!(roots[0], roots[1]);
}

/// Copies a database as a crash would leave it: whatever the files hold at this moment.
fn copy(from: &Path, to: &Path) {
    for entry in fs::read_dir(from).unwrap().map(Result::unwrap) {
        if entry.file_name() != "LOCK" {
            fs::copy(entry.path(), to.join(entry.file_name())).unwrap();
        }
    }
}

#[test]
fn after_a_crash_at_any_byte_of_the_log_some_block_is_whole() {
    let directory = tempfile::tempdir().unwrap();
    let disk = RocksStore::open(directory.path(), &COLUMNS, RocksOptions::default()).unwrap();
    let mut checked = Checked::open(Arc::new(disk), Options::default());
    (0..6).for_each(|number| checked.commit(block(number)));
    checked.prepare(block(6));

    let mut seen = Vec::new();
    for lost in [0, 1, 100, 5_000, 20_000, 31_000, 50_000, 70_000, 90_000] {
        let crashed = tempfile::tempdir().unwrap();
        copy(directory.path(), crashed.path());
        let is_log = |path: &Path| path.extension().is_some_and(|extension| extension == "log");
        let log = fs::read_dir(crashed.path()).unwrap().map(|entry| entry.unwrap().path());
        let log = log.filter(|path| is_log(path)).max().unwrap();
        let length = fs::metadata(&log).unwrap().len();
        assert!(length > lost, "the log holds all blocks");
        fs::OpenOptions::new().write(true).open(&log).unwrap().set_len(length - lost).unwrap();

        let disk = RocksStore::open(crashed.path(), &COLUMNS, RocksOptions::default()).unwrap();
        let mut restarted = Checked::open(Arc::new(disk), Options::default());
        restarted.heights = checked.heights.clone();
        restarted.reopen();
        let newest = restarted.newest();
        seen.push(newest.0);
        restarted.heights.iter().enumerate().skip(1).for_each(|(height, _)| {
            restarted.check_proof(Height(height as u64), &[1, 77, 300]);
        });
        let map = restarted.heights.last().unwrap().clone();
        check_snapshot(&restarted.state.snapshot().unwrap(), &map, 500, (3, 200));
        // It goes on from there.
        restarted.commit(block(newest.0 as u32 + 1));
    }
    assert_eq!(seen[0], 5);
    assert!(seen.iter().any(|height| *height < 5), "some block was lost: {seen:?}");
}

/// A store whose writes or reads can be made to fail.
#[derive(Default)]
struct Faulty {
    inner: MemoryStore,
    writes_fail: AtomicBool,
    reads_fail: AtomicBool,
}

impl Faulty {
    fn fail(&self, flag: &AtomicBool) -> Result<(), StoreError> {
        if flag.load(Ordering::Relaxed) {
            return Err(StoreError::Failed { operation: "try", reason: "unplugged".to_owned() });
        }
        Ok(())
    }
}

impl KeyValue for Faulty {
    fn get(&self, column: Column, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        self.fail(&self.reads_fail)?;
        self.inner.get(column, key)
    }

    fn get_many(
        &self,
        column: Column,
        keys: &[&[u8]],
        visit: &mut VisitValue<'_>,
    ) -> Result<(), StoreError> {
        self.fail(&self.reads_fail)?;
        self.inner.get_many(column, keys, visit)
    }

    fn view(&self) -> Result<Box<dyn View>, StoreError> {
        self.inner.view()
    }

    fn write(&self, batch: &Batch) -> Result<(), StoreError> {
        self.fail(&self.writes_fail)?;
        self.inner.write(batch)
    }
}

#[test]
fn a_failed_write_leaves_the_state_before_it() {
    let db = Arc::new(Faulty::default());
    let mut checked = Checked::open(db.clone(), Options::default());
    checked.commit(block(0));
    let prepared = checked.prepare(block(1));
    db.writes_fail.store(true, Ordering::Relaxed);
    let error = checked.state.commit(prepared, &mut Batch::new()).unwrap_err();
    assert!(matches!(error, StateError::Store(StoreError::Failed { .. })));
    assert_eq!(checked.state.head().unwrap().unwrap().height, Height(0));
    db.writes_fail.store(false, Ordering::Relaxed);
    checked.reopen();
    assert_eq!(checked.newest(), Height(0));
    checked.commit(block(1));
}

#[test]
fn after_a_failed_read_the_state_must_be_opened_again() {
    let db = Arc::new(Faulty::default());
    let options = Options { cache_bytes: 0, ..Options::default() };
    let mut checked = Checked::open(db.clone(), options);
    checked.commit(block(0));
    db.reads_fail.store(true, Ordering::Relaxed);
    let changes = weal_types::state::ChangeSet::new(block(1));
    let error = checked.state.prepare(Height(1), changes.clone()).unwrap_err();
    assert!(matches!(error, StateError::Store(_)));
    db.reads_fail.store(false, Ordering::Relaxed);
    assert_eq!(checked.state.prepare(Height(1), changes), Err(StateError::Broken));
    assert_eq!(checked.state.snapshot().map(drop), Err(StateError::Broken));
    checked.reopen();
    checked.commit(block(1));
}
