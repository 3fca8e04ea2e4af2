//! Calls that nobody thought of.

use weal_provenance::line::Kind;
use weal_sdk::bench::{Bench, RandomCalls};

use crate::world::World;

#[weal_sdk::test(native, vm)]
fn whatever_is_called_nothing_panics_and_no_money_is_lost(t: &mut Bench) {
    let world = World::new(t);
    let fund = world.open_fund(t, world.charter());
    let work = world.open_line(t, world.new_line(fund, Kind::Work, &[], 0));
    let plan = [(work, 1_000_000)];
    world.open_line(t, world.new_line(fund, Kind::Intake, &plan, 0));
    let extent = RandomCalls { sequences: 12, calls: 24 };
    t.random_calls(world.donation, &donation::contract(), extent);
}
