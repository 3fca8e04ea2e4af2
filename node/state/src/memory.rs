//! A store in memory, for tests and for chains that need not outlive their process.

use std::{
    collections::BTreeMap,
    ops::Bound,
    sync::{Arc, PoisonError, RwLock},
};

use weal_types::state::{Direction, Visit};

use crate::kv::{Batch, Column, KeyValue, StoreError, View, VisitValue, Write};

type Map = BTreeMap<Vec<u8>, Vec<u8>>;
type Columns = BTreeMap<&'static str, Arc<Map>>;

/// A store in memory. Clones share their content, so a test can "reopen" it; a column exists once
/// it is written.
///
/// A view costs nothing until the next write, which copies each column that it changes while a view
/// is held.
#[derive(Clone, Default)]
pub struct MemoryStore(Arc<RwLock<Columns>>);

impl MemoryStore {
    /// An empty store.
    pub fn new() -> Self {
        Self::default()
    }

    /// The columns. A writer cannot panic halfway, so a poisoned lock still guards whole data.
    fn columns(&self) -> Columns {
        self.0.read().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl KeyValue for MemoryStore {
    fn get(&self, column: Column, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        let columns = self.0.read().unwrap_or_else(PoisonError::into_inner);
        Ok(columns.get(column.name).and_then(|map| map.get(key)).cloned())
    }

    fn get_many(
        &self,
        column: Column,
        keys: &[&[u8]],
        visit: &mut VisitValue<'_>,
    ) -> Result<(), StoreError> {
        let columns = self.0.read().unwrap_or_else(PoisonError::into_inner);
        let map = columns.get(column.name);
        for key in keys {
            visit(map.and_then(|map| map.get(*key)).map(Vec::as_slice));
        }
        Ok(())
    }

    fn view(&self) -> Result<Box<dyn View>, StoreError> {
        Ok(Box::new(MemoryView(self.columns())))
    }

    fn write(&self, batch: &Batch) -> Result<(), StoreError> {
        let mut columns = self.0.write().unwrap_or_else(PoisonError::into_inner);
        for write in batch.iter() {
            match write {
                Write::Put { column, key, value } => {
                    map_of(&mut columns, column).insert(key.to_vec(), value.to_vec());
                }
                Write::Delete { column, key } => {
                    map_of(&mut columns, column).remove(key);
                }
                Write::DeleteRange { column, from, to } => {
                    let map = map_of(&mut columns, column);
                    let mut cut = map.split_off(from);
                    map.append(&mut cut.split_off(to));
                }
            }
        }
        Ok(())
    }
}

fn map_of(columns: &mut Columns, column: Column) -> &mut Map {
    Arc::make_mut(columns.entry(column.name).or_default())
}

struct MemoryView(Columns);

impl View for MemoryView {
    fn get(&self, column: Column, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        Ok(self.0.get(column.name).and_then(|map| map.get(key)).cloned())
    }

    fn scan(
        &self,
        column: Column,
        from: &[u8],
        to: Option<&[u8]>,
        direction: Direction,
        visit: &mut Visit<'_>,
    ) -> Result<(), StoreError> {
        let Some(map) = self.0.get(column.name) else { return Ok(()) };
        // A map panics when asked for a range that ends before it begins.
        if to.is_some_and(|to| to <= from) {
            return Ok(());
        }
        let range = map.range::<[u8], _>((
            Bound::Included(from),
            to.map_or(Bound::Unbounded, Bound::Excluded),
        ));
        let entries: &mut dyn Iterator<Item = _> = match direction {
            Direction::Ascending => &mut { range },
            Direction::Descending => &mut range.rev(),
        };
        for (key, value) in entries {
            if visit(key, value).is_break() {
                break;
            }
        }
        Ok(())
    }

    fn read_through(&self, column: Column, visit: &mut Visit<'_>) -> Result<(), StoreError> {
        self.scan(column, &[], None, Direction::Ascending, visit)
    }
}
