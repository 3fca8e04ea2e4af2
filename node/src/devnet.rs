//! The chain that `weal dev` runs: the same on every machine, with keys that everybody knows.

use weal_client::keys::{DEV_ACCOUNTS, dev_account};

use crate::{
    genesis::{
        AccountEntry, AssetEntry, BalanceEntry, ChainSpec, Document, GenesisError, Mode,
        ParamsEntry, ValidatorEntry,
    },
    validator_key::ValidatorKey,
};

/// What the ten accounts are for. A devnet lets anybody send; the roles are what the walk-throughs
/// use them as.
pub const ROLES: [&str; 10] = [
    "donor",
    "donor",
    "donor",
    "charity",
    "local partner",
    "clinic",
    "gateway",
    "reviewer",
    "issuer of the assets",
    "governance",
];

/// Who issues the assets.
pub const ISSUER: &str = "ivan";

/// Who governs.
pub const GOVERNANCE: &str = "judy";

/// The assets: symbol, and what each account starts with, in hundredths.
pub const ASSETS: [(&str, u128); 2] = [("CNY", 100_000_000), ("EUR", 5_000_000)];

/// The first validator's secret; the others' differ in the last byte. Everybody knows them: a
/// devnet convinces nobody but its owner.
const VALIDATOR_SEED: [u8; 32] = *b"commonweal devnet validator key!";

/// The chain and the key of its only validator.
pub struct Devnet {
    /// The chain.
    pub spec: ChainSpec,
    /// Its validator's key.
    pub key: ValidatorKey,
}

/// The devnet of one validator called `name`: its id depends on the name alone.
pub fn devnet(name: &str) -> Result<Devnet, GenesisError> {
    let key = ValidatorKey::from_seed(validator_seed(0)).ok_or_else(|| unusable("validators"))?;
    Ok(Devnet { spec: with_validators(name, 1)?, key })
}

/// The secret of a validator of a devnet, by its position.
pub const fn validator_seed(position: u8) -> [u8; 32] {
    let mut seed = VALIDATOR_SEED;
    seed[31] = seed[31].wrapping_add(position);
    seed
}

/// The devnet of so many validators called `name`: its id depends on both alone.
pub fn with_validators(name: &str, validators: u8) -> Result<ChainSpec, GenesisError> {
    let key = |position| ValidatorKey::from_seed(validator_seed(position));
    let keys: Option<Vec<_>> = (0..validators).map(key).collect();
    let keys = keys.ok_or_else(|| unusable("validators"))?;
    let document = document(name, &keys)?;
    let text = toml::to_string(&document).map_err(|error| GenesisError::Value {
        place: "devnet".into(),
        reason: error.to_string(),
    })?;
    ChainSpec::from_toml(&text)
}

fn unusable(place: &str) -> GenesisError {
    GenesisError::Value { place: place.into(), reason: "a fixed key is unusable: a bug".into() }
}

fn document(name: &str, keys: &[ValidatorKey]) -> Result<Document, GenesisError> {
    let address =
        |name: &str| dev_account(name).map(|pair| pair.address()).ok_or_else(|| unusable(name));
    let mut accounts = Vec::new();
    for name in DEV_ACCOUNTS {
        accounts.push(AccountEntry {
            name: Some(name.into()),
            account: address(name)?,
            policy: None,
        });
    }
    let balances = |amount: u128| {
        let balance = |entry: &AccountEntry| BalanceEntry {
            account: entry.account.clone(),
            amount: amount.to_string(),
        };
        accounts.iter().map(balance).collect()
    };
    let issuer = address(ISSUER)?;
    let asset = |(symbol, amount): (&str, u128)| AssetEntry {
        symbol: symbol.into(),
        scale: 2,
        issuer: issuer.clone(),
        cap: None,
        balances: balances(amount),
    };
    let entry = |key: &ValidatorKey| ValidatorEntry {
        key: format!("0x{}", hex::encode(key.public().0)),
        organisation: "you".into(),
        operator: None,
        address: None,
    };
    Ok(Document {
        name: name.into(),
        mode: Mode::Devnet,
        time_ms: 1_700_000_000_000,
        governance: address(GOVERNANCE)?,
        registrars: Vec::new(),
        params: ParamsEntry::default(),
        fee: None,
        validators: keys.iter().map(entry).collect(),
        assets: ASSETS.into_iter().map(asset).collect(),
        accounts,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_the_same_chain_everywhere_and_has_ten_funded_accounts() {
        let [one, two, other] = ["dev", "dev", "other"].map(|name| devnet(name).unwrap());
        assert_eq!(one.spec.chain, two.spec.chain);
        assert_ne!(one.spec.chain, other.spec.chain);
        assert!(one.spec.is_devnet());
        assert_eq!(one.spec.names.len(), ROLES.len());
        assert!(one.spec.genesis.assets.iter().all(|asset| asset.balances.len() == 10));
    }
}
