//! What the journal must keep until it is in the database.

use std::sync::{Mutex, MutexGuard, PoisonError};

use weal_consensus::Record as Statement;
use weal_types::Height;

use super::bodies::{Ordering, names};
use crate::journal::Record;

/// What the replica must remember about heights that are not in the database, in the order in which
/// it was persisted.
#[derive(Default)]
pub struct InFlight(Mutex<Vec<Ordering>>);

impl InFlight {
    /// What a journal needs to begin anew.
    pub fn records(&self) -> Vec<Record> {
        let mut records = Vec::new();
        for Ordering { record, transactions } in self.kept().iter() {
            let accepted = transactions.iter();
            records.extend(accepted.map(|pooled| Record::Accepted(pooled.wire.to_vec())));
            records.push(Record::Ordering(record.clone(), names(transactions)));
        }
        records
    }

    fn kept(&self) -> MutexGuard<'_, Vec<Ordering>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Keeps what goes to the journal now, or was found there.
    pub fn add(&self, orderings: impl IntoIterator<Item = Ordering>) {
        self.kept().extend(orderings);
    }

    /// The block at this height is in the database. The newest view and the newest wish to leave it
    /// belong to no height, and stay.
    pub fn committed(&self, height: Height) {
        let mut kept = self.kept();
        let newest = |is_kind: &dyn Fn(&Statement) -> bool| {
            kept.iter().rposition(|ordering| is_kind(&ordering.record))
        };
        let new_view = newest(&|record| matches!(record, Statement::NewView(_)));
        let change = newest(&|record| matches!(record, Statement::ViewChange(..)));
        let mut position = 0;
        kept.retain(|ordering| {
            let here = Some(position);
            position += 1;
            match ordering.record.height() {
                Some(other) => other > height,
                None => here == new_view || here == change,
            }
        });
    }
}
