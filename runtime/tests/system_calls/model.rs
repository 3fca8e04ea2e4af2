//! Random calls of `assets` against a model of it in a few maps: the same answers, the same
//! balances, and for every asset the balances add up to the supply.

use std::{collections::BTreeMap, sync::Arc};

use parity_scale_codec::{Decode, Encode};
use proptest::{collection::vec, prelude::*};
use weal_fixtures::{Chain, call};
use weal_runtime::{
    CallMode,
    system::{
        ASSETS,
        assets::{Asset, Balance, SUPPLY_MAX, Transfers, sum_of_balances},
    },
};
use weal_types::{
    AccountId, Amount, AssetId, ContractId, Gas, TimeMs, receipt::CallError, state::StateKey,
};

use crate::world::{World, ada, bank, bob, eur, gov, voucher};

/// One random call. People, assets and contracts are numbers into the lists of [`Cast`].
#[derive(Clone, Debug)]
enum Op {
    Mint { asset: usize, by: usize, to: usize, amount: u128 },
    Burn { asset: usize, by: usize, amount: u128 },
    Transfer { asset: usize, by: usize, to: usize, amount: u128 },
    Reserve { asset: usize, by: usize, amount: u128, for_whom: usize, ahead_ms: u64 },
    Capture { number: u64, by: usize, amount: u128 },
    Release { number: u64, by: usize },
    Hold { asset: usize, by: usize, who: usize, amount: u128, ahead_ms: u64 },
    Lift { number: u64, by: usize },
    Allow { asset: usize, by: usize, who: usize, allowed: bool },
    Freeze { asset: usize, by: usize, frozen: bool },
    Wait { ms: u64 },
}

/// Who takes part: the issuer, governance, two people and two contracts.
struct Cast {
    people: [AccountId; 6],
    assets: [AssetId; 2],
}

/// The most vouchers that may exist.
const CAP: u128 = 1_500;

const CONTRACTS: [ContractId; 2] = [ContractId([0xc0; 32]), ContractId([0xc1; 32])];

impl Cast {
    fn new() -> Self {
        let [c, d] = CONTRACTS.map(ContractId::account);
        let people = [bank().id(), gov().id(), ada().id(), bob().id(), c, d];
        Self { people, assets: [eur(), voucher()] }
    }
}

/// Mostly small amounts, sometimes nothing, sometimes far too much.
fn amount() -> impl Strategy<Value = u128> {
    prop_oneof![
        12 => 1_u128..60,
        1 => Just(0),
        1 => Just(SUPPLY_MAX.0),
        1 => Just(u128::MAX),
        1 => any::<u128>(),
    ]
}

fn op() -> impl Strategy<Value = Op> {
    let (asset, who) = (|| 0_usize..2, || 0_usize..6);
    // Numbers are given in order, so low ones exist and high ones do not.
    let number = || 0_u64..7;
    let ahead = || prop_oneof![8 => 1_u64..60_000, 1 => Just(0), 1 => any::<u64>()];
    prop_oneof![
        2 => (asset(), 0_usize..2, who(), amount())
            .prop_map(|(asset, by, to, amount)| Op::Mint { asset, by, to, amount }),
        2 => (asset(), 0_usize..3, amount())
            .prop_map(|(asset, by, amount)| Op::Burn { asset, by, amount }),
        6 => (asset(), who(), who(), amount())
            .prop_map(|(asset, by, to, amount)| Op::Transfer { asset, by, to, amount }),
        6 => (asset(), who(), amount(), 0_usize..2, ahead()).prop_map(
            |(asset, by, amount, for_whom, ahead_ms)| {
                Op::Reserve { asset, by, amount, for_whom, ahead_ms }
            }
        ),
        6 => (number(), prop_oneof![1 => Just(3_usize), 9 => 4_usize..6], amount())
            .prop_map(|(number, by, amount)| Op::Capture { number, by, amount }),
        2 => (number(), who()).prop_map(|(number, by)| Op::Release { number, by }),
        3 => (asset(), 0_usize..2, who(), amount(), ahead()).prop_map(
            |(asset, by, who, amount, ahead_ms)| Op::Hold { asset, by, who, amount, ahead_ms }
        ),
        2 => (number(), who()).prop_map(|(number, by)| Op::Lift { number, by }),
        2 => (asset(), 0_usize..2, who(), any::<bool>())
            .prop_map(|(asset, by, who, allowed)| Op::Allow { asset, by, who, allowed }),
        1 => (asset(), 0_usize..2, prop::bool::weighted(0.3))
            .prop_map(|(asset, by, frozen)| Op::Freeze { asset, by, frozen }),
        1 => (0_u64..90_000).prop_map(|ms| Op::Wait { ms }),
    ]
}

