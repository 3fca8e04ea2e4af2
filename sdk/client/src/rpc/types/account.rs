//! Accounts and assets.

use serde::{Deserialize, Serialize};

use super::{AccountAddress, Hex32, U64, U128};

/// Params of `account_get`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct AccountGet {
    /// Whose.
    pub account: AccountAddress,
}

/// An account and what it has.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct AccountInfo {
    /// The account.
    pub account: AccountAddress,
    /// Whether it has a record. One without is as its key opened it: nonce 0 and nobody's word.
    pub exists: bool,
    /// The nonce of its next transaction to run.
    pub nonce: U64,
    /// The nonce after those of its transactions that wait in this node.
    pub next_nonce: U64,
    /// Whose signatures it accepts.
    pub authority: AuthorityInfo,
    /// `active` or `suspended`.
    pub status: String,
    /// Whether somebody vouched for it.
    pub admitted: bool,
    /// Who did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub admitted_by: Option<AccountAddress>,
    /// What it has, ascending by asset.
    pub balances: Vec<AssetBalance>,
    /// Whether it has more than the node lists; `contract_query` of `assets` gives the rest.
    pub more_balances: bool,
    /// After which block.
    pub height: U64,
}

/// Whose signatures an account accepts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum AuthorityInfo {
    /// One sr25519 key.
    Key(Hex32),
    /// Several keys with weights.
    Policy {
        /// Weight that the signing keys must reach together.
        threshold: u32,
        /// The keys, ascending.
        keys: Vec<KeyWeight>,
    },
}

/// A key of a policy.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct KeyWeight {
    /// The key.
    pub key: Hex32,
    /// What its signature counts.
    pub weight: u16,
}

/// What an account has of an asset.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct AssetBalance {
    /// Which asset.
    pub asset: Hex32,
    /// What people call it. Symbols are not unique on a chain.
    pub symbol: String,
    /// Decimals: how many of the last digits of an amount stand after the point.
    pub scale: u8,
    /// What it can spend.
    pub free: U128,
    /// What it has set aside for contracts to capture.
    pub reserved: U128,
    /// What governance keeps it from spending.
    pub held: U128,
}

/// Params of `asset_list`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct AssetList {
    /// List those after this one; from the first if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<Hex32>,
    /// How many; 1,000 by default and at most.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<u32>,
}

/// An asset.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct AssetSummary {
    /// Its id.
    pub asset: Hex32,
    /// What people call it. Symbols are not unique on a chain.
    pub symbol: String,
    /// Decimals: how many of the last digits of an amount stand after the point.
    pub scale: u8,
    /// Who mints and burns it.
    pub issuer: AccountAddress,
    /// How much of it exists.
    pub supply: U128,
    /// The most that may exist.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cap: Option<U128>,
    /// `active` or `frozen`.
    pub status: String,
    /// Whom it may be sent to: `free` or `listed`.
    pub transfers: String,
}
