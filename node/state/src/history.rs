//! The optional index that answers "the value of a key as of height h" for all heights since it was
//! switched on.
//!
//! ```text
//! key    path (32) ‖ height (8, BE)
//! value  0, if the key had no value before the block of that height  |  1 ‖ the value it had
//! ```
//!
//! The value as of `h` is what the first row above `h` says, or the current value if there is none.
//! Rows are made from undo records after the commit, by whichever thread calls
//! [`crate::State::build_history`]; while the index lags behind, undo records wait for it, and
//! answers come from them.

use std::ops::ControlFlow;

use weal_types::{Hash, Height, state::Direction};

use crate::{
    error::StateError,
    kv::{Batch, View},
    layout::{HISTORY, HISTORY_KEY, HistoryReach, META, corrupt},
    undo,
};

/// The index's reach, if it is kept.
pub(crate) fn reach(view: &dyn View) -> Result<Option<HistoryReach>, StateError> {
    view.get(META, HISTORY_KEY)?.map(|bytes| HistoryReach::from_bytes(&bytes)).transpose()
}

/// Adds the rows for the block at `height` to `batch`.
pub(crate) fn write_rows(
    batch: &mut Batch,
    view: &dyn View,
    height: Height,
) -> Result<(), StateError> {
    let mut row = Vec::new();
    undo::read(view, height, None, &mut |entry| {
        let undo::EntryNode::Bucket { replaced, .. } = entry.node else { return };
        for (path, value) in replaced {
            row.clear();
            row.push(u8::from(value.is_some()));
            row.extend_from_slice(value.unwrap_or_default());
            batch.put(HISTORY, &row_key(&path, height), &row);
        }
    })
}

/// What the first change of `path` after `height` that the index holds replaced; `None` if it holds
/// no such change.
pub(crate) fn replaced_after(
    view: &dyn View,
    path: &Hash,
    height: Height,
) -> Result<Option<Option<Vec<u8>>>, StateError> {
    let Some(next) = height.next() else { return Ok(None) };
    let mut found = None;
    let last = row_key(path, Height::MAX);
    view.scan(
        HISTORY,
        &row_key(path, next),
        Some(&last),
        Direction::Ascending,
        &mut |key, value| {
            found = Some(match value.split_first() {
                Some((0, [])) => Ok(None),
                Some((1, value)) => Ok(Some(value.to_vec())),
                _ => Err(corrupt(HISTORY, key, "not a history row")),
            });
            ControlFlow::Break(())
        },
    )?;
    found.transpose()
}

fn row_key(path: &Hash, height: Height) -> [u8; 40] {
    let mut key = [0; 40];
    key[..32].copy_from_slice(path);
    key[32..].copy_from_slice(&height.0.to_be_bytes());
    key
}
