//! Growing the history index, off the path of commits.

use weal_types::Height;

use super::State;
use crate::{
    error::StateError,
    history,
    kv::Batch,
    layout::{self, HISTORY_KEY, HistoryReach, META, UNDO},
    undo::{self, UNDO_HEIGHTS},
};

/// How far the history index has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HistoryProgress {
    /// First height that it answers for.
    pub from: Height,
    /// Last height whose changes it holds; those after it are answered from undo records.
    pub built: Height,
}

impl State {
    /// Adds up to `blocks` committed blocks to the history index. Meant for a thread of its own,
    /// called after commits; may run while others prepare, commit and query.
    pub fn build_history(&self, blocks: u64) -> Result<HistoryProgress, StateError> {
        let _indexing = self.indexing.lock().map_err(|_| StateError::Broken)?;
        let view = self.db.view()?;
        let reach = history::reach(&*view)?.ok_or(StateError::HistoryNotKept)?;
        let head = layout::head(|column, key| view.get(column, key))?;
        let head = head.map_or(Height::ZERO, |head| head.height);
        let built = Height(head.0.min(reach.built.0.saturating_add(blocks)));
        let mut batch = Batch::new();
        for height in reach.built.0 + 1..=built.0 {
            history::write_rows(&mut batch, &*view, Height(height))?;
        }
        // Records that neither the index nor a proof needs any more.
        let pruned =
            Height(built.0.min((head.0 + 1).saturating_sub(UNDO_HEIGHTS)).max(reach.pruned.0));
        if pruned > reach.pruned {
            let from = undo::first_key(Height(reach.pruned.0 + 1));
            batch.delete_range(UNDO, &from, &undo::first_key(Height(pruned.0 + 1)));
        }
        let reach = HistoryReach { built, pruned, ..reach };
        batch.put(META, HISTORY_KEY, &reach.to_bytes());
        self.db.write(&batch)?;
        Ok(HistoryProgress { from: reach.from, built })
    }
}
