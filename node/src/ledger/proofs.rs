//! What proves blocks beyond certificates of their own: headers that lead to one, and the ends of
//! epochs.

use std::sync::Arc;

use parity_scale_codec::{Decode, Encode};
use weal_proof::certificate::HandOver;
use weal_state::Batch;
use weal_types::{Epoch, block::FinalHeader, certificate::Certificate};

use super::{Ledger, LedgerError, NODE};

/// Where the newest [`Ancestry`] stands.
const ANCESTRY: &[u8] = b"ancestry";

/// Where the end of an epoch stands.
fn end_key(epoch: Epoch) -> Vec<u8> {
    [&b"end"[..], &epoch.0.to_be_bytes()].concat()
}

/// What makes a block final that has no certificate: the headers from it, or from before it, up to
/// one that has.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct Ancestry {
    /// Consecutive headers.
    pub headers: Vec<FinalHeader>,
    /// Of the last one.
    pub certificate: Arc<Certificate>,
}

impl Ancestry {
    /// Of consecutive headers, those up to the certified one.
    pub fn up_to<'a>(
        certificate: Arc<Certificate>,
        headers: impl Iterator<Item = &'a FinalHeader>,
    ) -> Self {
        let top = certificate.vote.height;
        let headers = headers.take_while(|header| header.height <= top).cloned().collect();
        Self { headers, certificate }
    }
}

/// Whether each header is the next block's after the one before it.
pub fn are_consecutive<'a>(headers: impl IntoIterator<Item = &'a FinalHeader>) -> bool {
    let mut before: Option<&FinalHeader> = None;
    headers.into_iter().all(|header| {
        before.replace(header).is_none_or(|parent| {
            Some(header.height) == parent.height.next() && header.parent == parent.hash()
        })
    })
}

impl Ledger {
    /// Adds what makes a block without a certificate final. Only the newest is kept: it matters
    /// where a crash comes before the block with the certificate.
    pub fn write_ancestry(batch: &mut Batch, ancestry: &Ancestry) {
        batch.put_with(NODE, ANCESTRY, |bytes| ancestry.encode_to(bytes));
    }

    /// What was written by [`Self::write_ancestry`] last.
    pub fn ancestry(&self) -> Result<Option<Ancestry>, LedgerError> {
        self.read(NODE, ANCESTRY, "the node", || "ancestry".to_owned())
    }

    /// Adds the end of an epoch to the batch of its last block.
    pub fn write_end(batch: &mut Batch, end: &HandOver) {
        batch.put(NODE, &end_key(end.header.epoch), &end.encode());
    }

    /// The end of an epoch, if it has ended.
    pub fn end(&self, epoch: Epoch) -> Result<Option<HandOver>, LedgerError> {
        self.read(NODE, &end_key(epoch), "the end of epoch", || epoch.to_string())
    }

    /// The ends of the epochs from `first` on, in order, `limit` at most.
    pub fn ends(&self, first: Epoch, limit: usize) -> Result<Vec<HandOver>, LedgerError> {
        let mut ends = Vec::new();
        let mut epoch = first;
        while ends.len() < limit
            && let Some(end) = self.end(epoch)?
        {
            ends.push(end);
            epoch = Epoch(epoch.0.saturating_add(1));
        }
        Ok(ends)
    }
}
