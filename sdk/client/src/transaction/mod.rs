//! Transactions from calls in JSON, and the comparison that comes before a signature.
//!
//! A node prepares: it fills in the nonce, tries the calls and measures the gas. A node can lie, so
//! nothing of what it returns is believed. A [`Request`] keeps the calls as this program encoded
//! them; [`Request::accept`] decodes the node's bytes and lets them pass only if they say what was
//! asked for.

mod draft;

use std::fmt;

use serde_json::Value;
use thiserror::Error;
use weal_types::{
    AccountId, Amount, ChainId, ContractId, Gas, Nonce, TimeMs,
    abi::MethodKind,
    address::Address,
    codec::{Bounded, Bytes, Name, decode},
    limit,
    transaction::{AssetAmount, Call, Transaction},
};

use crate::{
    Codec, CodecError,
    rpc::types::{AmountInfo, CallByAbi, Hex32, Prepare, Prepared, U64, U128},
};

pub use draft::{Draft, DraftError};

/// Why calls make no transaction. Nothing was sent.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum BuildError {
    /// The ABI does not describe such a call.
    #[error(transparent)]
    Codec(#[from] CodecError),
    /// A method that cannot be called from outside.
    #[error("`{method}` is {kind}; {instead}")]
    Kind {
        /// The method.
        method: String,
        /// What it is.
        kind: &'static str,
        /// What to do.
        instead: &'static str,
    },
    /// More of something than a transaction carries.
    #[error("{what}: {count}, but {limit} are the most")]
    TooMany {
        /// What is counted.
        what: &'static str,
        /// How many there are.
        count: usize,
        /// The most there may be.
        limit: usize,
    },
}

/// What the signer leaves to the node where it is absent, and insists on where it is not.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Settings {
    /// The nonce; the account's next one if absent.
    pub nonce: Option<Nonce>,
    /// Gas that it may use; what the dry run used and a margin if absent.
    pub gas_limit: Option<Gas>,
    /// The most that it may cost; the fee for the gas limit if absent.
    pub max_fee: Option<Amount>,
    /// How long after the newest block it may run, in milliseconds; the node's choice if absent.
    pub valid_for_ms: Option<u64>,
    /// Who pays instead; never left to the node.
    pub sponsor: Option<AccountId>,
    /// The most that may leave the signer, per asset; what left it in the dry run if absent.
    pub limits: Option<Vec<AssetAmount>>,
}

/// Calls that somebody wants to make, as JSON for the node and as this program encodes them.
#[derive(Clone, Debug)]
pub struct Request {
    from: AccountId,
    settings: Settings,
    by_abi: Vec<CallByAbi>,
    calls: Vec<Call>,
    /// What describes each call, for the words of a difference.
    codecs: Vec<Codec>,
}

impl Request {
    /// Nothing yet, on behalf of `from`.
    pub fn new(from: AccountId, mut settings: Settings) -> Self {
        if let Some(limits) = &mut settings.limits {
            limits.sort();
        }
        Self { from, settings, by_abi: vec![], calls: vec![], codecs: vec![] }
    }

    /// Adds a call of `method` with `args`, an object by name or a list by position.
    pub fn call(
        &mut self,
        codec: &Codec,
        contract: ContractId,
        method: &str,
        args: Value,
        attach: &[AssetAmount],
    ) -> Result<&mut Self, BuildError> {
        self.calls.push(encode_call(codec, contract, method, &args, attach)?);
        self.by_abi.push(CallByAbi {
            contract: contract.into(),
            method: method.into(),
            args: Some(args),
            attach: attach.iter().map(amount_info).collect(),
        });
        self.codecs.push(codec.clone());
        Ok(self)
    }

    /// What to send to `contract_prepare`.
    pub fn params(&self) -> Prepare {
        let Settings { nonce, gas_limit, max_fee, valid_for_ms, sponsor, limits } = &self.settings;
        Prepare {
            from: self.from.into(),
            calls: self.by_abi.clone(),
            nonce: nonce.map(|nonce| U64(nonce.0)),
            gas_limit: gas_limit.map(|gas| U64(gas.0)),
            valid_for_ms: valid_for_ms.map(U64),
            max_fee: max_fee.map(|fee| U128(fee.0)),
            sponsor: sponsor.map(Into::into),
            limits: limits.as_ref().map(|limits| limits.iter().map(amount_info).collect()),
        }
    }

    /// The calls as they will be signed.
    pub fn calls(&self) -> &[Call] {
        &self.calls
    }

    /// The transaction that a node prepared, if it says what was asked for and is one of `chain`.
    ///
    /// `latest` bounds the time until which it may run; the caller takes it from its own clock.
    pub fn accept(
        &self,
        prepared: &Prepared,
        chain: &ChainId,
        latest: Option<TimeMs>,
    ) -> Result<Transaction, Mismatch> {
        let transaction: Transaction =
            decode("transaction", &prepared.transaction.0, limit::TX_BYTES).map_err(|error| {
                Mismatch::new("transaction", "a transaction", error.to_string())
            })?;
        self.compare(&transaction, latest)?;
        let hash = Hex32(transaction.hash(chain).0);
        same("hash", &hash, &prepared.hash)?;
        Ok(transaction)
    }

