//! What a new view begins with follows from a quorum's VIEW-CHANGEs and is proven, computed a
//! second time from the words of the protocol.

use std::collections::BTreeSet;

use weal_consensus::{Claim, NewView, Signed, Slotted, Statement};
use weal_types::{
    ChainId, Hash, Height, PublicKey,
    block::Proposal,
    certificate::{Certificate, CertificateKind},
};

use super::quorum;
use crate::{keys::Keys, ledger::Reign};

/// Whom a validator believes.
struct Court<'a> {
    chain: &'a ChainId,
    reign: &'a Reign,
    keys: &'a Keys,
}

/// An honest member accepts a NEW-VIEW.
pub(super) fn check(
    member: usize,
    signed: &Signed<NewView>,
    chain: &ChainId,
    (reign, keys): (&Reign, &Keys),
) -> Result<(), (&'static str, String)> {
    let court = Court { chain, reign, keys };
    let new_view = &signed.body;
    let found = court
        .hear_changes(new_view)
        .and_then(|()| court.compare_stable(new_view))
        .and_then(|()| court.compare_order(new_view));
    found.map_err(|what| {
        let detail = format!("member {member} accepts NEW-VIEW {}: {what}", new_view.view);
        ("new views follow", detail)
    })
}

impl Court<'_> {
    fn key(&self, signer: usize) -> Option<PublicKey> {
        self.reign.set.validators.get(signer).map(|validator| validator.key)
    }

    fn has_signed(&self, signer: usize, message: &Hash, signature: &[u8; 64]) -> bool {
        self.key(signer).is_some_and(|key| self.keys.holds(&key, message, signature))
    }

    fn holds(&self, certificate: &Certificate) -> bool {
        let Certificate { vote, signers, signatures, .. } = certificate;
        let positions = (0..128).filter(|position| signers >> position & 1 == 1);
        let message = vote.message(self.chain);
        let count = signers.count_ones() as usize;
        count >= quorum(self.reign.members.len())
            && count == signatures.len()
            && positions
                .zip(signatures.iter())
                .all(|(position, signature)| self.has_signed(position, &message, signature))
    }

    /// A quorum has signed that it wants this view.
    fn hear_changes(&self, new_view: &NewView) -> Result<(), String> {
        let mut signers = BTreeSet::new();
        for change in new_view.changes.iter() {
            let message = change.body.message(self.chain);
            let signer = usize::from(change.signer);
            let is_right = change.body.view == new_view.view && signers.insert(signer);
            if !is_right || !self.has_signed(signer, &message, &change.signature) {
                return Err(format!("no VIEW-CHANGE of {signer}"));
            }
        }
        match signers.len() >= quorum(self.reign.members.len()) {
            true => Ok(()),
            false => Err(format!("{} VIEW-CHANGEs", signers.len())),
        }
    }

    /// It begins above the highest stable height of these, which is proven or the epoch's start.
    fn compare_stable(&self, new_view: &NewView) -> Result<(), String> {
        let marks = new_view.changes.iter().map(|change| change.body.stable);
        let highest = marks.max_by_key(|mark| mark.height);
        let is_proven = new_view.certificate.as_ref().is_none_or(|certificate| {
            let vote = &certificate.vote;
            let stable = new_view.stable;
            vote.kind == CertificateKind::Checkpoint
                && (vote.height, vote.hash) == (stable.height, stable.hash)
                && self.holds(certificate)
        });
        match highest == Some(new_view.stable) && is_proven {
            true => Ok(()),
            false => Err(format!("stable height {}", new_view.stable.height)),
        }
    }

    /// Each slot above holds what its latest claim names, which has a certificate, or nothing.
    fn compare_order(&self, new_view: &NewView) -> Result<(), String> {
        let claims: Vec<Claim> =
            new_view.changes.iter().flat_map(|change| change.body.claims.to_vec()).collect();
        let stable = new_view.stable.height;
        let top = claims.iter().map(|claim| claim.height).max().unwrap_or(stable).max(stable);
        let mut expected = Vec::new();
        for height in (stable.0 + 1..=top.0).map(Height) {
            let here = claims.iter().filter(|claim| claim.height == height);
            let digest = match here.max_by_key(|claim| claim.view) {
                Some(claim) if !self.is_proven(claim, new_view) => {
                    return Err(format!("the claim of {} at {height} is not proven", claim.view));
                }
                Some(claim) => claim.digest,
                None => Proposal::null_digest(self.chain, new_view.epoch, height),
            };
            expected.push(Slotted { height, digest });
        }
        match *new_view.order == *expected {
            true => Ok(()),
            false => Err(format!("it orders {:?}", new_view.order)),
        }
    }

    fn is_proven(&self, claim: &Claim, new_view: &NewView) -> bool {
        new_view.prepared.iter().any(|certificate| {
            let vote = &certificate.vote;
            vote.kind == CertificateKind::Prepare
                && (vote.height, vote.view, vote.hash) == (claim.height, claim.view, claim.digest)
                && self.holds(certificate)
        })
    }
}
