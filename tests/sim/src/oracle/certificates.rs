//! What is final can be proven to somebody who trusts the validators alone: by the code of the
//! light client.
//!
//! That code has its own way of judging a certificate. It shares the types with the replica's, and
//! with them what a vote signs (`Vote::message`), how a header is hashed, and how large a quorum
//! is; the last is computed a second time here. The first two are what `signatures bind` and
//! `docs/wire.md` with its golden files are for.

use std::{collections::BTreeSet, sync::Arc};

use weal_proof::certificate::Anchor;
use weal_types::{ChainId, block::FinalHeader, certificate::Certificate};

use crate::{
    keys::Keys,
    ledger::Reign,
    random::{fold, fold_bytes},
};

/// See the module.
pub(super) struct Certificates {
    chain: ChainId,
    /// What convinced before: the same again need not be checked.
    convinced: BTreeSet<u64>,
}

impl Certificates {
    pub(super) const fn new(chain: ChainId) -> Self {
        Self { chain, convinced: BTreeSet::new() }
    }

    pub(super) fn see(
        &mut self,
        header: &FinalHeader,
        certificate: &Arc<Certificate>,
        reign: &Reign,
        keys: &Keys,
    ) -> Result<(), (&'static str, String)> {
        let signatures = certificate.signatures.iter();
        let sum = signatures.fold(0, |sum, signature| fold(&[sum, fold_bytes(signature)]));
        let vote = fold_bytes(&certificate.vote.hash);
        let seen = fold(&[vote, sum, certificate.signers as u64, header.height.0]);
        if !self.convinced.insert(seen) {
            return Ok(());
        }
        let anchor = Anchor { chain: self.chain, set: reign.set.clone() };
        let height = header.height;
        let holds = |key: &_, message: &[u8], signature: &_| keys.holds(key, message, signature);
        let failed = |what: String| ("certificates convince", format!("height {height}: {what}"));
        anchor
            .check_with(header, certificate, &holds)
            .map_err(|error| failed(error.to_string()))?;
        let (count, validators) = (certificate.signers.count_ones(), reign.members.len());
        match count as usize >= super::quorum(validators) {
            true => Ok(()),
            false => Err(failed(format!("{count} of {validators} have signed"))),
        }
    }
}
