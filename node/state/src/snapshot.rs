//! The state after one block, for execution and queries.

use std::{cmp::Ordering, ops::ControlFlow, sync::Arc};

use weal_types::{
    ContractId, Height,
    state::{Direction, Snapshot, StateKey, StorageFault, Visit},
};

use crate::{
    changes::{Changes, KeyHash},
    error::StateError,
    kv::{StoreError, View},
    layout::{STATE, corrupt},
};

type Entry = (StateKey, Option<Vec<u8>>);

/// The state after one block. It stays as it is while later blocks are prepared and committed, and
/// can be sent to another thread. On disk it keeps old files alive, so drop it when done.
pub struct StateSnapshot {
    view: Box<dyn View>,
    height: Option<Height>,
    /// The changes of blocks that `view` lacks, newest first.
    overlays: Vec<Arc<Changes>>,
}

impl StateSnapshot {
    pub(crate) const fn new(
        view: Box<dyn View>,
        height: Option<Height>,
        overlays: Vec<Arc<Changes>>,
    ) -> Self {
        Self { view, height, overlays }
    }

    /// The block after which this is the state; `None` before genesis.
    pub const fn height(&self) -> Option<Height> {
        self.height
    }

    /// The value at `key`.
    pub fn value(&self, key: &StateKey) -> Result<Option<Vec<u8>>, StateError> {
        let hash = KeyHash::of(key);
        let changed = self.overlays.iter().find_map(|changes| changes.get(key, hash));
        if let Some(value) = changed {
            return Ok(value.clone());
        }
        Ok(self.view.get(STATE, key.as_bytes())?)
    }

    /// Shows `visit` all entries with `from <= contract ‖ key` and, if given, `contract ‖ key <
    /// to`, in order, until it breaks.
    pub fn entries(
        &self,
        from: &[u8],
        to: Option<&[u8]>,
        direction: Direction,
        visit: &mut Visit<'_>,
    ) -> Result<(), StateError> {
        let overlay = Overlay::new(&self.overlays, from, to, direction);
        overlay.merge(|below| self.view.scan(STATE, from, to, direction, below), visit)
    }

    /// Shows `visit` the whole state, in order, until it breaks. The store's cache keeps what it
    /// has ([`View::read_through`]).
    pub fn all_entries(&self, visit: &mut Visit<'_>) -> Result<(), StateError> {
        let overlay = Overlay::new(&self.overlays, &[], None, Direction::Ascending);
        overlay.merge(|below| self.view.read_through(STATE, below), visit)
    }
}

impl Snapshot for StateSnapshot {
    fn get(&self, key: &StateKey) -> Result<Option<Vec<u8>>, StorageFault> {
        Ok(self.value(key)?)
    }

    fn scan(
        &self,
        contract: &ContractId,
        from: &[u8],
        to: Option<&[u8]>,
        direction: Direction,
        visit: &mut Visit<'_>,
    ) -> Result<(), StorageFault> {
        let start = [contract.as_bytes(), from].concat();
        let end = match to {
            Some(to) => Some([contract.as_bytes(), to].concat()),
            None => after(contract),
        };
        let mut fault = None;
        self.entries(&start, end.as_deref(), direction, &mut |key, value| match key
            .split_at_checked(32)
        {
            Some((_, own)) => visit(own, value),
            None => {
                fault = Some(corrupt(STATE, key, "a key without a contract"));
                ControlFlow::Break(())
            }
        })?;
        fault.map_or(Ok(()), |fault| Err(fault.into()))
    }
}

/// The first bytes above all keys of `contract`; `None` if there are none.
fn after(contract: &ContractId) -> Option<Vec<u8>> {
    let mut bytes = contract.as_bytes().to_vec();
    while let Some(last) = bytes.last_mut() {
        if *last < u8::MAX {
            *last += 1;
            return Some(bytes);
        }
        bytes.pop();
    }
    None
}

/// Several change sets walked in step with the entries below them.
struct Overlay<'a> {
    /// What is left of each change set, newest first.
    rest: Vec<&'a [Entry]>,
    direction: Direction,
}

impl<'a> Overlay<'a> {
    fn new(
        overlays: &'a [Arc<Changes>],
        from: &[u8],
        to: Option<&[u8]>,
        direction: Direction,
    ) -> Self {
        let range = |changes: &'a Arc<Changes>| {
            let entries = changes.iter().as_slice();
            let first = entries.partition_point(|(key, _)| key.as_bytes() < from);
            let below = |(key, _): &Entry| to.is_none_or(|to| key.as_bytes() < to);
            let count = entries[first..].partition_point(below);
            &entries[first..first + count]
        };
        Self { rest: overlays.iter().map(range).collect(), direction }
    }

    /// Shows `visit` the changes among the entries that `read` shows of what is below them.
    fn merge(
        mut self,
        read: impl FnOnce(&mut Visit<'_>) -> Result<(), StoreError>,
        visit: &mut Visit<'_>,
    ) -> Result<(), StateError> {
        let mut ended = false;
        read(&mut |key, value| {
            let flow = self.advance_to(key, value, visit);
            ended = flow.is_break();
            flow
        })?;
        if !ended {
            // Nothing is left below; whether the visitor breaks here no longer matters.
            let _ = self.drain(visit);
        }
        Ok(())
    }

    /// Which of two keys comes first.
    fn order(&self, a: &[u8], b: &[u8]) -> Ordering {
        match self.direction {
            Direction::Ascending => a.cmp(b),
            Direction::Descending => b.cmp(a),
        }
    }

    fn first_of(&self, entries: &'a [Entry]) -> Option<&'a Entry> {
        match self.direction {
            Direction::Ascending => entries.first(),
            Direction::Descending => entries.last(),
        }
    }

    /// The entry that comes next: of equal keys the newest.
    fn peek(&self) -> Option<&'a Entry> {
        // The first of equal minima is taken, and the newest comes first.
        self.rest
            .iter()
            .filter_map(|entries| self.first_of(entries))
            .min_by(|a, b| self.order(a.0.as_bytes(), b.0.as_bytes()))
    }

    /// Passes over `key` in all change sets.
    fn pass(&mut self, key: &StateKey) {
        let direction = self.direction;
        for entries in &mut self.rest {
            let (first, others) = match direction {
                Direction::Ascending => (entries.first(), entries.get(1..)),
                Direction::Descending => {
                    (entries.last(), entries.len().checked_sub(1).and_then(|n| entries.get(..n)))
                }
            };
            if first.is_some_and(|(other, _)| other == key) {
                *entries = others.unwrap_or_default();
            }
        }
    }

    /// Shows what comes before the entry `key → value` from below, then that entry or what replaces
    /// it.
    fn advance_to(&mut self, key: &[u8], value: &[u8], visit: &mut Visit<'_>) -> ControlFlow<()> {
        while let Some((next, change)) = self.peek() {
            let order = self.order(next.as_bytes(), key);
            if order == Ordering::Greater {
                break;
            }
            self.pass(next);
            if let Some(change) = change {
                visit(next.as_bytes(), change)?;
            }
            if order == Ordering::Equal {
                return ControlFlow::Continue(());
            }
        }
        visit(key, value)
    }

    /// Shows what is left.
    fn drain(&mut self, visit: &mut Visit<'_>) -> ControlFlow<()> {
        while let Some((next, change)) = self.peek() {
            self.pass(next);
            if let Some(change) = change {
                visit(next.as_bytes(), change)?;
            }
        }
        ControlFlow::Continue(())
    }
}
