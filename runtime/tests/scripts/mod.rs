//! Random scripts for puppets: trees of calls with writes, money, failures and traps.

#![allow(dead_code, reason = "each test binary uses its own part")]

use parity_scale_codec::Encode;
use proptest::{collection::vec, prelude::*};
use puppet::{OnFailure, Step};
use weal_fixtures::{attach, call};
use weal_types::{AccountId, Amount, ContractId, Gas, transaction::AssetAmount};

use crate::support::{EUR, alice};

/// A script for one of `puppets`, which may call both.
pub fn script(puppets: [ContractId; 2]) -> BoxedStrategy<Vec<Step>> {
    level(puppets, 3)
}

fn level(puppets: [ContractId; 2], deeper: u32) -> BoxedStrategy<Vec<Step>> {
    let step = match deeper {
        0 => leaf(puppets).boxed(),
        _ => prop_oneof![4 => leaf(puppets), 2 => nested(puppets, deeper - 1)].boxed(),
    };
    vec(step, 0..5).boxed()
}

fn key() -> impl Strategy<Value = Vec<u8>> {
    vec(0_u8..3, 0..3)
}

fn people(puppets: [ContractId; 2]) -> impl Strategy<Value = AccountId> {
    let [a, b] = puppets.map(ContractId::account);
    prop::sample::select(vec![alice().id(), AccountId([2; 32]), a, b])
}

fn leaf(puppets: [ContractId; 2]) -> impl Strategy<Value = Step> {
    prop_oneof![
        6 => (key(), vec(any::<u8>(), 0..20)).prop_map(|(key, value)| Step::Put(key, value)),
        2 => key().prop_map(Step::Remove),
        2 => key().prop_map(Step::Get),
        2 => (key(), key(), 0_u32..4, 0_u32..5)
            .prop_map(|(from, to, flags, limit)| Step::Range(from, to, flags, limit)),
        6 => (people(puppets), 0_u128..300)
            .prop_map(|(to, amount)| Step::Transfer(to, EUR(), Amount(amount))),
        1 => people(puppets).prop_map(|holder| Step::Balance(holder, EUR())),
        2 => (0_u32..300).prop_map(Step::Emit),
        1 => Just(Step::Context),
        1 => Just(Step::Attached),
        1 => Just(Step::GasLeft),
        1 => (0_u32..100_000).prop_map(Step::Burn),
        1 => (0_u32..70).prop_map(Step::Grow),
        1 => (0_u32..3).prop_map(Step::Revert),
        1 => Just(Step::Trap),
    ]
}

fn nested(puppets: [ContractId; 2], deeper: u32) -> impl Strategy<Value = Step> {
    let method = prop::sample::select(vec!["run", "run", "run_again", "ask"]);
    let on_failure = prop::sample::select(vec![OnFailure::Catch, OnFailure::PassOn]);
    let money = prop::option::weighted(0.4, 0_u128..200);
    let gas = prop::sample::select(vec![50_000, 500_000, u64::MAX]);
    (0_usize..2, method, level(puppets, deeper), gas, on_failure, money).prop_map(
        move |(to, method, script, gas, on_failure, money)| {
            let call = call(puppets[to], method, &script.encode());
            let money = money.map(|amount| AssetAmount { asset: EUR(), amount: Amount(amount) });
            Step::Call(attach(call, money.as_slice()), Gas(gas), on_failure)
        },
    )
}
