//! What is named on the chain: 32-byte newtypes that do not convert into each other by accident.

use core::fmt;

use parity_scale_codec::{Decode, Encode};

use crate::hash::{Tag, hash};

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode)]
        pub struct $name(pub [u8; 32]);

        impl $name {
            /// The 32 bytes.
            pub const fn as_bytes(&self) -> &[u8; 32] { &self.0 }
        }

        impl AsRef<[u8]> for $name {
            fn as_ref(&self) -> &[u8] { &self.0 }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($name), "(0x{})"), hex::encode(self.0))
            }
        }
    )*};
}

ids! {
    /// Hash of the genesis document; part of everything that is signed.
    ChainId;
    /// Whoever can hold assets and call contracts: a person's account or a contract.
    ///
    /// A person's id starts as an sr25519 public key and stays when the key is replaced. A
    /// contract's id is a hash. The two cannot meet: a contract id that is also somebody's public
    /// key would break SHA-256.
    AccountId;
    /// A contract instance; every contract is also an account ([`ContractId::account`]).
    ContractId;
    /// A kind of money, voucher or goods unit, registered with the system contract `assets`.
    AssetId;
    /// An sr25519 public key (compressed ristretto point).
    PublicKey;
    /// Hash of a module's bytes.
    CodeHash;
    /// Hash of an encoded ABI document.
    AbiHash;
    /// Hash of a [`crate::block::FinalHeader`].
    BlockHash;
    /// Names a transaction to people: independent of its signatures, which are randomized.
    TxHash;
    /// Names one signed form of a transaction: used by gossip, proposals, `tx_root` and signature
    /// caches.
    WireId;
}

impl ContractId {
    /// The id of a system contract: 31 zero bytes and its number.
    pub const fn system(number: u8) -> Self {
        let mut bytes = [0; 32];
        bytes[31] = number;
        Self(bytes)
    }

    /// The id of a contract that `creator` deploys from `code` under a salt of its own choice.
    pub fn derive(creator: &AccountId, code: &CodeHash, salt: &[u8; 32]) -> Self {
        Self(hash(Tag::Contract, &[&creator.0, &code.0, salt]))
    }

    /// The contract as a holder of assets and a caller.
    pub const fn account(self) -> AccountId {
        AccountId(self.0)
    }
}

impl AccountId {
    /// The account that an sr25519 key opens by itself.
    pub const fn of_key(key: PublicKey) -> Self {
        Self(key.0)
    }

    /// The key that controls this account until the owner replaces it.
    pub const fn default_key(&self) -> PublicKey {
        PublicKey(self.0)
    }

    /// Reads the account as a contract; whether one lives there is a question to the state.
    pub const fn as_contract(self) -> ContractId {
        ContractId(self.0)
    }
}

impl AssetId {
    /// The id of the asset that `issuer` creates under `symbol`.
    pub fn derive(issuer: &AccountId, symbol: &str) -> Self {
        Self(hash(Tag::Asset, &[&issuer.0, symbol.as_bytes()]))
    }
}

impl CodeHash {
    /// Hashes a module as it was uploaded, before instrumentation.
    pub fn of(module: &[u8]) -> Self {
        Self(hash(Tag::Code, &[module]))
    }
}
