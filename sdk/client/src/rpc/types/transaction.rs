//! Sending transactions, and what becomes of them.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{AccountAddress, AmountInfo, ContractAddress, Hex, Hex32, U64, U128};
use crate::rpc::error::Refused;

/// Params of `tx_submit`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Submit {
    /// SCALE encodings of signed transactions, 1 to [`super::SUBMIT_TRANSACTIONS`].
    pub transactions: Vec<Hex>,
}

/// What the node did with one submitted transaction.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct SubmitVerdict {
    /// Its hash, for `tx_wait`; absent where the bytes are no transaction.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hash: Option<Hex32>,
    /// What became of it.
    pub status: SubmitStatus,
    /// Why it was refused.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<Refused>,
}

/// What became of a submitted transaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum SubmitStatus {
    /// The node keeps it and passes it on.
    Accepted,
    /// The node had it already, waiting or final.
    Known,
    /// The node does not take it.
    Refused,
}

/// Params of `tx_wait`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct TxWait {
    /// Which transaction; the node need not know it yet.
    pub hash: Hex32,
    /// How long to wait: [`super::WAIT_MS`] by default, [`super::WAIT_MS_MAX`] at most.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub timeout_ms: Option<u32>,
}

/// Params of `tx_get`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct TxGet {
    /// Which transaction.
    pub hash: Hex32,
}

/// What is known of a transaction.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct TxStatus {
    /// Its hash.
    pub hash: Hex32,
    /// How far it has come.
    pub state: TxState,
    /// In which block, once final.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub height: Option<U64>,
    /// Where in the block, once final.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub index: Option<u32>,
    /// The block's time, once final.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub time_ms: Option<U64>,
    /// If it is unknown: the first block that the node has, where that is not the first of all. An
    /// older one may have it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub blocks_from: Option<U64>,
    /// Why it was dropped.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refused: Option<Refused>,
    /// What came of it, once final.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outcome: Option<Outcome>,
    /// What was signed, where the node still has it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub transaction: Option<TransactionInfo>,
}

/// How far a transaction has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum TxState {
    /// The node has never seen it, or has forgotten it.
    Unknown,
    /// It waits for a block.
    Pending,
    /// The node had accepted it, but no block can take it any more. Should its nonce become free
    /// again, the same bytes can be submitted again.
    Dropped,
    /// It is in a certified block and cannot be undone.
    Final,
}

/// What a transaction came to, or would come to.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Outcome {
    /// Whether its calls stand.
    pub status: OutcomeStatus,
    /// Gas used.
    pub gas_used: U64,
    /// Fee charged, in smallest units of the chain's fee asset.
    pub fee: U128,
    /// One result per call; empty where it was reverted.
    pub returns: Vec<Returned>,
    /// The events of all calls, in order; empty where it was reverted.
    pub events: Vec<Event>,
    /// What failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failure: Option<Failure>,
}

/// Whether the calls of a transaction stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum OutcomeStatus {
    /// All calls succeeded.
    Applied,
    /// One failed: fee and nonce stay, the rest is undone.
    Reverted,
}

/// The result of a call.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Returned {
    /// As the contract gave it.
    pub bytes: Hex,
    /// By the ABI of the contract as it is now; absent where that does not describe the bytes.
    /// `null` is the value of a method that returns nothing.
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    pub value: Option<Value>,
}

/// Keeps `null` apart from a field that is absent.
fn present<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Option<Value>, D::Error> {
    Value::deserialize(deserializer).map(Some)
}

/// Something a contract said.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Event {
    /// Who said it.
    pub contract: ContractAddress,
    /// The event's name.
    pub name: String,
    /// The fields by which it is indexed, each encoded.
    pub topics: Vec<Hex>,
    /// The other fields, encoded.
    pub data: Hex,
    /// All fields by name, by the ABI of the contract as it is now; absent where that does not
    /// describe the event.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<Value>,
}

/// What failed, and where.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Failure {
    /// Which of the calls.
    pub call: u16,
    /// The contract that failed; it need not be the one that was called.
    pub contract: ContractAddress,
    /// The method that failed.
    pub method: String,
    /// How: `revert`, `panic`, `out_of_gas`, …
    pub kind: String,
    /// The code with which the contract refused.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<u32>,
    /// The name of that code in the ABI.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// A sentence: the ABI's for that code with its fields in it, or what the kind means.
    pub message: String,
    /// The fields of the refusal, by the ABI.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<Value>,
    /// The fields of the refusal, encoded, or where the contract panicked, as text.
    pub payload: Hex,
}

/// What was signed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct TransactionInfo {
    /// On whose behalf.
    pub signer: AccountAddress,
    /// The signer's nonce.
    pub nonce: U64,
    /// Last block time at which it may run.
    pub valid_until_ms: U64,
    /// Gas that it may use.
    pub gas_limit: U64,
    /// The most that it may cost.
    pub max_fee: U128,
    /// Who pays instead of the signer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sponsor: Option<AccountAddress>,
    /// The most that may leave the signer.
    pub limits: Vec<AmountInfo>,
    /// The calls, in order.
    pub calls: Vec<CallInfo>,
}

/// A call as it was signed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct CallInfo {
    /// The contract.
    pub contract: ContractAddress,
    /// The method.
    pub method: String,
    /// The arguments by name; absent where the ABI of the contract as it is now does not describe
    /// them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub args: Option<Value>,
    /// The arguments, encoded.
    pub bytes: Hex,
    /// The assets that go with it.
    pub attach: Vec<AmountInfo>,
    /// What it does, in a sentence, by the contract's ABI.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub intent: Option<String>,
}
