//! Processes that end, or stand still.

use std::time::Duration;

use anyhow::Result;

use super::Fault;
use crate::{abilities::Need, clock, world::World};

pub const ANY: Fault = Fault {
    name: "kill",
    line: "SIGKILL of any validator; started again after some seconds",
    expected: "the others go on; it catches up and takes part",
    need: Need::Nothing,
    excused: &[],
    run: |world| {
        let victim = world.any();
        kill(world, ANY.name, victim)
    },
};

pub const LEADER: Fault = Fault {
    name: "kill-leader",
    line: "SIGKILL of whoever leads; started again after some seconds",
    expected: "the others change the view and go on; it catches up and takes part",
    need: Need::Nothing,
    excused: &[],
    run: |world| {
        let victim = world.leader();
        kill(world, LEADER.name, victim)
    },
};

fn kill(world: &mut World, name: &'static str, victim: usize) -> Result<()> {
    world.nodes[victim].kill()?;
    let others = world.others(victim);
    world.donate_meanwhile(name, &others)?;
    let away = world.seconds(1, 15);
    clock::pause(away)?;
    world.nodes[victim].start()
}

pub const ALL: Fault = Fault {
    name: "kill-all",
    line: "SIGKILL of all validators within milliseconds; started again",
    expected: "the chain goes on from the journals",
    need: Need::Nothing,
    excused: &[],
    run: |world| {
        for node in &mut world.nodes {
            node.kill()?;
        }
        let away = world.seconds(1, 5);
        clock::pause(away)?;
        world.nodes.iter_mut().try_for_each(|node| node.launch())?;
        world.nodes.iter_mut().try_for_each(|node| node.launched())
    },
};

pub const RESTART: Fault = Fault {
    name: "restart",
    line: "SIGTERM to any validator; started again at once",
    expected: "it ends without an error within a minute; the others go on",
    need: Need::Nothing,
    excused: &[],
    run: |world| {
        let victim = world.any_or_leader();
        world.nodes[victim].stop()?;
        let others = world.others(victim);
        world.donate_meanwhile(RESTART.name, &others)?;
        world.nodes[victim].start()
    },
};

pub const PAUSE: Fault = Fault {
    name: "pause",
    line: "SIGSTOP of any validator, or the leader, for 5 to 30 s; SIGCONT",
    expected: "the others go on; it notices that time has passed, and takes part",
    need: Need::Nothing,
    excused: &[],
    run: |world| {
        let victim = world.any_or_leader();
        world.nodes[victim].signal("STOP")?;
        let begun = clock::now();
        let others = world.others(victim);
        world.donate_meanwhile(PAUSE.name, &others)?;
        let length = world.seconds(5, 30);
        clock::pause(length.saturating_sub(begun.elapsed()).max(Duration::from_millis(1)))?;
        world.nodes[victim].signal("CONT")
    },
};
