//! What a chain goes on with after a restart: the replica, and what the journal remembers of it.

use std::{collections::BTreeMap, sync::Arc};

use weal_consensus::{BlockLimits, Mark, Replica, Settings};
use weal_runtime::VerifiedTransaction;
use weal_types::{Height, WireId, block::FinalHeader, limit, transaction::SignedTransaction};

use super::{CoreConfig, OpenError, Opening};
use crate::{
    engine::{self, Ordering},
    journal::Remembered,
    mempool::Pooled,
};

impl Opening {
    /// What the replica remembers of heights that are not in the database, with transactions.
    pub(super) fn remembered(
        &self,
        accepted: &[Vec<u8>],
        remembered: Vec<Remembered>,
    ) -> Result<Vec<Ordering>, OpenError> {
        let chain = &self.parts.spec.chain;
        let stable = self.finality.head().header.height;
        let wires: BTreeMap<WireId, &Vec<u8>> =
            accepted.iter().map(|wire| (SignedTransaction::wire_id_of(wire), wire)).collect();
        let transaction = |id: &WireId| {
            let wire = wires.get(id).ok_or("the journal lacks one of its transactions")?;
            let verified = VerifiedTransaction::from_wire(wire, chain);
            let verified = Arc::new(verified.map_err(|_| "a transaction does not hold")?);
            Ok(Arc::new(Pooled { verified, wire: wire.as_slice().into() }))
        };
        let is_open =
            |record: &weal_consensus::Record| record.height().is_none_or(|height| height > stable);
        let open = remembered.into_iter().filter(|(record, _)| is_open(record));
        let orderings = open.map(|(record, ids)| {
            let height = record.height().unwrap_or(stable);
            let transactions: Result<Vec<_>, &str> = ids.iter().map(transaction).collect();
            let transactions =
                transactions.map_err(|reason| OpenError::Head { height, reason: reason.into() })?;
            Ok(Ordering { record, transactions })
        });
        orderings.collect()
    }

    /// The replica, as the database knows it.
    pub(super) fn replica(&self, config: &CoreConfig) -> Result<Replica, OpenError> {
        let head = self.finality.head();
        let (genesis, _) = self.ledger.header(Height::ZERO)?.ok_or_else(|| OpenError::Head {
            height: Height::ZERO,
            reason: "its records are missing".into(),
        })?;
        let mark = |header: &FinalHeader| Mark { height: header.height, hash: header.hash().0 };
        Ok(Replica::new(Settings {
            chain: self.parts.spec.chain,
            validators: self.parts.spec.validators.clone(),
            me: 0,
            start: mark(&genesis),
            stable: mark(&head.header),
            certificate: head.certificate.clone().map(Arc::new),
            // The set of a chain of one validator does not change.
            handover: None,
            window: weal_consensus::WINDOW,
            term: weal_consensus::TERM,
            pace: engine::pace(config.manual, config.pace_ms),
            limits: BlockLimits {
                transactions: limit::BLOCK_TXS as u32,
                bytes: limit::BLOCK_BYTES as u32,
            },
        }))
    }
}
