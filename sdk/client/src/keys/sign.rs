//! Signatures of one transaction, collected and joined.

use schnorrkel::Signature;
use thiserror::Error;
use weal_types::{
    ChainId, Hash, PublicKey,
    address::Address,
    codec::{Bounded, Version},
    limit,
    transaction::{ACCOUNT_SIGNING_CONTEXT, KeySignature, SignedTransaction, Transaction},
};

/// On whose behalf a signature stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// The account whose calls they are.
    Signer,
    /// The account that pays.
    Sponsor,
}

impl std::fmt::Display for Part {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Signer => "signer",
            Self::Sponsor => "sponsor",
        })
    }
}

/// Why signatures do not make a signed transaction. Nothing was sent.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum JoinError {
    /// A signature over something else: another transaction, or the same on another chain.
    #[error("the signature by {} is not one of this transaction on this chain", key_text(key))]
    Wrong {
        /// Whose it claims to be.
        key: PublicKey,
    },
    /// Nobody has signed yet.
    #[error("the {0} has not signed")]
    Missing(Part),
    /// More signatures than a transaction carries.
    #[error("{count} signatures of the {part}, but {} are the most", limit::TX_SIGNATURES)]
    TooMany {
        /// Of whom.
        part: Part,
        /// How many.
        count: usize,
    },
    /// Signatures of a sponsor on a transaction without one.
    #[error("the transaction names no sponsor, but one has signed")]
    NoSponsor,
}

fn key_text(key: &PublicKey) -> String {
    Address::Account(weal_types::AccountId::of_key(*key)).to_text()
}

/// Whether a signature is its key's over `message`.
pub fn is_signed_by(signature: &KeySignature, message: &Hash) -> bool {
    let (Ok(key), Ok(bytes)) = (
        schnorrkel::PublicKey::from_bytes(&signature.key.0),
        Signature::from_bytes(&signature.signature),
    ) else {
        return false;
    };
    key.verify_simple(ACCOUNT_SIGNING_CONTEXT, &signature.form.apply(message), &bytes).is_ok()
}

/// Joins signatures, in any order and from any number of signers, into what is sent. A key that
/// signed twice counts once. Whether the keys are enough is for the chain to say: it knows the
/// accounts' policies.
pub fn join(
    transaction: Transaction,
    chain: &ChainId,
    signatures: &[KeySignature],
    sponsor_signatures: &[KeySignature],
) -> Result<SignedTransaction, JoinError> {
    if transaction.sponsor.is_none() && !sponsor_signatures.is_empty() {
        return Err(JoinError::NoSponsor);
    }
    let message = transaction.hash(chain).0;
    let sponsor_message = transaction.sponsor_message(chain);
    let signatures = sorted(signatures, &message)?;
    let sponsors = sorted(sponsor_signatures, &sponsor_message)?;
    if transaction.sponsor.is_some() && sponsors.is_empty() {
        return Err(JoinError::Missing(Part::Sponsor));
    }
    Ok(SignedTransaction {
        version: Version,
        transaction,
        signatures: bounded(signatures, Part::Signer)?,
        sponsor_signatures: bounded(sponsors, Part::Sponsor)?,
    })
}

fn sorted(signatures: &[KeySignature], message: &Hash) -> Result<Vec<KeySignature>, JoinError> {
    if let Some(wrong) = signatures.iter().find(|signature| !is_signed_by(signature, message)) {
        return Err(JoinError::Wrong { key: wrong.key });
    }
    let mut sorted = signatures.to_vec();
    sorted.sort_by_key(|signature| signature.key);
    sorted.dedup_by_key(|signature| signature.key);
    Ok(sorted)
}

fn bounded<const MIN: usize>(
    signatures: Vec<KeySignature>,
    part: Part,
) -> Result<Bounded<KeySignature, MIN, { limit::TX_SIGNATURES }>, JoinError> {
    let count = signatures.len();
    Bounded::new(signatures).map_err(|_| match count {
        0 => JoinError::Missing(part),
        _ => JoinError::TooMany { part, count },
    })
}
