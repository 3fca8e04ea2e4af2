//! That a quorum of the right validators certified a header.
//!
//! Validators vote for the final header of a block once they have executed it; a quorum of these
//! votes is a *checkpoint certificate*. The last header of an epoch names the set of the next one,
//! so whoever trusts one set learns all later ones: one certified header per epoch.

use alloc::boxed::Box;

use parity_scale_codec::{Decode, Encode};
use schnorrkel::Signature;
use thiserror::Error;
use weal_types::{
    ChainId, Epoch, Height, PublicKey,
    block::FinalHeader,
    certificate::{
        Certificate, CertificateError, CertificateKind, VOTE_SIGNING_CONTEXT, ValidatorSet,
    },
};

/// What a client trusts before it is shown anything: a chain, and the validators of one epoch. For
/// a fresh client, those of genesis.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Anchor {
    /// The chain.
    pub chain: ChainId,
    /// The validators.
    pub set: ValidatorSet,
}

/// Says whether a key's signature of a message holds.
pub type Judge<'a> = &'a dyn Fn(&PublicKey, &[u8], &[u8; 64]) -> bool;

/// The end of an epoch: its last header, certified, and the validators of the next epoch.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct HandOver {
    /// The last header of the epoch.
    pub header: FinalHeader,
    /// Its certificate, by the epoch's validators.
    pub certificate: Certificate,
    /// Who follows; the header names them.
    pub next: ValidatorSet,
}

/// Why a header is not final for all that is known. Whoever sent it is at fault.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum FinalityError {
    /// The header belongs elsewhere.
    #[error("the header is of chain {found:?}, not of {expected:?}")]
    Chain {
        /// The header's chain.
        found: ChainId,
        /// The trusted one.
        expected: ChainId,
    },
    /// The header is certified by other validators than those that are trusted.
    #[error("the header at {height} is of epoch {found}; the validators known are of {expected}")]
    Set {
        /// The header's height.
        height: Height,
        /// Its epoch.
        found: Epoch,
        /// The epoch of the known set; if it is the same, the sets differ.
        expected: Epoch,
    },
    /// The certificate is for something else.
    #[error("the certificate is not for the header at {height}")]
    OtherVote {
        /// The header's height.
        height: Height,
    },
    /// Too few signers, or not well formed.
    #[error(transparent)]
    Certificate(#[from] CertificateError),
    /// A signature does not hold.
    #[error("the signature of validator {key:?} does not hold")]
    Signature {
        /// Whose it should be.
        key: PublicKey,
    },
    /// The header does not name these validators as the next.
    #[error("the header at {height} does not hand over to the validators given for epoch {next}")]
    Next {
        /// The header's height.
        height: Height,
        /// The epoch of the set given.
        next: Epoch,
    },
}

impl Anchor {
    /// Checks that the trusted validators certified `header`.
    ///
    /// Verifies one signature per signer, at most 128.
    pub fn check(
        &self,
        header: &FinalHeader,
        certificate: &Certificate,
    ) -> Result<(), FinalityError> {
        self.check_with(header, certificate, &holds)
    }

    /// The same with another judge of signatures: a simulation imitates them.
    pub fn check_with(
        &self,
        header: &FinalHeader,
        certificate: &Certificate,
        holds: Judge,
    ) -> Result<(), FinalityError> {
        let height = header.height;
        if header.chain != self.chain {
            return Err(FinalityError::Chain { found: header.chain, expected: self.chain });
        }
        if header.epoch != self.set.epoch || header.set_id != self.set.id() {
            let (found, expected) = (header.epoch, self.set.epoch);
            return Err(FinalityError::Set { height, found, expected });
        }
        let vote = &certificate.vote;
        let is_for_header = vote.kind == CertificateKind::Checkpoint
            && vote.epoch == header.epoch
            && vote.height == height
            && vote.hash == header.hash().0;
        if !is_for_header {
            return Err(FinalityError::OtherVote { height });
        }
        let message = vote.message(&self.chain);
        for (key, signature) in certificate.signed_by(&self.set)? {
            if !holds(&key, &message, signature) {
                return Err(FinalityError::Signature { key });
            }
        }
        Ok(())
    }

    /// The anchor of the next epoch, if the trusted validators handed over to it.
    pub fn follow(&self, end: &HandOver) -> Result<Self, FinalityError> {
        self.follow_with(end, &holds)
    }

    /// The same with another judge of signatures: a simulation imitates them.
    pub fn follow_with(&self, end: &HandOver, holds: Judge) -> Result<Self, FinalityError> {
        let HandOver { header, certificate, next } = end;
        self.check_with(header, certificate, holds)?;
        let is_next = self.set.epoch.checked_add(Epoch(1)) == Some(next.epoch);
        if !is_next || header.next_set_id != next.id() {
            return Err(FinalityError::Next { height: header.height, next: next.epoch });
        }
        Ok(Self { chain: self.chain, set: next.clone() })
    }

    /// Follows the ends of epochs in order up to the newest. Those before the anchor's own epoch
    /// are passed over, so the same list serves clients that trust different epochs.
    pub fn follow_all(&self, ends: &[HandOver]) -> Result<Self, HandOverError> {
        let mut anchor = self.clone();
        for end in ends.iter().filter(|end| end.header.epoch >= self.set.epoch) {
            let error = |error| HandOverError { epoch: end.header.epoch, error: Box::new(error) };
            anchor = anchor.follow(end).map_err(error)?;
        }
        Ok(anchor)
    }
}

/// The end of an epoch does not lead to the next.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("the end of epoch {epoch}: {error}")]
pub struct HandOverError {
    /// Which epoch.
    pub epoch: Epoch,
    /// What is wrong with it.
    #[source]
    pub error: Box<FinalityError>,
}

fn holds(key: &PublicKey, message: &[u8], signature: &[u8; 64]) -> bool {
    let Ok(key) = schnorrkel::PublicKey::from_bytes(&key.0) else { return false };
    let Ok(signature) = Signature::from_bytes(signature) else { return false };
    key.verify_simple(VOTE_SIGNING_CONTEXT, message, &signature).is_ok()
}
