//! Keys of people: made, derived, kept and used.
//!
//! The scheme is Substrate's, so that existing wallets and libraries make the same keys from the
//! same words: sr25519, a BIP-39 phrase whose *entropy* is stretched into a seed, the Ed25519
//! expansion of that seed, hard (`//`) and soft (`/`) derivation, and the signing context
//! `substrate`. Domain separation stands inside the message, which holds our tag and the chain id.
//!
//! | module | one idea |
//! |---|---|
//! | `secret` | the text that a key is made from: a phrase or a seed, and a path |
//! | `file` | a key on disk, encrypted under a passphrase |
//! | `sign` | signatures of one transaction, collected and joined |
//! | `dev` | keys that everybody knows |

mod dev;
mod file;
mod secret;
mod sign;

use std::fmt;

use schnorrkel::{ExpansionMode, Keypair, MiniSecretKey, SecretKey, signing_context};
use thiserror::Error;
use weal_types::{
    AccountId, ChainId, Hash, PublicKey,
    address::Address,
    transaction::{ACCOUNT_SIGNING_CONTEXT, KeySignature, MessageForm, Transaction},
};

pub use dev::{DEV_ACCOUNTS, DEV_PHRASE, dev_account};
pub use file::{KeyFile, KeyFileError, Strength};
pub use secret::{Phrase, SecretError};
pub use sign::{JoinError, Part, is_signed_by, join};

/// Bytes of a seed.
pub const SEED_BYTES: usize = 32;

/// Bytes of a secret key: a scalar and the seed of its nonces.
pub const SECRET_KEY_BYTES: usize = 64;

/// The machine gives no randomness; nothing is made without it.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("the operating system gives no randomness: {0}")]
pub struct NoRandomness(String);

/// A key that signs. Its secret half is wiped from memory when it is dropped, and never printed.
#[derive(Clone)]
pub struct KeyPair(Keypair);

impl fmt::Debug for KeyPair {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "KeyPair({})", self.address())
    }
}

impl KeyPair {
    /// The key of a seed, as every Substrate library expands it.
    pub fn from_seed(seed: &[u8; SEED_BYTES]) -> Self {
        Self::of_mini(&mini(seed))
    }

    /// Reads a phrase or a seed (`0x` and 64 digits), with a derivation path behind it:
    /// `bottom drive … walk//Alice/0`.
    pub fn from_text(text: &str) -> Result<Self, SecretError> {
        secret::read(text)
    }

    /// The account that the key opens by itself.
    pub fn account(&self) -> AccountId {
        AccountId::of_key(self.public())
    }

    /// [`Self::account`] as text: `weal1…`.
    pub fn address(&self) -> String {
        Address::Account(self.account()).to_text()
    }

    /// The public half.
    pub fn public(&self) -> PublicKey {
        PublicKey(self.0.public.to_bytes())
    }

    /// Signs a transaction on its signer's behalf.
    pub fn sign(&self, transaction: &Transaction, chain: &ChainId) -> KeySignature {
        self.sign_message(&transaction.hash(chain).0)
    }

    /// Signs a transaction as the sponsor who pays for it.
    pub fn sponsor(&self, transaction: &Transaction, chain: &ChainId) -> KeySignature {
        self.sign_message(&transaction.sponsor_message(chain))
    }

    /// Signs 32 bytes that are a hash under a tag of ours: nothing that a stranger chose.
    pub(crate) fn sign_message(&self, message: &Hash) -> KeySignature {
        let form = MessageForm::Bare;
        let context = signing_context(ACCOUNT_SIGNING_CONTEXT);
        let signature = self.0.sign(context.bytes(&form.apply(message)));
        KeySignature { key: self.public(), form, signature: signature.to_bytes() }
    }

    fn of_mini(seed: &MiniSecretKey) -> Self {
        Self(seed.expand_to_keypair(ExpansionMode::Ed25519))
    }

    fn of_secret(secret: SecretKey) -> Self {
        Self(secret.to_keypair())
    }
}

/// Any 32 bytes are a seed, which the type of the argument promises.
fn mini(seed: &[u8; SEED_BYTES]) -> MiniSecretKey {
    match MiniSecretKey::from_bytes(seed) {
        Ok(seed) => seed,
        Err(_) => unreachable!("a seed has 32 bytes"),
    }
}

/// Random bytes of the operating system.
fn random<const N: usize>() -> Result<[u8; N], NoRandomness> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(|error| NoRandomness(error.to_string()))?;
    Ok(bytes)
}
