//! RocksDB: what it refuses, and the columns of others.

use std::{ops::ControlFlow, sync::Arc};

use rocksdb::WaitForCompactOptions;
use weal_state::{
    Batch, COLUMNS, Column, KeyValue, MemoryStore, Options, RocksOptions, RocksStore, StoreError,
};
use weal_types::state::{Direction, Visit};

use crate::model::{Checked, put};

const BLOCKS: Column = Column::new("blocks");

#[test]
fn a_second_opening_is_refused_and_a_later_one_is_not() {
    let directory = tempfile::tempdir().unwrap();
    let open = || RocksStore::open(directory.path(), &COLUMNS, RocksOptions::default());
    let first = open().unwrap();
    let path = directory.path().display().to_string();
    assert_eq!(open().map(drop), Err(StoreError::Locked { path }));
    // A view keeps the database open, too.
    let view = first.view().unwrap();
    drop(first);
    assert!(matches!(open(), Err(StoreError::Locked { .. })));
    drop(view);
    open().unwrap();
}

#[test]
fn columns_are_added_by_name_and_never_forgotten() {
    let directory = tempfile::tempdir().unwrap();
    let open =
        |columns: &[Column]| RocksStore::open(directory.path(), columns, RocksOptions::default());
    open(&COLUMNS).unwrap();
    let more = [&COLUMNS[..], &[BLOCKS]].concat();
    let store = open(&more).unwrap();
    let mut batch = Batch::new();
    batch.put(BLOCKS, b"k", b"v");
    store.write(&batch).unwrap();
    drop(store);
    let names = vec!["blocks".to_owned()];
    assert_eq!(open(&COLUMNS).map(drop), Err(StoreError::UnknownColumns { names }));
    let store = open(&more).unwrap();
    assert_eq!(store.get(BLOCKS, b"k"), Ok(Some(b"v".to_vec())));
    let missing = Column::new("elsewhere");
    let error = StoreError::MissingColumn { column: "elsewhere" };
    assert_eq!(store.get(missing, b"k"), Err(error.clone()));
    batch.put(missing, b"k", b"v");
    assert_eq!(store.write(&batch), Err(error));
}

/// One batch with every kind of write, and every kind of read, on both stores.
#[test]
fn both_stores_give_the_same_answers() {
    let directory = tempfile::tempdir().unwrap();
    let disk = RocksStore::open(directory.path(), &[BLOCKS], RocksOptions::default()).unwrap();
    let stores: [Box<dyn KeyValue>; 2] = [Box::new(MemoryStore::new()), Box::new(disk)];
    for store in stores {
        let mut batch = Batch::new();
        for n in 0..20u8 {
            batch.put(BLOCKS, &[n / 4, n], &[n]);
        }
        store.write(&batch).unwrap();
        let before = store.view().unwrap();
        let mut batch = Batch::new();
        batch.delete(BLOCKS, &[0, 1]);
        batch.delete(BLOCKS, b"absent");
        batch.delete_range(BLOCKS, &[1], &[2, 9]);
        batch.delete_range(BLOCKS, &[9], &[3]);
        let mut second = Batch::new();
        second.put(BLOCKS, &[1, 5], b"again");
        batch.append(&second);
        store.write(&batch).unwrap();
        let view = store.view().unwrap();
        let keys = |view: &dyn weal_state::View, from: &[u8], to: Option<&[u8]>, direction| {
            let mut keys = Vec::new();
            view.scan(BLOCKS, from, to, direction, &mut |key, _| {
                keys.push(key.last().copied().unwrap());
                std::ops::ControlFlow::Continue(())
            })
            .unwrap();
            keys
        };
        let (up, down) = (Direction::Ascending, Direction::Descending);
        assert_eq!(
            keys(&*view, &[], None, up),
            [0, 2, 3, 5, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19]
        );
        assert_eq!(keys(&*view, &[0, 3], Some(&[2, 11]), up), [3, 5, 9, 10]);
        assert_eq!(keys(&*view, &[0, 3], Some(&[2, 11]), down), [10, 9, 5, 3]);
        assert!(keys(&*view, &[3, 1], Some(&[3, 1]), up).is_empty());
        assert!(keys(&*view, &[4], Some(&[3]), down).is_empty());
        assert_eq!(keys(&*before, &[], Some(&[1, 6]), up), [0, 1, 2, 3, 4, 5]);
        assert_eq!(view.get(BLOCKS, &[1, 5]), Ok(Some(b"again".to_vec())));
        assert_eq!(before.get(BLOCKS, &[1, 5]), Ok(Some(vec![5])));
        let mut many = Vec::new();
        let keys: [&[u8]; 3] = [&[0, 0], &[0, 1], &[4, 19]];
        store.get_many(BLOCKS, &keys, &mut |value| many.push(value.map(<[u8]>::to_vec))).unwrap();
        assert_eq!(many, [Some(vec![0]), None, Some(vec![19])]);
    }
}

