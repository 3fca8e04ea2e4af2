//! Transactions whose signatures were checked already: each is checked once on a node, whether it
//! comes from a client, is pushed by another validator, or stands in a proposal.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use hashbrown::HashMap;
use weal_types::WireId;

use super::Pooled;

/// Fewer entries are not worth looking through for those whose transaction is gone.
const SWEPT_FROM: usize = 4_096;

/// See the module. Named by the signed bytes: the same transaction with another signature is
/// another.
///
/// The transaction itself goes with whoever holds it, and its entry, of about 100 bytes, some time
/// after: at most half of the entries are of transactions that are gone, beyond the first
/// thousands. Who holds transactions bounds how many.
pub struct Seen(Mutex<Entries>);

struct Entries {
    by_id: HashMap<WireId, Weak<Pooled>>,
    /// So many entries make a sweep due.
    swept_at: usize,
}

impl Default for Seen {
    fn default() -> Self {
        Self(Mutex::new(Entries { by_id: HashMap::new(), swept_at: SWEPT_FROM }))
    }
}

impl Seen {
    fn entries(&self) -> MutexGuard<'_, Entries> {
        // Each change is whole before the next.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Remembers checked transactions.
    pub fn add(&self, checked: &[Arc<Pooled>]) {
        let mut entries = self.entries();
        for pooled in checked {
            entries.by_id.insert(pooled.verified.wire_id(), Arc::downgrade(pooled));
        }
        entries.sweep_if_due();
    }

    /// Those that are known, in the order of their names.
    pub fn get(&self, ids: &[WireId]) -> Vec<Option<Arc<Pooled>>> {
        let entries = self.entries();
        ids.iter().map(|id| entries.by_id.get(id)?.upgrade()).collect()
    }

    /// How many entries are kept, those of transactions that are gone among them.
    pub fn kept(&self) -> usize {
        self.entries().by_id.len()
    }
}

impl Entries {
    /// Drops the entries of transactions that are gone, once there are twice as many entries as
    /// were left the last time: each entry costs one look more than without.
    fn sweep_if_due(&mut self) {
        if self.by_id.len() < self.swept_at {
            return;
        }
        self.by_id.retain(|_, pooled| pooled.strong_count() > 0);
        self.swept_at = SWEPT_FROM.max(2 * self.by_id.len());
        self.by_id.shrink_to(self.swept_at);
    }
}
