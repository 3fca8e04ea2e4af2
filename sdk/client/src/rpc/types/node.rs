//! The node itself.

use serde::{Deserialize, Serialize};

use super::{Hex32, U64};

/// Whether the node works.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct NodeHealth {
    /// Whether it executes and answers.
    pub ok: bool,
    /// What is wrong, if something is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub problem: Option<String>,
    /// Height of its newest final block.
    pub head: U64,
    /// Time of that block.
    pub time_ms: U64,
    /// Transactions that wait for a block.
    pub pending: U64,
    /// Nodes that it is connected to.
    pub peers: u32,
    /// Whether it takes part: "votes"; "silent", before it has found out what it said before it
    /// started; "muted", if its data is an old copy; "follows", without a vote.
    pub voice: String,
}

/// What the node is and which chain it follows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct NodeInfo {
    /// Version of the program.
    pub version: String,
    /// The chain id: hash of the genesis document.
    pub chain: Hex32,
    /// The name in the genesis document.
    pub chain_name: String,
    /// `private`, `consortium`, `public` or `devnet`.
    pub mode: String,
    /// Whether `dev_*` exists.
    pub devnet: bool,
    /// Hash of the header of block 0.
    pub genesis: Hex32,
    /// The first block that the node has besides block 0: 1, or a later one if it began with the
    /// state of another node.
    pub blocks_from: U64,
}
