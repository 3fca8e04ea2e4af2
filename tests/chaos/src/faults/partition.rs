//! Networks that carry nothing between some of the validators.

use std::time::Duration;

use anyhow::Result;

use super::{Fault, PASSED_OVER};
use crate::{abilities::Need, clock, world::World};

pub const HALVES: Fault = Fault {
    name: "halves",
    line: "no packet passes between two halves, for 5 to 25 s",
    expected: "nothing becomes final anywhere meanwhile; afterwards all goes on",
    need: Need::Namespaces,
    excused: &[],
    run: |world| {
        let (one, other) = halves(world);
        world.network.split(&one, &other)?;
        let length = world.seconds(5, 25);
        world.stand_still(length)?;
        world.network.heal()
    },
};

/// Two halves; of an odd number, neither may be a quorum.
fn halves(world: &mut World) -> (Vec<usize>, Vec<usize>) {
    let mut all = world.all();
    let mut one = Vec::new();
    for _ in 0..world.size() / 2 {
        let at = world.draw(all.len() as u64) as usize;
        one.push(all.remove(at));
    }
    (one, all)
}

pub const ALONE: Fault = Fault {
    name: "alone",
    line: "no packet passes between any validator, or the leader, and the others, for 5 to 25 s",
    expected: "the others go on; it catches up and takes part",
    need: Need::Namespaces,
    excused: &[PASSED_OVER],
    run: |world| {
        let victim = world.any_or_leader();
        let others = world.others(victim);
        world.network.split(&[victim], &others)?;
        world.donate_meanwhile(ALONE.name, &others)?;
        let length = world.seconds(5, 25);
        clock::pause(length)?;
        world.network.heal()
    },
};

pub const ONE_WAY: Fault = Fault {
    name: "one-way",
    line: "any validator, or the leader, is not heard, or does not hear, for 5 to 25 s",
    expected: "the others go on; it catches up and takes part",
    need: Need::Namespaces,
    excused: &[PASSED_OVER],
    run: |world| {
        let victim = world.any_or_leader();
        let others = world.others(victim);
        let (from, to) =
            if world.draw(2) == 0 { (others.clone(), vec![]) } else { (vec![], others.clone()) };
        world.network.filter(victim, &from, &to, false)?;
        world.donate_meanwhile(ONE_WAY.name, &others)?;
        let length = world.seconds(5, 25);
        clock::pause(length)?;
        world.network.heal()
    },
};

pub const FLAPPING: Fault = Fault {
    name: "flapping",
    line: "ten times in a row: two halves or one alone for a second, whole for less",
    expected: "all goes on afterwards; views do not run away",
    need: Need::Namespaces,
    excused: &[PASSED_OVER],
    run: |world| {
        for _ in 0..10 {
            let (one, other) = if world.draw(2) == 0 {
                halves(world)
            } else {
                let victim = world.any();
                (vec![victim], world.others(victim))
            };
            world.network.split(&one, &other)?;
            flap(world, 1_500)?;
            world.network.heal()?;
            flap(world, 800)?;
        }
        Ok(())
    },
};

fn flap(world: &mut World, most_ms: u64) -> Result<()> {
    let length = 200 + world.draw(most_ms - 200);
    clock::pause(Duration::from_millis(length))
}
