//! Blocks that are prepared and not committed.

use std::{sync::Arc, thread};

use weal_state::{Batch, Column, MemoryStore, Options, PREPARED_BLOCKS, StateError};
use weal_types::{
    Height,
    state::{ChangeSet, Snapshot},
};

use crate::model::{Checked, check_snapshot, key, put, remove};

fn filled() -> Checked {
    let mut checked = Checked::open(Arc::new(MemoryStore::new()), Options::default());
    checked.commit((0..200).map(|n| put(n, [n as u8])).collect());
    checked
}

#[test]
fn a_stack_of_blocks_is_bounded_and_ordered() {
    let mut checked = filled();
    let wrong = checked.state.prepare(Height(2), ChangeSet::default());
    assert_eq!(wrong, Err(StateError::WrongHeight { expected: Height(1), given: Height(2) }));
    let mut stack: Vec<_> =
        (0..PREPARED_BLOCKS as u32).map(|n| checked.prepare(vec![put(n, "ahead")])).collect();
    let top = Height(PREPARED_BLOCKS as u64);
    let full = checked.state.prepare(Height(top.0 + 1), ChangeSet::default());
    assert_eq!(full, Err(StateError::WindowFull { waiting: PREPARED_BLOCKS }));
    let second = stack.remove(1);
    let refused = checked.state.commit(second, &mut Batch::new());
    assert_eq!(refused, Err(StateError::NotNext { given: Height(2) }));
    checked.state.commit(stack.remove(0), &mut Batch::new()).unwrap();
    assert_eq!(checked.state.head().unwrap().unwrap().height, Height(1));
    assert_eq!(checked.state.latest().unwrap().unwrap().height, top);
}

#[test]
fn abandoned_blocks_leave_nothing_behind() {
    let mut checked = filled();
    let committed = checked.prepare((0..50).map(remove).collect());
    let dropped = checked.prepare((150..900).map(|n| put(n, "gone soon")).collect());
    checked.prepare((0..900).step_by(2).map(remove).collect());
    checked.state.abandon(dropped.height()).unwrap();
    checked.heights.truncate(2);
    assert_eq!(checked.state.latest().unwrap().unwrap().root, committed.root());
    // Another block at the same height is not the abandoned one.
    let other = checked.prepare(vec![put(3, "instead")]);
    checked.state.commit(committed, &mut Batch::new()).unwrap();
    let refused = checked.state.commit(dropped, &mut Batch::new());
    assert_eq!(refused, Err(StateError::NotNext { given: Height(2) }));
    checked.state.commit(other, &mut Batch::new()).unwrap();
    checked.reopen();
    checked.check_proof(Height(2), &[0, 3, 60, 200, 800]);
    checked.check_proof(Height(0), &[0, 3, 60, 200, 800]);
    // Even genesis can be given up.
    let mut fresh = Checked::open(Arc::new(MemoryStore::new()), Options::default());
    fresh.prepare(vec![put(1, "a")]);
    fresh.state.abandon(Height(0)).unwrap();
    fresh.heights.clear();
    fresh.commit(vec![put(2, "b")]);
    fresh.check_proof(Height(0), &[1, 2]);
}

#[test]
fn a_snapshot_outlives_later_commits_on_another_thread() {
    let mut checked = filled();
    let before = checked.state.snapshot().unwrap();
    let ahead = checked.prepare((0..100).map(remove).collect());
    let during = checked.state.snapshot().unwrap();
    let behind = checked.state.committed_snapshot().unwrap();
    checked.state.commit(ahead, &mut Batch::new()).unwrap();
    checked.commit((0..300).map(|n| put(n, "new")).collect());
    let heights = checked.heights.clone();
    thread::spawn(move || {
        assert_eq!(
            [before.height(), during.height(), behind.height()],
            [Some(Height(0)), Some(Height(1)), Some(Height(0))]
        );
        check_snapshot(&before, &heights[0], 310, (4, 90));
        check_snapshot(&during, &heights[1], 310, (4, 90));
        check_snapshot(&behind, &heights[0], 310, (4, 90));
    })
    .join()
    .unwrap();
    check_snapshot(&checked.state.committed_snapshot().unwrap(), &checked.heights[2], 310, (4, 90));
}

#[test]
fn the_writes_of_the_node_go_with_the_block() {
    const BLOCKS: Column = Column::new("blocks");
    let mut checked = filled();
    let prepared = checked.prepare(vec![put(1, "x")]);
    let mut extra = Batch::new();
    extra.put(BLOCKS, b"1", b"a block");
    assert_eq!(checked.db.get(BLOCKS, b"1"), Ok(None));
    checked.state.commit(prepared, &mut extra).unwrap();
    assert_eq!(checked.db.get(BLOCKS, b"1"), Ok(Some(b"a block".to_vec())));
}

/// Queries run while blocks are prepared and committed; every proof is of the height it was asked
/// for.
#[test]
fn queries_run_beside_commits() {
    let checked = filled();
    let state = &checked.state;
    let roots = std::sync::Mutex::new(vec![checked.state.head().unwrap().unwrap().root]);
    thread::scope(|scope| {
        for reader in 0..2u32 {
            let roots = &roots;
            scope.spawn(move || {
                for round in 0..400u32 {
                    let height = state.head().unwrap().unwrap().height;
                    let back = Height(height.0.saturating_sub(u64::from(round % 4)));
                    let asked = key((round * 7 + reader) % 300);
                    let proven = state.prove(back, std::slice::from_ref(&asked)).unwrap();
                    let root = roots.lock().unwrap()[back.0 as usize];
                    let claim = [(asked.clone(), proven.values[0].as_deref())];
                    assert_eq!(proven.proof.verify(&root, &claim), Ok(()));
                    assert_eq!(state.value_at(&asked, back).unwrap(), proven.values[0]);
                    state.snapshot().unwrap().get(&asked).unwrap();
                }
            });
        }
        scope.spawn(|| {
            for height in 1..150u32 {
                let block = (0..20).map(|n| put((height * 13 + n * 5) % 300, height.to_le_bytes()));
                let prepared =
                    state.prepare(Height(height.into()), ChangeSet::new(block.collect())).unwrap();
                roots.lock().unwrap().push(prepared.root());
                state.commit(prepared, &mut Batch::new()).unwrap();
            }
        });
    });
}
