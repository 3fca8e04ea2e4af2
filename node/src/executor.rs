//! From an ordered proposal to its header: execute, compute the state's root, and keep what is to
//! be written until the header is final.

use std::sync::Arc;

use cpu_time::ThreadTime;
use parity_scale_codec::Encode;
use thiserror::Error;
use weal_consensus::{Handover, Ordered};
use weal_runtime::{
    BlockContext, DeepStack, HostFault, Runtime,
    system::{
        VALIDATORS,
        validators::{self, Schedule},
    },
};
use weal_state::{Prepared, State, StateError};
use weal_types::{
    ChainId, CodeHash, Hash, Height, TimeMs,
    block::{FinalHeader, Proposal},
    codec::Version,
    merkle,
    receipt::Receipt,
    state::StateKey,
};

use crate::{
    membership::handover,
    mempool::Pooled,
    metrics::{Metrics, Stage},
};

/// An executed block that is not written yet.
pub struct Executed {
    /// Its result.
    pub header: FinalHeader,
    /// What was ordered; `None` where a new view left the height empty.
    pub proposal: Option<Proposal>,
    /// Its transactions.
    pub transactions: Vec<Arc<Pooled>>,
    /// One for each of them.
    pub receipts: Vec<Receipt>,
    /// The state after it.
    pub prepared: Prepared,
    /// Code that it uploaded.
    pub uploaded: Vec<CodeHash>,
    /// Whether it wrote what the state says about validators.
    pub changes_validators: bool,
    /// The end of its epoch and who follows, if that is decided.
    pub handover: Option<Handover>,
}

/// Why this machine could not execute a block. The node stops rather than guess.
#[derive(Debug, Error)]
pub enum ExecuteError {
    /// The engine failed.
    #[error(transparent)]
    Host(#[from] HostFault),
    /// The state failed.
    #[error(transparent)]
    State(#[from] StateError),
    /// The state names nobody who could have ordered the block.
    #[error("the state names no validators")]
    NoValidators,
}

/// Executes blocks one after the other.
pub struct Executor {
    /// The chain.
    pub chain: ChainId,
    /// Runs contracts.
    pub runtime: Arc<Runtime>,
    /// The state that blocks move forward.
    pub state: Arc<State>,
    /// The header that the next one follows.
    pub parent: FinalHeader,
    /// Where time goes.
    pub metrics: Arc<Metrics>,
}

impl Executor {
    /// Executes what is ordered after [`Self::parent`].
    pub fn execute(
        &mut self,
        stack: &DeepStack,
        ordered: Ordered,
        transactions: Vec<Arc<Pooled>>,
    ) -> Result<Executed, ExecuteError> {
        let (height, proposal) = match ordered {
            Ordered::Proposal(proposal) => (proposal.height, Some(proposal)),
            Ordered::Null(height) => (height, None),
        };
        let time = block_time(&self.parent, proposal.as_ref());
        let context = BlockContext { chain: self.chain, height, time };
        let verified: Vec<_> =
            transactions.iter().map(|pooled| Arc::clone(&pooled.verified)).collect();
        let snapshot = Arc::new(self.state.snapshot()?);
        let begun = ThreadTime::now();
        let output = self.runtime.execute_block_on(stack, &context, &verified, snapshot)?;
        self.metrics.add(Stage::Execute, begun.elapsed());
        let begun = ThreadTime::now();
        let receipts_root = receipts_root(&output.receipts);
        let changed = |(key, _): &(StateKey, _)| key.contract() == VALIDATORS;
        let changes_validators = output.changes.iter().any(changed);
        let prepared = self.state.prepare(height, output.changes)?;
        self.metrics.add(Stage::Tree, begun.elapsed());
        let schedule = self.schedule(height)?;
        let set = schedule.set().ok_or(ExecuteError::NoValidators)?;
        let handover = handover(&schedule);
        let (epoch, set_id) = (set.epoch, set.id());
        let ends = handover.as_ref().filter(|handover| handover.end == height);
        let next_set_id = ends.map_or(set_id, |handover| handover.next.id());
        let (digest, tx_root, tx_count) = match &proposal {
            Some(proposal) => (proposal.digest(), proposal.tx_root, proposal.tx_count),
            None => (Proposal::null_digest(&self.chain, epoch, height), merkle::root(&[]), 0),
        };
        let header = FinalHeader {
            version: Version,
            chain: self.chain,
            epoch,
            height,
            parent: self.parent.hash(),
            proposal: digest,
            time,
            tx_root,
            tx_count,
            state_root: prepared.root(),
            receipts_root,
            gas_used: output.gas_used,
            set_id,
            next_set_id,
        };
        self.parent = header.clone();
        let (receipts, uploaded) = (output.receipts, output.uploaded);
        Ok(Executed {
            header,
            proposal,
            transactions,
            receipts,
            prepared,
            uploaded,
            changes_validators,
            handover,
        })
    }

    /// Who validates the block that was prepared last. What it decides itself is for later blocks.
    fn schedule(&self, height: Height) -> Result<Schedule, ExecuteError> {
        let snapshot = self.state.snapshot()?;
        Ok(validators::load(&snapshot)?.at(height))
    }
}

/// A block's time: the proposal's, but later than its parent's.
fn block_time(parent: &FinalHeader, proposal: Option<&Proposal>) -> TimeMs {
    let proposed = proposal.map_or(0, |proposal| proposal.time.0);
    TimeMs(proposed.max(parent.time.0.saturating_add(1)))
}

fn receipts_root(receipts: &[Receipt]) -> Hash {
    let mut bytes = Vec::new();
    let leaves: Vec<_> = receipts
        .iter()
        .map(|receipt| {
            bytes.clear();
            receipt.encode_to(&mut bytes);
            merkle::leaf(&bytes)
        })
        .collect();
    merkle::root(&leaves)
}
