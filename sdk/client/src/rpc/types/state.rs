//! Records of the state, and proofs of them.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{ContractAddress, Hex, U64};

/// Params of `state_get`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct StateGet {
    /// Whose record.
    pub contract: ContractAddress,
    /// Its key, without the contract.
    pub key: Hex,
    /// After which block; the newest if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<U64>,
}

/// A record.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct StateValue {
    /// Its value; absent where there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<Hex>,
    /// After which block.
    pub height: U64,
}

/// Params of `state_range`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct StateRange {
    /// Whose records.
    pub contract: ContractAddress,
    /// The lowest key; the contract's first if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<Hex>,
    /// The first key that is too high; none if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<Hex>,
    /// Which way; ascending if absent.
    #[serde(default)]
    pub direction: Direction,
    /// How many; [`super::RANGE_PAGE`] by default and at most.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<u32>,
}

/// Which way a range is walked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    /// From the lowest key up.
    #[default]
    Ascending,
    /// From the highest key down.
    Descending,
}

/// Records in order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct StateRangePage {
    /// The records.
    pub entries: Vec<StateEntry>,
    /// Where to go on: `from` of the next page when ascending, `to` when descending. Absent at the
    /// end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<Hex>,
    /// After which block.
    pub height: U64,
}

/// A record with its key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct StateEntry {
    /// Its key, without the contract.
    pub key: Hex,
    /// Its value.
    pub value: Hex,
}

/// Params of `state_proof`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct StateProve {
    /// Whose records.
    pub contract: ContractAddress,
    /// Their keys, without the contract: 1 to [`super::PROOF_KEYS`].
    pub keys: Vec<Hex>,
    /// After which block; the newest certified one if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<U64>,
}

/// Records, and the proof that these and no others stand under these keys.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct StateProven {
    /// SCALE encoding of the header whose `state_root` the proof leads to.
    pub header: Hex,
    /// SCALE encoding of the certificate of that header.
    pub certificate: Hex,
    /// SCALE encoding of the validator set that made it.
    pub validators: Hex,
    /// The keys with the contract before them, in the order asked.
    pub keys: Vec<Hex>,
    /// The value of each key; `null` where there is none.
    pub values: Vec<Option<Hex>>,
    /// The proof (`weal_proof::StateProof`).
    pub proof: Hex,
}

/// Params of `trace_proof`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct TraceGet {
    /// The campaign.
    pub contract: ContractAddress,
    /// Its budget line.
    pub line: u32,
    /// Where in the line the gift starts, in smallest units.
    pub start: super::U128,
    /// One giver's part of it, if it is a batch: SCALE encoding of the leaf with its path.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub leaf: Option<Hex>,
    /// `next` of the page before; from the gift itself if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<Hex>,
}

/// What became of a gift, and the proof of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct TraceProven {
    /// A file that `weal verify` checks without a node.
    pub bundle: Hex,
    /// The trace in it, as a tree: each stop names the one that it came from.
    pub trace: Value,
    /// `from` of the next page; absent where this is the whole rest of the way.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<Hex>,
    /// The block that it is proven for.
    pub height: U64,
}
