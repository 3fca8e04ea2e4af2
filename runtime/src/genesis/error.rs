//! Why a chain cannot start.

use thiserror::Error;
use weal_types::{
    AccountId, Amount, AssetId, PublicKey, account::PolicyError, state::StateKeyError,
};

use crate::system::{
    assets::{SCALE_MAX, SUPPLY_MAX, SYMBOL_BYTES},
    params::ParamsError,
};

/// Why a chain cannot start like this. Whoever wrote the genesis document is at fault.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum GenesisError {
    /// The parameters do not work.
    #[error("params: {0}")]
    Params(#[from] ParamsError),
    /// Governance is not among the accounts, and only members may send.
    #[error("governance {governance:?} is not among the accounts, so it could never send")]
    GovernanceAbsent {
        /// The governance account.
        governance: AccountId,
    },
    /// Fees in an asset that does not exist.
    #[error("fees are to be paid in {asset:?}, which is not among the assets")]
    FeeAssetAbsent {
        /// The asset.
        asset: AssetId,
    },
    /// An account appears twice.
    #[error("account {account:?} appears twice in {list}")]
    Twice {
        /// In which list.
        list: &'static str,
        /// Which account.
        account: AccountId,
    },
    /// An account has a policy that nobody, or anybody, satisfies.
    #[error("the policy of account {account:?}: {reason}")]
    Policy {
        /// Which account.
        account: AccountId,
        /// What is wrong.
        reason: PolicyError,
    },
    /// An account has a key that nobody, or anybody, can sign with.
    #[error("account {account:?} has {key:?}, which is no sr25519 public key of one person")]
    BadKey {
        /// Which account.
        account: AccountId,
        /// The bytes.
        key: PublicKey,
    },
    /// An issuer has two assets of one symbol.
    #[error("asset `{symbol}` appears twice for one issuer")]
    AssetTwice {
        /// Its symbol.
        symbol: String,
    },
    /// A text is no symbol.
    #[error(
        "`{symbol}` is no symbol: an ASCII letter, then letters, digits and underscores, at most \
         {SYMBOL_BYTES}"
    )]
    Symbol {
        /// The text.
        symbol: String,
    },
    /// More decimals than an asset can have.
    #[error("asset `{symbol}` has more than {SCALE_MAX} decimals")]
    Scale {
        /// Which asset.
        symbol: String,
    },
    /// A cap of nothing, or above what can exist.
    #[error("the cap of asset `{symbol}` lies between 1 and {SUPPLY_MAX}")]
    Cap {
        /// Which asset.
        symbol: String,
    },
    /// Payees for an asset that anyone may be paid with.
    #[error("asset `{symbol}` may be sent to anyone, so it has no list of payees")]
    Payees {
        /// Which asset.
        symbol: String,
    },
    /// A balance of nothing.
    #[error("account {account:?} has a balance of 0 of asset `{symbol}`: leave it out")]
    ZeroBalance {
        /// Which asset.
        symbol: String,
        /// Whose.
        account: AccountId,
    },
    /// The balances come to more than may exist.
    #[error("the balances of asset `{symbol}` come to more than {most}, its cap")]
    Supply {
        /// Which asset.
        symbol: String,
        /// The most that may exist.
        most: Amount,
    },
    /// A validator's key appears twice.
    #[error("validator {key:?} appears twice")]
    ValidatorTwice {
        /// Its key.
        key: PublicKey,
    },
    /// A validator has a key that nobody, or anybody, can sign with.
    #[error("validator {key:?} has no sr25519 public key of one person")]
    ValidatorKey {
        /// The bytes.
        key: PublicKey,
    },
    /// So many validators do not make a chain.
    #[error("there are {count} validators: one, or 4 to 128")]
    ValidatorCount {
        /// How many there are.
        count: usize,
    },
    /// A validator's organisation or address.
    #[error(
        "validator {key:?}: the organisation has 1 to 64 bytes, the address is host:port or empty"
    )]
    ValidatorText {
        /// Its key.
        key: PublicKey,
    },
    /// A record has a key that is too long: a bug.
    #[error(transparent)]
    Key(#[from] StateKeyError),
}
