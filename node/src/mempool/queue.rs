//! The waiting transactions of one account, by nonce.

use std::{collections::BTreeMap, sync::Arc};

use weal_types::{Nonce, TimeMs};

use super::{Pooled, SubmitError};

/// Nonces that one account may have waiting: what one person can have in flight, and a bound on
/// what one account can make the pool hold.
pub const FUTURE_NONCES: u64 = 16;

/// A transaction in its queue.
pub(super) struct Entry {
    pub pooled: Arc<Pooled>,
    /// Its place among all transactions of the pool, in the order in which they came.
    pub arrival: u64,
    /// Its turn, once it is on offer: not before that of the nonce before it.
    pub turn: Option<u64>,
    pub ready_since: Option<TimeMs>,
    /// When everyone was offered it first, by this node, while the present leader leads.
    pub offered_to_all: Option<TimeMs>,
    is_durable: bool,
}

impl Entry {
    /// Whether another transaction of the same nonce may take the place of this one: it must pay a
    /// tenth more or, where nothing is paid, be valid for longer.
    pub fn replaceable_by(&self, new: &Pooled) -> Result<(), SubmitError> {
        let (old, new) = (self.pooled.verified.transaction(), new.verified.transaction());
        let least_fee = old.max_fee.0.saturating_add(old.max_fee.0.div_ceil(10));
        let is_better = if old.max_fee.0 == 0 && new.max_fee.0 == 0 {
            new.valid_until > old.valid_until
        } else {
            new.max_fee.0 >= least_fee
        };
        if is_better {
            return Ok(());
        }
        let old = self.pooled.verified.hash();
        Err(SubmitError::NotReplaced { nonce: new.nonce, old, least_fee })
    }
}

/// See the module.
pub(super) struct Queue {
    /// The account's nonce in the newest executed state.
    base: Nonce,
    /// The nonce after the last that is in a block.
    pub next: Nonce,
    /// The nonce after the last that is in a block or ready.
    offered: Nonce,
    entries: BTreeMap<u64, Entry>,
}

impl Queue {
    pub const fn new(nonce: Nonce) -> Self {
        Self { base: nonce, next: nonce, offered: nonce, entries: BTreeMap::new() }
    }

    pub fn insert(&mut self, nonce: Nonce, pooled: Arc<Pooled>, arrival: u64) {
        let entry = Entry {
            pooled,
            arrival,
            turn: None,
            ready_since: None,
            offered_to_all: None,
            is_durable: false,
        };
        self.entries.insert(nonce.0, entry);
    }

    /// Nothing counts as offered any more.
    pub fn forget_offers(&mut self) {
        self.entries.values_mut().for_each(|entry| entry.offered_to_all = None);
    }

    pub fn entry(&self, nonce: Nonce) -> Option<&Entry> {
        self.entries.get(&nonce.0)
    }

    pub fn entry_mut(&mut self, nonce: Nonce) -> Option<&mut Entry> {
        self.entries.get_mut(&nonce.0)
    }

    pub fn entries(&self) -> impl Iterator<Item = &Entry> {
        self.entries.values()
    }

    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    pub fn remove(&mut self, nonce: Nonce) -> Option<Entry> {
        let entry = self.entries.remove(&nonce.0)?;
        // What follows a gap is no longer on offer.
        self.offered = self.offered.min(nonce).max(self.next);
        Some(entry)
    }

    pub fn make_durable(&mut self, nonce: Nonce) {
        if let Some(entry) = self.entries.get_mut(&nonce.0) {
            entry.is_durable = true;
        }
    }

    /// The transactions that become ready now: turn and nonce of each.
    pub fn offer(&mut self, now: TimeMs) -> Vec<(u64, Nonce)> {
        let mut offered = Vec::new();
        let before = self.offered.0.checked_sub(1).and_then(|nonce| self.entries.get(&nonce));
        let mut turn = before.and_then(|entry| entry.turn).unwrap_or(0);
        while let Some(entry) = self.entries.get_mut(&self.offered.0).filter(|e| e.is_durable) {
            entry.ready_since.get_or_insert(now);
            turn = *entry.turn.get_or_insert(turn.max(entry.arrival));
            offered.push((turn, self.offered));
            self.offered = Nonce(self.offered.0 + 1);
        }
        offered
    }

    /// A block has taken the transaction.
    pub fn take(&mut self, nonce: Nonce) {
        self.next = self.next.max(Nonce(nonce.0 + 1));
    }

    /// A block has not executed the transaction after all.
    pub fn give_back(&mut self, nonce: Nonce) {
        self.next = self.next.min(nonce).max(self.base);
        self.offered = self.offered.min(self.next);
    }

    /// A block has executed the transaction of this nonce.
    pub fn use_nonce(&mut self, nonce: Nonce) {
        self.base = self.base.max(Nonce(nonce.0 + 1));
        self.next = self.next.max(self.base);
        self.offered = self.offered.max(self.next);
    }

    /// Nonces that can never run any more.
    pub fn stale(&self) -> impl Iterator<Item = Nonce> {
        self.entries.range(..self.base.0).map(|(nonce, _)| Nonce(*nonce))
    }

    /// Nonces that have expired and are in no block.
    pub fn expired(&self, now: TimeMs) -> impl Iterator<Item = Nonce> {
        let expired = move |entry: &Entry| entry.pooled.verified.transaction().valid_until < now;
        let waiting = self.entries.range(self.next.0..);
        waiting.filter(move |(_, entry)| expired(entry)).map(|(nonce, _)| Nonce(*nonce))
    }

    /// The first nonce from the next one on that is free.
    pub fn after_last(&self) -> Nonce {
        let mut nonce = self.next;
        while self.entries.contains_key(&nonce.0) {
            nonce = Nonce(nonce.0 + 1);
        }
        nonce
    }
}
