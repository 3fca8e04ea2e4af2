//! Which mutant runs.

use std::cell::Cell;

thread_local! {
    /// Its place in the table.
    static CHOSEN: Cell<Option<usize>> = const { Cell::new(None) };
}

/// From now on, replicas on this thread break the rule of this row of [`crate::table::all`], or
/// none.
pub fn choose(mutant: Option<usize>) {
    CHOSEN.set(mutant);
}

/// Whether this one runs.
pub(crate) fn is(mutant: usize) -> bool {
    CHOSEN.get() == Some(mutant)
}
