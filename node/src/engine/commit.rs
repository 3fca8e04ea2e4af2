//! Writing final blocks to the database, and only then telling anybody.

use std::{
    sync::{
        Arc,
        mpsc::{Receiver, Sender},
    },
    thread::JoinHandle,
};

use cpu_time::ThreadTime;
use weal_consensus::Handover;
use weal_proof::certificate::HandOver;
use weal_state::{Batch, RocksStore, State};
use weal_types::{block::Proposal, receipt::Outcome};

use super::{Commit, EngineInput, InFlight, ToCommit, merger::Merger};
use crate::{
    finality::Finality,
    ledger::{BlockTransaction, FinalizedBlock, Ledger},
    mempool::Mempool,
    metrics::{Metrics, Stage},
    snapshots::Keeper,
    threads,
};

/// Writes blocks and announces them.
#[derive(Clone)]
pub struct Committer {
    /// The database itself.
    pub store: Arc<RocksStore>,
    /// The state, whose changes wait prepared.
    pub state: Arc<State>,
    /// The records of blocks.
    pub ledger: Ledger,
    /// Whom to tell.
    pub finality: Arc<Finality>,
    /// What waits, which forgets what is final.
    pub pool: Arc<Mempool>,
    /// What is ordered and not yet written.
    pub in_flight: Arc<InFlight>,
    /// Counters.
    pub metrics: Arc<Metrics>,
    /// Keeps states for other nodes, where there are any.
    pub keeper: Option<Arc<Keeper>>,
    /// What a block writes; between blocks it is empty, and its memory is kept.
    pub batch: Batch,
}

impl Committer {
    /// Starts the thread; it ends with the channel.
    pub fn start(
        mut self,
        waiting: Receiver<Commit>,
        inputs: Sender<EngineInput>,
    ) -> std::io::Result<JoinHandle<()>> {
        let merger = Merger::start(Arc::clone(&self.store))?;
        let panicked = EngineInput::panicked(inputs.clone());
        let run = move || {
            while let Ok(commit) = waiting.recv() {
                let done = match commit {
                    Commit::Block(block) => {
                        let height = block.executed.header.height;
                        self.commit(*block).map(|()| {
                            merger.committed(height);
                            None
                        })
                    }
                    Commit::Flush(height) => match self.store.flush() {
                        Ok(()) => Ok(Some(EngineInput::Flushed(height))),
                        Err(error) => Err(error.to_string()),
                    },
                };
                let input = done.unwrap_or_else(|reason| Some(EngineInput::Failed(reason)));
                let is_over = matches!(input, Some(EngineInput::Failed(_)));
                // An engine that has ended does not listen.
                let is_heard = input.is_none_or(|input| inputs.send(input).is_ok());
                if is_over || !is_heard {
                    return;
                }
            }
        };
        threads::spawn("committer", run, panicked)
    }

    /// Writes one block with its state in one step, and announces it.
    pub fn commit(&mut self, block: ToCommit) -> Result<(), String> {
        let begun = ThreadTime::now();
        let ToCommit { executed, certificate, ancestry, dropped } = block;
        let transactions = executed.transactions.iter().map(|pooled| BlockTransaction {
            hash: pooled.verified.hash(),
            wire: Arc::clone(&pooled.wire),
        });
        let block = FinalizedBlock {
            header: executed.header,
            certificate: certificate.map(Arc::unwrap_or_clone),
            transactions: transactions.collect(),
            receipts: executed.receipts,
        };
        let batch = &mut self.batch;
        self.ledger.write(batch, &block, executed.proposal.as_ref());
        if let Some(ancestry) = &ancestry {
            Ledger::write_ancestry(batch, ancestry);
        }
        if let Some(end) = end_of_epoch(&block, executed.handover) {
            Ledger::write_end(batch, &end);
        }
        self.state.commit(executed.prepared, batch).map_err(|error| error.to_string())?;
        self.batch.clear();
        self.in_flight.committed(block.header.height);
        if let Some(keeper) = &self.keeper {
            let kept = keeper.committed(&self.state, &block.header, block.certificate.as_ref());
            kept.map_err(|error| error.to_string())?;
        }
        // What this block skipped may be executed in a later one already, which is not written yet.
        self.pool.forget(block.receipts.iter().filter_map(|receipt| match &receipt.outcome {
            Outcome::Applied { transaction, .. } | Outcome::Reverted { transaction, .. } => {
                Some(transaction)
            }
            Outcome::Skipped(_) => None,
        }));
        self.metrics.add(Stage::Storage, begun.elapsed());
        self.count(&block, executed.proposal.as_ref());
        tracing::debug!(
            height = block.header.height.0,
            transactions = block.transactions.len(),
            gas = block.header.gas_used.0,
            "final"
        );
        self.finality.publish(Arc::new(block), &dropped);
        Ok(())
    }

    fn count(&self, block: &FinalizedBlock, proposal: Option<&Proposal>) {
        for receipt in &block.receipts {
            match receipt.outcome {
                Outcome::Applied { .. } => self.metrics.applied.inc(),
                Outcome::Reverted { .. } => self.metrics.reverted.inc(),
                Outcome::Skipped(_) => self.metrics.skipped.inc(),
            };
        }
        let height = i64::try_from(block.header.height.0).unwrap_or(i64::MAX);
        self.metrics.height.set(height);
        if let Some(proposal) = proposal {
            self.metrics.proposer.set(proposal.proposer.into());
        }
    }
}

/// What leads to the next epoch, if the block is the last of its own. It has a certificate then:
/// nothing of the epoch comes after it that could prove it.
fn end_of_epoch(block: &FinalizedBlock, handover: Option<Handover>) -> Option<HandOver> {
    let Handover { end, next, .. } = handover?;
    let certificate = block.certificate.clone().filter(|_| end == block.header.height)?;
    Some(HandOver { header: block.header.clone(), certificate, next })
}
