//! Transactions whose signatures were checked already: each is checked once on a node, whether it
//! comes from a client, is pushed by another validator, or stands in a proposal.

use std::{
    num::NonZeroUsize,
    sync::{Arc, Mutex, MutexGuard, PoisonError, Weak},
};

use hashbrown::DefaultHashBuilder;
use lru::LruCache;
use weal_types::WireId;

use super::{POOL_TRANSACTIONS, Pooled};

/// Names that are remembered: what waits, and what is in flight. An entry takes about 100 bytes;
/// the transaction itself goes with whoever holds it.
const REMEMBERED: NonZeroUsize = NonZeroUsize::new(2 * POOL_TRANSACTIONS).unwrap();

/// See the module. Named by the signed bytes: the same transaction with another signature is
/// another.
pub struct Seen(Mutex<Cache>);

type Cache = LruCache<WireId, Weak<Pooled>, DefaultHashBuilder>;

impl Default for Seen {
    fn default() -> Self {
        Self(Mutex::new(LruCache::with_hasher(REMEMBERED, DefaultHashBuilder::default())))
    }
}

impl Seen {
    fn cache(&self) -> MutexGuard<'_, Cache> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Remembers checked transactions.
    pub fn add(&self, checked: &[Arc<Pooled>]) {
        let mut cache = self.cache();
        for pooled in checked {
            cache.put(pooled.verified.wire_id(), Arc::downgrade(pooled));
        }
    }

    /// Those that are known, in the order of their names.
    pub fn get(&self, ids: &[WireId]) -> Vec<Option<Arc<Pooled>>> {
        let mut cache = self.cache();
        ids.iter().map(|id| cache.get(id)?.upgrade()).collect()
    }
}
