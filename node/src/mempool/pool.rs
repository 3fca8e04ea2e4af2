//! The transactions of all accounts, and what they take up together.

use std::{
    collections::{BTreeMap, BTreeSet},
    num::NonZeroUsize,
    sync::Arc,
};

use lru::LruCache;
use weal_runtime::admission::intrinsic_gas;
use weal_types::{
    AccountId, Amount, Nonce, TimeMs, TxHash,
    params::ChainParams,
    receipt::{Outcome, Receipt, SkipReason},
};

use super::{
    POOL_BYTES, POOL_TRANSACTIONS, Pooled, Selection, Standing, SubmitError,
    fairness::Room,
    queue::{FUTURE_NONCES, Queue},
};

/// Dropped transactions whose reason is remembered for whoever asks.
const DROPPED: NonZeroUsize = NonZeroUsize::new(10_000).unwrap();

/// A place among what blocks may take, from the oldest on.
pub type Turn = (u64, Nonce);

/// See the module.
pub(super) struct Pool {
    pub queues: BTreeMap<AccountId, Queue>,
    pub by_hash: BTreeMap<TxHash, (AccountId, Nonce)>,
    /// Executed and not yet in the database: still pending for whoever asks.
    pub executed: BTreeSet<TxHash>,
    /// What a block may take, by turn and nonce: each account's nonces follow each other.
    pub ready: BTreeMap<Turn, AccountId>,
    /// What the payers of waiting transactions may have to pay, where fees are charged.
    owed: BTreeMap<AccountId, u128>,
    pub dropped: LruCache<TxHash, SkipReason>,
    pub bytes: usize,
    arrivals: u64,
    /// The turn of the last one that everyone was offered because it had waited for long.
    pub offered_up_to: Turn,
    /// Blocks that have been settled.
    pub settled: u64,
}

impl Default for Pool {
    fn default() -> Self {
        Self {
            queues: BTreeMap::new(),
            by_hash: BTreeMap::new(),
            executed: BTreeSet::new(),
            ready: BTreeMap::new(),
            owed: BTreeMap::new(),
            dropped: LruCache::new(DROPPED),
            bytes: 0,
            arrivals: 0,
            offered_up_to: (0, Nonce(0)),
            settled: 0,
        }
    }
}

impl Pool {
    pub fn insert(&mut self, pooled: Arc<Pooled>, standing: Standing) -> Result<bool, SubmitError> {
        let hash = pooled.verified.hash();
        if self.by_hash.contains_key(&hash) || self.executed.contains(&hash) {
            return Err(SubmitError::Known { hash });
        }
        let transaction = pooled.verified.transaction();
        let (signer, nonce) = (transaction.signer, transaction.nonce);
        if standing.as_of != self.settled && !self.queues.contains_key(&signer) {
            return Ok(false);
        }
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
        self.put(pooled, standing.nonce);
        Ok(true)
    }

