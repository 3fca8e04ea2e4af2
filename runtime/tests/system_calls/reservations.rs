//! Reservations: authorise now, capture later.

use parity_scale_codec::Decode;
use weal_fixtures::call;
use weal_runtime::system::{
    ASSETS,
    assets::{RESERVATION_MS_MAX, Reservation, Transfers, error},
};
use weal_types::{Amount, AssetId, ContractId, receipt::FailureKind};

use crate::world::{World, ada, bank, bob, eur, gov, refusal, voucher};

/// A world with a contract for which Ada has set 100 aside for 100 s.
fn reserved() -> (World, ContractId, u64) {
    let mut world = World::new();
    let puppet = world.puppet();
    let args = (eur(), Amount(100), puppet, world.now().0 + 100_000);
    let id = world.ok(&ada(), ASSETS, "reserve", &args);
    (world, puppet, id)
}

fn capture(id: u64, amount: u128) -> weal_types::transaction::Call {
    call(ASSETS, "capture", &(id, Amount(amount)))
}

fn left(world: &World, id: u64) -> Option<u128> {
    let reservation: Option<Reservation> = world.read(ASSETS, "reservation", &id);
    reservation.map(|reservation| reservation.amount.0)
}

#[test]
fn reserved_money_stays_the_holders_until_it_is_captured() {
    let (mut world, puppet, id) = reserved();
    assert_eq!(world.balance(ada().id(), eur()), (99_900, 100, 0));
    let reservation: Option<Reservation> = world.read(ASSETS, "reservation", &id);
    let reservation = reservation.expect("a reservation");
    assert_eq!((reservation.holder, reservation.beneficiary), (ada().id(), puppet));
    // It cannot be spent twice.
    let all = (eur(), bob().id(), Amount(99_901), Vec::<u8>::new());
    let broke = world.fails(&ada(), ASSETS, "transfer", &all);
    assert_eq!(broke, FailureKind::InsufficientBalance);

    assert!(world.by_contract(puppet, capture(id, 30)).is_ok());
    assert_eq!(world.balance(ada().id(), eur()), (99_900, 70, 0));
    assert_eq!(world.balance(puppet.account(), eur()), (30, 0, 0));
    assert_eq!(left(&world, id), Some(70));
    let refused = [(71, error::ABOVE_RESERVATION), (0, error::ZERO_AMOUNT)];
    for (amount, expected) in refused {
        assert_eq!(refusal(world.by_contract(puppet, capture(id, amount))), expected);
    }
    assert!(world.by_contract(puppet, capture(id, 70)).is_ok());
    assert_eq!(left(&world, id), None);
    let ended = refusal(world.by_contract(puppet, capture(id, 1)));
    assert_eq!(ended, error::UNKNOWN_RESERVATION);
    assert_eq!(world.balance(ada().id(), eur()), (99_900, 0, 0));
    assert_eq!(world.balance(puppet.account(), eur()), (100, 0, 0));
}

#[test]
fn only_the_named_contract_captures() {
    let (mut world, _, id) = reserved();
    for who in [ada(), bob(), gov()] {
        world.denied(&who, ASSETS, "capture", &(id, Amount(1)));
    }
}

#[test]
fn the_contract_releases_at_any_time_and_anyone_after_the_expiry() {
    let (mut world, puppet, id) = reserved();
    for who in [ada(), bob(), gov()] {
        assert_eq!(world.code(&who, ASSETS, "release", &id), error::TOO_EARLY);
    }
    assert!(world.by_contract(puppet, capture(id, 30)).is_ok());
    assert!(world.by_contract(puppet, call(ASSETS, "release", &id)).is_ok());
    assert_eq!(world.balance(ada().id(), eur()), (99_970, 0, 0));
    assert_eq!(world.code(&bob(), ASSETS, "release", &id), error::UNKNOWN_RESERVATION);

    let args = (eur(), Amount(50), puppet, world.now().0 + 100_000);
    let second: u64 = world.ok(&ada(), ASSETS, "reserve", &args);
    assert!(second > id);
    world.wait(200_000);
    let late = refusal(world.by_contract(puppet, capture(second, 1)));
    assert_eq!(late, error::EXPIRED);
    world.ok::<()>(&bob(), ASSETS, "release", &second);
    assert_eq!(world.balance(ada().id(), eur()), (99_970, 0, 0));
}

