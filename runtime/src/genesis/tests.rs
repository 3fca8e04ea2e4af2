//! What a genesis writes, and each way in which one is refused.

use super::*;
use crate::system::params::ParamsError;
use weal_types::{
    PublicKey,
    account::{Policy, PolicyError, WeightedKey},
    codec::{Bounded, decode},
    params::FeeSchedule,
};

/// Ristretto's base point, which is as good a key as any.
const GOVERNANCE: AccountId = AccountId([
    0xe2, 0xf2, 0xae, 0x0a, 0x6a, 0xbc, 0x4e, 0x71, 0xa8, 0x84, 0xa9, 0x61, 0xc5, 0x00, 0x51, 0x5f,
    0x58, 0xe3, 0x0b, 0x6a, 0xa5, 0x82, 0xdd, 0x8d, 0xb6, 0xa6, 0x59, 0x45, 0xe0, 0x8d, 0x2d, 0x76,
]);
const ISSUER: AccountId = AccountId([2; 32]);
const HOLDER: AccountId = AccountId([3; 32]);

fn genesis() -> Genesis {
    let mut genesis = Genesis::new(ChainParams::consortium(GOVERNANCE));
    genesis.accounts.push(GenesisAccount::of_key(GOVERNANCE));
    genesis.registrars.push(ISSUER);
    let balances = vec![(HOLDER, Amount(70)), (ISSUER, Amount(30))];
    genesis.assets.push(GenesisAsset::new("EUR", 2, ISSUER, balances));
    genesis
}

fn record<T: parity_scale_codec::Decode>(changes: &ChangeSet, id: &ContractId, key: &[u8]) -> T {
    let key = StateKey::new(id, key).unwrap();
    let (_, value) = changes.iter().find(|(found, _)| *found == key).unwrap();
    decode("record", value.as_ref().unwrap(), usize::MAX).unwrap()
}

#[test]
fn records_are_those_that_the_contracts_read() {
    let mut genesis = genesis();
    genesis.assets[0].transfers = Transfers::Listed;
    genesis.assets[0].payees.push(HOLDER);
    genesis.assets[0].cap = Some(Amount(100));
    let changes = genesis.changes().unwrap();
    assert_eq!(changes.len(), 7);
    assert_eq!(record::<ChainParams>(&changes, &PARAMS, PARAMS_KEY), genesis.params);
    let account: Account = record(&changes, &ACCOUNTS, &account_key(&GOVERNANCE));
    assert_eq!(account.admitted_by, Some(GOVERNANCE));
    assert_eq!(account.authority, Authority::Key(PublicKey(GOVERNANCE.0)));
    record::<()>(&changes, &ACCOUNTS, &registrar_key(&ISSUER));
    let id = genesis.assets[0].id();
    let asset: Asset = record(&changes, &ASSETS, &Asset::key(&id));
    assert_eq!((asset.supply, asset.cap), (Amount(100), Some(Amount(100))));
    let balance: Balance = record(&changes, &ASSETS, &Balance::key(&HOLDER, &id));
    assert_eq!(balance, Balance { free: Amount(70), ..Balance::default() });
    record::<()>(&changes, &ASSETS, &payee_key(&id, &HOLDER));
}

#[test]
fn governance_of_an_open_chain_may_open_its_account_later() {
    let mut genesis = genesis();
    genesis.accounts.clear();
    assert_eq!(genesis.changes(), Err(GenesisError::GovernanceAbsent { governance: GOVERNANCE }));
    genesis.params.admission = Admission::Open;
    assert!(genesis.changes().is_ok());
}

/// Odd, where a point's encoding is even.
const NO_KEY: PublicKey = PublicKey([9; 32]);

fn policy(threshold: u32) -> Authority {
    let keys = vec![WeightedKey { key: NO_KEY, weight: 1 }];
    Authority::Policy(Policy { threshold, keys: Bounded::new(keys).unwrap() })
}

type Change<'a> = Box<dyn Fn(&mut Genesis) + 'a>;

