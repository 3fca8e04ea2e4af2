//! Assets: creation, supply, transfers, payees, freezing.

use parity_scale_codec::Decode;
use weal_fixtures::{Signer, attach, call};
use weal_runtime::system::{
    ASSETS, CONTRACTS,
    assets::{
        Asset, AssetStatus, Balance, Booking, SCALE_MAX, SUPPLY_MAX, Transfers, error,
        sum_of_balances,
    },
};
use weal_types::{
    AccountId, Amount, AssetId,
    hash::Hash,
    receipt::{FailureKind, Outcome},
    transaction::AssetAmount,
};

use crate::world::{World, ada, bank, bob, eur, gov, money, refusal, voucher, with_money};

type Create = (String, u8, Option<Amount>, Transfers, AccountId);

fn create(symbol: &str, scale: u8, cap: Option<u128>, transfers: Transfers) -> Create {
    (symbol.into(), scale, cap.map(Amount), transfers, bank().id())
}

fn asset(world: &World, id: AssetId) -> Asset {
    world.read::<Option<Asset>>(ASSETS, "asset", &id).expect("the asset exists")
}

fn pay(to: &Signer, amount: u128) -> (AssetId, AccountId, Amount, Vec<u8>) {
    (eur(), to.id(), Amount(amount), b"invoice 7".to_vec())
}

fn mint(to: &Signer, amount: u128, reference: u8) -> (AssetId, AccountId, Amount, Hash) {
    (eur(), to.id(), Amount(amount), [reference; 32])
}

/// A world with a voucher that is spent at listed payees; Ada has 100 of it.
fn with_voucher() -> World {
    let mut world = World::new();
    let created = create("MEAL", 0, Some(1_000), Transfers::Listed);
    assert_eq!(world.ok::<AssetId>(&gov(), ASSETS, "create", &created), voucher());
    let minted = (voucher(), ada().id(), Amount(100), [0_u8; 32]);
    world.ok::<()>(&bank(), ASSETS, "mint", &minted);
    world
}

#[test]
fn governance_creates_assets() {
    let mut world = World::new();
    let usd = create("USD", 2, Some(5_000), Transfers::Free);
    world.denied(&bank(), ASSETS, "create", &usd);
    let id: AssetId = world.ok(&gov(), ASSETS, "create", &usd);
    assert_eq!(id, AssetId::derive(&bank().id(), "USD"));
    let record = asset(&world, id);
    assert_eq!((record.issuer, record.scale, record.supply), (bank().id(), 2, Amount(0)));
    assert_eq!((record.cap, record.status), (Some(Amount(5_000)), AssetStatus::Active));
    assert_eq!(record.symbol.as_str(), "USD");
    assert_eq!(world.code(&gov(), ASSETS, "create", &usd), error::ASSET_EXISTS);
    let refused = [
        (create("US D", 2, None, Transfers::Free), error::BAD_SYMBOL),
        (create("", 2, None, Transfers::Free), error::BAD_SYMBOL),
        (create("USX", SCALE_MAX + 1, None, Transfers::Free), error::BAD_SCALE),
        (create("USX", 2, Some(0), Transfers::Free), error::BAD_CAP),
        (create("USX", 2, Some(SUPPLY_MAX.0 + 1), Transfers::Free), error::BAD_CAP),
    ];
    for (args, expected) in refused {
        assert_eq!(world.code(&gov(), ASSETS, "create", &args), expected);
    }
    let highest = create("USX", SCALE_MAX, Some(SUPPLY_MAX.0), Transfers::Free);
    world.ok::<AssetId>(&gov(), ASSETS, "create", &highest);
}

#[test]
fn assets_and_balances_are_listed_in_pages() {
    let mut world = with_voucher();
    let mut all = [eur(), voucher()];
    all.sort();
    type Assets = Vec<(AssetId, Asset)>;
    type Balances = Vec<(AssetId, Balance)>;
    let ids = |page: Assets| page.into_iter().map(|(id, _)| id).collect::<Vec<_>>();
    let from = |after: Option<AssetId>, limit: u16| {
        ids(world.read::<Assets>(ASSETS, "assets", &(after, limit)))
    };
    assert_eq!(from(None, u16::MAX), all);
    assert_eq!(from(None, 1), all[..1]);
    assert_eq!(from(Some(all[0]), 1), all[1..]);
    assert_eq!(from(Some(all[1]), 9), []);
    assert_eq!(from(None, 0), []);
    let held = |who: &Signer| -> Vec<(AssetId, u128)> {
        let args = (who.id(), None::<AssetId>, 9_u16);
        let page: Balances = world.read(ASSETS, "balances", &args);
        page.into_iter().map(|(id, balance)| (id, balance.free.0)).collect()
    };
    let amount = |id| if id == eur() { 100_000 } else { 100 };
    assert_eq!(held(&ada()), all.map(|id| (id, amount(id))));
    assert_eq!(held(&bob()), []);
    // A balance that is spent has no record.
    world.ok::<()>(&ada(), ASSETS, "transfer", &pay(&bob(), 100_000));
    let page: Balances = world.read(ASSETS, "balances", &(ada().id(), None::<AssetId>, 9_u16));
    assert_eq!(page.len(), 1);
}

