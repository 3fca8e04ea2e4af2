//! Transactions that the pool does not offer because they stand in a proposal.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use weal_types::{Hash, TimeMs};

use crate::mempool::{Mempool, Pooled};

/// By proposal. Kept with the transactions: that a proposal comes to nothing may be found out once
/// nobody asks for it any more, and what knows its transactions otherwise has forgotten it.
#[derive(Default)]
pub struct Taken(BTreeMap<Hash, Vec<Arc<Pooled>>>);

impl Taken {
    /// The pool has given these for a proposal.
    pub fn add(&mut self, proposal: Hash, transactions: Vec<Arc<Pooled>>) {
        self.0.insert(proposal, transactions);
    }

    /// A proposal was executed: the pool hears of its transactions from whoever did that.
    pub fn executed(&mut self, proposal: &Hash) {
        self.0.remove(proposal);
    }

    /// Takes everything once more, for some of it may have come into the pool again.
    pub fn take_again(&self, pool: &Mempool) {
        self.0.values().for_each(|transactions| pool.take(transactions));
    }

    /// The pool offers what stands in no block that may still be executed, and nothing else. Where
    /// the transactions of a proposal are not known yet, they are taken once they are.
    pub fn align<'a>(
        &mut self,
        standing: BTreeSet<Hash>,
        known: impl Fn(&Hash) -> Option<&'a [Arc<Pooled>]>,
        (pool, now): (&Mempool, TimeMs),
    ) {
        self.0.retain(|proposal, transactions| {
            let stands = standing.contains(proposal);
            if !stands {
                pool.give_back(transactions, now);
            }
            stands
        });
        for proposal in standing {
            if !self.0.contains_key(&proposal)
                && let Some(transactions) = known(&proposal)
            {
                pool.take(transactions);
                self.0.insert(proposal, transactions.to_vec());
            }
        }
    }
}
