//! The first state of a chain.
//!
//! [`Genesis::changes`] gives the records of the system contracts as if they had been called,
//! without events or receipts: block 0 has none. Reading a genesis document is somebody else's
//! work.

mod error;

use std::collections::BTreeSet;

use parity_scale_codec::Encode;
use weal_types::{
    AccountId, Amount, AssetId, ContractId, PublicKey,
    account::{Account, AccountStatus, Authority},
    codec::{Bounded, Version},
    params::{Admission, ChainParams},
    state::{ChangeSet, StateKey},
    unit::Nonce,
};

use crate::system::{
    ACCOUNTS, ASSETS, PARAMS, VALIDATORS,
    accounts::{account_key, is_signing_key, registrar_key},
    assets::{Asset, AssetStatus, Balance, SCALE_MAX, SUPPLY_MAX, Symbol, Transfers, payee_key},
    params::{self, PARAMS_KEY},
    validators::{self, Member, SCHEDULE_KEY, Schedule},
};

pub use error::GenesisError;

/// What a chain starts with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Genesis {
    /// Its parameters.
    pub params: ChainParams,
    /// Accounts that are admitted from the start.
    pub accounts: Vec<GenesisAccount>,
    /// Accounts, or contracts to come, that may admit others.
    pub registrars: Vec<AccountId>,
    /// Assets that exist from the start.
    pub assets: Vec<GenesisAsset>,
    /// Who validates the first epoch; empty where contracts are tried out without a chain.
    pub validators: Vec<Member>,
}

/// An account that is admitted from the start, by governance.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GenesisAccount {
    /// Its id.
    pub id: AccountId,
    /// Whose signatures it accepts.
    pub authority: Authority,
}

impl GenesisAccount {
    /// An account that the key which is its id controls.
    pub const fn of_key(id: AccountId) -> Self {
        Self { id, authority: Authority::Key(id.default_key()) }
    }
}

/// An asset that exists from the start. Its id is [`AssetId::derive`]d as ever.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GenesisAsset {
    /// What people call it.
    pub symbol: String,
    /// Decimals.
    pub scale: u8,
    /// Who mints and burns it.
    pub issuer: AccountId,
    /// The most that may ever exist.
    pub cap: Option<Amount>,
    /// Whom it may be sent to.
    pub transfers: Transfers,
    /// Who may be paid with it, where that is restricted.
    pub payees: Vec<AccountId>,
    /// Who has how much of it; together they are its supply.
    pub balances: Vec<(AccountId, Amount)>,
}

impl GenesisAsset {
    /// An asset without a cap that may be sent to anyone.
    pub fn new(
        symbol: &str,
        scale: u8,
        issuer: AccountId,
        balances: Vec<(AccountId, Amount)>,
    ) -> Self {
        Self {
            symbol: symbol.into(),
            scale,
            issuer,
            cap: None,
            transfers: Transfers::Free,
            payees: Vec::new(),
            balances,
        }
    }

    /// The asset's id.
    pub fn id(&self) -> AssetId {
        AssetId::derive(&self.issuer, &self.symbol)
    }
}

impl Genesis {
    /// A chain with these parameters and nothing else.
    pub const fn new(params: ChainParams) -> Self {
        Self {
            params,
            accounts: Vec::new(),
            registrars: Vec::new(),
            assets: Vec::new(),
            validators: Vec::new(),
        }
    }

    /// The records that the state starts with.
    pub fn changes(&self) -> Result<ChangeSet, GenesisError> {
        params::check(&self.params)?;
        let mut records = Records::default();
        records.put(&PARAMS, PARAMS_KEY, &self.params)?;
        self.put_accounts(&mut records)?;
        self.put_assets(&mut records)?;
        self.put_validators(&mut records)?;
        Ok(ChangeSet::new(records.0))
    }

    fn put_accounts(&self, records: &mut Records) -> Result<(), GenesisError> {
        let governance = self.params.governance;
        let mut seen = BTreeSet::new();
        for GenesisAccount { id, authority } in &self.accounts {
            if !seen.insert(*id) {
                return Err(GenesisError::Twice { list: "accounts", account: *id });
            }
            check_authority(id, authority)?;
            let account = Account {
                version: Version,
                nonce: Nonce::ZERO,
                authority: authority.clone(),
                admitted_by: Some(governance),
                status: AccountStatus::Active,
            };
            records.put(&ACCOUNTS, &account_key(id), &account)?;
        }
        if self.params.admission == Admission::Members && !seen.contains(&governance) {
            return Err(GenesisError::GovernanceAbsent { governance });
        }
        let mut seen = BTreeSet::new();
        for id in &self.registrars {
            if !seen.insert(*id) {
                return Err(GenesisError::Twice { list: "registrars", account: *id });
            }
            records.put(&ACCOUNTS, &registrar_key(id), &())?;
        }
        Ok(())
    }

