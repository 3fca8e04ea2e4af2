//! The signatures that make a statement of PBFT final, and the messages under them.

use alloc::vec::Vec;

use parity_scale_codec::{Decode, Encode};
use thiserror::Error;

use crate::{
    codec::{Bounded, DecodeError, Version, decode},
    hash::{Hash, Tag, hash},
    id::{ChainId, PublicKey},
    limit,
    unit::{Epoch, Height, View},
};

/// The signing context of validators: no wallet uses it, so no wallet can be made to vote.
pub const VOTE_SIGNING_CONTEXT: &[u8] = b"weal/pbft/1";

/// What a quorum stated.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode)]
pub enum CertificateKind {
    /// Accepted this digest for this slot in this view.
    Prepare,
    /// Holds a prepare certificate for it.
    Commit,
    /// Executed this header.
    Checkpoint,
}

impl CertificateKind {
    const fn tag(self) -> Tag {
        match self {
            Self::Prepare => Tag::Prepare,
            Self::Commit => Tag::Commit,
            Self::Checkpoint => Tag::Checkpoint,
        }
    }
}

/// What one vote states. A checkpoint's view is always 0: what was executed does not depend on who
/// led.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode)]
pub struct Vote {
    /// Which statement.
    pub kind: CertificateKind,
    /// Which validator set.
    pub epoch: Epoch,
    /// Which view.
    pub view: View,
    /// Which slot.
    pub height: Height,
    /// The proposal's digest, or the header's hash.
    pub hash: Hash,
}

impl Vote {
    /// The message under the signature: kind, chain, epoch, view, height and hash are all bound.
    pub fn message(&self, chain: &ChainId) -> Hash {
        let body = (self.view, self.height, self.hash).encode();
        hash(self.kind.tag(), &[&chain.0, &self.epoch.encode(), &body])
    }
}

/// A quorum's votes for one statement.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode)]
pub struct Certificate {
    /// Format of this type.
    pub version: Version<1>,
    /// What they state.
    pub vote: Vote,
    /// Who signed: bit i for validator i. A bit counts once, so nobody is counted twice.
    pub signers: u128,
    /// Their signatures, in the order of the bits.
    pub signatures: Bounded<[u8; 64], 0, { limit::VALIDATORS }>,
}

impl Certificate {
    /// Decodes a certificate from outside.
    pub fn from_wire(bytes: &[u8]) -> Result<Self, DecodeError> {
        // Fixed part, and 64 bytes per validator.
        decode("certificate", bytes, 128 + 64 * limit::VALIDATORS)
    }

    /// Pairs each signature with its validator, after the checks that need no key.
    pub fn signed_by<'a>(
        &'a self,
        set: &'a ValidatorSet,
    ) -> Result<Vec<(PublicKey, &'a [u8; 64])>, CertificateError> {
        let count = self.signers.count_ones() as usize;
        let size = set.validators.len();
        if self.vote.kind == CertificateKind::Checkpoint && self.vote.view != View::ZERO {
            return Err(CertificateError::ViewInCheckpoint);
        }
        if count != self.signatures.len() {
            return Err(CertificateError::Count { bits: count, signatures: self.signatures.len() });
        }
        if size < limit::VALIDATORS && self.signers >> size != 0 {
            return Err(CertificateError::Stranger { size });
        }
        let quorum = set.quorum();
        if count < quorum {
            return Err(CertificateError::NoQuorum { count, quorum });
        }
        let bits = (0..size).filter(|bit| self.signers >> bit & 1 == 1);
        Ok(bits
            .zip(self.signatures.iter())
            .map(|(bit, sig)| (set.validators[bit].key, sig))
            .collect())
    }
}

/// Why a certificate convinces nobody, signatures aside.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum CertificateError {
    /// A checkpoint that names a view.
    #[error("a checkpoint certificate has view 0")]
    ViewInCheckpoint,
    /// The bitmap and the list disagree.
    #[error("{bits} signers, but {signatures} signatures")]
    Count {
        /// Bits set.
        bits: usize,
        /// Signatures listed.
        signatures: usize,
    },
    /// A bit beyond the set.
    #[error("a signer lies beyond the set of {size}")]
    Stranger {
        /// Validators in the set.
        size: usize,
    },
    /// Too few.
    #[error("{count} signers, but a quorum is {quorum}")]
    NoQuorum {
        /// Signers.
        count: usize,
        /// Signers needed.
        quorum: usize,
    },
}

/// Those who vote in one epoch, with equal weight.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Encode, Decode)]
pub struct ValidatorSet {
    /// Format of this type.
    pub version: Version<1>,
    /// Which epoch.
    pub epoch: Epoch,
    /// The validators; a certificate names them by position.
    pub validators: Bounded<Validator, 1, { limit::VALIDATORS }>,
}

