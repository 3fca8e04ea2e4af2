//! The newest block of a chain: written for the first time, read again, certified again.

use weal_proof::certificate::Anchor;
use weal_runtime::system::validators;
use weal_state::{Batch, State};
use weal_types::{Height, block::FinalHeader};

use super::OpenError;
use crate::{
    genesis::{ChainSpec, GenesisError},
    ledger::{Ancestry, FinalizedBlock, Ledger, are_consecutive},
};

/// Block 0, of which the state's root is known.
pub(crate) fn genesis_block(spec: &ChainSpec, root: weal_types::Hash) -> FinalizedBlock {
    FinalizedBlock {
        header: spec.header(root),
        certificate: None,
        transactions: Vec::new(),
        receipts: Vec::new(),
    }
}

/// Writes block 0.
pub(super) fn begin(
    spec: &ChainSpec,
    state: &State,
    ledger: &Ledger,
) -> Result<FinalizedBlock, OpenError> {
    let changes = spec.changes().map_err(GenesisError::Invalid)?;
    let prepared = state.prepare(Height::ZERO, changes)?;
    let block = genesis_block(spec, prepared.root());
    let mut batch = Batch::new();
    ledger.write(&mut batch, &block, None);
    state.commit(prepared, &mut batch)?;
    Ok(block)
}

/// Reads the newest block, which must agree with the state and carry a certificate that holds.
pub(super) fn read_head(
    spec: &ChainSpec,
    head: weal_state::Head,
    state: &State,
    ledger: &Ledger,
) -> Result<FinalizedBlock, OpenError> {
    let broken = |reason: &str| OpenError::Head { height: head.height, reason: reason.into() };
    let block = ledger.head(head.height)?.ok_or_else(|| broken("its records are missing"))?;
    if block.header.state_root != head.root {
        return Err(broken("its header names another state than the one on disk"));
    }
    if block.header.chain != spec.chain {
        return Err(broken("it belongs to another chain"));
    }
    let schedule = validators::load(&state.snapshot()?);
    let schedule = schedule.map_err(|fault| broken(&fault.to_string()))?.at(head.height);
    let set = schedule.set().ok_or_else(|| broken("the state names no validators"))?;
    let anchor = Anchor { chain: spec.chain, set };
    match &block.certificate {
        None if head.height == Height::ZERO => {}
        None => {
            let ancestry = ledger.ancestry()?.ok_or_else(|| broken("it has no certificate"))?;
            check_ancestry(&anchor, &block.header, &ancestry).map_err(|reason| broken(&reason))?;
        }
        Some(certificate) => {
            let is_final = anchor.check(&block.header, certificate);
            is_final.map_err(|error| broken(&error.to_string()))?;
        }
    }
    Ok(block)
}

/// Whether headers lead from this one to one with a certificate that holds.
fn check_ancestry(
    anchor: &Anchor,
    header: &FinalHeader,
    ancestry: &Ancestry,
) -> Result<(), String> {
    let headers = &ancestry.headers;
    let (Some(last), true) = (headers.last(), headers.contains(header)) else {
        return Err("it has no certificate, nor do known blocks follow it".into());
    };
    if !are_consecutive(headers) {
        return Err("the headers that should prove it do not follow each other".into());
    }
    anchor.check(last, &ancestry.certificate).map_err(|error| error.to_string())
}
