//! How often each peer sent what no correct validator sends.

use std::{
    collections::BTreeMap,
    fmt::Display,
    sync::{Arc, Mutex, PoisonError},
};

use weal_types::PublicKey;

use crate::metrics::Metrics;

/// See the module; clones share it. Only peers can send anything, so there are no more than those.
#[derive(Clone)]
pub struct Strikes {
    of: Arc<Mutex<BTreeMap<PublicKey, u64>>>,
    metrics: Arc<Metrics>,
}

impl Strikes {
    /// Nobody has sent anything yet.
    pub fn new(metrics: Arc<Metrics>) -> Self {
        Self { of: Arc::default(), metrics }
    }

    /// Counts one more. Said the first time, and then ever more rarely.
    pub fn strike(&self, peer: PublicKey, reason: &dyn Display) {
        self.metrics.strikes.inc();
        let mut strikes = self.of.lock().unwrap_or_else(PoisonError::into_inner);
        let count = strikes.entry(peer).or_default();
        *count += 1;
        if count.is_power_of_two() {
            tracing::warn!(?peer, %reason, times = *count, "sent what does not pass");
        }
    }
}