#[test]
fn each_reference_mints_and_burns_once() {
    let mut world = World::new();
    world.denied(&gov(), ASSETS, "mint", &mint(&bob(), 50, 1));
    world.ok::<()>(&bank(), ASSETS, "mint", &mint(&bob(), 50, 1));
    assert_eq!(world.balance(bob().id(), eur()), (50, 0, 0));
    assert_eq!(world.read::<Amount>(ASSETS, "total_supply", &eur()), Amount(100_050));
    let FailureKind::Revert { code, payload } =
        world.fails(&bank(), ASSETS, "mint", &mint(&ada(), 70, 1))
    else {
        panic!("a refusal")
    };
    // The refusal says what the reference was used for.
    type Used = (AssetId, Hash, AccountId, Amount, u64);
    let used = Used::decode(&mut &payload[..]).expect("a payload");
    assert_eq!((code, used.2, used.3), (error::REFERENCE_USED, bob().id(), Amount(50)));
    let booking: Option<Booking> = world.read(ASSETS, "minted", &(eur(), [1_u8; 32]));
    assert_eq!(booking.map(|booking| booking.account), Some(bob().id()));

    let burn = |amount, reference: u8| (eur(), Amount(amount), [reference; 32]);
    assert_eq!(
        world.fails(&bank(), ASSETS, "burn", &burn(10, 1)),
        FailureKind::InsufficientBalance
    );
    world.denied(&ada(), ASSETS, "burn", &burn(10, 1));
    world.ok::<()>(&bob(), ASSETS, "transfer", &pay(&bank(), 30));
    // Minting and burning have references of their own.
    world.ok::<()>(&bank(), ASSETS, "burn", &burn(10, 1));
    assert_eq!(world.code(&bank(), ASSETS, "burn", &burn(10, 1)), error::REFERENCE_USED);
    world.ok::<()>(&bank(), ASSETS, "burn", &burn(20, 2));
    assert_eq!(world.balance(bank().id(), eur()), (0, 0, 0));
    assert_eq!(world.read::<Amount>(ASSETS, "total_supply", &eur()), Amount(100_020));
    assert!(world.read::<Option<Booking>>(ASSETS, "burned", &(eur(), [2_u8; 32])).is_some());
    assert!(world.read::<Option<Booking>>(ASSETS, "burned", &(eur(), [3_u8; 32])).is_none());
    assert_eq!(sum_of_balances(&world.chain.state, &eur()), Ok(Amount(100_020)));
}

#[test]
fn supply_stays_below_cap_and_below_what_amounts_can_carry() {
    let mut world = with_voucher();
    let voucher_mint = |amount| (voucher(), ada().id(), Amount(amount), [9_u8; 32]);
    assert_eq!(world.code(&bank(), ASSETS, "mint", &voucher_mint(901)), error::CAP_EXCEEDED);
    assert_eq!(world.code(&bank(), ASSETS, "mint", &voucher_mint(0)), error::ZERO_AMOUNT);
    world.ok::<()>(&bank(), ASSETS, "mint", &voucher_mint(900));
    let rest = SUPPLY_MAX.0 - 100_000;
    for too_much in [rest + 1, u128::MAX] {
        let code = world.code(&bank(), ASSETS, "mint", &mint(&ada(), too_much, 1));
        assert_eq!(code, error::CAP_EXCEEDED);
    }
    world.ok::<()>(&bank(), ASSETS, "mint", &mint(&ada(), rest, 1));
    assert_eq!(world.balance(ada().id(), eur()).0, SUPPLY_MAX.0);
    let zero = (eur(), Amount(0), [1_u8; 32]);
    assert_eq!(world.code(&bank(), ASSETS, "burn", &zero), error::ZERO_AMOUNT);
}

