//! Accounts, and the parameters of the four kinds of chain.

use serde_json::Value;
use weal_types::{
    AccountId, Amount, Nonce,
    account::{Account, AccountStatus, Authority, Policy, WeightedKey},
    codec::{Bounded, Version},
    params::{ChainParams, FeeSchedule},
};

use crate::{
    hashes::{asset, contract},
    signing::{ALICE, BOB, CHARLIE, TestKey},
    store::{Golden, vector},
};

/// Two of Alice, Bob and Charlie, or Charlie and either.
pub fn policy() -> Policy {
    let mut keys = [(ALICE, 1), (BOB, 1), (CHARLIE, 2)]
        .map(|(key, weight): (TestKey, u16)| WeightedKey { key: key.public(), weight });
    keys.sort_by_key(|entry| entry.key);
    let policy = Policy { threshold: 2, keys: Bounded::new(keys.into()).expect("three keys") };
    assert_eq!(policy.check(), Ok(()));
    policy
}

pub fn write(golden: &mut Golden) {
    let alice = AccountId::of_key(ALICE.public());
    let plain = Account::opened_by_key(&alice);
    let treasury = Account {
        version: Version,
        nonce: Nonce(u64::MAX),
        authority: Authority::Policy(policy()),
        admitted_by: Some(contract().account()),
        status: AccountStatus::Suspended,
    };
    golden.vectors(
        "account",
        "The record that the chain keeps of an account.",
        vec![
            vector("key", "opened by its own key", &plain, Value::Null),
            vector("policy", "several keys, admitted, suspended", &treasury, Value::Null),
        ],
    );

    let fee =
        FeeSchedule { asset: asset("EUR"), price_per_million_gas: Amount(2), collector: alice };
    let governance = contract().account();
    let params = [
        ("private", ChainParams::private(governance)),
        ("consortium", ChainParams::consortium(governance)),
        ("public", ChainParams::public(governance, fee)),
        ("devnet", ChainParams::devnet(governance)),
    ];
    golden.vectors(
        "params",
        "Parameters of execution, with the defaults of each kind of chain.",
        params.iter().map(|(name, params)| vector(name, "", params, Value::Null)).collect(),
    );
}
