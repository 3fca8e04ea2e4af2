//! Parameters: what governance may change, and what would be the last change.

use parity_scale_codec::Encode;
use weal_fixtures::Signer;
use weal_runtime::system::{
    ACCOUNTS, PARAMS,
    params::{CODE_DELAY_MAX, TRANSACTION_GAS_MIN, error, load},
};
use weal_types::{
    AccountId, Amount, AssetId, Gas,
    account::Authority,
    params::{Admission, ChainParams, FeeSchedule},
    receipt::SkipReason,
};

use crate::world::{World, ada, bank, bob, eur, gov};

fn get(world: &World) -> ChainParams {
    world.read(PARAMS, "get", &())
}

#[test]
fn a_change_counts_from_the_next_block_on() {
    let mut world = World::new();
    let mut params = get(&world);
    assert_eq!(load(&world.chain.state), Ok(params.clone()));
    params.admission = Admission::Members;
    world.denied(&bank(), PARAMS, "set", &params);
    let stranger = Signer::new(77);
    let change = world.chain.sign(&gov(), vec![weal_fixtures::call(PARAMS, "set", &params)]);
    let nothing = || vec![weal_fixtures::call(PARAMS, "get", &())];
    let same_block = world.chain.sign(&stranger, nothing());
    let output = world.chain.block(&[change, same_block]);
    let applied = |receipt: &weal_types::receipt::Receipt| {
        matches!(receipt.outcome, weal_types::receipt::Outcome::Applied { .. })
    };
    assert!(output.receipts.iter().all(applied));
    assert_eq!(get(&world), params);
    let next_block = world.chain.call(&stranger, weal_fixtures::call(PARAMS, "get", &()));
    assert_eq!(next_block.skipped(), SkipReason::NotAdmitted);
}

#[test]
fn changes_that_nobody_could_take_back_are_refused() {
    let mut world = World::new();
    let puppet = world.puppet();
    let fee = |asset: AssetId, price| {
        Some(FeeSchedule { asset, price_per_million_gas: Amount(price), collector: bank().id() })
    };
    type Change<'a> = &'a dyn Fn(&mut ChainParams);
    let cases: [(Change<'_>, u32); 10] = [
        (&|params| params.transaction_gas = Gas(TRANSACTION_GAS_MIN.0 - 1), error::TRANSACTION_GAS),
        (&|params| params.block_gas = Gas(TRANSACTION_GAS_MIN.0), error::TRANSACTION_GAS),
        (&|params| params.account_gas_per_block = Gas(1), error::ACCOUNT_GAS),
        (&|params| params.query_gas = Gas(0), error::QUERY_GAS),
        (&|params| params.code_delay = CODE_DELAY_MAX + 1, error::CODE_DELAY),
        (&|params| params.valid_ahead_key_ms = 0, error::VALID_AHEAD),
        (&|params| params.fee = fee(eur(), u128::MAX), error::FEE_PRICE),
        (&|params| params.fee = fee(AssetId([5; 32]), 1), error::UNKNOWN_FEE_ASSET),
        (&|params| params.devnet = false, error::DEVNET_IS_FIXED),
        (&|params| params.governance = AccountId([5; 32]), error::GOVERNANCE_UNABLE),
    ];
    for (change, expected) in cases {
        let mut params = get(&world);
        change(&mut params);
        assert_eq!(world.code(&gov(), PARAMS, "set", &params), expected);
    }
    let good: [Change<'_>; 3] =
        [&|params| params.fee = fee(eur(), 1), &|params| params.fee = None, &|params| {
            params.governance = puppet.account()
        }];
    for change in good {
        let mut params = get(&world);
        change(&mut params);
        let call = weal_fixtures::call(PARAMS, "set", &params);
        let mut transaction = world.chain.transaction(&gov(), vec![call]);
        if get(&world).fee.is_some() {
            transaction.sponsor = Some(ada().id());
            transaction.max_fee = Amount(1_000);
        }
        let sponsors: &[&Signer] = if transaction.sponsor.is_some() { &[&ada()] } else { &[] };
        let chain = world.chain.context.chain;
        let signed = weal_fixtures::sign_together(&[&gov()], sponsors, transaction, &chain);
        let outcome = world.chain.send(signed);
        assert!(
            matches!(outcome, weal_types::receipt::Outcome::Applied { .. }),
            "{outcome:?} {:?}",
            params.encode().len()
        );
        assert_eq!(get(&world), params);
    }
    world.denied(&gov(), PARAMS, "set", &get(&world));
}

#[test]
fn governance_is_handed_to_somebody_who_can_send() {
    let mut world = World::new();
    let set = |world: &World, governance: AccountId, admission| ChainParams {
        governance,
        admission,
        ..get(world)
    };
    world.ok::<()>(&gov(), ACCOUNTS, "suspend", &bob().id());
    let suspended = set(&world, bob().id(), Admission::Open);
    assert_eq!(world.code(&gov(), PARAMS, "set", &suspended), error::GOVERNANCE_UNABLE);
    // An account that opened itself can govern an open chain, but not one for members.
    let eve = Signer::new(4);
    world.chain.call(&eve, weal_fixtures::call(PARAMS, "get", &())).applied();
    let closed = set(&world, eve.id(), Admission::Members);
    assert_eq!(world.code(&gov(), PARAMS, "set", &closed), error::GOVERNANCE_UNABLE);
    let open = set(&world, eve.id(), Admission::Open);
    world.ok::<()>(&gov(), PARAMS, "set", &open);
    world.denied(&gov(), PARAMS, "set", &open);
    // Nor can it close the chain to itself.
    let itself = set(&world, eve.id(), Admission::Members);
    assert_eq!(world.code(&eve, PARAMS, "set", &itself), error::GOVERNANCE_UNABLE);
    world.ok::<()>(&eve, ACCOUNTS, "admit", &(eve.id(), None::<Authority>));
    world.ok::<()>(&eve, PARAMS, "set", &itself);
}
