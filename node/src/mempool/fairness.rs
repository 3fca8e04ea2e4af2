//! Whether a leader passes over what it must know.
//!
//! What a validator waits with for a second it offers to everyone: until then only the leader may
//! have been told of it. From ten seconds later on no leader may make a block that leaves it out,
//! though there is room for it, or takes one that came only then. What an earlier leader was
//! offered says nothing about the present one.

use std::{collections::BTreeMap, ops::Bound, sync::Arc};

use weal_types::{AccountId, Gas, Nonce, TimeMs, limit, params::ChainParams};

use super::{
    Pooled,
    pool::{Pool, Turn},
    queue::Entry,
};

/// A transaction that everyone was offered this long ago must not be passed over.
pub const FAIR_MS: u64 = 10_000;

/// What waits this long, though blocks are made, is offered to everyone: that it was pushed when it
/// came does not mean that it arrived.
const OFFER_AFTER_MS: u64 = 1_000;

/// How many of the oldest are looked at for each block: whether it passes them over.
const LOOKED_AT: usize = 64;

/// How many more are offered for each block, at most: as many as it takes from the pool.
const OFFERED: usize = limit::BLOCK_TXS;

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

/// Whether so much time has passed.
const fn is_over(since: TimeMs, after: u64, now: TimeMs) -> bool {
    since.0.saturating_add(after) <= now.0
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
        let mut passed = PassedOver { to_offer: self.long_waiting(now), is_unfair: false };
        let mut due = Vec::new();
        for ((_, nonce), account) in self.ready.iter().take(LOOKED_AT) {
            let queue = self.queues.get_mut(account);
            let Some(entry) = queue.and_then(|queue| queue.entry_mut(*nonce)) else { continue };
            match entry.offered_to_all {
                Some(offered) if is_over(offered, FAIR_MS, now) => due.push((*account, *nonce)),
                None if entry
                    .ready_since
                    .is_some_and(|since| is_over(since, OFFER_AFTER_MS, now)) =>
                {
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
        // What is not known here has not waited for long anywhere.
        let recent = TimeMs(now.0.saturating_sub(OFFER_AFTER_MS));
        let latest = block.iter().map(|pooled| self.ready_since(pooled).unwrap_or(recent)).max();
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

    /// What clients of this node have come to wait for so long for that everyone is offered it.
    /// What others pushed here they offer themselves.
    fn long_waiting(&mut self, now: TimeMs) -> Vec<Arc<Pooled>> {
        let mut waiting = Vec::new();
        let newer = (Bound::Excluded(self.offered_up_to), Bound::Unbounded);
        for (turn, account) in self.ready.range(newer).take(OFFERED) {
            let queue = self.queues.get_mut(account);
            let Some(entry) = queue.and_then(|queue| queue.entry_mut(turn.1)) else { continue };
            if entry.ready_since.is_none_or(|since| !is_over(since, OFFER_AFTER_MS, now)) {
                break;
            }
            self.offered_up_to = *turn;
            if entry.offered_to_all.is_none() && entry.pooled.is_journaled() {
                entry.offered_to_all = Some(now);
                waiting.push(Arc::clone(&entry.pooled));
            }
        }
        waiting
    }

    /// The oldest that are ready, from a turn on, of so many bytes together, one at least; `from`
    /// is the next turn then. If `offered` is given, everyone is offered them then.
    pub fn oldest_ready(
        &mut self,
        from: &mut Option<Turn>,
        bytes: usize,
        offered: Option<TimeMs>,
    ) -> Vec<Arc<Pooled>> {
        let mut oldest: Vec<Arc<Pooled>> = Vec::new();
        let mut left = bytes;
        let first = from.take().unwrap_or((0, Nonce(0)));
        for (turn, account) in self.ready.range(first..) {
            let queue = self.queues.get_mut(account);
            let Some(entry) = queue.and_then(|queue| queue.entry_mut(turn.1)) else { continue };
            let room = left.checked_sub(entry.pooled.wire.len());
            if room.is_none() && !oldest.is_empty() {
                *from = Some(*turn);
                break;
            }
            left = room.unwrap_or_default();
            entry.offered_to_all = entry.offered_to_all.or(offered);
            oldest.push(Arc::clone(&entry.pooled));
        }
        oldest
    }

    /// Since when this node could have ordered a transaction of a block.
    fn ready_since(&self, pooled: &Pooled) -> Option<TimeMs> {
        let transaction = pooled.verified.transaction();
        let queue = self.queues.get(&transaction.signer)?;
        queue.entry(transaction.nonce).and_then(|entry: &Entry| entry.ready_since)
    }
}
