//! What a person signs.
//!
//! A [`Transaction`] is a list of calls that all succeed or all vanish. [`TxHash`] names it to
//! people; [`WireId`] names one signed form of it, because sr25519 signatures are randomized.

use alloc::borrow::Cow;

use parity_scale_codec::{Decode, Encode};

use crate::{
    codec::{Bounded, Bytes, DecodeError, Name, Version, decode},
    hash::{Hash, Tag, hash},
    id::{AccountId, AssetId, ChainId, ContractId, PublicKey, TxHash, WireId},
    limit,
    unit::{Amount, Gas, Nonce, TimeMs},
};

/// The signing context of accounts: the one that Substrate wallets use, so that they can sign for
/// this chain. Domain separation comes from [`Tag`] and the chain id inside the message.
pub const ACCOUNT_SIGNING_CONTEXT: &[u8] = b"substrate";

/// An amount of one asset.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Encode, Decode)]
pub struct AssetAmount {
    /// Which asset.
    pub asset: AssetId,
    /// How much of it.
    pub amount: Amount,
}

/// One message to one contract.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct Call {
    /// The contract.
    pub to: ContractId,
    /// The method, as its ABI names it.
    pub method: Name,
    /// SCALE encoding of the arguments, in the order of the ABI, without a length before them.
    pub args: Bytes<{ limit::TX_BYTES }>,
    /// Assets that move to the contract before its code runs, and come back if it fails.
    pub attach: Bounded<AssetAmount, 0, { limit::CALL_ASSETS }>,
}

/// Calls that succeed or fail together, on behalf of one account.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct Transaction {
    /// Format of this type.
    pub version: Version<1>,
    /// On whose behalf the calls run.
    pub signer: AccountId,
    /// Must equal the signer's nonce.
    pub nonce: Nonce,
    /// Last block time at which the transaction may run.
    pub valid_until: TimeMs,
    /// Gas that the calls may use together.
    pub gas_limit: Gas,
    /// The most that may be charged, in the chain's fee asset.
    pub max_fee: Amount,
    /// Who pays instead of the signer.
    pub sponsor: Option<AccountId>,
    /// The signer's own guard: the most that may leave its free balance, per asset; an asset that
    /// is not listed must not leave at all. Strictly ascending by asset.
    pub limits: Bounded<AssetAmount, 0, { limit::TX_SPEND_LIMITS }>,
    /// The calls, in order.
    pub calls: Bounded<Call, 1, { limit::TX_CALLS }>,
}

impl Transaction {
    /// Names the transaction, and is the message that its signer signs.
    pub fn hash(&self, chain: &ChainId) -> TxHash {
        TxHash(hash(Tag::Transaction, &[&chain.0, &self.encode()]))
    }

    /// The message that a sponsor signs: other than the signer's, so neither can pass for the
    /// other.
    pub fn sponsor_message(&self, chain: &ChainId) -> Hash {
        hash(Tag::Sponsor, &[&chain.0, &self.encode()])
    }

    /// Whether the limits ascend strictly, so that each asset has one.
    pub fn limits_are_sorted(&self) -> bool {
        self.limits.windows(2).all(|pair| pair[0].asset < pair[1].asset)
    }
}

/// What exactly was signed. Browser wallets wrap whatever they sign, so that a page can never make
/// them sign a Substrate extrinsic. The form is stated and not guessed: a batch must know its
/// messages beforehand.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Encode, Decode)]
pub enum MessageForm {
    /// The 32 bytes of the message.
    Bare,
    /// `<Bytes>` ‖ message ‖ `</Bytes>`.
    Wrapped,
}

impl MessageForm {
    /// The bytes under the signature.
    pub fn apply(self, message: &Hash) -> Cow<'_, [u8]> {
        match self {
            Self::Bare => Cow::Borrowed(message),
            Self::Wrapped => Cow::Owned([b"<Bytes>".as_slice(), message, b"</Bytes>"].concat()),
        }
    }
}

/// A signature with the key that made it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
pub struct KeySignature {
    /// Who signed.
    pub key: PublicKey,
    /// What was signed.
    pub form: MessageForm,
    /// The sr25519 signature.
    pub signature: [u8; 64],
}

/// Signatures over one message, strictly ascending by key.
pub type Signatures<const MIN: usize> = Bounded<KeySignature, MIN, { limit::TX_SIGNATURES }>;

/// A transaction as it travels.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct SignedTransaction {
    /// Format of this type.
    pub version: Version<1>,
    /// What was signed.
    pub transaction: Transaction,
    /// By keys of the signer's authority.
    pub signatures: Signatures<1>,
    /// By keys of the sponsor's authority; empty exactly when there is no sponsor.
    pub sponsor_signatures: Signatures<0>,
}

impl SignedTransaction {
    /// Decodes a transaction from outside.
    pub fn from_wire(bytes: &[u8]) -> Result<Self, DecodeError> {
        decode("signed transaction", bytes, limit::TX_BYTES)
    }

    /// Names this signed form.
    pub fn wire_id(&self) -> WireId {
        Self::wire_id_of(&self.encode())
    }

    /// [`Self::wire_id`] of an encoding at hand.
    pub fn wire_id_of(bytes: &[u8]) -> WireId {
        WireId(hash(Tag::SignedTransaction, &[bytes]))
    }
}

/// Whether signatures ascend strictly by key: a key that signs twice is not counted twice.
pub fn keys_are_sorted(signatures: &[KeySignature]) -> bool {
    signatures.windows(2).all(|pair| pair[0].key < pair[1].key)
}
