//! Stateless validity: what can be said of a signed transaction without the state.
//!
//! A [`VerifiedTransaction`] can be made here only, so whoever holds one need not verify again.
//! Single verification defines validity; a batch saves half of the time, and a batch that fails is
//! verified singly, so that a bad signature is held against the transaction that carries it and no
//! other.

mod keys;

use parity_scale_codec::Encode;
use schnorrkel::{Signature, context::SigningContext};
use thiserror::Error;
use weal_types::{
    ChainId, PublicKey, TxHash, WireId,
    codec::{Bounded, DecodeError, LengthError, Version},
    hash::Hash,
    transaction::{
        ACCOUNT_SIGNING_CONTEXT, KeySignature, MessageForm, SignedTransaction, Transaction,
        keys_are_sorted,
    },
};

/// Why a transaction can never be valid. Its sender is at fault; sending the same bytes again
/// cannot help.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum InvalidTransaction {
    /// Not the encoding of a transaction, or too long.
    #[error(transparent)]
    Decode(#[from] DecodeError),
    /// Signatures repeat or are out of order.
    #[error("signatures ascend strictly by key")]
    SignaturesUnsorted,
    /// Spending limits repeat or are out of order.
    #[error("spending limits ascend strictly by asset")]
    LimitsUnsorted,
    /// Sponsor signatures without a sponsor, or a sponsor without them.
    #[error("sponsor signatures are given exactly when a sponsor is named")]
    Sponsor,
    /// A signer that sponsors itself.
    #[error("the sponsor is somebody other than the signer")]
    OwnSponsor,
    /// A signature that does not hold.
    #[error("the signature by {key:?} does not hold: check the chain id and the signing context")]
    Signature {
        /// Whose.
        key: PublicKey,
    },
}

/// A transaction whose form and signatures hold on this chain. Whether its signers may act for its
/// account is a question to the state.
#[derive(Clone, Debug)]
pub struct VerifiedTransaction {
    signed: SignedTransaction,
    hash: TxHash,
    wire_id: WireId,
    bytes: u32,
}

impl VerifiedTransaction {
    /// Decodes and verifies what came over the wire.
    pub fn from_wire(bytes: &[u8], chain: &ChainId) -> Result<Self, InvalidTransaction> {
        let unverified = Unverified::new(bytes, chain)?;
        match unverified.first_bad_signature() {
            None => Ok(unverified.transaction),
            Some(key) => Err(InvalidTransaction::Signature { key }),
        }
    }

    /// What a dry run takes for a transaction that these keys have signed. It never leaves the
    /// runtime.
    pub(crate) fn assumed(
        transaction: Transaction,
        signer_keys: &[PublicKey],
        sponsor_keys: &[PublicKey],
        chain: &ChainId,
    ) -> Result<Self, LengthError> {
        let signed = |key: &PublicKey| KeySignature {
            key: *key,
            form: MessageForm::Wrapped,
            signature: [0; 64],
        };
        let hash = transaction.hash(chain);
        let signed = SignedTransaction {
            version: Version,
            transaction,
            signatures: Bounded::new(signer_keys.iter().map(signed).collect())?,
            sponsor_signatures: Bounded::new(sponsor_keys.iter().map(signed).collect())?,
        };
        let bytes = signed.encode();
        Ok(Self {
            hash,
            wire_id: SignedTransaction::wire_id_of(&bytes),
            bytes: bytes.len() as u32,
            signed,
        })
    }

    /// What was signed.
    pub fn transaction(&self) -> &Transaction {
        &self.signed.transaction
    }

    /// The whole of it.
    pub fn signed(&self) -> &SignedTransaction {
        &self.signed
    }

    /// Names it to people.
    pub fn hash(&self) -> TxHash {
        self.hash
    }

    /// Names this signed form.
    pub fn wire_id(&self) -> WireId {
        self.wire_id
    }

    /// Length on the wire.
    pub fn wire_bytes(&self) -> usize {
        self.bytes as usize
    }

    /// Keys that signed for the signer.
    pub fn signer_keys(&self) -> impl Iterator<Item = PublicKey> + Clone + '_ {
        self.signed.signatures.iter().map(|signature| signature.key)
    }

    /// Keys that signed for the sponsor.
    pub fn sponsor_keys(&self) -> impl Iterator<Item = PublicKey> + Clone + '_ {
        self.signed.sponsor_signatures.iter().map(|signature| signature.key)
    }
}

