//! Transactions that wait for a block.
//!
//! A transaction comes in verified, is checked against the newest state, and waits by account and
//! nonce. It becomes *ready* once it is durable (somebody was told that it is accepted) and every
//! nonce before it is in a block or ready too. A block takes ready transactions in the order of
//! arrival; what it took stays here, out of reach of the next block, until it is executed.
//!
//! | file | one idea |
//! |---|---|
//! | `queue` | the transactions of one account |
//! | `refusal` | why a transaction is not taken in |

mod queue;
mod refusal;

use std::{
    collections::{BTreeMap, BTreeSet},
    num::NonZeroUsize,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use lru::LruCache;
use weal_runtime::VerifiedTransaction;
use weal_types::{
    AccountId, Amount, Gas, Nonce, TimeMs, TxHash, WireId, limit,
    params::ChainParams,
    receipt::{Outcome, Receipt, SkipReason},
};

pub use queue::FUTURE_NONCES;
pub use refusal::SubmitError;

use queue::Queue;

/// Bytes of all transactions that wait, at most: a minute of full blocks.
pub const POOL_BYTES: usize = 64 << 20;

/// Transactions that wait, at most; each takes about a kilobyte of memory besides its bytes.
pub const POOL_TRANSACTIONS: usize = 100_000;

/// Dropped transactions whose reason is remembered for whoever asks.
const DROPPED: NonZeroUsize = NonZeroUsize::new(10_000).unwrap();

/// How often a transaction is offered to blocks that skip it for want of room.
const OFFERS: u8 = 3;

/// A transaction that waits.
#[derive(Debug)]
pub struct Pooled {
    /// Its form and signatures hold.
    pub verified: Arc<VerifiedTransaction>,
    /// The signed bytes.
    pub wire: Arc<[u8]>,
}

/// What the pool knows of a transaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// Nothing.
    Unknown,
    /// It waits, or is in a block that is not final yet.
    Pending,
    /// It was accepted and then dropped, since no block could take it.
    Dropped(SkipReason),
}

/// What is known of an account when a transaction comes in, and of who pays for it.
#[derive(Clone, Copy, Debug)]
pub struct Standing {
    /// The account's nonce in the newest state.
    pub nonce: Nonce,
    /// What the payer holds of the fee asset; `None` on a chain without fees.
    pub payer_holds: Option<Amount>,
}

/// What one block takes.
#[derive(Clone, Debug)]
pub struct Selection {
    /// The transactions, in order.
    pub transactions: Vec<Arc<Pooled>>,
    /// Their bytes.
    pub bytes: usize,
    /// Their gas limits, summed.
    pub gas: Gas,
}

/// See the module.
pub struct Mempool(Mutex<Pool>);

struct Pool {
    queues: BTreeMap<AccountId, Queue>,
    by_hash: BTreeMap<TxHash, (AccountId, Nonce)>,
    /// Executed and not yet in the database: still pending for whoever asks.
    executed: BTreeSet<TxHash>,
    /// What a block may take, by arrival.
    ready: BTreeMap<u64, (AccountId, Nonce)>,
    /// What the payers of waiting transactions may have to pay, where fees are charged.
    owed: BTreeMap<AccountId, u128>,
    dropped: LruCache<TxHash, SkipReason>,
    bytes: usize,
    arrivals: u64,
}

impl Default for Mempool {
    fn default() -> Self {
        Self(Mutex::new(Pool {
            queues: BTreeMap::new(),
            by_hash: BTreeMap::new(),
            executed: BTreeSet::new(),
            ready: BTreeMap::new(),
            owed: BTreeMap::new(),
            dropped: LruCache::new(DROPPED),
            bytes: 0,
            arrivals: 0,
        }))
    }
}

impl Mempool {
    fn pool(&self) -> MutexGuard<'_, Pool> {
        // Every change leaves the pool whole before it can panic.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes a transaction in. It is not offered to blocks before [`Self::make_ready`].
    pub fn insert(&self, pooled: Arc<Pooled>, standing: Standing) -> Result<(), SubmitError> {
        self.pool().insert(pooled, standing)
    }