#[test]
fn transfers_move_money_and_say_so() {
    let mut world = World::new();
    let (_, events) = world.ok_call::<()>(&ada(), call(ASSETS, "transfer", &pay(&bob(), 40)));
    assert_eq!(events[0].name.as_str(), "Transferred");
    assert_eq!(&events[0].topics[1][..], bob().id().as_bytes());
    let said = <(Amount, Vec<u8>)>::decode(&mut &events[0].data[..]);
    assert_eq!(said, Ok((Amount(40), b"invoice 7".to_vec())));
    assert_eq!(world.balance(ada().id(), eur()), (99_960, 0, 0));
    assert_eq!(world.balance(bob().id(), eur()), (40, 0, 0));

    let unknown = (AssetId([5; 32]), bob().id(), Amount(1), Vec::<u8>::new());
    assert_eq!(world.code(&ada(), ASSETS, "transfer", &unknown), error::UNKNOWN_ASSET);
    assert_eq!(world.code(&ada(), ASSETS, "transfer", &pay(&bob(), 0)), error::ZERO_AMOUNT);
    let broke = world.fails(&bob(), ASSETS, "transfer", &pay(&ada(), 41));
    assert_eq!(broke, FailureKind::InsufficientBalance);
    let long = (eur(), bob().id(), Amount(1), vec![0_u8; 65]);
    assert_eq!(world.fails(&ada(), ASSETS, "transfer", &long), FailureKind::BadArguments);

    // To oneself: nothing moves, but one must have it.
    world.ok::<()>(&bob(), ASSETS, "transfer", &pay(&bob(), 40));
    assert_eq!(world.balance(bob().id(), eur()), (40, 0, 0));
    let broke = world.fails(&bob(), ASSETS, "transfer", &pay(&bob(), 41));
    assert_eq!(broke, FailureKind::InsufficientBalance);
}

#[test]
fn what_leaves_the_signer_counts_against_its_limits() {
    let mut world = World::new();
    let limited = |world: &mut World, calls, limit: u128| {
        let mut transaction = world.chain.transaction(&ada(), calls);
        transaction.limits = vec![money(limit)].try_into().expect("one limit");
        let signed = ada().sign(transaction, &world.chain.context.chain);
        world.chain.send(signed)
    };
    let transfer = |amount| call(ASSETS, "transfer", &pay(&bob(), amount));
    let later = world.now().0 + 100_000;
    let reserve = call(ASSETS, "reserve", &(eur(), Amount(30), CONTRACTS, later));
    let calls = || vec![transfer(20), reserve.clone(), transfer(20)];
    let Outcome::Reverted { failure, .. } = limited(&mut world, calls(), 69) else {
        panic!("70 leave")
    };
    assert_eq!(failure.kind, FailureKind::SpendLimit);
    assert!(matches!(limited(&mut world, calls(), 70), Outcome::Applied { .. }));
    // Only what left counts, not what passed through.
    let itself = vec![call(ASSETS, "transfer", &pay(&ada(), 90_000))];
    assert!(matches!(limited(&mut world, itself, 0), Outcome::Applied { .. }));
}

#[test]
fn vouchers_are_spent_at_listed_payees() {
    let mut world = with_voucher();
    let puppet = world.puppet();
    let list = |to: AccountId, allowed| (voucher(), to, allowed);
    let give = |to: AccountId| (voucher(), to, Amount(10), Vec::<u8>::new());
    assert_eq!(world.code(&ada(), ASSETS, "transfer", &give(bob().id())), error::NOT_LISTED);
    // Not attached either, and then the failure says whose code it is.
    let attached = AssetAmount { asset: voucher(), amount: Amount(10) };
    let run = attach(call(puppet, "run", &vec![0_u8]), &[attached]);
    let failure = world.send(&ada(), run.clone()).failed().clone();
    assert_eq!((failure.contract, failure.method.as_str()), (ASSETS, "transfer"));
    assert_eq!(refusal::<()>(Err(failure.kind)), error::NOT_LISTED);

    world.denied(&ada(), ASSETS, "allow_payee", &list(bob().id(), true));
    let free = (eur(), bob().id(), true);
    assert_eq!(world.code(&bank(), ASSETS, "allow_payee", &free), error::NO_PAYEE_LIST);
    world.ok::<()>(&bank(), ASSETS, "allow_payee", &list(bob().id(), true));
    world.ok::<()>(&bank(), ASSETS, "allow_payee", &list(puppet.account(), true));
    let is_payee = |world: &World, asset: AssetId, id: AccountId| -> bool {
        world.read(ASSETS, "is_payee", &(asset, id))
    };
    assert!(is_payee(&world, voucher(), bob().id()) && is_payee(&world, eur(), ada().id()));
    assert!(is_payee(&world, voucher(), bank().id()) && !is_payee(&world, voucher(), ada().id()));
    assert!(!is_payee(&world, AssetId([5; 32]), ada().id()));
    world.ok::<()>(&ada(), ASSETS, "transfer", &give(bob().id()));
    world.send(&ada(), run).applied();
    // Bob can redeem with the issuer, but not pass on.
    assert_eq!(world.code(&bob(), ASSETS, "transfer", &give(ada().id())), error::NOT_LISTED);
    world.ok::<()>(&bob(), ASSETS, "transfer", &give(bank().id()));
    world.ok::<()>(&bank(), ASSETS, "allow_payee", &list(bob().id(), false));
    assert_eq!(world.code(&ada(), ASSETS, "transfer", &give(bob().id())), error::NOT_LISTED);
    assert_eq!(sum_of_balances(&world.chain.state, &voucher()), Ok(Amount(100)));
}

