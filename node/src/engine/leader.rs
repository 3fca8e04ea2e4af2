//! Whom new transactions are pushed to.
//!
//! Whoever leads needs a transaction at once. The others get it in a block soon afterwards, where
//! each checks it together with hundreds; pushed to them as well, it would be carried, read and
//! checked a second time. So what is taken in goes to the leader alone while it makes blocks. A
//! leader that is silent is not relied on: then everyone is told, so that all wait for it together.
//! What still waits a second later is offered to everyone in any case
//! ([`crate::mempool::Mempool::judge`]).

use std::sync::{Mutex, PoisonError};

use weal_types::{PublicKey, TimeMs};

/// For how long after a block a leader counts as one that makes blocks, in milliseconds: some
/// blocks under load. As much later do the others learn of what only a dead leader was told.
const MAKES_BLOCKS_MS: u64 = 250;

/// Who leads, as far as its blocks show it, and since when.
#[derive(Debug, Default)]
pub struct Leader(Mutex<Option<(PublicKey, TimeMs)>>);

impl Leader {
    /// A block of the present leader was executed, or its view begins.
    pub fn shows(&self, leader: PublicKey, now: TimeMs) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some((leader, now));
    }

    /// Who makes blocks at present.
    pub fn busy(&self, now: TimeMs) -> Option<PublicKey> {
        let shown = *self.0.lock().unwrap_or_else(PoisonError::into_inner);
        shown.filter(|(_, at)| now.0.saturating_sub(at.0) < MAKES_BLOCKS_MS).map(|(key, _)| key)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_leader_is_relied_on_for_a_moment_after_each_block() {
        let (leader, other) = (PublicKey([1; 32]), PublicKey([2; 32]));
        let last = Leader::default();
        assert_eq!(last.busy(TimeMs(1_000)), None);
        last.shows(leader, TimeMs(1_000));
        assert_eq!(last.busy(TimeMs(1_000 + MAKES_BLOCKS_MS - 1)), Some(leader));
        assert_eq!(last.busy(TimeMs(1_000 + MAKES_BLOCKS_MS)), None);
        last.shows(other, TimeMs(2_000));
        assert_eq!(last.busy(TimeMs(2_000)), Some(other));
    }
}