/// Verifies many transactions, one verdict each, in order. Costs about 20 µs for each signature in
/// large batches against 40 singly, and takes randomness from the operating system.
pub fn verify_batch(
    transactions: &[impl AsRef<[u8]>],
    chain: &ChainId,
) -> Vec<Result<VerifiedTransaction, InvalidTransaction>> {
    let decoded: Vec<_> =
        transactions.iter().map(|bytes| Unverified::new(bytes.as_ref(), chain)).collect();
    let all_hold = batch_holds(decoded.iter().flatten());
    let verdict = |unverified: Unverified| {
        let bad = if all_hold { None } else { unverified.first_bad_signature() };
        match bad {
            None => Ok(unverified.transaction),
            Some(key) => Err(InvalidTransaction::Signature { key }),
        }
    };
    decoded.into_iter().map(|unverified| unverified.and_then(verdict)).collect()
}

/// A transaction of good form, and the messages that its signatures are to be over.
struct Unverified {
    transaction: VerifiedTransaction,
    sponsor_message: Option<Hash>,
}

impl Unverified {
    fn new(bytes: &[u8], chain: &ChainId) -> Result<Self, InvalidTransaction> {
        let signed = SignedTransaction::from_wire(bytes)?;
        let transaction = &signed.transaction;
        if !keys_are_sorted(&signed.signatures) || !keys_are_sorted(&signed.sponsor_signatures) {
            return Err(InvalidTransaction::SignaturesUnsorted);
        }
        if !transaction.limits_are_sorted() {
            return Err(InvalidTransaction::LimitsUnsorted);
        }
        if transaction.sponsor.is_none() != signed.sponsor_signatures.is_empty() {
            return Err(InvalidTransaction::Sponsor);
        }
        if transaction.sponsor == Some(transaction.signer) {
            return Err(InvalidTransaction::OwnSponsor);
        }
        Ok(Self {
            sponsor_message: transaction.sponsor.map(|_| transaction.sponsor_message(chain)),
            transaction: VerifiedTransaction {
                hash: transaction.hash(chain),
                wire_id: SignedTransaction::wire_id_of(bytes),
                bytes: bytes.len() as u32,
                signed,
            },
        })
    }

    /// Each signature with its message.
    fn signatures(&self) -> impl Iterator<Item = (&Hash, &KeySignature)> {
        let signed = &self.transaction.signed;
        let by_signer =
            signed.signatures.iter().map(|signature| (&self.transaction.hash.0, signature));
        let by_sponsor = self.sponsor_message.iter().flat_map(|message| {
            signed.sponsor_signatures.iter().map(move |signature| (message, signature))
        });
        by_signer.chain(by_sponsor)
    }

    fn first_bad_signature(&self) -> Option<PublicKey> {
        let holds = |message: &Hash, signature: &KeySignature| {
            is_signed(&signature.key, &signature.form.apply(message), &signature.signature)
        };
        self.signatures()
            .find(|(message, signature)| !holds(message, signature))
            .map(|(_, signature)| signature.key)
    }
}

/// Whether every signature of every transaction holds; `false` also where one cannot even be read.
fn batch_holds<'a>(transactions: impl Iterator<Item = &'a Unverified>) -> bool {
    let context = SigningContext::new(ACCOUNT_SIGNING_CONTEXT);
    let mut transcripts = Vec::new();
    let mut signatures = Vec::new();
    let mut keys = Vec::new();
    let mut known = keys::known();
    for (message, signature) in transactions.flat_map(Unverified::signatures) {
        let read = Signature::from_bytes(&signature.signature);
        let (Some(key), Ok(read)) = (known.get(&signature.key), read) else {
            return false;
        };
        transcripts.push(context.bytes(&signature.form.apply(message)));
        signatures.push(read);
        keys.push(key);
    }
    drop(known);
    // The lengths are equal, which is the one thing that `verify_batch` panics about.
    schnorrkel::verify_batch(transcripts, &signatures, &keys, false).is_ok()
}

/// Reads a key with which one person alone can sign: a point, and not the neutral element, which is
/// encoded as zeros and for which anybody can.
pub(crate) fn signing_key(key: &PublicKey) -> Option<schnorrkel::PublicKey> {
    if key.0 == [0; 32] { None } else { schnorrkel::PublicKey::from_bytes(&key.0).ok() }
}

/// Whether `signature` is an sr25519 signature of `message` by `key` in the context of accounts.
pub fn is_signed(key: &PublicKey, message: &[u8], signature: &[u8; 64]) -> bool {
    let (Some(key), Ok(signature)) = (signing_key(key), Signature::from_bytes(signature)) else {
        return false;
    };
    key.verify_simple(ACCOUNT_SIGNING_CONTEXT, message, &signature).is_ok()
}
