//! Whether a leader passes over what it must know.
//!
//! A validator that waits with a transaction offers it to everyone. From ten seconds later on no
//! leader may make a block that leaves it out, though there is room for it, or takes one that came
//! only then. What an earlier leader was offered says nothing about the present one.

use std::{collections::BTreeMap, sync::Arc};

use weal_types::{AccountId, Gas, TimeMs, limit, params::ChainParams};

use super::{Pooled, pool::Pool, queue::Entry};

/// A transaction that everyone was offered this long ago must not be passed over.
pub const FAIR_MS: u64 = 10_000;

/// What waits this long, though blocks are made, is offered to everyone: that it was pushed when it
/// came does not mean that it arrived.
const OFFER_AFTER_MS: u64 = 1_000;

/// How many of the oldest are looked at for each block, and offered at once.
const LOOKED_AT: usize = 64;

/// What a block of somebody else means for those that it leaves out.
#[derive(Clone, Debug, Default)]
pub struct PassedOver {
    /// Whether the leader passes over one that it must know.
    pub is_unfair: bool,
    /// Those that everyone should be offered now.
    pub to_offer: Vec<Arc<Pooled>>,
}

/// What is left of the limits of a block.
pub(super) struct Room<'a> {
    params: &'a ChainParams,
    /// When the block is made.
    time: TimeMs,
    count: usize,
    pub bytes: usize,
    pub gas: Gas,
    by_account: BTreeMap<AccountId, u64>,
}

impl<'a> Room<'a> {
    pub const fn new(params: &'a ChainParams, time: TimeMs) -> Self {
        Self { params, time, count: 0, bytes: 0, gas: Gas::ZERO, by_account: BTreeMap::new() }
    }

    /// Whether no further transaction can be taken at all.
    pub const fn is_full(&self) -> bool {
        self.count == limit::BLOCK_TXS
    }

    /// Whether this one can be taken.
    pub fn fits(&self, pooled: &Pooled) -> bool {
        let transaction = pooled.verified.transaction();
        let of_account = self.by_account.get(&transaction.signer).copied().unwrap_or(0);
        let gas = transaction.gas_limit.0;
        !self.is_full()
            && self.bytes + pooled.wire.len() <= limit::BLOCK_BYTES
            && self.gas.0.saturating_add(gas) <= self.params.block_gas.0
            && of_account.saturating_add(gas) <= self.params.account_gas_per_block.0
            && self.time <= transaction.valid_until
    }

    /// Takes one.
    pub fn take(&mut self, pooled: &Pooled) {
        let transaction = pooled.verified.transaction();
        let gas = transaction.gas_limit.0;
        let of_account = self.by_account.entry(transaction.signer).or_default();
        *of_account = of_account.saturating_add(gas);
        self.gas = Gas(self.gas.0.saturating_add(gas));
        self.bytes += pooled.wire.len();
        self.count += 1;
    }
}

impl Pool {
    /// Judges a block at `now` that others must have known the oldest transactions for. What it
    /// took is no longer on offer here.
    pub fn judge(
        &mut self,
        block: &[Arc<Pooled>],
        (params, time): (&ChainParams, TimeMs),
        now: TimeMs,
    ) -> PassedOver {
        let is_over = |since: TimeMs, after: u64| since.0.saturating_add(after) <= now.0;
        let mut passed = PassedOver::default();
        let mut due = Vec::new();
        for ((_, nonce), account) in self.ready.iter().take(LOOKED_AT) {
            let queue = self.queues.get_mut(account);
            let Some(entry) = queue.and_then(|queue| queue.entry_mut(*nonce)) else { continue };
            match entry.offered_to_all {
                Some(offered) if is_over(offered, FAIR_MS) => due.push((*account, *nonce)),
                None if entry.ready_since.is_some_and(|since| is_over(since, OFFER_AFTER_MS)) => {
                    entry.offered_to_all = Some(now);
                    passed.to_offer.push(Arc::clone(&entry.pooled));
                }
                _ => {}
            }
        }
        if due.is_empty() {
            return passed;
        }
        let mut room = Room::new(params, time);
        block.iter().for_each(|pooled| room.take(pooled));
        let latest = block.iter().map(|pooled| self.ready_since(pooled).unwrap_or(now)).max();
        passed.is_unfair = due.iter().any(|(account, nonce)| {
            let entry = self.queues.get(account).and_then(|queue| queue.entry(*nonce));
            entry.is_some_and(|entry| {
                let came_later = entry
                    .offered_to_all
                    .zip(latest)
                    .is_some_and(|(offered, latest)| latest.0 > offered.0.saturating_add(FAIR_MS));
                came_later || room.fits(&entry.pooled)
            })
        });
        passed
    }

    /// Since when this node could have ordered a transaction of a block.
    fn ready_since(&self, pooled: &Pooled) -> Option<TimeMs> {
        let transaction = pooled.verified.transaction();
        let queue = self.queues.get(&transaction.signer)?;
        queue.entry(transaction.nonce).and_then(|entry: &Entry| entry.ready_since)
    }
}
