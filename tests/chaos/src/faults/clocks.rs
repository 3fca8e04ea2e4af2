//! Clocks that jump.

use std::time::Duration;

use super::Fault;
use crate::{abilities::Need, clock};

pub const JUMP: Fault = Fault {
    name: "clock",
    line: "the clock of any validator, or the leader, jumps by 20 s to 10 min, and back",
    expected: "the others refuse its proposals and go on; its own votes need no clock",
    need: Need::Faketime,
    excused: &[],
    run: |world| {
        let victim = world.any_or_leader();
        let far = 20 + world.draw(580) as i64;
        let far = if world.draw(2) == 0 { far } else { -far };
        world.nodes[victim].move_clock(far)?;
        // The library looks at its file once a second.
        clock::pause(Duration::from_secs(2))?;
        let all = world.all();
        world.donate_meanwhile(JUMP.name, &all)?;
        let length = world.seconds(5, 20);
        clock::pause(length)?;
        world.donate_meanwhile(JUMP.name, &all)?;
        world.nodes[victim].move_clock(0)?;
        clock::pause(Duration::from_secs(2))
    },
};
