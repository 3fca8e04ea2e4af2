//! Transactions from their bytes, each checked once.

use std::sync::Arc;

use weal_types::{ChainId, Gas, WireId, block::Proposal, merkle, transaction::SignedTransaction};

use crate::mempool::{Pooled, Seen};

/// Why a list of transactions is not what it should be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flaw {
    /// They are not those that are named: whoever sent them is at fault.
    Other,
    /// They are, and one of them, or what is said about them, breaks a rule: whoever proposed them
    /// is at fault.
    Invalid,
}

/// The transactions of a proposal.
pub fn body(
    chain: &ChainId,
    seen: &Seen,
    proposal: &Proposal,
    wires: Vec<Vec<u8>>,
) -> Result<Vec<Arc<Pooled>>, Flaw> {
    let ids = names(wires.iter().map(Vec::as_slice));
    let bytes: usize = wires.iter().map(Vec::len).sum();
    if merkle::root_of(ids.iter().map(|id| id.0)) != proposal.tx_root {
        return Err(Flaw::Other);
    }
    let is_counted = usize::try_from(proposal.tx_count) == Ok(wires.len())
        && usize::try_from(proposal.tx_bytes) == Ok(bytes)
        && proposal.evidence_root == merkle::root(&[]);
    let transactions = transactions(chain, seen, &ids, wires).ok_or(Flaw::Invalid)?;
    match is_counted && gas(&transactions) == Some(proposal.gas) {
        true => Ok(transactions),
        false => Err(Flaw::Invalid),
    }
}

/// The names of signed transactions.
pub fn names<'a>(wires: impl Iterator<Item = &'a [u8]>) -> Vec<WireId> {
    wires.map(SignedTransaction::wire_id_of).collect()
}

/// Checked transactions; `None` if one does not hold.
pub fn transactions(
    chain: &ChainId,
    seen: &Seen,
    ids: &[WireId],
    wires: Vec<Vec<u8>>,
) -> Option<Vec<Arc<Pooled>>> {
    let mut known = seen.get(ids);
    let missing = known.iter().zip(wires).filter(|(known, _)| known.is_none());
    let missing: Vec<Vec<u8>> = missing.map(|(_, wire)| wire).collect();
    let checked: Option<Vec<_>> = weal_runtime::verify_batch(&missing, chain)
        .into_iter()
        .zip(missing)
        .map(|(verified, wire)| Some(Arc::new(Pooled::new(verified.ok()?, wire.into()))))
        .collect();
    let checked = checked?;
    seen.add(&checked);
    let mut checked = checked.into_iter();
    for place in known.iter_mut().filter(|place| place.is_none()) {
        *place = checked.next();
    }
    known.into_iter().collect()
}

/// Their gas limits, summed.
fn gas(transactions: &[Arc<Pooled>]) -> Option<Gas> {
    let limits = transactions.iter().map(|pooled| pooled.verified.transaction().gas_limit.0);
    limits.into_iter().try_fold(0_u64, |sum, gas| sum.checked_add(gas)).map(Gas)
}