    /// Offers transactions to blocks, now that they are durable; `now` is when. Whether there is
    /// anything that a block could take.
    pub fn make_ready(&self, transactions: &[Arc<Pooled>], now: TimeMs) -> bool {
        let mut pool = self.pool();
        for pooled in transactions {
            let transaction = pooled.verified.transaction();
            pool.make_durable(&transaction.signer, transaction.nonce, now);
        }
        !pool.ready.is_empty()
    }

    /// Since when the oldest ready transaction waits.
    pub fn oldest(&self) -> Option<TimeMs> {
        let pool = self.pool();
        let (account, nonce) = pool.ready.values().next()?;
        pool.queues.get(account)?.entry(*nonce).and_then(|entry| entry.ready_since)
    }

    /// Takes transactions for a block at `now`.
    pub fn select(&self, params: &ChainParams, now: TimeMs) -> Selection {
        self.pool().select(params, now)
    }

    /// Removes what a block has settled, and offers again what it had no room for. The transactions
    /// that were dropped because they cannot run.
    pub fn settle(&self, block: &[Arc<Pooled>], receipts: &[Receipt]) -> Vec<(TxHash, SkipReason)> {
        self.pool().settle(block, receipts)
    }

    /// Drops whatever can no longer run at `now`.
    pub fn expire(&self, now: TimeMs) {
        let mut pool = self.pool();
        let expired: Vec<_> = pool
            .queues
            .iter()
            .flat_map(|(account, queue)| queue.expired(now).map(move |nonce| (*account, nonce)))
            .collect();
        for (account, nonce) in expired {
            pool.remove(&account, nonce, Some(SkipReason::Expired));
        }
        pool.queues.retain(|_, queue| !queue.is_empty());
    }

    /// What is known of a transaction. It leaves the pool only once it is in the ledger, so whoever
    /// looks here first and there afterwards cannot miss it.
    pub fn fate(&self, hash: &TxHash) -> Fate {
        let pool = self.pool();
        if pool.by_hash.contains_key(hash) || pool.executed.contains(hash) {
            return Fate::Pending;
        }
        pool.dropped.peek(hash).map_or(Fate::Unknown, |reason| Fate::Dropped(*reason))
    }

    /// Forgets executed transactions, which the database has from now on.
    pub fn forget<'a>(&self, committed: impl Iterator<Item = &'a TxHash>) {
        let mut pool = self.pool();
        for hash in committed {
            pool.executed.remove(hash);
        }
    }

    /// A waiting transaction.
    pub fn get(&self, hash: &TxHash) -> Option<Arc<Pooled>> {
        let pool = self.pool();
        let (account, nonce) = pool.by_hash.get(hash)?;
        Some(Arc::clone(&pool.queues.get(account)?.entry(*nonce)?.pooled))
    }

    /// The nonce after the last of an account's waiting transactions that follow each other without
    /// a gap.
    pub fn next_nonce(&self, account: &AccountId) -> Option<Nonce> {
        self.pool().queues.get(account).map(Queue::after_last)
    }

    /// Everything that waits, in order of arrival.
    pub fn all(&self) -> Vec<Arc<Pooled>> {
        let pool = self.pool();
        let mut all: Vec<_> = pool
            .queues
            .values()
            .flat_map(Queue::entries)
            .map(|entry| (entry.arrival, Arc::clone(&entry.pooled)))
            .collect();
        all.sort_unstable_by_key(|(arrival, _)| *arrival);
        all.into_iter().map(|(_, pooled)| pooled).collect()
    }

    /// How many wait, and their bytes.
    pub fn size(&self) -> (usize, usize) {
        let pool = self.pool();
        (pool.by_hash.len(), pool.bytes)
    }
}

