//! Telling everyone what is final: the newest block, a stream of blocks, and those who wait for one
//! transaction.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError, RwLock},
};

use tokio::sync::{broadcast, oneshot};
use weal_types::{
    Height, TxHash,
    receipt::{Outcome, SkipReason},
};

use crate::ledger::{FinalizedBlock, TxPlace};

/// Blocks that a follower may be behind before it misses some; it then reads them from the ledger.
const BEHIND: usize = 256;

/// See the module.
pub struct Finality {
    head: RwLock<Arc<FinalizedBlock>>,
    blocks: broadcast::Sender<Arc<FinalizedBlock>>,
    waiting: Mutex<Waiting>,
}

/// Who waits for which transaction.
struct Waiting {
    by_hash: BTreeMap<TxHash, Vec<oneshot::Sender<Settled>>>,
    /// At how many transactions those are forgotten for which nobody waits any more.
    sweep_at: usize,
}

/// The least of [`Waiting::sweep_at`]. It doubles with those who really wait, so that sweeping
/// costs each of them little, and on a silent chain nothing piles up.
const SWEEP_AT: usize = 1_024;

/// What a wait for a transaction comes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Settled {
    /// It is in a final block.
    Final(TxPlace),
    /// A final block skipped it, and it will not be tried again.
    Dropped(SkipReason),
}

impl Finality {
    /// Begins at a block.
    pub fn new(head: FinalizedBlock) -> Self {
        Self {
            head: RwLock::new(Arc::new(head)),
            blocks: broadcast::Sender::new(BEHIND),
            waiting: Mutex::new(Waiting { by_hash: BTreeMap::new(), sweep_at: SWEEP_AT }),
        }
    }

    /// The newest final block.
    pub fn head(&self) -> Arc<FinalizedBlock> {
        Arc::clone(&self.head.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// All final blocks from now on.
    pub fn subscribe(&self) -> broadcast::Receiver<Arc<FinalizedBlock>> {
        self.blocks.subscribe()
    }

    /// Waits for a transaction. Whoever asks looks for it *afterwards*: it may be final already.
    pub fn wait_for(&self, hash: TxHash) -> oneshot::Receiver<Settled> {
        let (sender, receiver) = oneshot::channel();
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        if waiting.by_hash.len() >= waiting.sweep_at {
            waiting.by_hash.retain(|_, waiters| waiters.iter().any(|waiter| !waiter.is_closed()));
            waiting.sweep_at = SWEEP_AT.max(2 * waiting.by_hash.len());
        }
        let waiters = waiting.by_hash.entry(hash).or_default();
        waiters.retain(|waiter| !waiter.is_closed());
        waiters.push(sender);
        receiver
    }

    /// Goes to another block without telling followers, where the chain itself was put back.
    pub fn put_back(&self, head: FinalizedBlock) {
        *self.head.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(head);
    }

    /// Announces a block, and the transactions that were dropped with it.
    pub fn publish(&self, block: Arc<FinalizedBlock>, dropped: &[(TxHash, SkipReason)]) {
        *self.head.write().unwrap_or_else(PoisonError::into_inner) = Arc::clone(&block);
        let height: Height = block.header.height;
        {
            let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
            let mut tell = |hash: &TxHash, settled: Settled| {
                for waiter in waiting.by_hash.remove(hash).into_iter().flatten() {
                    // Whoever waited may have gone.
                    let _ = waiter.send(settled);
                }
            };
            for receipt in &block.receipts {
                if let Outcome::Applied { transaction, .. }
                | Outcome::Reverted { transaction, .. } = &receipt.outcome
                {
                    tell(transaction, Settled::Final(TxPlace { height, index: receipt.index }));
                }
            }
            for (hash, reason) in dropped {
                tell(hash, Settled::Dropped(*reason));
            }
        }
        // Nobody may follow.
        let _ = self.blocks.send(block);
    }
}