#[test]
fn a_state_shares_its_database() {
    let directory = tempfile::tempdir().unwrap();
    let columns = [&COLUMNS[..], &[BLOCKS]].concat();
    let open = || RocksStore::open(directory.path(), &columns, RocksOptions::default()).unwrap();
    let mut checked = Checked::open(Arc::new(open()), Options::default());
    let prepared = checked.prepare(vec![put(1, "a")]);
    let mut extra = Batch::new();
    extra.put(BLOCKS, b"0", b"genesis");
    checked.state.commit(prepared, &mut extra).unwrap();
    drop(checked);
    let store = open();
    assert_eq!(store.get(BLOCKS, b"0"), Ok(Some(b"genesis".to_vec())));
    let checked = Checked::open(Arc::new(store), Options::default());
    assert_eq!(checked.state.head().unwrap().unwrap().keys, 1);
}

/// However much is written, only the hashes above the buckets grow with it.
#[test]
fn what_is_held_in_memory_has_bounds() {
    const KEYS: u32 = 40_000;
    let directory = tempfile::tempdir().unwrap();
    let sizes = RocksOptions {
        cache_bytes: 1 << 20,
        write_buffer_bytes: 2 << 20,
        sync: false,
        ..RocksOptions::default()
    };
    let store = Arc::new(RocksStore::open(directory.path(), &COLUMNS, sizes).unwrap());
    let options = Options { cache_bytes: 1 << 20, ..Options::default() };
    let mut checked = Checked::open(store.clone(), options);
    for block in 0..KEYS / 1_000 {
        checked.commit((block * 1_000..(block + 1) * 1_000).map(|n| put(n, "value")).collect());
        let (tree, database) = (checked.state.memory().unwrap(), store.memory().unwrap());
        assert!(tree.leaves <= 1 << 20, "{tree:?}");
        assert!(database.blocks <= 2 << 20, "{database:?}");
        // What is being flushed counts until it is.
        assert!(database.writes <= 8 << 20, "{database:?}");
    }
    let (tree, database) = (checked.state.memory().unwrap(), store.memory().unwrap());
    let each = tree.nodes as f64 / f64::from(KEYS);
    assert!((30.0..60.0).contains(&each), "{each} bytes a key");
    assert!(tree.leaves > 1 << 18 && database.writes > 0 && database.tables > 0, "{database:?}");
}

#[test]
fn what_is_written_out_is_not_held_in_memory() {
    let directory = tempfile::tempdir().unwrap();
    let store = RocksStore::open(directory.path(), &[BLOCKS], RocksOptions::default()).unwrap();
    let mut batch = Batch::new();
    for number in 0_u32..1_000 {
        batch.put(BLOCKS, &number.to_be_bytes(), &[7; 4_000]);
    }
    store.write(&batch).unwrap();
    assert!(store.memory().unwrap().writes > 4_000_000);
    store.write_out(&[BLOCKS]).unwrap();
    let held = store.memory().unwrap();
    assert!(held.total() < 500_000, "{held:?}");
    assert_eq!(store.get(BLOCKS, &7_u32.to_be_bytes()), Ok(Some(vec![7; 4_000])));
}