#[test]
fn a_frozen_asset_does_not_move() {
    let mut world = World::new();
    let puppet = world.puppet();
    let later = world.now().0 + 1_000_000;
    let reserve = (eur(), Amount(50), puppet, later);
    let id: u64 = world.ok(&ada(), ASSETS, "reserve", &reserve);
    let hold = (ada().id(), eur(), Amount(5), later, [0_u8; 32]);
    world.denied(&bank(), ASSETS, "freeze", &eur());
    assert_eq!(world.code(&gov(), ASSETS, "unfreeze", &eur()), error::NOT_FROZEN);
    world.ok::<()>(&gov(), ASSETS, "freeze", &eur());
    assert_eq!(world.code(&gov(), ASSETS, "freeze", &eur()), error::FROZEN);
    assert_eq!(asset(&world, eur()).status, AssetStatus::Frozen);

    let burn = (eur(), Amount(1), [1_u8; 32]);
    assert_eq!(world.code(&ada(), ASSETS, "transfer", &pay(&bob(), 1)), error::FROZEN);
    assert_eq!(world.code(&bank(), ASSETS, "mint", &mint(&bob(), 1, 1)), error::FROZEN);
    assert_eq!(world.code(&bank(), ASSETS, "burn", &burn), error::FROZEN);
    assert_eq!(world.code(&ada(), ASSETS, "reserve", &reserve), error::FROZEN);
    let capture = call(ASSETS, "capture", &(id, Amount(1)));
    assert_eq!(refusal(world.by_contract(puppet, capture)), error::FROZEN);
    let failure = world.send(&ada(), with_money(puppet, "run", &vec![0_u8], 1)).failed().clone();
    assert_eq!(refusal::<()>(Err(failure.kind)), error::FROZEN);

    // What protects a holder or ends by itself still works.
    let number: u64 = world.ok(&gov(), ASSETS, "hold", &hold);
    world.ok::<()>(&gov(), ASSETS, "lift", &number);
    assert!(world.by_contract(puppet, call(ASSETS, "release", &id)).is_ok());
    assert_eq!(world.balance(ada().id(), eur()), (100_000, 0, 0));

    world.denied(&bank(), ASSETS, "unfreeze", &eur());
    world.ok::<()>(&gov(), ASSETS, "unfreeze", &eur());
    world.ok::<()>(&ada(), ASSETS, "transfer", &pay(&bob(), 1));
    for method in ["freeze", "unfreeze"] {
        let code = world.code(&gov(), ASSETS, method, &AssetId([5; 32]));
        assert_eq!(code, error::UNKNOWN_ASSET);
    }
}

#[test]
fn an_asset_can_change_hands() {
    let mut world = World::new();
    world.denied(&ada(), ASSETS, "set_issuer", &(eur(), ada().id()));
    world.ok::<()>(&bank(), ASSETS, "set_issuer", &(eur(), ada().id()));
    world.denied(&bank(), ASSETS, "mint", &mint(&bob(), 1, 1));
    world.ok::<()>(&ada(), ASSETS, "mint", &mint(&bob(), 1, 1));
    world.ok::<()>(&gov(), ASSETS, "set_issuer", &(eur(), bank().id()));
    assert_eq!(asset(&world, eur()).issuer, bank().id());
    let unknown = AssetId([5; 32]);
    let nothing = world.code(&gov(), ASSETS, "set_issuer", &(unknown, bank().id()));
    assert_eq!(nothing, error::UNKNOWN_ASSET);
    let mint = (unknown, bob().id(), Amount(1), [1_u8; 32]);
    assert_eq!(world.code(&bank(), ASSETS, "mint", &mint), error::UNKNOWN_ASSET);
    let burn = (unknown, Amount(1), [1_u8; 32]);
    assert_eq!(world.code(&bank(), ASSETS, "burn", &burn), error::UNKNOWN_ASSET);
    let payee = (unknown, bob().id(), true);
    assert_eq!(world.code(&bank(), ASSETS, "allow_payee", &payee), error::UNKNOWN_ASSET);
    assert!(world.read::<Option<Asset>>(ASSETS, "asset", &unknown).is_none());
    assert_eq!(world.read::<Amount>(ASSETS, "total_supply", &unknown), Amount(0));
}
