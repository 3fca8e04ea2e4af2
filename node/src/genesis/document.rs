//! The form of a genesis document, as TOML. Unknown fields are refused.

use serde::{Deserialize, Serialize};
use weal_types::{
    AccountId, Amount, Gas, PublicKey,
    account::{Authority, Policy, WeightedKey},
    address::Address,
    codec::Bounded,
    params::{ChainParams, FeeSchedule},
};

use super::{GenesisError, asset_of, value};

/// A genesis document. Before the chain begins, validators may say more of themselves than is in
/// it.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Document<V = ValidatorEntry> {
    /// What people call the chain.
    pub name: String,
    /// Which kind of chain it is.
    pub mode: Mode,
    /// The time of block 0, in milliseconds since 1970.
    pub time_ms: u64,
    /// Whose calls may change parameters, suspend accounts and create assets.
    pub governance: String,
    /// Accounts that may admit others, besides governance.
    #[serde(default)]
    pub registrars: Vec<String>,
    /// Parameters that differ from those of the mode.
    #[serde(default)]
    pub params: ParamsEntry,
    /// What gas costs; nothing without it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fee: Option<FeeEntry>,
    /// Who certifies the first epoch.
    pub validators: Vec<V>,
    /// Accounts that are admitted from the start.
    #[serde(default)]
    pub accounts: Vec<AccountEntry>,
    /// Assets that exist from the start.
    #[serde(default)]
    pub assets: Vec<AssetEntry>,
}

impl<V> Document<V> {
    /// The same, with another form of each validator.
    pub fn with_validators<W>(self, form: impl FnMut(V) -> W) -> Document<W> {
        let Self { name, mode, time_ms, governance, registrars, params, fee, .. } = self;
        let (accounts, assets) = (self.accounts, self.assets);
        let validators = self.validators.into_iter().map(form).collect();
        Document {
            name,
            mode,
            time_ms,
            governance,
            registrars,
            params,
            fee,
            validators,
            accounts,
            assets,
        }
    }
}

/// Which kind of chain: the parameters it starts from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Mode {
    /// For trying things out: anybody sends, nothing costs, the clock can be moved.
    Devnet,
    /// One validator and admitted accounts.
    Private,
    /// Governed validators, admitted accounts, no fees, quotas.
    Consortium,
    /// Open accounts, fees.
    Public,
}

/// Parameters to change; see [`ChainParams`] for what they mean.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs, reason = "each is the field of the same name in ChainParams")]
pub struct ParamsEntry {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub block_gas: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub transaction_gas: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account_gas_per_block: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub query_gas: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code_delay: Option<u64>,
}

impl ParamsEntry {
    pub(super) fn apply(&self, params: &mut ChainParams) {
        let set = |field: &mut Gas, value: Option<u64>| *field = value.map_or(*field, Gas);
        set(&mut params.block_gas, self.block_gas);
        set(&mut params.transaction_gas, self.transaction_gas);
        set(&mut params.account_gas_per_block, self.account_gas_per_block);
        set(&mut params.query_gas, self.query_gas);
        params.code_delay = self.code_delay.unwrap_or(params.code_delay);
    }
}

/// What gas costs.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FeeEntry {
    /// Symbol of one of the document's assets.
    pub asset: String,
    /// Smallest units for a million gas, in decimals.
    pub price_per_million_gas: String,
    /// Who receives the fees.
    pub collector: String,
}

impl FeeEntry {
    pub(super) fn schedule(&self, document: &Document) -> Result<FeeSchedule, GenesisError> {
        Ok(FeeSchedule {
            asset: asset_of(document, &self.asset)?,
            price_per_million_gas: amount(&self.price_per_million_gas)
                .map_err(|reason| value("fee.price_per_million_gas", reason))?,
            collector: account(&self.collector).map_err(|reason| value("fee.collector", reason))?,
        })
    }
}

/// A validator.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ValidatorEntry {
    /// Its sr25519 public key, as hex.
    pub key: String,
    /// Who runs it.
    pub organisation: String,
    /// The account that decides for it when validators change; governance unless said otherwise.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub operator: Option<String>,
    /// Where the others find it, `host:port`, unless their configurations say that.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
}

/// An account that is admitted from the start.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AccountEntry {
    /// What people call it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Its id.
    pub account: String,
    /// Whose signatures it accepts, where it is not the key that is its id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub policy: Option<PolicyEntry>,
}

/// Several keys with weights.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PolicyEntry {
    /// The weight that signatures must reach together.
    pub threshold: u32,
    /// The keys.
    pub keys: Vec<KeyEntry>,
}

/// A key of a policy.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KeyEntry {
    /// An sr25519 public key, as hex.
    pub key: String,
    /// What its signature counts.
    pub weight: u16,
}

/// An asset that exists from the start.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AssetEntry {
    /// What people call it.
    pub symbol: String,
    /// Decimals.
    pub scale: u8,
    /// Who mints and burns it.
    pub issuer: String,
    /// The most that may ever exist, in smallest units, in decimals.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cap: Option<String>,
    /// Who has how much.
    #[serde(default)]
    pub balances: Vec<BalanceEntry>,
}

impl AssetEntry {
    pub(super) fn cap(&self) -> Result<Option<Amount>, GenesisError> {
        let cap = self.cap.as_deref().map(amount).transpose();
        cap.map_err(|reason| value(format!("assets.{}.cap", self.symbol), reason))
    }
}

/// A balance from the start.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BalanceEntry {
    /// Whose.
    pub account: String,
    /// Smallest units, in decimals.
    pub amount: String,
}

impl BalanceEntry {
    pub(super) fn amount(&self) -> Result<Amount, GenesisError> {
        amount(&self.amount).map_err(|reason| value("balances.amount", reason))
    }
}

fn amount(text: &str) -> Result<Amount, String> {
    text.parse().map(Amount).map_err(|_| format!("`{text}` is no count of smallest units"))
}

pub(super) fn account(text: &str) -> Result<AccountId, String> {
    match Address::parse(text) {
        Ok(Address::Account(id)) => Ok(id),
        Ok(Address::Contract(_)) => Err(format!("`{text}` is a contract, not an account")),
        Err(error) => Err(format!("`{text}`: {error}")),
    }
}

/// Who may hold assets or admit others: an account or a contract.
pub(super) fn holder(text: &str) -> Result<AccountId, String> {
    Address::parse(text).map(Address::account).map_err(|error| format!("`{text}`: {error}"))
}

pub(crate) fn key(text: &str) -> Result<PublicKey, String> {
    let bytes = text.strip_prefix("0x").map(hex::decode);
    match bytes.map(|bytes| bytes.map(<[u8; 32]>::try_from)) {
        Some(Ok(Ok(bytes))) => Ok(PublicKey(bytes)),
        _ => Err(format!("`{text}` is no key: 0x and 64 hexadecimal digits")),
    }
}

pub(super) fn authority(entry: &AccountEntry, id: AccountId) -> Result<Authority, String> {
    let Some(policy) = &entry.policy else {
        return Ok(Authority::Key(id.default_key()));
    };
    let mut keys = Vec::new();
    for entry in &policy.keys {
        keys.push(WeightedKey { key: key(&entry.key)?, weight: entry.weight });
    }
    // Policies list keys in ascending order; a document may list them as people think of them.
    keys.sort_unstable_by_key(|entry| entry.key);
    let keys = Bounded::new(keys).map_err(|error| error.to_string())?;
    Ok(Authority::Policy(Policy { threshold: policy.threshold, keys }))
}
