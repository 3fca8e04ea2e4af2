//! Final blocks from another node: a chain of headers up to one with a certificate, and the
//! transactions that they name.

use std::sync::Arc;

use weal_consensus::{Message, Verified};
use weal_types::{
    block::{FinalHeader, Proposal},
    certificate::{Certificate, CertificateKind},
    merkle,
};

use super::{
    assemble,
    judge::{Judge, Sr25519},
    packet::Block,
};
use crate::{
    ledger::are_consecutive,
    mempool::{Pooled, Seen},
};

/// A final block, proven and ready to be executed.
#[derive(Debug)]
pub struct ProvenBlock {
    /// What must come of it.
    pub header: FinalHeader,
    /// Its own certificate, if it has one.
    pub certificate: Option<Arc<Certificate>>,
    /// What was ordered.
    pub proposal: Option<Proposal>,
    /// Its transactions.
    pub transactions: Vec<Arc<Pooled>>,
}

/// Checks an answer: consecutive headers of the present epoch, each certificate, the last header's
/// among them, and that proposals and transactions are those that the headers name.
pub fn check(
    judge: &Judge,
    seen: &Seen,
    blocks: Vec<Block>,
) -> Result<Vec<ProvenBlock>, &'static str> {
    check_headers(judge, &blocks)?;
    let proven = blocks.into_iter().map(|block| {
        let Block { header, certificate, proposal, transactions } = block;
        let wires: Vec<Vec<u8>> = transactions.into_inner();
        let ids = assemble::names(wires.iter().map(Vec::as_slice));
        if merkle::root_of(ids.iter().map(|id| id.0)) != header.tx_root {
            return Err("a block with other transactions than its header names");
        }
        let transactions = assemble::transactions(&judge.chain, seen, &ids, wires)
            .ok_or("a block with a transaction that does not hold")?;
        Ok(ProvenBlock { header, certificate: certificate.map(Arc::new), proposal, transactions })
    });
    proven.collect()
}

fn check_headers(judge: &Judge, blocks: &[Block]) -> Result<(), &'static str> {
    let epoch = judge.validators.epoch;
    if !are_consecutive(blocks.iter().map(|block| &block.header)) {
        return Err("blocks that do not follow each other");
    }
    for Block { header, certificate, proposal, .. } in blocks {
        let digest = match proposal {
            Some(proposal) => proposal.digest(),
            None => Proposal::null_digest(&judge.chain, epoch, header.height),
        };
        if digest != header.proposal || header.epoch != epoch || header.chain != judge.chain {
            return Err("a block whose header names another proposal");
        }
        let names = |certificate: &Certificate| {
            let vote = &certificate.vote;
            (vote.kind, vote.height, vote.hash)
                == (CertificateKind::Checkpoint, header.height, header.hash().0)
        };
        if !certificate.as_ref().is_none_or(names) {
            return Err("a block with the certificate of another");
        }
    }
    if blocks.last().is_none_or(|last| last.certificate.is_none()) {
        return Err("blocks without a certificate");
    }
    let certificates = blocks.iter().filter_map(|block| block.certificate.clone());
    let messages = certificates.map(|certificate| Message::Certificate(Arc::new(certificate)));
    let verdicts = Verified::check_all(messages.collect(), &judge.rules(), &Sr25519);
    match verdicts.iter().all(Result::is_ok) {
        true => Ok(()),
        false => Err("a certificate that does not hold"),
    }
}
