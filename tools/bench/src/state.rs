//! Suite `state`: what a commit, a proof, a copy and a key on disk cost, on a million keys.
//!
//! The shape follows a token chain: keys are a contract, a map's name and an account; values are
//! records of 60 to 150 bytes, half of which compress. A block updates 4,000 random keys. Times are
//! CPU time of the thread (`CLOCK_THREAD_CPUTIME_ID`, through the crate `cpu-time`), so other load
//! on the machine shows little; one row gives the CPU time of the whole process, which adds
//! RocksDB's flushes and compactions.

mod jmt;

use std::{path::Path, sync::Arc};

use cpu_time::{ProcessTime, ThreadTime};
use rocksdb::WaitForCompactOptions;
use weal_proof::StateProof;
use weal_state::{
    Batch, COLUMNS, COPY_COLUMNS, COPY_OPTIONS, MemoryStore, Options, PART_BYTES, RocksOptions,
    RocksStore, State, StateCopy,
};
use weal_types::{
    ContractId, Height,
    state::{ChangeSet, StateKey},
};

use crate::report::{Row, best, micros_each};

/// Keys that exist before anything is measured.
const KEYS: u64 = 1_000_000;
/// Keys of a block that fills the state.
const FILL: u64 = 50_000;
/// Keys that a measured block updates.
const UPDATES: usize = 4_000;
/// Measured blocks.
const ROUNDS: u64 = 25;
/// Proofs that are made and checked.
const PROOFS: usize = 4_000;

/// Runs the suite; under two minutes on two cores.
pub fn run() -> Vec<Row> {
    let mut rows = on_disk();
    rows.push(Row::new("commit_us_per_key_memory", in_memory(), "us"));
    rows.push(Row::new("jmt_us_per_key", jmt::us_per_key(), "us"));
    rows
}

pub fn on_disk() -> Vec<Row> {
    let directory = tempfile::tempdir().expect("a temporary directory");
    let store = Arc::new(open(directory.path()));
    let state = State::open(store.clone(), Options::default()).expect("a new state");
    let mut chain = Chain::fill(&state);
    let bytes_before = compacted_bytes(&store);

    let process = ProcessTime::now();
    let samples: Vec<_> = (0..ROUNDS).map(|_| chain.update(UPDATES)).collect();
    let process_us = micros_each(process.elapsed(), UPDATES * samples.len());
    let growth = compacted_bytes(&store).saturating_sub(bytes_before);
    let growth = growth as f64 / (UPDATES * samples.len()) as f64;
    let mut rows = vec![
        Row::new("commit_us_per_key_disk", best(samples), "us").target(8.0),
        Row::new("commit_process_us_per_key_disk", process_us, "us"),
        Row::new("bytes_per_key_disk", growth, "bytes").target(400.0),
    ];
    rows.extend(chain.proofs());
    rows.extend(chain.copy());
    drop(state);

    let start = ThreadTime::now();
    let state = State::open(store, Options::default()).expect("the state opens again");
    rows.push(Row::new("open_ms", start.elapsed().as_secs_f64() * 1e3, "ms"));
    drop(state);
    rows
}

fn in_memory() -> f64 {
    let state = State::open(Arc::new(MemoryStore::new()), Options::default()).expect("a new state");
    let mut chain = Chain::fill(&state);
    best((0..ROUNDS).map(|_| chain.update(UPDATES)))
}

fn open(path: &Path) -> RocksStore {
    RocksStore::open(path, &COLUMNS, RocksOptions::default()).expect("a new database")
}

/// Bytes of all live files once everything is flushed and compacted.
fn compacted_bytes(store: &RocksStore) -> u64 {
    let database = store.database();
    COLUMNS
        .iter()
        .map(|column| {
            let family = database.cf_handle(column.name).expect("it was opened");
            database.flush_cf(family).expect("a flush");
            database.compact_range_cf(family, None::<&[u8]>, None::<&[u8]>);
            let size = database.property_int_value_cf(family, "rocksdb.live-sst-files-size");
            size.expect("a property").unwrap_or_default()
        })
        .sum()
}

/// A state and the random choice of what happens to it.
struct Chain<'a> {
    state: &'a State,
    random: Random,
    next: Height,
}

impl<'a> Chain<'a> {
    /// Fills an empty state with [`KEYS`] keys.
    fn fill(state: &'a State) -> Self {
        let mut chain = Self { state, random: Random(1), next: Height::ZERO };
        for first in (0..KEYS).step_by(FILL as usize) {
            let changes = (first..first + FILL)
                .map(|number| (key(number), Some(chain.random.value())))
                .collect();
            chain.commit(ChangeSet::new(changes));
        }
        chain
    }