/// One validator.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Encode, Decode)]
pub struct Validator {
    /// Signs votes.
    pub key: PublicKey,
}

impl ValidatorSet {
    /// What headers call this set.
    pub fn id(&self) -> Hash {
        hash(Tag::ValidatorSet, &[&self.encode()])
    }

    /// Byzantine validators that the set survives: f = ⌊(n − 1) / 3⌋.
    pub fn max_faulty(&self) -> usize {
        self.validators.len().saturating_sub(1) / 3
    }

    /// Votes of a quorum: Q = ⌈(n + f + 1) / 2⌉, so that two quorums share f + 1 validators
    /// whatever n is.
    pub fn quorum(&self) -> usize {
        (self.validators.len() + self.max_faulty() + 1).div_ceil(2)
    }
}

/// A signature of [`ready_message`] in the context [`VOTE_SIGNING_CONTEXT`].
pub type ReadySignature = [u8; 64];

/// What a key is ready for. Without it, another operator could use what a joiner signed to vote
/// with the joiner's key in the place of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
pub enum ReadyFor {
    /// To join as this proposal says.
    Proposal(Hash),
    /// To take this key's place.
    Replacing(PublicKey),
}

/// What a key signs with which a validator is to vote: that it is at hand in a node that has the
/// chain up to this height.
pub fn ready_message(chain: &ChainId, key: &PublicKey, height: Height, purpose: &ReadyFor) -> Hash {
    hash(Tag::Ready, &[&chain.0, &key.0, &height.encode(), &purpose.encode()])
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::{vec, vec::Vec};

    fn set(size: u8) -> ValidatorSet {
        let validators: Vec<_> =
            (0..size).map(|index| Validator { key: PublicKey([index; 32]) }).collect();
        ValidatorSet {
            version: Version,
            epoch: Epoch(3),
            validators: Bounded::new(validators).unwrap(),
        }
    }

    fn certificate(signers: u128, signatures: usize) -> Certificate {
        Certificate {
            version: Version,
            vote: Vote {
                kind: CertificateKind::Checkpoint,
                epoch: Epoch(3),
                view: View::ZERO,
                height: Height(9),
                hash: [1; 32],
            },
            signers,
            signatures: Bounded::new(vec![[0; 64]; signatures]).unwrap(),
        }
    }

    #[test]
    fn quorums_intersect_in_an_honest_validator_and_survive_f_silent_ones() {
        for n in 1..=128 {
            let set = set(n);
            let (n, f, q) = (n as usize, set.max_faulty(), set.quorum());
            assert!(2 * q - n > f && q <= n - f, "n {n} f {f} q {q}");
        }
        assert_eq!(
            (set(4).quorum(), set(6).quorum(), set(7).quorum(), set(1).quorum()),
            (3, 4, 5, 1)
        );
    }

    #[test]
    fn shape_is_checked_before_signatures() {
        let four = set(4);
        let keys: Vec<_> = certificate(0b1011, 3)
            .signed_by(&four)
            .unwrap()
            .iter()
            .map(|(key, _)| key.0[0])
            .collect();
        assert_eq!(keys, [0, 1, 3]);
        let refused = |certificate: Certificate| certificate.signed_by(&four).unwrap_err();
        assert_eq!(
            refused(certificate(0b0011, 2)),
            CertificateError::NoQuorum { count: 2, quorum: 3 }
        );
        assert_eq!(refused(certificate(0b1_0011, 3)), CertificateError::Stranger { size: 4 });
        assert_eq!(
            refused(certificate(0b111, 2)),
            CertificateError::Count { bits: 3, signatures: 2 }
        );
        let mut viewed = certificate(0b111, 3);
        viewed.vote.view = View(1);
        assert_eq!(refused(viewed), CertificateError::ViewInCheckpoint);
        assert!(certificate(u128::MAX, 128).signed_by(&set(128)).is_ok());
    }

    #[test]
    fn every_field_of_a_vote_is_signed() {
        let vote = certificate(0, 0).vote;
        let chain = ChainId([5; 32]);
        let messages = [
            vote.message(&chain),
            vote.message(&ChainId([6; 32])),
            Vote { kind: CertificateKind::Commit, ..vote }.message(&chain),
            Vote { epoch: Epoch(4), ..vote }.message(&chain),
            Vote { view: View(1), ..vote }.message(&chain),
            Vote { height: Height(10), ..vote }.message(&chain),
            Vote { hash: [2; 32], ..vote }.message(&chain),
        ];
        let distinct: alloc::collections::BTreeSet<_> = messages.iter().collect();
        assert_eq!(distinct.len(), messages.len());
    }
}