/// Writes so many entries of a hundred bytes, and moves them into files.
fn fill(store: &RocksStore, entries: u32) {
    for chunk in 0..entries / 1_000 {
        let mut batch = Batch::new();
        for number in chunk * 1_000..(chunk + 1) * 1_000 {
            // In an order that is not that of the keys.
            let key = number.wrapping_mul(0x9e37_79b1).to_be_bytes();
            batch.put(BLOCKS, &key, &[number as u8; 96]);
        }
        store.write(&batch).unwrap();
    }
    store.write_out(&[BLOCKS]).unwrap();
}

/// How many entries `read` shows.
fn count(read: impl FnOnce(&mut Visit<'_>) -> Result<(), StoreError>) -> u32 {
    let mut seen = 0;
    read(&mut |_, value| {
        assert_eq!(value.len(), 96);
        seen += 1;
        ControlFlow::Continue(())
    })
    .unwrap();
    seen
}

#[test]
fn what_is_read_through_does_not_stay_in_the_cache() {
    let directory = tempfile::tempdir().unwrap();
    let store = RocksStore::open(directory.path(), &[BLOCKS], RocksOptions::default()).unwrap();
    fill(&store, 20_000);
    let cached = || store.memory().unwrap().blocks;
    let (before, view) = (cached(), store.view().unwrap());
    assert_eq!(count(|visit| view.read_through(BLOCKS, visit)), 20_000);
    assert!(cached() < before + 200_000, "{before} → {}", cached());
    let all = |visit: &mut Visit<'_>| view.scan(BLOCKS, &[], None, Direction::Ascending, visit);
    assert_eq!(count(all), 20_000);
    assert!(cached() > before + 1_500_000, "{before} → {}", cached());
}

#[test]
fn a_store_that_is_filled_once_has_no_filters_and_opens_what_another_wrote() {
    let held = |filled_once| {
        let directory = tempfile::tempdir().unwrap();
        let sizes = RocksOptions { write_buffer_bytes: 1 << 20, ..RocksOptions::default() };
        let open = |filled_once| {
            let sizes = RocksOptions { sync: false, filled_once, ..sizes };
            RocksStore::open(directory.path(), &[BLOCKS], sizes).unwrap()
        };
        let store = open(filled_once);
        fill(&store, 100_000);
        let view = store.view().unwrap();
        assert_eq!(count(|visit| view.read_through(BLOCKS, visit)), 100_000);
        let tables = store.memory().unwrap().tables;
        drop((view, store));
        let view = open(!filled_once).view().unwrap();
        assert_eq!(count(|visit| view.read_through(BLOCKS, visit)), 100_000);
        tables
    };
    let (filtered, bare) = (held(false), held(true));
    assert!(bare + 100_000 < filtered, "{filtered} → {bare}");
}

#[test]
fn files_of_ascending_keys_are_few_once_they_are_merged() {
    const FLUSHES: u32 = 64;
    let directory = tempfile::tempdir().unwrap();
    let store = RocksStore::open(directory.path(), &[BLOCKS], RocksOptions::default()).unwrap();
    let (mut most, mut files) = (0, 0);
    for flush in 0..FLUSHES {
        let mut batch = Batch::new();
        for number in flush * 100..(flush + 1) * 100 {
            batch.put(BLOCKS, &number.to_be_bytes(), &[number as u8; 96]);
        }
        store.write(&batch).unwrap();
        store.write_out(&[BLOCKS]).unwrap();
        let waits = WaitForCompactOptions::default();
        store.database().wait_for_compact(&waits).unwrap();
        let before = store.database().live_files().unwrap();
        store.merge_small_files(&[BLOCKS], &|| false).unwrap();
        assert_eq!(store.database().live_files().unwrap().len(), before.len());
        store.merge_small_files(&[BLOCKS], &|| true).unwrap();
        files = store.database().live_files().unwrap().len();
        most = most.max(files);
    }
    // Four of one size make one of the next.
    assert!(most <= 16 && files <= 12, "{most}, {files}");
    let view = store.view().unwrap();
    assert_eq!(count(|visit| view.read_through(BLOCKS, visit)), FLUSHES * 100);
}