    fn commit(&mut self, changes: ChangeSet) {
        let prepared = self.state.prepare(self.next, changes).expect("the next block");
        self.state.commit(prepared, &mut Batch::new()).expect("the disk writes");
        self.next = self.next.next().expect("few blocks");
    }

    /// Updates `count` keys; microseconds for each.
    fn update(&mut self, count: usize) -> f64 {
        let changes =
            (0..count).map(|_| (key(self.random.below(KEYS)), Some(self.random.value()))).collect();
        let changes = ChangeSet::new(changes);
        let count = changes.len();
        let start = ThreadTime::now();
        self.commit(changes);
        micros_each(start.elapsed(), count)
    }

    /// Proofs of single keys, present and absent, of the newest block.
    fn proofs(&mut self) -> Vec<Row> {
        let head = self.state.head().expect("a sound state").expect("a filled one");
        let keys: Vec<_> = (0..PROOFS).map(|_| key(self.random.below(KEYS + KEYS / 4))).collect();
        let start = ThreadTime::now();
        let proven: Vec<_> = keys
            .iter()
            .map(|key| self.state.prove(head.height, std::slice::from_ref(key)).expect("a proof"))
            .collect();
        let make_us = micros_each(start.elapsed(), PROOFS);
        let wires: Vec<_> = proven.iter().map(|proven| proven.proof.to_wire()).collect();
        let start = ThreadTime::now();
        for ((key, wire), proven) in keys.iter().zip(&wires).zip(&proven) {
            let claim = (key.clone(), proven.values[0].as_deref());
            let proof = StateProof::from_wire(wire).expect("an encoded proof");
            proof.verify(&head.root, &[claim]).expect("a true proof");
        }
        let check_us = micros_each(start.elapsed(), PROOFS);
        let bytes = wires.iter().map(Vec::len).max().unwrap_or_default();
        vec![
            Row::new("proof_make_us", make_us, "us").target(10.0),
            Row::new("proof_check_us", check_us, "us"),
            Row::new("proof_bytes_max", bytes as f64, "bytes").target(1024.0),
        ]
    }

    /// A copy of the newest state for other nodes, as a node makes it: all that the process does
    /// for it, merging files included.
    fn copy(&self) -> Vec<Row> {
        let head = self.state.head().expect("a sound state").expect("a filled one");
        let snapshot = self.state.committed_snapshot().expect("a sound state");
        let directory = tempfile::tempdir().expect("a temporary directory");
        let (process, written) = (ProcessTime::now(), written_bytes());
        let store = RocksStore::open(directory.path(), &COPY_COLUMNS, COPY_OPTIONS);
        let store = Arc::new(store.expect("a new database"));
        let about = (&head.root, Vec::new());
        StateCopy::write(store.clone(), &snapshot, about, PART_BYTES, &|| true)
            .expect("the disk writes")
            .expect("it is not stopped");
        store.write_out(&COPY_COLUMNS).expect("the disk writes");
        let database = store.database();
        database.wait_for_compact(&WaitForCompactOptions::default()).expect("merged files");
        let us = micros_each(process.elapsed(), KEYS as usize);
        let written = (written_bytes() - written) as f64 / KEYS as f64;
        vec![
            Row::new("copy_process_us_per_key", us, "us"),
            Row::new("copy_written_bytes_per_key", written, "bytes"),
        ]
    }
}

/// Bytes that this process has written to files so far.
fn written_bytes() -> u64 {
    let counts = std::fs::read_to_string("/proc/self/io").expect("Linux tells");
    let of = counts.lines().find_map(|line| line.strip_prefix("wchar: "));
    of.and_then(|bytes| bytes.parse().ok()).expect("a count of bytes")
}

/// Key `number`: a balance in one of eight contracts, of an account with a random-looking id.
fn key(number: u64) -> StateKey {
    let mut random = Random(number);
    let account: Vec<u8> = (0..4).flat_map(|_| random.next().to_le_bytes()).collect();
    let contract = ContractId([number as u8 % 8; 32]);
    StateKey::new(&contract, &[b"balance/", &account[..]].concat()).expect("a short key")
}

/// SplitMix64 (Steele, Lea, Flood 2014): small, and the same numbers on every machine.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, bound: u64) -> u64 {
        self.next() % bound
    }

    /// A record of 60 to 150 bytes: numbers with leading zeros, and an id or two.
    fn value(&mut self) -> Vec<u8> {
        let length = 60 + self.below(91) as usize;
        let mut value = Vec::with_capacity(160);
        while value.len() < length {
            value.extend_from_slice(&u128::from(self.next() >> 32).to_le_bytes());
            value.extend_from_slice(&self.next().to_le_bytes());
        }
        value.truncate(length);
        value
    }
}
