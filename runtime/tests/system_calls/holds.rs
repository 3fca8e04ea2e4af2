//! Holds: what governance keeps a holder from spending.

use weal_runtime::system::{
    ASSETS,
    assets::{HOLD_MS_MAX, Hold, error},
};
use weal_types::{AccountId, Amount, AssetId, hash::Hash, receipt::FailureKind};

use crate::world::{World, ada, bank, bob, eur, gov};

fn hold(world: &World, amount: u128, ahead_ms: u64) -> (AccountId, AssetId, Amount, u64, Hash) {
    (ada().id(), eur(), Amount(amount), world.now().0 + ahead_ms, [7; 32])
}

#[test]
fn held_money_stays_and_cannot_be_spent() {
    let mut world = World::new();
    let args = hold(&world, 99_990, 60_000);
    world.denied(&bank(), ASSETS, "hold", &args);
    let args = hold(&world, 99_990, 60_000);
    let id: u64 = world.ok(&gov(), ASSETS, "hold", &args);
    assert_eq!(world.balance(ada().id(), eur()), (10, 0, 99_990));
    let record: Option<Hold> = world.read(ASSETS, "hold_of", &id);
    let record = record.expect("a hold");
    assert_eq!((record.account, record.amount, record.basis), (ada().id(), args.2, args.4));
    let pay = |amount| (eur(), bob().id(), Amount(amount), Vec::<u8>::new());
    let broke = world.fails(&ada(), ASSETS, "transfer", &pay(11));
    assert_eq!(broke, FailureKind::InsufficientBalance);
    world.ok::<()>(&ada(), ASSETS, "transfer", &pay(10));
    // Money still arrives, and can be spent.
    world.ok::<()>(&bob(), ASSETS, "transfer", &(eur(), ada().id(), Amount(4), Vec::<u8>::new()));
    assert_eq!(world.balance(ada().id(), eur()), (4, 0, 99_990));
    world.ok::<()>(&gov(), ASSETS, "lift", &id);
    assert_eq!(world.balance(ada().id(), eur()), (99_994, 0, 0));
    assert_eq!(world.read::<Option<Hold>>(ASSETS, "hold_of", &id), None);
    assert_eq!(world.code(&gov(), ASSETS, "lift", &id), error::UNKNOWN_HOLD);
}

#[test]
fn a_hold_ends_by_itself() {
    let mut world = World::new();
    let args = hold(&world, 10, 60_000);
    let id: u64 = world.ok(&gov(), ASSETS, "hold", &args);
    for who in [ada(), bob(), bank()] {
        assert_eq!(world.code(&who, ASSETS, "lift", &id), error::TOO_EARLY);
    }
    // The next block comes a second later: first just before the expiry, then at it.
    world.chain.context.time.0 = args.3 - 1_001;
    assert_eq!(world.code(&bob(), ASSETS, "lift", &id), error::TOO_EARLY);
    world.chain.context.time.0 = args.3 - 1_000;
    world.ok::<()>(&bob(), ASSETS, "lift", &id);
    assert_eq!(world.balance(ada().id(), eur()), (100_000, 0, 0));
}

#[test]
fn holds_take_exactly_what_is_there_for_a_limited_time() {
    let mut world = World::new();
    let broke = hold(&world, 100_001, 60_000);
    let kind = world.fails(&gov(), ASSETS, "hold", &broke);
    assert_eq!(kind, FailureKind::InsufficientBalance);
    let none = hold(&world, 0, 60_000);
    assert_eq!(world.code(&gov(), ASSETS, "hold", &none), error::ZERO_AMOUNT);
    for ahead_ms in [0, HOLD_MS_MAX + 1] {
        let args = hold(&world, 1, ahead_ms);
        assert_eq!(world.code(&gov(), ASSETS, "hold", &args), error::BAD_EXPIRY);
    }
    let unknown = (ada().id(), AssetId([5; 32]), Amount(1), world.now().0 + 9_000, [0_u8; 32]);
    assert_eq!(world.code(&gov(), ASSETS, "hold", &unknown), error::UNKNOWN_ASSET);
    let longest = hold(&world, 1, HOLD_MS_MAX);
    let first: u64 = world.ok(&gov(), ASSETS, "hold", &longest);
    let renewed = hold(&world, 99_999, HOLD_MS_MAX);
    let second: u64 = world.ok(&gov(), ASSETS, "hold", &renewed);
    assert_eq!(second, first + 1);
    assert_eq!(world.balance(ada().id(), eur()), (0, 0, 100_000));
}
