//! Transactions that wait for a block.
//!
//! A transaction comes in verified, is checked against the newest state, and waits by account and
//! nonce. It becomes *ready* once it is durable (somebody was told that it is accepted) and every
//! nonce before it is in a block or ready too. A block takes ready transactions in the order of
//! arrival; what it took stays here, out of reach of the next block, until it is executed.
//!
//! | file | one idea |
//! |---|---|
//! | `fairness` | whether a leader passes over what it must know |
//! | `pool` | the transactions of all accounts |
//! | `queue` | the transactions of one account |
//! | `refusal` | why a transaction is not taken in |
//! | `seen` | transactions whose signatures were checked already |

mod fairness;
mod pool;
mod queue;
mod refusal;
mod seen;

use std::sync::{
    Arc, Mutex, MutexGuard, PoisonError,
    atomic::{AtomicBool, Ordering},
};

use weal_runtime::VerifiedTransaction;
use weal_types::{
    AccountId, Amount, Gas, Nonce, TimeMs, TxHash,
    params::ChainParams,
    receipt::{Receipt, SkipReason},
};

pub use fairness::{FAIR_MS, PassedOver};
pub use pool::Turn;
pub use queue::FUTURE_NONCES;
pub use refusal::SubmitError;
pub use seen::Seen;

use pool::Pool;
use queue::Queue;

/// Bytes of all transactions that wait, at most: a minute of full blocks.
pub const POOL_BYTES: usize = 64 << 20;

/// Transactions that wait, at most; each takes about a kilobyte of memory besides its bytes.
pub const POOL_TRANSACTIONS: usize = 100_000;

/// A transaction that waits.
#[derive(Debug)]
pub struct Pooled {
    /// Its form and signatures hold.
    pub verified: Arc<VerifiedTransaction>,
    /// The signed bytes.
    pub wire: Arc<[u8]>,
    /// Whether it is on its way to the journal, or there.
    is_journaled: AtomicBool,
}

impl Pooled {
    /// A checked transaction with its bytes.
    pub fn new(verified: VerifiedTransaction, wire: Arc<[u8]>) -> Self {
        Self { verified: Arc::new(verified), wire, is_journaled: AtomicBool::new(false) }
    }

    /// The same transaction, checked already, of which the journal knows nothing yet: what it was
    /// given for a proposal may be gone by now.
    pub fn again(&self) -> Self {
        let (verified, wire) = (Arc::clone(&self.verified), Arc::clone(&self.wire));
        Self { verified, wire, is_journaled: AtomicBool::new(false) }
    }

    /// Whether the journal was given it: what the journal is given from now on comes after it.
    pub fn is_journaled(&self) -> bool {
        self.is_journaled.load(Ordering::Acquire)
    }

    /// The journal was given it. Said afterwards: between two who give it at once, neither may rely
    /// on the other, and twice does no harm.
    pub fn set_journaled(&self) {
        self.is_journaled.store(true, Ordering::Release);
    }
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
    /// [`Mempool::settled`] from before that state was looked at.
    pub as_of: u64,
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
#[derive(Default)]
pub struct Mempool(Mutex<Pool>);

impl Mempool {
    fn pool(&self) -> MutexGuard<'_, Pool> {
        // Every change leaves the pool whole before it can panic.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How many blocks have been settled.
    pub fn settled(&self) -> u64 {
        self.pool().settled
    }

    /// Takes a transaction in. It is not offered to blocks before [`Self::make_ready`].
    ///
    /// Gives `false`, and takes nothing in, if a block was settled since `standing` was looked up
    /// and nothing else of the account waits: its nonce may be another by now, and a transaction
    /// that waits for a nonce which is used already would wait for ever. Look again.
    pub fn insert(&self, pooled: Arc<Pooled>, standing: Standing) -> Result<bool, SubmitError> {
        self.pool().insert(pooled, standing)
    }

    /// Puts a transaction back that was accepted before a restart. `next` is the account's nonce in
    /// the state that this node has by now, which may be far behind.
    pub fn restore(&self, pooled: Arc<Pooled>, next: Nonce) {
        self.pool().put(pooled, next);
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
        let ((_, nonce), account) = pool.ready.first_key_value()?;
        pool.queues.get(account)?.entry(*nonce).and_then(|entry| entry.ready_since)
    }

    /// Takes transactions for a block at `now`.
    pub fn select(&self, params: &ChainParams, now: TimeMs) -> Selection {
        self.pool().select(params, now)
    }

    /// Takes these transactions, as [`Self::select`] does, for a block that was built elsewhere or
    /// before a restart.
    pub fn take(&self, transactions: &[Arc<Pooled>]) {
        let mut pool = self.pool();
        for pooled in transactions {
            let transaction = pooled.verified.transaction();
            pool.take(&transaction.signer, transaction.nonce);
        }
    }

    /// Offers transactions again whose block will not be executed.
    pub fn give_back(&self, transactions: &[Arc<Pooled>], now: TimeMs) {
        self.pool().return_all(transactions, now);
    }

    /// The oldest ready transactions, of so many bytes together; one at least.
    pub fn oldest_ready(&self, bytes: usize) -> Vec<Arc<Pooled>> {
        self.pool().oldest_ready(&mut None, bytes, None)
    }

    /// The same. Everyone is offered them now.
    pub fn offer(&self, bytes: usize, now: TimeMs) -> Vec<Arc<Pooled>> {
        self.offer_from(&mut None, bytes, now)
    }

    /// The same from a turn on; `from` is the next turn then, or none once all had theirs.
    pub fn offer_from(
        &self,
        from: &mut Option<Turn>,
        bytes: usize,
        now: TimeMs,
    ) -> Vec<Arc<Pooled>> {
        self.pool().oldest_ready(from, bytes, Some(now))
    }

    /// Another leader leads from now on: only what it is offered itself may count against it.
    pub fn forget_offers(&self) {
        let pool = &mut *self.pool();
        for queue in pool.queues.values_mut() {
            queue.forget_offers();
        }
        pool.offered_up_to = (0, Nonce(0));
    }

    /// What another validator's block at `time`, which has been taken from here, means for the
    /// transactions that it leaves out.
    pub fn judge(
        &self,
        block: &[Arc<Pooled>],
        at: (&ChainParams, TimeMs),
        now: TimeMs,
    ) -> PassedOver {
        self.pool().judge(block, at, now)
    }

    /// Removes what a block has settled, and offers again what it had no room for. The transactions
    /// that were dropped because they cannot run. `params` are those after the block.
    pub fn settle(
        &self,
        block: &[Arc<Pooled>],
        receipts: &[Receipt],
        params: &ChainParams,
    ) -> Vec<(TxHash, SkipReason)> {
        self.pool().settle(block, receipts, params)
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

    /// Whether each of these waits, with these signatures.
    pub fn has(&self, transactions: &[Arc<Pooled>]) -> Vec<bool> {
        let pool = self.pool();
        let is_here = |pooled: &Arc<Pooled>| {
            let transaction = pooled.verified.transaction();
            let queue = pool.queues.get(&transaction.signer);
            let entry = queue.and_then(|queue| queue.entry(transaction.nonce));
            entry.is_some_and(|entry| Arc::ptr_eq(&entry.pooled, pooled))
        };
        transactions.iter().map(is_here).collect()
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
