//! Blocks, what certifies them, and the parameters they follow.

use serde::{Deserialize, Serialize};

use super::{AccountAddress, Hex, Hex32, U64, U128};

/// The newest final block, or one that has just become final.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Head {
    /// Position in the chain; genesis is 0.
    pub height: U64,
    /// Hash of its header.
    pub hash: Hex32,
    /// Block time.
    pub time_ms: U64,
    /// Root of the state after it.
    pub state_root: Hex32,
    /// How many transactions it has.
    pub transactions: u32,
}

/// Params of `chain_block`: by height or by hash, the newest block without either.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct BlockGet {
    /// Its height.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub height: Option<U64>,
    /// Hash of its header.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hash: Option<Hex32>,
}

/// A final block.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Block {
    /// Its header.
    #[serde(flatten)]
    pub header: BlockHeader,
    /// Who certified it. Genesis has none, nor has a block that is final with the next one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub certificate: Option<CertificateSummary>,
    /// Its transactions, in order.
    pub transactions: Vec<BlockTransaction>,
}

/// The fields of a header, and its hash.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct BlockHeader {
    /// Hash of the header.
    pub hash: Hex32,
    /// The chain.
    pub chain: Hex32,
    /// Which validator set certified it.
    pub epoch: U64,
    /// Position in the chain.
    pub height: U64,
    /// Hash of the header before it.
    pub parent: Hex32,
    /// Digest of the ordered proposal.
    pub proposal: Hex32,
    /// Block time.
    pub time_ms: U64,
    /// Root over the wire ids of its transactions.
    pub tx_root: Hex32,
    /// How many transactions it has.
    pub tx_count: u32,
    /// Root of the state after it.
    pub state_root: Hex32,
    /// Root over its receipts.
    pub receipts_root: Hex32,
    /// Gas that its transactions used.
    pub gas_used: U64,
    /// The validator set that certifies it.
    pub set_id: Hex32,
    /// The validator set of the next epoch, in the last header of one; otherwise `set_id`.
    pub next_set_id: Hex32,
}

/// Who certified a block.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct CertificateSummary {
    /// Places in the validator set of those who signed, ascending.
    pub signers: Vec<u8>,
}

/// A transaction of a block.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct BlockTransaction {
    /// Names the transaction to people.
    pub hash: Hex32,
    /// Names this signed form of it.
    pub wire_id: Hex32,
    /// How it ended.
    pub status: TransactionStatus,
    /// Why it was skipped.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// How an ordered transaction ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum TransactionStatus {
    /// All calls succeeded.
    Applied,
    /// A call failed: fee and nonce stay, the rest is undone.
    Reverted,
    /// It did not run, and left no trace.
    Skipped,
}

/// Params of `chain_certificate`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct CertificateGet {
    /// Of which block. Genesis has none, nor has a block that is final with the next one.
    pub height: U64,
}

/// A header and what certifies it, in the bytes that are hashed and signed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct CertificateBytes {
    /// SCALE encoding of the header.
    pub header: Hex,
    /// SCALE encoding of the checkpoint certificate.
    pub certificate: Hex,
    /// SCALE encoding of the validator set that made it.
    pub validators: Hex,
}

/// The parameters in force.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ParamsInfo {
    /// Whose calls may change them.
    pub governance: AccountAddress,
    /// Who may send: `members`, `sponsored` or `open`.
    pub admission: String,
    /// What gas costs; absent where it is free.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fee: Option<FeeInfo>,
    /// Gas limits of one block's transactions, summed.
    pub block_gas: U64,
    /// Gas limit of one transaction.
    pub transaction_gas: U64,
    /// Gas limits of one account's transactions in one block, summed.
    pub account_gas_per_block: U64,
    /// Gas limit of one query.
    pub query_gas: U64,
    /// Heights between the upload of a code and its first call.
    pub code_delay: U64,
    /// How far ahead `valid_until` may lie for an account with one key.
    pub valid_ahead_key_ms: U64,
    /// The same for an account with a policy.
    pub valid_ahead_policy_ms: U64,
    /// Whether contracts may log, and `dev_*` exists.
    pub devnet: bool,
}

/// What gas costs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct FeeInfo {
    /// In which asset.
    pub asset: Hex32,
    /// Smallest units per 1,000,000 gas.
    pub price_per_million_gas: U128,
    /// Who receives the fees.
    pub collector: AccountAddress,
}

/// What the chain started with.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct GenesisInfo {
    /// The chain's id: the document's hash under the tag `weal/chain/1`.
    pub chain: Hex32,
    /// The genesis document, to the byte.
    pub document: String,
}

/// Who certifies now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ValidatorsInfo {
    /// Which reign.
    pub epoch: U64,
    /// Names the set in headers.
    pub set_id: Hex32,
    /// Signatures of a certificate.
    pub quorum: u32,
    /// The validators in their order.
    pub validators: Vec<ValidatorInfo>,
    /// Who follows, once the end of the epoch is decided.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<NextValidators>,
    /// Who follows them, if that is decided too.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<NextValidators>,
    /// Changes that are not decided yet.
    pub proposals: Vec<ProposalInfo>,
}

/// The validators of a later epoch.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct NextValidators {
    /// Which epoch.
    pub epoch: U64,
    /// Its first height.
    pub from: U64,
    /// Its last height, once that is decided.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<U64>,
    /// The validators in their order.
    pub validators: Vec<ValidatorInfo>,
}

/// A change of the validators that waits for approvals, or for whoever joins.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ProposalInfo {
    /// Its name.
    pub id: Hex32,
    /// Who is to join.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub adds: Option<ValidatorInfo>,
    /// The key of whoever is to leave.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub removes: Option<Hex32>,
    /// Operators that approve.
    pub approvals: Vec<AccountAddress>,
    /// Present validators that they decide for; a quorum is needed.
    pub votes: u32,
    /// The height at which whoever joins last said that it is ready.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ready_at: Option<U64>,
    /// Until when the approvals count, in milliseconds since 1970.
    pub until_ms: U64,
}

/// Ends of epochs of one answer of `chain_hand_overs`.
pub const HAND_OVERS: usize = 64;

/// The params of `chain_hand_overs`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct HandOversGet {
    /// The epoch whose validators are known: its end is the first of the answer.
    pub from_epoch: U64,
}

/// What leads from the validators of one epoch to later ones.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct HandOvers {
    /// SCALE encodings of the ends of consecutive epochs, at most 64: last header, certificate,
    /// validators of the next epoch.
    pub hand_overs: Vec<Hex>,
}

/// A validator.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ValidatorInfo {
    /// Its sr25519 public key.
    pub key: Hex32,
    /// The account that decides for it.
    pub operator: AccountAddress,
    /// Who runs it.
    pub organisation: String,
    /// Where the other validators find it; empty where their configurations say that.
    pub address: String,
}
