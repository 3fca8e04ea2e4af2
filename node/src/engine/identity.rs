//! By which of its keys the others know this node.
//!
//! A node votes with the key that its own epoch has. While it was away, others may have gone on by
//! more epochs than they remember keys for, and know it by the one that took that key's place
//! alone: a node that nobody talks to under one key calls itself by the other.

use std::sync::Arc;

use super::driver::Driver;
use crate::{clock::monotonic, validator_key::ValidatorKey};

/// How long nobody may be connected before the other key is tried: two attempts of each peer, which
/// lie 5 s apart at most.
const PATIENCE_MS: u64 = 10_000;

impl Driver {
    /// Is known by this key from now on. Connections that were made with another one end.
    pub(super) fn go_by(&mut self, key: &Arc<ValidatorKey>) {
        if self.identity.public() == key.public() {
            return;
        }
        self.identity = Arc::clone(key);
        self.peers = self.wanted_peers();
        self.speaker.set_identity(key, self.peers.clone());
        self.connected = monotonic();
    }

    /// Goes by its other key if it has one, and nobody talks to it under this one.
    pub(super) fn try_other_key(&mut self) {
        let Some(next) = self.keys.next.clone() else { return };
        let now = monotonic();
        if self.speaker.is_connected() {
            self.connected = now;
        }
        if self.connected.0.saturating_add(PATIENCE_MS) <= now.0 {
            let is_next = self.identity.public() == next.public();
            let other = if is_next { Arc::clone(&self.keys.present) } else { next };
            tracing::info!(key = ?other.public(), "nobody answers: goes by its other key");
            self.go_by(&other);
        }
    }
}
