//! Blocks between the journal and the database.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use weal_types::{Height, block::Proposal};

use crate::{
    journal::Record,
    mempool::{Pooled, wire_ids},
};

/// Blocks between the journal and the database.
#[derive(Default)]
pub struct InFlight(Mutex<Blocks>);

/// Proposals by height, each with its transactions.
type Blocks = BTreeMap<Height, (Proposal, Vec<Arc<Pooled>>)>;

impl InFlight {
    /// What a journal needs to order and execute them again.
    pub fn records(&self) -> Vec<Record> {
        let mut records = Vec::new();
        for (proposal, body) in self.blocks().values() {
            records.extend(body.iter().map(|pooled| Record::Accepted(pooled.wire.to_vec())));
            records.push(Record::Ordered(proposal.clone(), wire_ids(body)));
        }
        records
    }

    fn blocks(&self) -> MutexGuard<'_, Blocks> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn add(&self, proposal: Proposal, body: Vec<Arc<Pooled>>) {
        self.blocks().insert(proposal.height, (proposal, body));
    }

    /// The block at this height is in the database.
    pub fn committed(&self, height: Height) {
        self.blocks().retain(|other, _| *other > height);
    }
}