/// Every change makes a good genesis a bad one, and is refused for its own reason.
fn refused(cases: Vec<(Change<'_>, GenesisError)>) {
    for (change, expected) in cases {
        let mut genesis = genesis();
        change(&mut genesis);
        assert_eq!(genesis.changes(), Err(expected));
    }
}

fn twice(list: &'static str, account: AccountId) -> GenesisError {
    GenesisError::Twice { list, account }
}

#[test]
fn params_and_accounts_that_do_not_hold_together_are_refused() {
    let fee = FeeSchedule {
        asset: AssetId([7; 32]),
        price_per_million_gas: Amount(1),
        collector: GOVERNANCE,
    };
    refused(vec![
        (
            Box::new(|genesis| genesis.params.query_gas = weal_types::Gas(0)),
            GenesisError::Params(ParamsError::QueryGas),
        ),
        (
            Box::new(|genesis| genesis.params.fee = Some(fee)),
            GenesisError::FeeAssetAbsent { asset: AssetId([7; 32]) },
        ),
        (
            Box::new(|genesis| genesis.accounts.push(GenesisAccount::of_key(GOVERNANCE))),
            twice("accounts", GOVERNANCE),
        ),
        (
            Box::new(|genesis| {
                genesis.accounts.push(GenesisAccount { id: HOLDER, authority: policy(2) });
            }),
            GenesisError::Policy { account: HOLDER, reason: PolicyError::Threshold { sum: 1 } },
        ),
        (
            Box::new(|genesis| {
                genesis.accounts.push(GenesisAccount { id: HOLDER, authority: policy(1) });
            }),
            GenesisError::BadKey { account: HOLDER, key: NO_KEY },
        ),
        (
            Box::new(|genesis| {
                let authority = Authority::Key(PublicKey([0; 32]));
                genesis.accounts.push(GenesisAccount { id: HOLDER, authority });
            }),
            GenesisError::BadKey { account: HOLDER, key: PublicKey([0; 32]) },
        ),
        (Box::new(|genesis| genesis.registrars.push(ISSUER)), twice("registrars", ISSUER)),
    ]);
}

#[test]
fn assets_that_do_not_hold_together_are_refused() {
    let eur = || "EUR".to_string();
    let asset = |change: fn(&mut GenesisAsset)| -> Change<'_> {
        Box::new(move |genesis| change(&mut genesis.assets[0]))
    };
    refused(vec![
        (
            Box::new(|genesis| genesis.assets.push(genesis.assets[0].clone())),
            GenesisError::AssetTwice { symbol: eur() },
        ),
        (asset(|asset| asset.symbol = "E R".into()), GenesisError::Symbol { symbol: "E R".into() }),
        (asset(|asset| asset.scale = 19), GenesisError::Scale { symbol: eur() }),
        (asset(|asset| asset.cap = Some(Amount(0))), GenesisError::Cap { symbol: eur() }),
        (
            asset(|asset| asset.cap = Some(Amount((1 << 96) + 1))),
            GenesisError::Cap { symbol: eur() },
        ),
        (asset(|asset| asset.payees.push(HOLDER)), GenesisError::Payees { symbol: eur() }),
        (
            asset(|asset| {
                asset.transfers = Transfers::Listed;
                asset.payees = vec![HOLDER, HOLDER];
            }),
            twice("payees", HOLDER),
        ),
        (asset(|asset| asset.balances.push((HOLDER, Amount(1)))), twice("balances", HOLDER)),
        (
            asset(|asset| asset.balances[0].1 = Amount(0)),
            GenesisError::ZeroBalance { symbol: eur(), account: HOLDER },
        ),
        (
            asset(|asset| asset.cap = Some(Amount(99))),
            GenesisError::Supply { symbol: eur(), most: Amount(99) },
        ),
        (
            asset(|asset| asset.balances[0].1 = Amount(u128::MAX)),
            GenesisError::Supply { symbol: eur(), most: SUPPLY_MAX },
        ),
    ]);
}
