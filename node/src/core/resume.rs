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
            let verified = verified.map_err(|_| "a transaction does not hold")?;
            let pooled = Pooled::new(verified, wire.as_slice().into());
            pooled.set_journaled();
            Ok(Arc::new(pooled))
        };
        let is_open =
            |record: &weal_consensus::Record| record.height().is_none_or(|height| height > stable);
        // A crash came between a final block and the one with its certificate: until it is there,
        // the replica can prove nothing, and must not try to.
        let is_proven = stable == Height::ZERO || self.finality.head().certificate.is_some();
        let ancestry = if is_proven { None } else { self.ledger.ancestry()? };
        let proof = ancestry
            .map(|ancestry| (weal_consensus::Record::Stable(ancestry.certificate), Vec::new()));
        let open = remembered.into_iter().chain(proof).filter(|(record, _)| is_open(record));
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
    pub(super) fn replica(&self, config: &CoreConfig, me: u8) -> Result<Replica, OpenError> {
        let head = self.finality.head();
        let (genesis, _) = self.ledger.header(Height::ZERO)?.ok_or_else(|| OpenError::Head {
            height: Height::ZERO,
            reason: "its records are missing".into(),
        })?;
        let mark = |header: &FinalHeader| Mark { height: header.height, hash: header.hash().0 };
        Ok(Replica::new(Settings {
            chain: self.parts.spec.chain,
            validators: self.parts.spec.validators.clone(),
            me,
            start: mark(&genesis),
            stable: mark(&head.header),
            certificate: head.certificate.clone().map(Arc::new),
            // The validators of a chain do not change yet.
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