    fn put_validators(&self, records: &mut Records) -> Result<(), GenesisError> {
        let count = self.validators.len();
        if count == 0 {
            return Ok(());
        }
        let mut seen = BTreeSet::new();
        for Member { key, organisation, address, .. } in &self.validators {
            let key = *key;
            if !seen.insert(key) {
                return Err(GenesisError::ValidatorTwice { key });
            }
            if !is_signing_key(&key) {
                return Err(GenesisError::ValidatorKey { key });
            }
            let is_place = address.is_empty() || validators::is_address(address);
            if !validators::is_organisation(organisation) || !is_place {
                return Err(GenesisError::ValidatorText { key });
            }
        }
        let error = |_| GenesisError::ValidatorCount { count };
        validators::schedule::check_size(count).map_err(error)?;
        let members = Bounded::new(self.validators.clone());
        let members = members.map_err(|_| GenesisError::ValidatorCount { count })?;
        let schedule = Schedule { members, ..Schedule::default() };
        records.put(&VALIDATORS, SCHEDULE_KEY, &schedule)
    }

    fn put_assets(&self, records: &mut Records) -> Result<(), GenesisError> {
        let mut seen = BTreeSet::new();
        for asset in &self.assets {
            if !seen.insert(asset.id()) {
                return Err(GenesisError::AssetTwice { symbol: asset.symbol.clone() });
            }
            asset.put(records)?;
        }
        match &self.params.fee {
            Some(fee) if !seen.contains(&fee.asset) => {
                Err(GenesisError::FeeAssetAbsent { asset: fee.asset })
            }
            _ => Ok(()),
        }
    }
}

fn check_authority(account: &AccountId, authority: &Authority) -> Result<(), GenesisError> {
    let account = *account;
    let check = |key: &PublicKey| match is_signing_key(key) {
        true => Ok(()),
        false => Err(GenesisError::BadKey { account, key: *key }),
    };
    match authority {
        Authority::Key(key) => check(key),
        Authority::Policy(policy) => {
            policy.check().map_err(|reason| GenesisError::Policy { account, reason })?;
            policy.keys.iter().try_for_each(|entry| check(&entry.key))
        }
    }
}

impl GenesisAsset {
    fn put(&self, records: &mut Records) -> Result<(), GenesisError> {
        let symbol = || self.symbol.clone();
        let id = self.id();
        let mut record = Asset {
            version: Version,
            status: AssetStatus::Active,
            transfers: self.transfers,
            issuer: self.issuer,
            supply: Amount::ZERO,
            cap: self.cap,
            scale: self.scale,
            symbol: Symbol::new(symbol())
                .ok_or_else(|| GenesisError::Symbol { symbol: symbol() })?,
        };
        if self.scale > SCALE_MAX {
            return Err(GenesisError::Scale { symbol: symbol() });
        }
        if self.cap.is_some_and(|cap| cap == Amount::ZERO || cap > SUPPLY_MAX) {
            return Err(GenesisError::Cap { symbol: symbol() });
        }
        self.put_payees(&id, records)?;
        let most = record.most();
        let mut seen = BTreeSet::new();
        for (account, amount) in &self.balances {
            if !seen.insert(*account) {
                return Err(GenesisError::Twice { list: "balances", account: *account });
            }
            if *amount == Amount::ZERO {
                let account = *account;
                return Err(GenesisError::ZeroBalance { symbol: symbol(), account });
            }
            record.supply = record
                .supply
                .checked_add(*amount)
                .filter(|supply| *supply <= most)
                .ok_or_else(|| GenesisError::Supply { symbol: symbol(), most })?;
            let balance = Balance { free: *amount, ..Balance::default() };
            records.put(&ASSETS, &Balance::key(account, &id), &balance)?;
        }
        records.put(&ASSETS, &Asset::key(&id), &record)
    }

    fn put_payees(&self, id: &AssetId, records: &mut Records) -> Result<(), GenesisError> {
        if self.transfers == Transfers::Free && !self.payees.is_empty() {
            return Err(GenesisError::Payees { symbol: self.symbol.clone() });
        }
        let mut seen = BTreeSet::new();
        for account in &self.payees {
            if !seen.insert(*account) {
                return Err(GenesisError::Twice { list: "payees", account: *account });
            }
            records.put(&ASSETS, &payee_key(id, account), &())?;
        }
        Ok(())
    }
}

#[derive(Default)]
struct Records(Vec<(StateKey, Option<Vec<u8>>)>);

impl Records {
    fn put(
        &mut self,
        contract: &ContractId,
        key: &[u8],
        value: &impl Encode,
    ) -> Result<(), GenesisError> {
        self.0.push((StateKey::new(contract, key)?, Some(value.encode())));
        Ok(())
    }
}

#[cfg(test)]
mod tests;
