//! A disk that is full when RocksDB writes a file in the background.

use std::{
    fs::File,
    io::{self, Read},
    os::unix::fs::symlink,
    path::Path,
    process::Command,
    sync::{
        Arc,
        mpsc::{self, RecvTimeoutError},
    },
    thread,
    time::Duration,
};

use weal_state::{Batch, Column, KeyValue, RocksOptions, RocksStore, StoreError};

const BLOCKS: Column = Column::raw("blocks");

/// A store that flushes each two megabytes, and whose sorted files all lead to `target`: RocksDB
/// numbers its files as it makes them.
fn leading_to(target: &Path, path: &Path) -> RocksStore {
    let sizes =
        RocksOptions { write_buffer_bytes: 4 << 20, sync: false, ..RocksOptions::default() };
    let store = RocksStore::open(path, &[BLOCKS], sizes).unwrap();
    for number in 1..1_000 {
        symlink(target, path.join(format!("{number:06}.sst"))).unwrap();
    }
    store
}

fn megabyte(number: u8) -> Batch {
    let mut batch = Batch::new();
    for entry in 0..16 {
        batch.put(BLOCKS, &[number, entry], &[number; 1 << 16]);
    }
    batch
}

/// A store that is filled, and waits for its first file.
struct Stalled {
    /// Before the stores: if a test fails, closing it lets the thread go on, and so them end.
    pipe: File,
    store: Arc<RocksStore>,
    /// Why the write that waits has failed.
    failure: mpsc::Receiver<Option<StoreError>>,
    slow: RocksStore,
}

impl Stalled {
    fn new(directory: &Path) -> Self {
        let path = |name: &str| directory.join(name);
        // One thread of a process flushes for all databases: it writes into a pipe that nobody
        // reads.
        let pipe = path("pipe");
        assert!(Command::new("mkfifo").arg(&pipe).status().unwrap().success());
        let slow = leading_to(&pipe, &path("slow"));
        for number in 0..3 {
            slow.write(&megabyte(number)).unwrap();
        }
        let mut pipe = File::open(&pipe).unwrap();
        pipe.read_exact(&mut [0]).unwrap();
        // Meanwhile another database fills all that it has in memory, and its writer waits.
        let store = Arc::new(leading_to(Path::new("/dev/full"), &path("full")));
        let (writing, (failed, failure)) = (Arc::clone(&store), mpsc::channel());
        let writer = thread::spawn(move || {
            let error = (0..=u8::MAX).find_map(|number| writing.write(&megabyte(number)).err());
            failed.send(error).unwrap();
        });
        let is_stopped =
            || store.database().property_int_value("rocksdb.is-write-stopped").unwrap();
        while is_stopped() != Some(1) {
            assert!(!writer.is_finished(), "{:?}", failure.recv());
            thread::yield_now();
        }
        Self { pipe, store, failure, slow }
    }

    /// Lets the thread go on to the file of this store.
    fn release(&mut self) {
        io::copy(&mut self.pipe, &mut io::sink()).unwrap();
    }

    /// What the write has ended with.
    fn reason(&self) -> Result<String, RecvTimeoutError> {
        match self.failure.recv_timeout(Duration::from_secs(60))? {
            Some(StoreError::Failed { reason, .. }) => Ok(reason),
            other => panic!("{other:?}"),
        }
    }
}

/// RocksDB itself would wait until there is room, for ever if need be, and whoever wants to stop
/// would wait with it.
#[test]
fn a_write_that_waits_for_a_file_that_has_no_room_fails() {
    let directory = tempfile::tempdir().unwrap();
    let mut stalled = Stalled::new(directory.path());
    stalled.release();
    let reason = stalled.reason().unwrap();
    assert!(reason.contains("No space left on device"), "{reason}");
}

#[test]
fn a_write_that_waits_fails_once_its_database_is_given_up() {
    let directory = tempfile::tempdir().unwrap();
    let mut stalled = Stalled::new(directory.path());
    stalled.store.give_up();
    let reason = stalled.reason();
    stalled.release();
    assert_eq!(reason, Ok("Shutdown in progress: ".to_owned()));
    // The other one was never meant.
    assert_eq!(stalled.slow.get(BLOCKS, &[0, 0]), Ok(Some(vec![0; 1 << 16])));
}
