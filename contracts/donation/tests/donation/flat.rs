//! What a hop costs does not depend on how many gifts it carries.

use donation::{DonationCalls as Calls, Forwarding};
use weal_provenance::line::Kind;
use weal_sdk::{bench::Bench, prelude::*};

use crate::world::{PAPER, World};

/// What all gifts of a run add up to.
const SUM: u128 = 10_000_000;

/// What one call cost.
type Cost = (Gas, usize);

/// The cost of the last gift, of splitting all, and of forwarding what came of it.
fn costs(t: &mut Bench, world: &World, gifts: u128) -> [Cost; 3] {
    let people = world.people;
    let fund = world.open_fund(t, world.charter());
    let fee = world.open_line(t, world.new_line(fund, Kind::Fee, &[], 0));
    let [work, other] =
        [(); 2].map(|()| world.open_line(t, world.new_line(fund, Kind::Work, &[], 80_000)));
    let plan = [(fee, 80_000), (work, 920_000)];
    let intake = world.open_line(t, world.new_line(fund, Kind::Intake, &plan, 0));
    let mut given = (Gas::ZERO, 0);
    for _ in 0..gifts {
        let by = t.by(people.donor).attach(world.cny, SUM / gifts);
        let outcome = by.call(world.donation, Calls::donate(fund, PAPER, None));
        given = (outcome.gas(), outcome.writes());
        outcome.unwrap();
    }
    let split = Calls::split(intake, Amount(SUM));
    let split = t.by(people.stranger).call(world.donation, split);
    let divided = (split.gas(), split.writes());
    split.unwrap();
    let order = Forwarding { to: other, purpose: 1, doc: Some(PAPER) };
    let forward = Calls::forward(work, Amount(SUM * 92 / 100), order);
    let forward = t.by(people.partner).call(world.donation, forward);
    let forwarded = (forward.gas(), forward.writes());
    forward.unwrap();
    [given, divided, forwarded]
}

/// Taking units in order moves one counter, a hop has one record for each run and receiver, and all
/// numbers have one width. So nothing grows with the gifts, whether ten thousand or ten million lie
/// in the run; only the paths of the state tree below grow, by the logarithm.
#[weal_sdk::test(vm)]
fn ten_thousand_gifts_move_at_the_cost_of_ten(t: &mut Bench) {
    let world = World::unwatched(t);
    let start = t.point();
    let few = costs(t, &world, 10);
    t.back_to(&start);
    let many = costs(t, &world, 10_000);
    assert_eq!(few[1..], many[1..]);
    // Positions beyond 2^64 would take more instructions to add; these do not.
    assert_eq!(few[0].1, many[0].1);
    println!("last gift {:?}, split {:?}, forward {:?}", many[0], many[1], many[2]);
}
