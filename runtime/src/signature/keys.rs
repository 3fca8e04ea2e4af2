//! Public keys that were read before. To find the point that a key encodes costs as much as a fifth
//! of its share in a batch of signatures, and the same people sign again and again.

use std::{
    num::NonZeroUsize,
    sync::{LazyLock, Mutex, MutexGuard, PoisonError},
};

use lru::LruCache;
use weal_types::PublicKey;

use super::signing_key;

/// Keys that are kept, of about 300 bytes each.
const KEPT: NonZeroUsize = NonZeroUsize::new(32_768).unwrap();

/// What is kept cannot be seen in a result, so all chains of a process share it.
static KNOWN: LazyLock<Mutex<Known>> = LazyLock::new(|| Mutex::new(Known(LruCache::new(KEPT))));

/// See the module.
pub(super) struct Known(LruCache<PublicKey, schnorrkel::PublicKey>);

/// The keys, for as long as one batch is read.
pub(super) fn known() -> MutexGuard<'static, Known> {
    // Nothing in it is ever half done.
    KNOWN.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Known {
    /// See [`signing_key`].
    pub fn get(&mut self, key: &PublicKey) -> Option<schnorrkel::PublicKey> {
        if let Some(known) = self.0.get(key) {
            return Some(*known);
        }
        let read = signing_key(key)?;
        self.0.put(*key, read);
        Some(read)
    }
}
