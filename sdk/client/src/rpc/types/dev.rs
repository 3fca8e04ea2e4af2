//! What only a devnet does.

use serde::{Deserialize, Serialize};

use super::{AccountAddress, AssetBalance, Hex32, U64, U128};

/// An account that the devnet's genesis document names.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct DevAccount {
    /// What people call it.
    pub name: String,
    /// What walk-throughs use it as.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role: Option<String>,
    /// Its address.
    pub account: AccountAddress,
    /// What it has now.
    pub balances: Vec<AssetBalance>,
}

/// The clock of the devnet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct DevClock {
    /// What it shows.
    pub now_ms: U64,
    /// `following`: as fast as the machine's; `frozen`: it stands.
    pub mode: String,
}

/// Params of `dev_time`: exactly one of them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct DevTime {
    /// Move it forward by this much.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub advance_ms: Option<U64>,
    /// Set it to this time, which lies ahead.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub set_ms: Option<U64>,
    /// Let it stand.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub freeze: Option<bool>,
    /// Let it go on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub follow: Option<bool>,
}

/// Params of `dev_mine`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct DevMine {
    /// How many blocks; one if absent, 1,000 at most.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub blocks: Option<u32>,
}

/// What `dev_mine` made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct DevMined {
    /// Height of the newest block.
    pub height: U64,
}

/// Params of `dev_seal`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct DevSeal {
    /// When blocks are made.
    pub mode: SealMode,
}

/// When blocks are made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum SealMode {
    /// When transactions wait.
    Demand,
    /// When `dev_mine` is called.
    Manual,
    /// At regular times.
    EveryMs(u32),
}

/// A snapshot that was taken, or returned to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct DevSnapshot {
    /// Its number.
    pub id: u32,
    /// Height of its newest block.
    pub height: U64,
}

/// Params of `dev_restore`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct DevRestore {
    /// Number of the snapshot.
    pub id: u32,
}

/// Where the chain is after `dev_reset`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct DevReset {
    /// Height of the newest block: 0.
    pub height: U64,
}

/// Params of `dev_faucet`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct DevFaucet {
    /// Who receives it.
    pub account: AccountAddress,
    /// Which asset; the devnet's first if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub asset: Option<Hex32>,
    /// How much, in smallest units; 1,000 whole ones if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub amount: Option<U128>,
}

/// Params of `dev_pause`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct DevPause {
    /// Position of the validator.
    pub validator: u32,
}

/// Params of `dev_resume`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct DevResume {
    /// Position of the validator; all that are paused if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub validator: Option<u32>,
}

/// Params of `dev_partition`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct DevPartition {
    /// Positions of validators that hear each other; each validator stands in one group.
    pub groups: Vec<Vec<u32>>,
}

/// How it stands with one validator of the devnet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct DevValidator {
    /// What it is called here: its position at genesis.
    pub validator: u32,
    /// Its public key at present.
    pub key: Hex32,
    /// Where its JSON-RPC listens.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rpc: Option<String>,
    /// `running`, `paused`, or `failed`.
    pub state: String,
    /// Positions of the validators that it could hear, its own among them.
    pub group: Vec<u32>,
    /// Height of its newest block.
    pub height: U64,
    /// Root of the state after that block.
    pub state_root: Hex32,
}
