//! The golden scenarios, by the parties that may, with real money.

use weal_provenance::record::MOST_RUNS;
use weal_sdk::bench::Bench;
use weal_units::{check, runs::runs_limit, vectors};

use crate::{subject::Books, world::World};

/// The scenario about hops with at most three runs; it is told with as many as the contract allows.
const NARROW: &str = "runs_limit";

#[weal_sdk::test(native, vm)]
fn every_scenario_holds(t: &mut Bench) {
    let world = World::new(t);
    // The largest amounts are all that can exist of an asset.
    let large = [t.asset("LARGE", 0), t.asset("OTHER", 0)];
    t.give(world.people.donor, large[0], 1 << 96);
    t.give(world.people.partner, large[1], 1 << 95);
    world.watch(t, &large);
    let start = t.point();
    let scenarios = vectors::scenarios();
    assert_eq!(scenarios.len(), 43);
    for scenario in scenarios {
        let scenario = match scenario.name == NARROW {
            true => runs_limit(MOST_RUNS),
            false => scenario,
        };
        t.back_to(&start);
        let is_large = scenario.name.starts_with("largest");
        let assets = if is_large { large } else { [world.cny, world.usd] };
        check::run(&mut Books::new(t, world, assets), &scenario);
    }
}