/// What the contract should do, in the simplest form that says it.
#[derive(Clone, Default)]
struct Model {
    now: u64,
    last: u64,
    supply: [u128; 2],
    frozen: [bool; 2],
    payees: std::collections::BTreeSet<AccountId>,
    /// Free, reserved, held; by asset and holder.
    balances: BTreeMap<(usize, AccountId), [u128; 3]>,
    /// Asset, holder, amount, contract, expiry.
    reservations: BTreeMap<u64, (usize, AccountId, u128, usize, u64)>,
    holds: BTreeMap<u64, (usize, AccountId, u128, u64)>,
}

const FREE: usize = 0;
const RESERVED: usize = 1;
const HELD: usize = 2;

/// `None` where the call should be refused; the model is thrown away then.
type Accepted = Option<()>;

impl Model {
    fn part(&mut self, asset: usize, who: AccountId, part: usize) -> &mut u128 {
        &mut self.balances.entry((asset, who)).or_default()[part]
    }

    fn shift(
        &mut self,
        asset: usize,
        amount: u128,
        from: (AccountId, usize),
        to: (AccountId, usize),
    ) -> Accepted {
        let source = self.part(asset, from.0, from.1);
        *source = source.checked_sub(amount)?;
        *self.part(asset, to.0, to.1) += amount;
        Some(())
    }

    fn check(good: bool) -> Accepted {
        good.then_some(())
    }

    fn payable(&self, cast: &Cast, asset: usize, who: AccountId) -> Accepted {
        Self::check(asset == 0 || who == cast.people[0] || self.payees.contains(&who))
    }

    fn moving(&self, asset: usize, amount: u128) -> Accepted {
        Self::check(!self.frozen[asset] && amount > 0)
    }

    fn timely(&self, ahead_ms: u64, days: u64) -> Option<u64> {
        let in_time = ahead_ms > 0 && ahead_ms <= days * 24 * 3_600_000;
        in_time.then(|| self.now + ahead_ms)
    }

