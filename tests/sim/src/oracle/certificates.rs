//! What is final can be proven to somebody who trusts the validators alone: by the code of the
//! light client, which shares nothing with the replica's.

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
        let holds = |key: &_, message: &[u8], signature: &_| keys.holds(key, message, signature);
        match anchor.check_with(header, certificate, &holds) {
            Ok(()) => Ok(()),
            Err(error) => {
                Err(("certificates convince", format!("height {}: {error}", header.height)))
            }
        }
    }
}
