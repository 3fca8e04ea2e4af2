//! Proposals with their transactions, by digest: what stands behind the votes of a replica.

use std::{collections::BTreeMap, sync::Arc};

use weal_consensus::{Record, WINDOW};
use weal_types::{Hash, Height, WireId, block::Proposal};

use crate::mempool::Pooled;

/// Proposals of one height that are kept without having been asked for: a leader sends one in each
/// view, and a liar as many as it likes.
const UNASKED: usize = 4;

/// One thing that a replica must remember, and the names of its proposal's transactions.
#[derive(Clone, Debug)]
pub struct Ordering {
    /// The record.
    pub record: Record,
    /// Its transactions, if it is about a proposal.
    pub transactions: Vec<Arc<Pooled>>,
}

/// A proposal, and its transactions.
pub type Body = (Proposal, Vec<Arc<Pooled>>);

/// Proposals in flight. Bounded by the window of the replica.
#[derive(Default)]
pub struct Bodies {
    known: BTreeMap<Hash, Body>,
    /// Nothing up to here is kept.
    settled: Height,
}

impl Bodies {
    /// Keeps a proposal with its transactions.
    pub fn add(&mut self, proposal: Proposal, transactions: Vec<Arc<Pooled>>) {
        self.known.insert(proposal.digest(), (proposal, transactions));
    }

    /// Keeps what somebody sent of his own accord, if it may be asked for.
    pub fn offer(&mut self, proposal: Proposal, transactions: Vec<Arc<Pooled>>) {
        let height = proposal.height;
        // Execution may be behind what is ordered, by as much as a window.
        let is_near = height > self.settled && height.0 <= self.settled.0 + 2 * WINDOW;
        let others = self.known.values().filter(|(other, _)| other.height == height);
        if is_near && others.count() < UNASKED {
            self.add(proposal, transactions);
        }
    }

    /// A proposal with its transactions.
    pub fn get(&self, digest: &Hash) -> Option<&Body> {
        self.known.get(digest)
    }

    /// Nothing up to this height will be asked for again.
    pub fn settle(&mut self, height: Height) {
        self.settled = self.settled.max(height);
        self.known.retain(|_, (proposal, _)| proposal.height > height);
    }
}

/// The names of transactions, in order.
pub fn names(transactions: &[Arc<Pooled>]) -> Vec<WireId> {
    transactions.iter().map(|pooled| pooled.verified.wire_id()).collect()
}
