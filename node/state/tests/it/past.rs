//! Proofs and values at earlier heights, up to the edge of what is kept.

use std::sync::Arc;

use weal_state::{Batch, MemoryStore, Options, StateError, UNDO_HEIGHTS};
use weal_types::Height;

use crate::model::{Change, Checked, key, put, remove};

/// Block `number`: some updates, some insertions, some removals.
fn block(number: u64) -> Vec<Change> {
    let step = |n: u64| (number * 37 + n * 11) as u32;
    let mut changes: Vec<_> =
        (0..12).map(|n| put(step(n) % 900, (number * n).to_le_bytes())).collect();
    changes.extend((0..4).map(|n| remove(step(n + 50) % 900)));
    changes
}

#[test]
fn the_last_heights_are_provable_and_no_others() {
    let mut checked = Checked::open(Arc::new(MemoryStore::new()), Options::default());
    for number in 0..300 {
        checked.commit(block(number));
    }
    let newest = checked.newest();
    let oldest = Height(newest.0 + 1 - UNDO_HEIGHTS);
    for height in (oldest.0..=newest.0).rev().step_by(17).chain([oldest.0, oldest.0 + 1]) {
        let asked: Vec<u32> = (0..40).map(|n| (n * 23 + height as u32) % 1000).collect();
        checked.check_proof(Height(height), &asked);
        checked.check_proof(Height(height), &asked[..1]);
        checked.check_values(Height(height), &asked);
    }
    for given in [Height(oldest.0 - 1), Height(newest.0 + 1)] {
        let refusal = Err(StateError::HeightUnavailable { given, oldest, newest });
        assert_eq!(checked.state.prove(given, &[key(1)]).map(drop), refusal);
        assert_eq!(checked.state.value_at(&key(1), given).map(drop), refusal);
    }
}

/// Large blocks, whose undo records are cut in pieces, over a tree that grows and then shrinks.
#[test]
fn records_in_pieces() {
    for bucket_leaves in [2, 4] {
        let options = Options { bucket_leaves, cache_bytes: 10_000, ..Options::default() };
        let mut checked = Checked::open(Arc::new(MemoryStore::new()), options);
        checked.commit(vec![put(0, "alone")]);
        checked.commit((0..400).map(|n| put(n, n.to_le_bytes())).collect());
        checked.commit((100..9_000).map(|n| put(n, n.to_be_bytes())).collect());
        checked.commit((0..9_000).step_by(3).map(|n| put(n, "third")).collect());
        checked.commit((20..9_000).filter(|n| n % 50 != 0).map(remove).collect());
        checked.commit((0..9_000).step_by(2).map(|n| put(n, "second")).collect());
        let ahead = checked.prepare((0..9_000).step_by(5).map(remove).collect());
        checked.prepare((0..9_000).step_by(7).map(|n| put(n, "later")).collect());
        let asked: Vec<u32> = (0..60).map(|n| n * 151 % 9_100).collect();
        let check = |checked: &Checked| {
            for height in 0..=checked.newest().0 {
                checked.check_proof(Height(height), &asked);
                asked.iter().take(20).for_each(|n| checked.check_proof(Height(height), &[*n]));
                checked.check_values(Height(height), &asked[..10]);
            }
        };
        check(&checked);
        checked.state.commit(ahead, &mut Batch::new()).unwrap();
        check(&checked);
        checked.reopen();
        check(&checked);
    }
}

#[test]
fn asking_for_nothing_or_before_genesis_is_refused() {
    let mut checked = Checked::open(Arc::new(MemoryStore::new()), Options::default());
    assert_eq!(checked.state.prove(Height(0), &[key(1)]).map(drop), Err(StateError::NoGenesis));
    assert_eq!(checked.state.value_at(&key(1), Height(0)), Err(StateError::NoGenesis));
    assert_eq!(checked.state.snapshot().unwrap().value(&key(1)), Ok(None));
    checked.commit(vec![]);
    checked.check_proof(Height(0), &[1, 2]);
    let refused = checked.state.prove(Height(0), &[]);
    assert!(matches!(refused, Err(StateError::Unprovable { .. })));
}