    fn apply(&mut self, cast: &Cast, op: &Op) -> Accepted {
        let person = |index: usize| cast.people[index];
        let issuer = |by: usize| Self::check(by == 0);
        let governance = |by: usize| Self::check(by == 1);
        match *op {
            Op::Mint { asset, by, to, amount } => {
                issuer(by)?;
                self.moving(asset, amount)?;
                let most = if asset == 0 { SUPPLY_MAX.0 } else { CAP };
                let supply = self.supply[asset].checked_add(amount)?;
                Self::check(supply <= most)?;
                self.supply[asset] = supply;
                *self.part(asset, person(to), FREE) += amount;
            }
            Op::Burn { asset, by, amount } => {
                issuer(by)?;
                self.moving(asset, amount)?;
                let free = self.part(asset, person(by), FREE);
                *free = free.checked_sub(amount)?;
                self.supply[asset] -= amount;
            }
            Op::Transfer { asset, by, to, amount } => {
                self.moving(asset, amount)?;
                self.payable(cast, asset, person(to))?;
                self.shift(asset, amount, (person(by), FREE), (person(to), FREE))?;
            }
            Op::Reserve { asset, by, amount, for_whom, ahead_ms } => {
                self.moving(asset, amount)?;
                let expires = self.timely(ahead_ms, 366)?;
                self.payable(cast, asset, CONTRACTS[for_whom].account())?;
                self.shift(asset, amount, (person(by), FREE), (person(by), RESERVED))?;
                self.last += 1;
                let entry = (asset, person(by), amount, for_whom, expires);
                self.reservations.insert(self.last, entry);
            }
            Op::Capture { number, by, amount } => self.capture(cast, number, by, amount)?,
            Op::Release { number, by } => {
                let (asset, holder, amount, for_whom, expires) =
                    self.reservations.remove(&number)?;
                Self::check(by == 4 + for_whom || self.now >= expires)?;
                self.shift(asset, amount, (holder, RESERVED), (holder, FREE))?;
            }
            Op::Hold { asset, by, who, amount, ahead_ms } => {
                governance(by)?;
                Self::check(amount > 0)?;
                let expires = self.timely(ahead_ms, 180)?;
                self.shift(asset, amount, (person(who), FREE), (person(who), HELD))?;
                self.last += 1;
                self.holds.insert(self.last, (asset, person(who), amount, expires));
            }
            Op::Lift { number, by } => {
                let (asset, holder, amount, expires) = self.holds.remove(&number)?;
                Self::check(by == 1 || self.now >= expires)?;
                self.shift(asset, amount, (holder, HELD), (holder, FREE))?;
            }
            Op::Allow { asset, by, who, allowed } => {
                issuer(by)?;
                self.allow(asset, person(who), allowed)?;
            }
            Op::Freeze { asset, by, frozen } => {
                governance(by)?;
                Self::check(self.frozen[asset] != frozen)?;
                self.frozen[asset] = frozen;
            }
            Op::Wait { ms } => self.now += ms,
        }
        Some(())
    }

    fn allow(&mut self, asset: usize, who: AccountId, allowed: bool) -> Accepted {
        Self::check(asset == 1)?;
        match allowed {
            true => self.payees.insert(who),
            false => self.payees.remove(&who),
        };
        Some(())
    }

    fn capture(&mut self, cast: &Cast, number: u64, by: usize, amount: u128) -> Accepted {
        let (asset, holder, left, for_whom, expires) = *self.reservations.get(&number)?;
        Self::check(by == 4 + for_whom && self.now < expires)?;
        self.moving(asset, amount)?;
        let contract = CONTRACTS[for_whom].account();
        self.payable(cast, asset, contract)?;
        let left = left.checked_sub(amount)?;
        self.shift(asset, amount, (holder, RESERVED), (contract, FREE))?;
        match left {
            0 => self.reservations.remove(&number),
            _ => self.reservations.insert(number, (asset, holder, left, for_whom, expires)),
        };
        Some(())
    }
}