impl Pool {
    fn insert(&mut self, pooled: Arc<Pooled>, standing: Standing) -> Result<(), SubmitError> {
        let hash = pooled.verified.hash();
        if self.by_hash.contains_key(&hash) || self.executed.contains(&hash) {
            return Err(SubmitError::Known { hash });
        }
        let transaction = pooled.verified.transaction();
        let (signer, nonce) = (transaction.signer, transaction.nonce);
        let next = match self.queues.get(&signer) {
            Some(queue) => queue.next.max(standing.nonce),
            None => standing.nonce,
        };
        if nonce < next {
            return Err(SubmitError::NonceUsed { given: nonce, next });
        }
        if nonce.0 - next.0 >= FUTURE_NONCES {
            return Err(SubmitError::NonceTooFar { given: nonce, next });
        }
        let replaced = self.queues.get(&signer).and_then(|queue| queue.entry(nonce));
        if let Some(old) = replaced {
            old.replaceable_by(&pooled)?;
        }
        self.check_owed(&pooled, replaced.map(|old| &*old.pooled), standing)?;
        if self.by_hash.len() >= POOL_TRANSACTIONS || self.bytes + pooled.wire.len() > POOL_BYTES {
            return Err(SubmitError::Full { transactions: self.by_hash.len(), bytes: self.bytes });
        }
        self.remove(&signer, nonce, None);
        let arrival = self.arrivals;
        self.arrivals += 1;
        self.bytes += pooled.wire.len();
        self.by_hash.insert(hash, (signer, nonce));
        if let Some((payer, most)) = owes(&pooled) {
            *self.owed.entry(payer).or_default() += most;
        }
        let queue = self.queues.entry(signer).or_insert_with(|| Queue::new(standing.nonce));
        queue.insert(nonce, pooled, arrival);
        Ok(())
    }

    /// What waits must not promise more fees than its payer holds.
    fn check_owed(
        &self,
        pooled: &Pooled,
        replaced: Option<&Pooled>,
        standing: Standing,
    ) -> Result<(), SubmitError> {
        let (Some(holds), Some((payer, most))) = (standing.payer_holds, owes(pooled)) else {
            return Ok(());
        };
        let replaced = replaced.and_then(owes).filter(|(other, _)| *other == payer);
        let owed = self.owed.get(&payer).copied().unwrap_or(0);
        let owed = owed.saturating_sub(replaced.map_or(0, |(_, most)| most));
        if owed.saturating_add(most) > holds.0 {
            return Err(SubmitError::CannotPay { payer, owed: Amount(owed), holds });
        }
        Ok(())
    }

    fn make_durable(&mut self, account: &AccountId, nonce: Nonce, now: TimeMs) {
        let Some(queue) = self.queues.get_mut(account) else { return };
        queue.make_durable(nonce);
        self.offer(account, now);
    }

    /// Puts the account's next transactions among the ready ones, as far as they follow each other.
    fn offer(&mut self, account: &AccountId, now: TimeMs) {
        let Some(queue) = self.queues.get_mut(account) else { return };
        for (arrival, nonce) in queue.offer(now) {
            self.ready.insert(arrival, (*account, nonce));
        }
    }

    fn select(&mut self, params: &ChainParams, now: TimeMs) -> Selection {
        let mut selection = Selection { transactions: Vec::new(), bytes: 0, gas: Gas::ZERO };
        let mut by_account: BTreeMap<AccountId, u64> = BTreeMap::new();
        let mut taken = Vec::new();
        // Nonces follow each other: an account that was passed over has no turn in this block.
        let mut passed = BTreeSet::new();
        for (arrival, (account, nonce)) in &self.ready {
            if selection.transactions.len() == limit::BLOCK_TXS {
                break;
            }
            let Some(entry) = self.queues.get(account).and_then(|queue| queue.entry(*nonce)) else {
                continue;
            };
            let pooled = &entry.pooled;
            let gas = pooled.verified.transaction().gas_limit.0;
            let of_account = by_account.entry(*account).or_default();
            let fits = selection.bytes + pooled.wire.len() <= limit::BLOCK_BYTES
                && selection.gas.0.saturating_add(gas) <= params.block_gas.0
                && of_account.saturating_add(gas) <= params.account_gas_per_block.0
                && now <= pooled.verified.transaction().valid_until;
            if !fits || passed.contains(account) {
                passed.insert(*account);
                continue;
            }
            *of_account += gas;
            selection.gas = Gas(selection.gas.0 + gas);
            selection.bytes += pooled.wire.len();
            selection.transactions.push(Arc::clone(pooled));
            taken.push((*arrival, *account, *nonce));
        }
        for (arrival, account, nonce) in taken {
            self.ready.remove(&arrival);
            if let Some(queue) = self.queues.get_mut(&account) {
                queue.take(nonce);
            }
        }
        selection
    }