    /// Takes a transaction in, in the place of another one of its nonce.
    pub fn put(&mut self, pooled: Arc<Pooled>, next: Nonce) {
        let transaction = pooled.verified.transaction();
        let (signer, nonce) = (transaction.signer, transaction.nonce);
        self.remove(&signer, nonce, None);
        let arrival = self.arrivals;
        self.arrivals += 1;
        self.bytes += pooled.wire.len();
        self.by_hash.insert(pooled.verified.hash(), (signer, nonce));
        if let Some((payer, most)) = owes(&pooled) {
            *self.owed.entry(payer).or_default() += most;
        }
        let queue = self.queues.entry(signer).or_insert_with(|| Queue::new(next));
        queue.insert(nonce, pooled, arrival);
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

    pub fn make_durable(&mut self, account: &AccountId, nonce: Nonce, now: TimeMs) {
        let Some(queue) = self.queues.get_mut(account) else { return };
        queue.make_durable(nonce);
        self.offer(account, now);
    }

    /// Puts the account's next transactions among the ready ones, as far as they follow each other.
    fn offer(&mut self, account: &AccountId, now: TimeMs) {
        let Some(queue) = self.queues.get_mut(account) else { return };
        for turn in queue.offer(now) {
            self.ready.insert(turn, *account);
        }
    }

    pub fn select(&mut self, params: &ChainParams, now: TimeMs) -> Selection {
        let mut room = Room::new(params, now);
        let mut transactions = Vec::new();
        // Nonces follow each other: an account that was passed over has no turn in this block.
        let mut passed = BTreeSet::new();
        for ((_, nonce), account) in &self.ready {
            if room.is_full() {
                break;
            }
            let Some(entry) = self.queues.get(account).and_then(|queue| queue.entry(*nonce)) else {
                continue;
            };
            let pooled = &entry.pooled;
            if passed.contains(account) || !room.fits(pooled) {
                passed.insert(*account);
                continue;
            }
            room.take(pooled);
            transactions.push(Arc::clone(pooled));
        }
        let (bytes, gas) = (room.bytes, room.gas);
        for pooled in &transactions {
            let transaction = pooled.verified.transaction();
            self.take(&transaction.signer, transaction.nonce);
        }
        Selection { transactions, bytes, gas }
    }

    /// A block has this transaction: no other may take it.
    pub fn take(&mut self, account: &AccountId, nonce: Nonce) {
        let Some(queue) = self.queues.get_mut(account) else { return };
        if let Some(turn) = queue.entry(nonce).and_then(|entry| entry.turn) {
            self.ready.remove(&(turn, nonce));
        }
        queue.take(nonce);
    }

    /// A block with these will not be executed: they are as ready as they were.
    pub fn return_all(&mut self, block: &[Arc<Pooled>], now: TimeMs) {
        let accounts: BTreeSet<_> = block
            .iter()
            .map(|pooled| {
                let transaction = pooled.verified.transaction();
                let (signer, nonce) = (transaction.signer, transaction.nonce);
                if let Some(queue) = self.queues.get_mut(&signer) {
                    queue.give_back(nonce);
                }
                signer
            })
            .collect();
        for account in accounts {
            self.offer(&account, now);
        }
    }

    pub fn settle(
        &mut self,
        block: &[Arc<Pooled>],
        receipts: &[Receipt],
        params: &ChainParams,
    ) -> Vec<(TxHash, SkipReason)> {
        self.settled += 1;
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
                    dropped.extend(self.skipped(pooled, *reason, params));
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
        pooled: &Pooled,
        reason: SkipReason,
        params: &ChainParams,
    ) -> Option<(TxHash, SkipReason)> {
        let transaction = pooled.verified.transaction();
        let (account, nonce, asked) =
            (transaction.signer, transaction.nonce, transaction.gas_limit);
        self.queues.get_mut(&account)?.give_back(nonce);
        let is_over = match reason {
            // A leader may fill its block with more than fits. What fits into an empty one waits
            // for another leader.
            SkipReason::OverQuota | SkipReason::GasLimit => {
                asked > params.account_gas_per_block
                    || asked > params.transaction_gas
                    || asked < intrinsic_gas(&pooled.verified)
            }
            // What it follows stood in a block that came to nothing. A nonce that is used goes as
            // stale.
            SkipReason::WrongNonce => false,
            _ => true,
        };
        if is_over {
            return self.remove(&account, nonce, Some(reason));
        }
        None
    }

    /// Removes a transaction; where it is dropped for a reason, that is remembered.
    pub fn remove(
        &mut self,
        account: &AccountId,
        nonce: Nonce,
        dropped: Option<SkipReason>,
    ) -> Option<(TxHash, SkipReason)> {
        let entry = self.queues.get_mut(account)?.remove(nonce)?;
        let hash = entry.pooled.verified.hash();
        if let Some(turn) = entry.turn {
            self.ready.remove(&(turn, nonce));
        }
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
