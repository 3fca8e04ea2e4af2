//! Money is neither made nor lost, whatever transactions do.

mod scripts;
mod support;

use proptest::prelude::*;
use puppet::Step;
use support::{EUR, Stage, alice};
use weal_fixtures::{Signer, attach};
use weal_runtime::system;
use weal_types::{
    Amount, AssetId, Gas,
    codec::Bounded,
    params::FeeSchedule,
    receipt::Outcome,
    transaction::{AssetAmount, Call},
};

/// One random transaction: who sends which scripts with how much money attached, and under which
/// limits.
#[derive(Clone, Debug)]
struct Plan {
    sender: u8,
    scripts: Vec<(usize, Vec<Step>, u128)>,
    gas_limit: u64,
    spend_limit: u128,
}

fn plan(puppets: [weal_types::ContractId; 2]) -> impl Strategy<Value = Plan> {
    let call = (0_usize..2, scripts::script(puppets), 0_u128..5_000);
    let gas_limit = prop::sample::select(vec![60_000, 300_000, 5_000_000]);
    (1_u8..4, prop::collection::vec(call, 1..3), gas_limit, 0_u128..10_000).prop_map(
        |(sender, scripts, gas_limit, spend_limit)| Plan {
            sender,
            scripts,
            gas_limit,
            spend_limit,
        },
    )
}

fn calls(stage: &Stage, plan: &Plan) -> Vec<Call> {
    let call = |(puppet, script, money): &(usize, Vec<Step>, u128)| {
        let money = AssetAmount { asset: EUR(), amount: Amount(*money) };
        let money = if money.amount.0 == 0 { vec![] } else { vec![money] };
        attach(support::run(stage.puppets[*puppet], script.clone()), &money)
    };
    plan.scripts.iter().map(call).collect()
}

/// A stage on which gas costs money and three people have some.
fn stage() -> Stage {
    let collector = Signer::new(9).id();
    let fee = FeeSchedule { asset: EUR(), price_per_million_gas: Amount(30), collector };
    let mut chain = weal_fixtures::Chain::with(|genesis| {
        Stage::genesis(genesis);
        genesis.assets[0].balances.push((Signer::new(2).id(), Amount(20_000)));
        genesis.assets[0]
            .balances
            .push((weal_fixtures::Chain::governance().id(), Amount(1_000_000)));
        genesis.params.fee = Some(fee);
    });
    // What the largest gas limit of a fixture costs.
    chain.max_fee = Amount(1_200);
    Stage::on(chain)
}

/// Supply by the asset's own record, and by adding up every balance.
fn supply(stage: &Stage, asset: AssetId) -> (u128, u128) {
    let recorded: Amount = stage.chain.read(system::ASSETS, "total_supply", &asset);
    (recorded.0, system::assets::sum_of_balances(&stage.chain.state, &asset).unwrap().0)
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 48,
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn random_transactions_conserve_every_asset(
        plans in {
            let puppets = stage().puppets;
            prop::collection::vec(plan(puppets), 1..12)
        }
    ) {
        let mut stage = stage();
        let before = supply(&stage, EUR());
        prop_assert_eq!(before.0, before.1);
        for plan in plans {
            let sender = Signer::new(plan.sender);
            let calls = calls(&stage, &plan);
            let mut transaction = stage.chain.transaction(&sender, calls);
            transaction.gas_limit = Gas(plan.gas_limit);
            transaction.max_fee = Amount(200);
            let limit = AssetAmount { asset: EUR(), amount: Amount(plan.spend_limit) };
            transaction.limits = Bounded::new(vec![limit]).unwrap();
            let held = stage.chain.read::<system::assets::Balance>(
                system::ASSETS, "balance", &(sender.id(), EUR()),
            ).free.0;
            let signed = sender.sign(transaction, &stage.chain.context.chain);
            let outcome = stage.chain.send(signed);
            let left = stage.chain.read::<system::assets::Balance>(
                system::ASSETS, "balance", &(sender.id(), EUR()),
            ).free.0;
            // The signer's own guard holds, and a transaction that fails costs its fee and nothing
            // else.
            match outcome {
                Outcome::Applied { fee, .. } => {
                    prop_assert!(held.saturating_sub(left) <= plan.spend_limit + fee.0);
                }
                Outcome::Reverted { fee, gas_used, .. } => {
                    prop_assert_eq!(held - left, fee.0);
                    prop_assert!(gas_used.0 <= plan.gas_limit);
                }
                Outcome::Skipped(_) => prop_assert_eq!(held, left),
            }
            prop_assert_eq!(supply(&stage, EUR()), before);
        }
    }
}

#[test]
fn fees_come_out_of_the_payer_and_reach_the_collector() {
    let mut stage = stage();
    let mut transaction =
        stage.chain.transaction(&alice(), vec![support::run(stage.puppets[0], vec![])]);
    transaction.max_fee = Amount(1_200);
    let free = |stage: &Stage, who: &Signer| {
        let args = (who.id(), EUR());
        stage.chain.read::<system::assets::Balance>(system::ASSETS, "balance", &args).free.0
    };
    let before = (free(&stage, &alice()), free(&stage, &Signer::new(9)));
    let signed = alice().sign(transaction, &stage.chain.context.chain);
    let Outcome::Applied { fee, gas_used, .. } = stage.chain.send(signed) else { panic!() };
    assert_eq!(fee.0, (u128::from(gas_used.0) * 30).div_ceil(1_000_000));
    assert!(fee.0 > 0);
    let after = (free(&stage, &alice()), free(&stage, &Signer::new(9)));
    assert_eq!((before.0 - after.0, after.1 - before.1), (fee.0, fee.0));
}