    /// Finds the first difference between `found` and what was asked for.
    pub fn compare(&self, found: &Transaction, latest: Option<TimeMs>) -> Result<(), Mismatch> {
        let asked = &self.settings;
        same("signer", &account(&self.from), &account(&found.signer))?;
        let payer = |sponsor: &Option<AccountId>| sponsor.as_ref().map_or("none".into(), account);
        same("sponsor", &payer(&asked.sponsor), &payer(&found.sponsor))?;
        same_if("nonce", asked.nonce, found.nonce)?;
        same_if("gas_limit", asked.gas_limit, found.gas_limit)?;
        same_if("max_fee", asked.max_fee, found.max_fee)?;
        if let Some(latest) = latest.filter(|latest| found.valid_until > *latest) {
            let asked = format!("at most {latest}");
            return Err(Mismatch::new("valid_until", asked, found.valid_until.to_string()));
        }
        if let Some(limits) = &asked.limits {
            same("limits", &amounts(limits), &amounts(&found.limits))?;
        }
        same("calls", &self.calls.len(), &found.calls.len())?;
        let pairs = self.calls.iter().zip(found.calls.iter()).zip(&self.codecs);
        for (index, ((asked, found), codec)) in pairs.enumerate() {
            compare_call(&format!("calls[{index}]"), asked, found, codec)?;
        }
        Ok(())
    }
}

/// Encodes one call of a method that writes.
pub fn encode_call(
    codec: &Codec,
    contract: ContractId,
    method: &str,
    args: &Value,
    attach: &[AssetAmount],
) -> Result<Call, BuildError> {
    let refused = |kind, instead| {
        Err(BuildError::Kind { method: codec.abi().contract.clone() + "." + method, kind, instead })
    };
    match codec.method(method)?.kind {
        MethodKind::Call => {}
        MethodKind::Query => return refused("a query", "ask it, which costs nothing"),
        MethodKind::Init => return refused("a constructor", "it runs once, at deployment"),
        MethodKind::Migrate(_) => return refused("a migration", "it runs within an upgrade"),
    }
    let bytes = codec.encode_args(method, args)?;
    let too_many = |what, count, limit| move || BuildError::TooMany { what, count, limit };
    let name = too_many("bytes of a name", method.len(), limit::NAME_BYTES);
    let args = too_many("bytes of arguments", bytes.len(), limit::TX_BYTES);
    let assets = too_many("attached assets", attach.len(), limit::CALL_ASSETS);
    Ok(Call {
        to: contract,
        method: Name::new(method).map_err(|_| name())?,
        args: Bytes::new(bytes).map_err(|_| args())?,
        attach: Bounded::new(attach.to_vec()).map_err(|_| assets())?,
    })
}

/// A node prepared something else than was asked for. Nothing was signed.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error(
    "the node prepared another transaction than was asked for: {place} is {found}, not {asked}"
)]
pub struct Mismatch {
    /// Where: `calls[0].args.to`.
    pub place: String,
    /// What was asked for.
    pub asked: String,
    /// What the node put there.
    pub found: String,
}

impl Mismatch {
    fn new(place: &str, asked: impl Into<String>, found: impl Into<String>) -> Self {
        Self { place: place.into(), asked: asked.into(), found: found.into() }
    }
}

fn same<T: PartialEq + fmt::Display>(place: &str, asked: &T, found: &T) -> Result<(), Mismatch> {
    match asked == found {
        true => Ok(()),
        false => Err(Mismatch::new(place, asked.to_string(), found.to_string())),
    }
}

fn same_if<T: PartialEq + fmt::Display>(
    place: &str,
    asked: Option<T>,
    found: T,
) -> Result<(), Mismatch> {
    asked.map_or(Ok(()), |asked| same(place, &asked, &found))
}

fn compare_call(place: &str, asked: &Call, found: &Call, codec: &Codec) -> Result<(), Mismatch> {
    let contract = |id: ContractId| Address::Contract(id).to_text();
    same(&format!("{place}.contract"), &contract(asked.to), &contract(found.to))?;
    same(&format!("{place}.method"), &asked.method, &found.method)?;
    if asked.args != found.args {
        return Err(differing_argument(place, asked, found, codec));
    }
    same(&format!("{place}.attach"), &amounts(&asked.attach), &amounts(&found.attach))
}

/// Names the first argument that differs, or the bytes where no argument does.
fn differing_argument(place: &str, asked: &Call, found: &Call, codec: &Codec) -> Mismatch {
    let method = asked.method.as_str();
    let decoded = |call: &Call| codec.decode_args(method, &call.args).ok();
    if let (Some(Value::Object(asked)), Some(Value::Object(found))) =
        (decoded(asked), decoded(found))
    {
        let differs = |name: &&String| asked.get(*name) != found.get(*name);
        if let Some(name) = found.keys().chain(asked.keys()).find(differs) {
            let text = |value: Option<&Value>| value.unwrap_or(&Value::Null).to_string();
            let place = format!("{place}.args.{name}");
            return Mismatch::new(&place, text(asked.get(name)), text(found.get(name)));
        }
    }
    let text = |call: &Call| format!("0x{}", hex::encode(&*call.args));
    Mismatch::new(&format!("{place}.args"), text(asked), text(found))
}

fn account(id: &AccountId) -> String {
    Address::Account(*id).to_text()
}

fn amounts(amounts: &[AssetAmount]) -> String {
    let amounts =
        amounts.iter().map(|held| format!("{} of 0x{}", held.amount, hex::encode(held.asset.0)));
    let text = amounts.collect::<Vec<_>>().join(", ");
    if text.is_empty() { "none".into() } else { text }
}

fn amount_info(held: &AssetAmount) -> AmountInfo {
    AmountInfo {
        asset: Hex32(held.asset.0),
        amount: U128(held.amount.0),
        symbol: None,
        scale: None,
    }
}
