//! The history index: values at any height since it was switched on.

use std::sync::Arc;

use weal_state::{HistoryProgress, MemoryStore, Options, StateError, UNDO_HEIGHTS};
use weal_types::Height;

use crate::model::{Change, Checked, key, put, remove};

const KEEP: Options = Options { history: true, cache_bytes: 1 << 20, bucket_leaves: 4 };

fn block(number: u64) -> Vec<Change> {
    let n = number as u32;
    vec![
        put(n * 7 % 40, number.to_le_bytes()),
        put(n * 3 % 40, "b"),
        remove(n * 11 % 40),
        put(99, "x"),
    ]
}

fn all(checked: &Checked, heights: impl Iterator<Item = u64>) {
    let asked: Vec<u32> = (0..42).chain([99]).collect();
    heights.for_each(|height| checked.check_values(Height(height), &asked));
}

#[test]
fn it_answers_beyond_the_undo_records_and_while_it_lags() {
    let mut checked = Checked::open(Arc::new(MemoryStore::new()), KEEP);
    let last = 2 * UNDO_HEIGHTS;
    for number in 0..=last {
        checked.commit(block(number));
        // It falls behind, by more than the undo records of a state without history would last.
        if number % 10 == 0 && number < 150 {
            checked.state.build_history(4).unwrap();
        }
    }
    all(&checked, (0..=last).step_by(13));
    checked.reopen();
    let progress = checked.state.build_history(200).unwrap();
    assert_eq!(progress.from, Height(0));
    assert!(progress.built < Height(last));
    all(&checked, (0..=last).step_by(29));
    let progress = checked.state.build_history(u64::MAX).unwrap();
    assert_eq!(progress, HistoryProgress { from: Height(0), built: Height(last) });
    all(&checked, (0..=last).step_by(29).chain([1, last - 1, last]));
    checked.check_proof(Height(last - 255), &[1, 2, 99]);
    // Nothing is left to do.
    assert_eq!(checked.state.build_history(9), Ok(progress));
}

#[test]
fn switched_on_late_it_covers_what_comes_after() {
    let mut checked =
        Checked::open(Arc::new(MemoryStore::new()), Options { history: false, ..KEEP });
    (0..20).for_each(|number| checked.commit(block(number)));
    assert_eq!(checked.state.build_history(1), Err(StateError::HistoryNotKept));
    checked.options.history = true;
    checked.reopen();
    for number in 20..400 {
        checked.commit(block(number));
        checked.state.build_history(1).unwrap();
    }
    all(&checked, (19..400).step_by(17));
    let (given, oldest, newest) = (Height(18), Height(19), Height(399));
    let refusal = Err(StateError::HeightUnavailable { given, oldest, newest });
    assert_eq!(checked.state.value_at(&key(1), given), refusal);
    // Switched off, it is gone.
    checked.options.history = false;
    checked.reopen();
    all(&checked, 144..400);
    let (given, oldest) = (Height(143), Height(144));
    let refusal = Err(StateError::HeightUnavailable { given, oldest, newest });
    assert_eq!(checked.state.value_at(&key(1), given), refusal);
    checked.commit(block(400));
    all(&checked, 145..401);
}