/// Makes the call as `by`, whoever that is, and keeps what it writes.
fn run(chain: &mut Chain, cast: &Cast, op: &Op, reference: u8) -> Result<(), CallError> {
    let at = |ahead_ms: u64| TimeMs(chain.context.time.0.saturating_add(ahead_ms));
    let id = |asset: usize| cast.assets[asset];
    let person = |index: usize| cast.people[index];
    let reference = [reference; 32];
    let (by, name, args) = match *op {
        Op::Mint { asset, by, to, amount } => {
            (by, "mint", (id(asset), person(to), Amount(amount), reference).encode())
        }
        Op::Burn { asset, by, amount } => {
            (by, "burn", (id(asset), Amount(amount), reference).encode())
        }
        Op::Transfer { asset, by, to, amount } => {
            (by, "transfer", (id(asset), person(to), Amount(amount), Vec::<u8>::new()).encode())
        }
        Op::Reserve { asset, by, amount, for_whom, ahead_ms } => {
            let args = (id(asset), Amount(amount), CONTRACTS[for_whom], at(ahead_ms));
            (by, "reserve", args.encode())
        }
        Op::Capture { number, by, amount } => (by, "capture", (number, Amount(amount)).encode()),
        Op::Release { number, by } => (by, "release", number.encode()),
        Op::Hold { asset, by, who, amount, ahead_ms } => {
            let args = (person(who), id(asset), Amount(amount), at(ahead_ms), [0_u8; 32]);
            (by, "hold", args.encode())
        }
        Op::Lift { number, by } => (by, "lift", number.encode()),
        Op::Allow { asset, by, who, allowed } => {
            (by, "allow_payee", (id(asset), person(who), allowed).encode())
        }
        Op::Freeze { asset, by, frozen } => {
            (by, if frozen { "freeze" } else { "unfreeze" }, id(asset).encode())
        }
        Op::Wait { ms } => {
            chain.context.time.0 += ms;
            return Ok(());
        }
    };
    let call = weal_fixtures::raw_call(ASSETS, name, args);
    let snapshot = Arc::new(chain.state.clone());
    let gas = Gas(10_000_000);
    let output = chain
        .runtime
        .call(&chain.context, person(by), &call, gas, CallMode::DryRun, snapshot)
        .expect("the host does not fail");
    match output.result {
        Ok(_) => {
            assert_eq!(output.events.len(), 1);
            crate::conform::check_event(&output.events[0]);
            chain.state.apply(output.changes);
            Ok(())
        }
        Err(error) => {
            assert!(output.changes.is_empty() && output.events.is_empty());
            Err(error)
        }
    }
}

/// A world in which everyone has some of both assets, and the model of it.
fn start(cast: &Cast) -> (World, Model) {
    let mut world = World::new();
    let created = ("MEAL", 0_u8, Some(Amount(CAP)), Transfers::Listed, cast.people[0]);
    world.ok::<AssetId>(&gov(), ASSETS, "create", &created);
    let mut model = Model { supply: [100_000, 0], ..Model::default() };
    *model.part(0, ada().id(), FREE) = 100_000;
    for (to, number) in cast.people.iter().zip(100_u8..) {
        for (asset, id) in cast.assets.iter().enumerate() {
            let minted = (id, to, Amount(200), [number; 32]);
            world.ok::<()>(&bank(), ASSETS, "mint", &minted);
            *model.part(asset, *to, FREE) += 200;
            model.supply[asset] += 200;
        }
    }
    model.now = world.chain.context.time.0;
    (world, model)
}

/// What the record of an asset says, read past the contract: it is looked at after every call.
fn recorded_supply(world: &World, id: &AssetId) -> Amount {
    let key = StateKey::new(&ASSETS, &Asset::key(id)).expect("a short key");
    let record = world.chain.state.entries().get(&key).expect("the asset's record");
    Asset::decode(&mut record.as_slice()).expect("an asset").supply
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 64,
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn assets_do_what_the_model_does(ops in vec(op(), 1..100)) {
        let cast = Cast::new();
        let (mut world, mut model) = start(&cast);
        for (reference, op) in (0_u8..100).zip(&ops) {
            let mut next = model.clone();
            let expected = next.apply(&cast, op);
            let outcome = run(&mut world.chain, &cast, op, reference);
            prop_assert_eq!(outcome.is_ok(), expected.is_some(), "{:?}: {:?}", op, outcome);
            if expected.is_some() {
                model = next;
            }
            for (number, id) in cast.assets.iter().enumerate() {
                let supply = Amount(model.supply[number]);
                prop_assert_eq!(recorded_supply(&world, id), supply);
                prop_assert_eq!(sum_of_balances(&world.chain.state, id), Ok(supply));
            }
        }
        for (number, id) in cast.assets.iter().enumerate() {
            for who in cast.people {
                let expected = model.balances.get(&(number, who)).copied().unwrap_or_default();
                let query = world.chain.query(&call(ASSETS, "balance", &(who, id)));
                let balance = query.result.expect("a balance");
                let balance = Balance::decode(&mut balance.as_slice()).expect("a balance");
                let found = [balance.free.0, balance.reserved.0, balance.held.0];
                prop_assert_eq!(found, expected);
            }
        }
    }
}
