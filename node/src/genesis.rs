//! The genesis document: what a chain starts with. Its hash is the chain id, so whoever knows the
//! id of a chain can check the document that somebody hands to him.

mod document;

use thiserror::Error;
use weal_runtime::{
    genesis::{Genesis, GenesisAccount, GenesisAsset, GenesisError as InvalidGenesis},
    system::validators::Member,
};
use weal_types::{
    AccountId, AssetId, BlockHash, ChainId, Epoch, Gas, Height, TimeMs,
    block::{FinalHeader, Proposal},
    certificate::{Validator, ValidatorSet},
    codec::{Bounded, Version},
    hash::{Tag, hash},
    merkle,
    params::{Admission, ChainParams},
    state::ChangeSet,
};

pub(crate) use document::key as public_key;
pub use document::{
    AccountEntry, AssetEntry, BalanceEntry, Document, FeeEntry, KeyEntry, Mode, ParamsEntry,
    PolicyEntry, ValidatorEntry,
};

/// Bytes of a genesis document: accounts of thousands of members fit.
pub const DOCUMENT_BYTES: usize = 4 << 20;

/// A chain, as its genesis document defines it.
#[derive(Clone, Debug)]
pub struct ChainSpec {
    /// Hash of the document.
    pub chain: ChainId,
    /// What people call the chain.
    pub name: String,
    /// Which kind of chain it is.
    pub mode: Mode,
    /// Who certifies the first epoch.
    pub validators: ValidatorSet,
    /// Accounts that the document gives a name: for people, not for the chain.
    pub names: Vec<(String, AccountId)>,
    /// The time of block 0.
    pub time: TimeMs,
    /// The first state.
    pub genesis: Genesis,
    /// The document, to the byte.
    pub document: String,
}

