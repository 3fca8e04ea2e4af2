//! Contracts: what they are, asking them, and preparing transactions for them.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{AccountAddress, AuthorityInfo, ContractAddress, Hex, Hex32, Outcome, U64, U128};

/// Params of `contract_abi` and `contract_info`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct ContractGet {
    /// Which contract.
    pub contract: ContractAddress,
}

/// What can be called, and what may come of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct AbiInfo {
    /// The contract.
    pub contract: ContractAddress,
    /// The code that it runs; a system contract has none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<Hex32>,
    /// The document (`docs/abi.md`).
    pub abi: Value,
}

/// A contract's record.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ContractInfo {
    /// The contract.
    pub contract: ContractAddress,
    /// The name in its ABI.
    pub name: String,
    /// Whether it is part of the chain; if so, it has none of the fields that follow but `layout`.
    pub system: bool,
    /// The code that it runs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<Hex32>,
    /// Who deployed it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub creator: Option<AccountAddress>,
    /// Who may pause and upgrade it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<AccountAddress>,
    /// How it may be upgraded.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub policy: Option<UpgradePolicy>,
    /// Whether calls are refused.
    pub paused: bool,
    /// Whether governance paused it, so that governance alone can end the pause.
    pub paused_by_governance: bool,
    /// What its storage looks like.
    pub layout: LayoutInfo,
    /// The upgrade that waits for its time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pending: Option<PendingUpgrade>,
}

/// The shape of a contract's storage.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct LayoutInfo {
    /// Raised with each change.
    pub version: u32,
    /// Hash of names and types.
    pub hash: Hex32,
}

/// How a contract may be upgraded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum UpgradePolicy {
    /// Never.
    Immutable,
    /// By its owner, at any time.
    Owner,
    /// By its owner, some time after announcing the very code.
    Delayed {
        /// How long after.
        delay_ms: U64,
    },
}

/// An announced upgrade.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct PendingUpgrade {
    /// To which code.
    pub code: Hex32,
    /// From when on it may be carried out.
    pub effective_ms: U64,
}

/// Params of `contract_query`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Query {
    /// Which contract.
    pub contract: ContractAddress,
    /// A method of its ABI that only reads.
    pub method: String,
    /// The arguments: an object by name, or a list by position; none if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub args: Option<Value>,
    /// As whom to ask; nobody if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<AccountAddress>,
}

/// What a query gave.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct QueryResult {
    /// By the ABI.
    pub value: Value,
    /// As the contract gave it.
    pub bytes: Hex,
    /// Gas used.
    pub gas_used: U64,
    /// The block on whose state it was asked.
    pub height: U64,
}

/// An amount of an asset.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct AmountInfo {
    /// Which asset.
    pub asset: Hex32,
    /// How much of it, in smallest units.
    pub amount: U128,
    /// What people call the asset; not read in params.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub symbol: Option<String>,
    /// Its decimals; not read in params.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scale: Option<u8>,
}

/// A call by its contract's ABI.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct CallByAbi {
    /// Which contract.
    pub contract: ContractAddress,
    /// A method of its ABI.
    pub method: String,
    /// The arguments: an object by name, or a list by position; none if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub args: Option<Value>,
    /// Assets to send with it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub attach: Vec<AmountInfo>,
}

/// Params of `contract_prepare`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Prepare {
    /// Who is going to sign.
    pub from: AccountAddress,
    /// What is to be done, 1 to 256 calls.
    pub calls: Vec<CallByAbi>,
    /// The nonce; the account's next one if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nonce: Option<U64>,
    /// Gas that it may use; what the dry run used and a fifth if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gas_limit: Option<U64>,
    /// How long after the newest block it may run; an hour if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub valid_for_ms: Option<U64>,
    /// The most that it may cost; the fee for `gas_limit` if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_fee: Option<U128>,
    /// Who pays instead.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sponsor: Option<AccountAddress>,
    /// The most that may leave the signer; exactly what left it in the dry run if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limits: Option<Vec<AmountInfo>>,
}

/// A transaction that waits for signatures, and what it would do now.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Prepared {
    /// SCALE encoding of the unsigned transaction.
    pub transaction: Hex,
    /// Its hash: the message to sign.
    pub hash: Hex32,
    /// The dry run on the newest block. A client must not sign a reverted one unread.
    pub outcome: Outcome,
    /// What each call does, in a sentence.
    pub summary: Vec<String>,
    /// What would be different afterwards.
    pub effects: Effects,
    /// The block on whose state it was tried.
    pub height: U64,
    /// The signer's nonce in it.
    pub nonce: U64,
    /// Last block time at which it may run.
    pub valid_until_ms: U64,
    /// Gas that the dry run used.
    pub gas_used: U64,
    /// Gas that it may use.
    pub gas_limit: U64,
    /// Fee of the dry run.
    pub fee: U128,
    /// The most that it may cost.
    pub max_fee: U128,
    /// The most that may leave the signer, ascending by asset.
    pub limits: Vec<AmountInfo>,
    /// Who has to sign, and with which keys.
    pub missing_signatures: Vec<MissingSignature>,
}

/// What a transaction would change.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Effects {
    /// Balances that would differ, by account and asset. The fee is in them.
    pub balances: Vec<BalanceChange>,
}

/// A free balance before and after.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct BalanceChange {
    /// Whose.
    pub account: AccountAddress,
    /// Of which asset.
    pub asset: Hex32,
    /// What people call it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub symbol: Option<String>,
    /// Its decimals.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scale: Option<u8>,
    /// What could be spent before.
    pub before: U128,
    /// What can be spent after.
    pub after: U128,
}

/// Somebody who has to sign.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct MissingSignature {
    /// For which account.
    pub account: AccountAddress,
    /// As what.
    pub role: SignatureRole,
    /// Whose signatures the account accepts.
    #[serde(flatten)]
    pub authority: AuthorityInfo,
}

/// As what somebody signs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum SignatureRole {
    /// On whose behalf the calls run.
    Signer,
    /// Who pays.
    Sponsor,
}
