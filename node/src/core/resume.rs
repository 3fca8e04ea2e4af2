//! What a chain goes on with after a restart: the replica, and what the journal remembers of it.

use std::{collections::BTreeMap, sync::Arc};

use weal_consensus::{BlockLimits, Mark, Settings};
use weal_runtime::VerifiedTransaction;
use weal_types::{
    Epoch, Height, WireId, block::FinalHeader, limit, transaction::SignedTransaction,
};

use super::{CoreConfig, OpenError, Opening};
use crate::{
    engine::{self, Ordering},
    journal::Remembered,
    mempool::Pooled,
    validator_key::ValidatorKey,
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

    /// What the replica starts from, as the database knows it, and the key that it votes with. A
    /// node that is no validator has a position beyond the set.
    pub(super) fn settings(
        &self,
        config: &CoreConfig,
    ) -> Result<(Arc<ValidatorKey>, Settings), OpenError> {
        let head = self.finality.head();
        let broken = |reason: &str| OpenError::Head {
            height: head.header.height,
            reason: reason.to_owned(),
        };
        let validators = self.membership.set().map_err(broken)?;
        let (key, me) = self.parts.keys.among(&validators);
        let start = self.start_of(validators.epoch)?;
        let mark = |header: &FinalHeader| Mark { height: header.height, hash: header.hash().0 };
        let is_start = start.height == head.header.height;
        let certificate = head.certificate.clone().filter(|_| !is_start);
        let settings = Settings {
            chain: self.parts.spec.chain,
            validators,
            me: me.unwrap_or(u8::MAX),
            start: mark(&start),
            stable: mark(&head.header),
            certificate: certificate.map(Arc::new),
            handover: self.membership.handover(),
            window: weal_consensus::WINDOW,
            term: weal_consensus::TERM,
            pace: engine::pace(config.manual, config.pace_ms),
            limits: BlockLimits {
                transactions: limit::BLOCK_TXS as u32,
                bytes: limit::BLOCK_BYTES as u32,
            },
        };
        Ok((key, settings))
    }

    /// Whether this node was a validator once, as far as its database goes. It follows then.
    pub(super) fn has_validated(&self) -> Result<bool, OpenError> {
        let ends = self.ledger.ends(Epoch::ZERO, usize::MAX)?;
        let sets = std::iter::once(&self.parts.spec.validators);
        let mut sets = sets.chain(ends.iter().map(|end| &end.next));
        Ok(sets.any(|set| self.parts.keys.among(set).1.is_some()))
    }

    /// The header that an epoch follows: the last one of the epoch before, or block 0.
    fn start_of(&self, epoch: Epoch) -> Result<FinalHeader, OpenError> {
        let before = epoch.0.checked_sub(1).map(Epoch);
        let found = match before {
            Some(before) => self.ledger.end(before)?.map(|end| end.header),
            None => self.ledger.header(Height::ZERO)?.map(|(header, _)| header),
        };
        found.ok_or_else(|| OpenError::Head {
            height: self.finality.head().header.height,
            reason: format!("the start of its epoch {epoch} is missing"),
        })
    }
}
