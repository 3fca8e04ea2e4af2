//! Proposals with their transactions, by digest: what stands behind the votes of a replica.

use std::{collections::BTreeMap, sync::Arc};

use weal_consensus::Record;
use weal_types::{Hash, Height, WireId, block::Proposal};

use crate::mempool::Pooled;

/// One thing that a replica must remember, and the names of its proposal's transactions.
#[derive(Clone, Debug)]
pub struct Ordering {
    /// The record.
    pub record: Record,
    /// Its transactions, if it is about a proposal.
    pub transactions: Vec<Arc<Pooled>>,
}

/// Proposals in flight. Bounded by the window of the replica, which asks for no others.
#[derive(Default)]
pub struct Bodies(BTreeMap<Hash, (Proposal, Vec<Arc<Pooled>>)>);

impl Bodies {
    /// Keeps a proposal with its transactions.
    pub fn add(&mut self, proposal: Proposal, transactions: Vec<Arc<Pooled>>) {
        self.0.insert(proposal.digest(), (proposal, transactions));
    }

    /// A proposal's transactions.
    pub fn get(&self, digest: &Hash) -> Option<&(Proposal, Vec<Arc<Pooled>>)> {
        self.0.get(digest)
    }

    /// Nothing up to this height will be asked for again.
    pub fn settle(&mut self, height: Height) {
        self.0.retain(|_, (proposal, _)| proposal.height > height);
    }
}

/// The names of transactions, in order.
pub fn names(transactions: &[Arc<Pooled>]) -> Vec<WireId> {
    transactions.iter().map(|pooled| pooled.verified.wire_id()).collect()
}
