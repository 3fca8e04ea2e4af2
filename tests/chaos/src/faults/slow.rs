//! Networks that lose, delay, or are narrow.

use anyhow::Result;

use super::{Fault, PASSED_OVER};
use crate::{
    abilities::Need,
    clock,
    relay::{Links, Relay},
    world::World,
};

pub const LOSS: Fault = Fault {
    name: "loss",
    line: "every validator loses 2 % of the packets that it gets, for 10 to 30 s",
    expected: "all goes on meanwhile",
    need: Need::Namespaces,
    excused: &[PASSED_OVER],
    run: |world| {
        for node in world.all() {
            world.network.filter(node, &[], &[], true)?;
        }
        meanwhile(world, LOSS.name)?;
        world.network.heal()
    },
};

pub const DELAY: Fault = Fault {
    name: "delay",
    line: "50 ± 20 ms and 2 % loss on every link, for 10 to 30 s",
    expected: "all goes on meanwhile",
    need: Need::Tunnels,
    excused: &[PASSED_OVER],
    run: |world| {
        let links = Links { delay_ms: (30, 70), lost_percent: 2 };
        let seed = world.draw(u64::MAX);
        let mut relay = Relay::start(&world.network, links, seed)?;
        meanwhile(world, DELAY.name)?;
        relay.stop()
    },
};

pub const NARROW: Fault = Fault {
    name: "narrow",
    line: "any validator, or the leader, sends 256 kbit/s at most, for 10 to 30 s",
    expected: "all goes on meanwhile",
    need: Need::Namespaces,
    excused: &[PASSED_OVER],
    run: |world| {
        let victim = world.any_or_leader();
        world.network.shape(victim, "tbf rate 256kbit burst 16k latency 400ms")?;
        let others = world.others(victim);
        world.donate_meanwhile(NARROW.name, &others)?;
        let length = world.seconds(10, 30);
        clock::pause(length)?;
        world.network.unshape(victim)
    },
};

fn meanwhile(world: &mut World, name: &'static str) -> Result<()> {
    let begun = clock::now();
    let length = world.seconds(10, 30);
    let all = world.all();
    while begun.elapsed() < length {
        world.donate_meanwhile(name, &all)?;
        clock::pause(std::time::Duration::from_secs(1))?;
    }
    Ok(())
}