#[test]
fn the_expiry_is_the_first_moment_at_which_it_is_over() {
    let (mut world, puppet, id) = reserved();
    let reservation: Option<Reservation> = world.read(ASSETS, "reservation", &id);
    let expires = reservation.expect("a reservation").expires.0;
    // The next block comes one millisecond before the expiry, the one after it a second later.
    world.chain.context.time.0 = expires - 1_001;
    assert!(world.by_contract(puppet, capture(id, 1)).is_ok());
    world.chain.context.time.0 = expires - 1_000;
    assert_eq!(refusal(world.by_contract(puppet, capture(id, 1))), error::EXPIRED);
    world.chain.context.time.0 = expires - 1_000;
    world.ok::<()>(&bob(), ASSETS, "release", &id);
}

#[test]
fn what_cannot_be_reserved() {
    let mut world = World::new();
    let puppet = world.puppet();
    let now = world.now().0;
    let reserve = |asset: AssetId, amount, expires: u64| (asset, Amount(amount), puppet, expires);
    let cases = [
        (reserve(AssetId([5; 32]), 1, now + 10), error::UNKNOWN_ASSET),
        (reserve(eur(), 0, now + 10), error::ZERO_AMOUNT),
        // The blocks are a second apart, so this is the past, the present and a year too late.
        (reserve(eur(), 1, now - 1), error::BAD_EXPIRY),
        (reserve(eur(), 1, now + 3_000), error::BAD_EXPIRY),
        (reserve(eur(), 1, now + 5_000 + RESERVATION_MS_MAX), error::BAD_EXPIRY),
    ];
    for (args, expected) in cases {
        assert_eq!(world.code(&ada(), ASSETS, "reserve", &args), expected);
    }
    let broke = world.fails(&ada(), ASSETS, "reserve", &reserve(eur(), 100_001, now + 60_000));
    assert_eq!(broke, FailureKind::InsufficientBalance);
    let longest = reserve(eur(), 1, world.now().0 + RESERVATION_MS_MAX);
    world.ok::<u64>(&ada(), ASSETS, "reserve", &longest);
}

#[test]
fn a_listed_asset_is_captured_by_listed_contracts() {
    let mut world = World::new();
    let puppet = world.puppet();
    let created = ("MEAL", 0_u8, None::<Amount>, Transfers::Listed, bank().id());
    world.ok::<AssetId>(&gov(), ASSETS, "create", &created);
    let minted = (voucher(), ada().id(), Amount(100), [0_u8; 32]);
    world.ok::<()>(&bank(), ASSETS, "mint", &minted);
    let args = (voucher(), Amount(10), puppet, world.now().0 + 1_000_000);
    assert_eq!(world.code(&ada(), ASSETS, "reserve", &args), error::NOT_LISTED);
    world.ok::<()>(&bank(), ASSETS, "allow_payee", &(voucher(), puppet.account(), true));
    let id: u64 = world.ok(&ada(), ASSETS, "reserve", &args);
    world.ok::<()>(&bank(), ASSETS, "allow_payee", &(voucher(), puppet.account(), false));
    assert_eq!(refusal(world.by_contract(puppet, capture(id, 1))), error::NOT_LISTED);
    world.ok::<()>(&bank(), ASSETS, "allow_payee", &(voucher(), puppet.account(), true));
    let captured = world.by_contract(puppet, capture(id, 1)).expect("captured");
    assert_eq!(<()>::decode(&mut captured.as_slice()), Ok(()));
}