    fn settle(&mut self, block: &[Arc<Pooled>], receipts: &[Receipt]) -> Vec<(TxHash, SkipReason)> {
        let mut dropped = Vec::new();
        let mut accounts = BTreeSet::new();
        for (pooled, receipt) in block.iter().zip(receipts) {
            let transaction = pooled.verified.transaction();
            let (signer, nonce) = (transaction.signer, transaction.nonce);
            accounts.insert(signer);
            match &receipt.outcome {
                Outcome::Applied { .. } | Outcome::Reverted { .. } => {
                    if let Some(queue) = self.queues.get_mut(&signer) {
                        queue.use_nonce(nonce);
                    }
                    self.executed.insert(pooled.verified.hash());
                    self.remove(&signer, nonce, None);
                }
                Outcome::Skipped(reason) => {
                    dropped.extend(self.skipped(&signer, nonce, *reason));
                }
            }
        }
        for account in accounts {
            let stale: Vec<_> =
                self.queues.get(&account).map(|queue| queue.stale().collect()).unwrap_or_default();
            for nonce in stale {
                dropped.extend(self.remove(&account, nonce, Some(SkipReason::WrongNonce)));
            }
            // They waited long enough already: their turn is as old as they are.
            self.offer(&account, TimeMs::ZERO);
            if self.queues.get(&account).is_some_and(Queue::is_empty) {
                self.queues.remove(&account);
            }
        }
        dropped
    }

    /// A block had no room, or the transaction cannot run: then it never will.
    fn skipped(
        &mut self,
        account: &AccountId,
        nonce: Nonce,
        reason: SkipReason,
    ) -> Option<(TxHash, SkipReason)> {
        let queue = self.queues.get_mut(account)?;
        let offers = queue.give_back(nonce);
        let is_passing =
            matches!(reason, SkipReason::OverQuota | SkipReason::GasLimit | SkipReason::WrongNonce);
        if !is_passing || offers >= OFFERS {
            return self.remove(account, nonce, Some(reason));
        }
        None
    }

    /// Removes a transaction; where it is dropped for a reason, that is remembered.
    fn remove(
        &mut self,
        account: &AccountId,
        nonce: Nonce,
        dropped: Option<SkipReason>,
    ) -> Option<(TxHash, SkipReason)> {
        let entry = self.queues.get_mut(account)?.remove(nonce)?;
        let hash = entry.pooled.verified.hash();
        self.ready.remove(&entry.arrival);
        self.by_hash.remove(&hash);
        self.bytes -= entry.pooled.wire.len();
        if let Some((payer, most)) = owes(&entry.pooled)
            && let Some(owed) = self.owed.get_mut(&payer)
        {
            *owed -= most;
            if *owed == 0 {
                self.owed.remove(&payer);
            }
        }
        let reason = dropped?;
        self.dropped.put(hash, reason);
        Some((hash, reason))
    }
}

/// Who pays for a transaction, and how much at most.
fn owes(pooled: &Pooled) -> Option<(AccountId, u128)> {
    let transaction = pooled.verified.transaction();
    let payer = transaction.sponsor.unwrap_or(transaction.signer);
    Some((payer, transaction.max_fee.0)).filter(|(_, most)| *most > 0)
}

/// The ids of a block's transactions, in order.
pub fn wire_ids(transactions: &[Arc<Pooled>]) -> Vec<WireId> {
    transactions.iter().map(|pooled| pooled.verified.wire_id()).collect()
}