/// Why a genesis document defines no chain. Whoever wrote it is at fault.
#[derive(Debug, Error)]
pub enum GenesisError {
    /// Not TOML, or not of this form. The message names line and column.
    #[error("the genesis document is not readable: {0}")]
    Form(#[from] toml::de::Error),
    /// More than [`DOCUMENT_BYTES`].
    #[error("the genesis document has {bytes} bytes, at most {DOCUMENT_BYTES} are allowed")]
    TooLong {
        /// How many it has.
        bytes: usize,
    },
    /// A value that is none of its kind.
    #[error("genesis: {place}: {reason}")]
    Value {
        /// Where.
        place: String,
        /// What is wrong, and what is expected.
        reason: String,
    },
    /// What the document says does not make a chain.
    #[error("genesis: {0}")]
    Invalid(#[from] InvalidGenesis),
}

impl ChainSpec {
    /// Reads a document and checks all of it.
    pub fn from_toml(text: &str) -> Result<Self, GenesisError> {
        if text.len() > DOCUMENT_BYTES {
            return Err(GenesisError::TooLong { bytes: text.len() });
        }
        let document: Document = toml::from_str(text)?;
        let spec = Self {
            chain: ChainId(hash(Tag::Chain, &[text.as_bytes()])),
            validators: validators(&document)?,
            names: names(&document)?,
            genesis: Genesis { validators: members(&document)?, ..genesis(&document)? },
            time: TimeMs(document.time_ms),
            mode: document.mode,
            name: document.name,
            document: text.to_owned(),
        };
        spec.changes()?;
        Ok(spec)
    }

    /// The records of the first state.
    pub fn changes(&self) -> Result<ChangeSet, InvalidGenesis> {
        self.genesis.changes()
    }

    /// Whether this is a chain for trying things out: its clock can be moved, its keys are public.
    pub fn is_devnet(&self) -> bool {
        self.genesis.params.devnet
    }

    /// The header of block 0, which has no transactions and needs no certificate: it follows from
    /// the document.
    pub fn header(&self, state_root: weal_types::Hash) -> FinalHeader {
        let nothing = merkle::root(&[]);
        let set_id = self.validators.id();
        FinalHeader {
            version: Version,
            chain: self.chain,
            epoch: Epoch::ZERO,
            height: Height::ZERO,
            parent: BlockHash([0; 32]),
            proposal: Proposal::null_digest(&self.chain, Epoch::ZERO, Height::ZERO),
            time: self.time,
            tx_root: nothing,
            tx_count: 0,
            state_root,
            receipts_root: nothing,
            gas_used: Gas::ZERO,
            set_id,
            next_set_id: set_id,
        }
    }
}

fn value(place: impl Into<String>, reason: impl ToString) -> GenesisError {
    GenesisError::Value { place: place.into(), reason: reason.to_string() }
}

fn validators(document: &Document) -> Result<ValidatorSet, GenesisError> {
    let mut keys = Vec::new();
    for (index, entry) in document.validators.iter().enumerate() {
        let key = document::key(&entry.key).map_err(|r| value(place("validators", index), r))?;
        if keys.contains(&Validator { key }) {
            return Err(value(place("validators", index), "the key stands there twice"));
        }
        keys.push(Validator { key });
    }
    // PBFT needs 3f + 1: two or three validators survive no failure more than one does.
    if keys.is_empty() || keys.len() == 2 || keys.len() == 3 {
        let given = keys.len();
        return Err(value("validators", format!("there are {given}: one, or four and more")));
    }
    let validators = Bounded::new(keys).map_err(|error| value("validators", error))?;
    Ok(ValidatorSet { version: Version, epoch: Epoch::ZERO, validators })
}

/// The validators as the chain knows them, with those who decide for them.
fn members(document: &Document) -> Result<Vec<Member>, GenesisError> {
    let member = |(index, entry): (usize, &ValidatorEntry)| {
        let error = |reason| value(place("validators", index), reason);
        let operator = entry.operator.as_ref().unwrap_or(&document.governance);
        Ok(Member {
            key: document::key(&entry.key).map_err(error)?,
            operator: document::holder(operator).map_err(error)?,
            organisation: entry.organisation.clone(),
            address: entry.address.clone().unwrap_or_default(),
        })
    };
    document.validators.iter().enumerate().map(member).collect()
}

fn place(list: &str, index: usize) -> String {
    format!("{list}[{index}]")
}

fn names(document: &Document) -> Result<Vec<(String, AccountId)>, GenesisError> {
    let named = document.accounts.iter().enumerate().filter_map(|(index, entry)| {
        let name = entry.name.clone()?;
        Some(account(&entry.account, || place("accounts", index)).map(|id| (name, id)))
    });
    named.collect()
}

fn account(text: &str, place: impl FnOnce() -> String) -> Result<AccountId, GenesisError> {
    document::account(text).map_err(|reason| value(place(), reason))
}

fn genesis(document: &Document) -> Result<Genesis, GenesisError> {
    let governance = account(&document.governance, || "governance".into())?;
    let mut genesis = Genesis::new(params(document, governance)?);
    for (index, entry) in document.accounts.iter().enumerate() {
        let id = account(&entry.account, || place("accounts", index))?;
        let authority = document::authority(entry, id)
            .map_err(|reason| value(place("accounts", index), reason))?;
        genesis.accounts.push(GenesisAccount { id, authority });
    }
    for (index, text) in document.registrars.iter().enumerate() {
        let id =
            document::holder(text).map_err(|reason| value(place("registrars", index), reason))?;
        genesis.registrars.push(id);
    }
    for (index, entry) in document.assets.iter().enumerate() {
        let issuer = account(&entry.issuer, || place("assets", index))?;
        let mut balances = Vec::new();
        for balance in &entry.balances {
            let id = document::holder(&balance.account)
                .map_err(|reason| value(place("assets", index), reason))?;
            balances.push((id, balance.amount()?));
        }
        let mut asset = GenesisAsset::new(&entry.symbol, entry.scale, issuer, balances);
        asset.cap = entry.cap()?;
        genesis.assets.push(asset);
    }
    Ok(genesis)
}

fn params(document: &Document, governance: AccountId) -> Result<ChainParams, GenesisError> {
    let fee = document.fee.as_ref().map(|fee| fee.schedule(document)).transpose()?;
    let mut params = match (document.mode, fee) {
        (Mode::Devnet, _) => ChainParams::devnet(governance),
        (Mode::Private, _) => ChainParams::private(governance),
        (Mode::Consortium, _) => ChainParams::consortium(governance),
        (Mode::Public, Some(fee)) => ChainParams::public(governance, fee),
        (Mode::Public, None) => return Err(value("fee", "a public chain charges a fee")),
    };
    params.fee = fee;
    document.params.apply(&mut params);
    if params.admission == Admission::Sponsored && document.accounts.is_empty() {
        return Err(value("accounts", "nobody could send or sponsor"));
    }
    Ok(params)
}

/// The id of the asset with this symbol among those of the document.
fn asset_of(document: &Document, symbol: &str) -> Result<AssetId, GenesisError> {
    let found = document.assets.iter().position(|asset| asset.symbol == symbol);
    let Some(index) = found else {
        return Err(value("fee.asset", format!("`{symbol}` is not among the assets")));
    };
    let issuer = account(&document.assets[index].issuer, || place("assets", index))?;
    Ok(AssetId::derive(&issuer, symbol))
}
