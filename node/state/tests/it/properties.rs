//! Random blocks, in memory and on disk.

use std::sync::Arc;

use proptest::{
    collection::{btree_set, vec},
    prelude::*,
};
use weal_state::{Batch, COLUMNS, KeyValue, MemoryStore, Options, RocksOptions, RocksStore, State};
use weal_types::{Height, state::ChangeSet};

use crate::model::{Change, Checked, check_snapshot, put, remove};

const KEYS: u32 = 400;

/// One step of a run.
#[derive(Clone, Debug)]
enum Step {
    /// Prepare and commit a block.
    Commit(Vec<(u32, Option<u8>)>),
    /// Prepare several blocks, look at them, commit some and drop the rest.
    Ahead(Vec<Vec<(u32, Option<u8>)>>, usize),
    /// Close and open.
    Reopen,
}

fn block(size: usize) -> impl Strategy<Value = Vec<(u32, Option<u8>)>> {
    // Two writes for each removal, so that the state grows and shrinks.
    vec((0..KEYS, prop_oneof![2 => any::<u8>().prop_map(Some), 1 => Just(None)]), 0..size)
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        4 => block(80).prop_map(Step::Commit),
        2 => (vec(block(30), 1..5), 0usize..5).prop_map(|(blocks, keep)| Step::Ahead(blocks, keep)),
        1 => Just(Step::Reopen),
    ]
}

fn options() -> impl Strategy<Value = Options> {
    (
        prop_oneof![Just(2u8), Just(4), Just(9)],
        prop_oneof![Just(0usize), Just(2_000), Just(1 << 20)],
    )
        .prop_map(|(bucket_leaves, cache_bytes)| Options {
            history: false,
            cache_bytes,
            bucket_leaves,
        })
}

/// Distinct keys in no particular order.
fn asked() -> impl Strategy<Value = Vec<u32>> {
    btree_set(0..KEYS, 1..12).prop_map(|keys| keys.into_iter().collect::<Vec<_>>()).prop_shuffle()
}

fn changes(block: &[(u32, Option<u8>)]) -> Vec<Change> {
    let change = |(number, value): &(u32, Option<u8>)| match value {
        Some(value) => put(*number, vec![*value; usize::from(*value) % 7]),
        None => remove(*number),
    };
    block.iter().map(change).collect()
}

fn check(checked: &Checked, asked: &[u32], back: u64) {
    let newest = checked.newest();
    let old = Height(newest.0.saturating_sub(back));
    for height in [newest, old] {
        checked.check_proof(height, asked);
        checked.check_proof(height, &asked[..1]);
        checked.check_values(height, asked);
    }
    let snapshot = checked.state.snapshot().unwrap();
    let map = &checked.heights[newest.0 as usize];
    check_snapshot(&snapshot, map, KEYS, (asked[0], asked[asked.len() - 1]));
}

fn run(db: Arc<dyn KeyValue>, options: Options, steps: &[Step], asked: &[u32], back: u64) {
    let mut checked = Checked::open(db, options);
    for step in steps {
        match step {
            Step::Commit(block) => checked.commit(changes(block)),
            Step::Ahead(blocks, keep) => {
                let mut prepared: Vec<_> =
                    blocks.iter().map(|block| checked.prepare(changes(block))).collect();
                check(&checked, asked, back);
                let kept = (*keep).min(prepared.len());
                if let Some(first) = prepared.get(kept) {
                    checked.state.abandon(first.height()).unwrap();
                    checked.heights.truncate(first.height().0 as usize);
                }
                prepared.truncate(kept);
                for block in prepared {
                    checked.state.commit(block, &mut Batch::new()).unwrap();
                }
            }
            Step::Reopen => checked.reopen(),
        }
        if !checked.heights.is_empty() {
            check(&checked, asked, back);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn in_memory(
        options in options(),
        steps in vec(step(), 1..14),
        asked in asked(),
        back in 0u64..30,
    ) {
        run(Arc::new(MemoryStore::new()), options, &steps, &asked, back);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    #[test]
    fn on_disk(
        options in options(),
        steps in vec(step(), 1..14),
        asked in asked(),
        back in 0u64..30,
    ) {
        let directory = tempfile::tempdir().unwrap();
        let quick = RocksOptions { sync: false, ..RocksOptions::default() };
        let db = RocksStore::open(directory.path(), &COLUMNS, quick).unwrap();
        run(Arc::new(db), options, &steps, &asked, back);
    }

    /// However changes are cut into blocks, whatever the size of a bucket, the root is the same.
    #[test]
    fn roots_depend_on_content_alone(all in block(600), cuts in vec(1usize..100, 1..20)) {
        let all = changes(&all);
        let whole = ChangeSet::new(all.clone());
        let mut roots = Vec::new();
        for bucket_leaves in [2, 3, 4, 16, 64] {
            let options = Options { bucket_leaves, cache_bytes: 0, ..Options::default() };
            let open = || State::open(Arc::new(MemoryStore::new()), options).unwrap();
            roots.push(open().prepare(Height(0), whole.clone()).unwrap().root());
            let state = open();
            let (mut rest, mut height) = (&all[..], 0);
            while !rest.is_empty() {
                let (block, others) = rest.split_at(cuts[height % cuts.len()].min(rest.len()));
                let block = ChangeSet::new(block.to_vec());
                let prepared = state.prepare(Height(height as u64), block).unwrap();
                state.commit(prepared, &mut Batch::new()).unwrap();
                (rest, height) = (others, height + 1);
            }
            roots.extend(state.head().unwrap().map(|head| head.root));
        }
        prop_assert!(roots.windows(2).all(|pair| pair[0] == pair[1]));
    }
}
