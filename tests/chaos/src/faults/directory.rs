//! Data directories that are older than they should be, or gone.

use std::time::Duration;

use anyhow::{Context, Result};

use super::{Fault, MUTE};
use crate::{abilities::Need, check::WHOLE_CHAIN, clock, shell, world::World};

/// Until it has asked the others: they answer at once.
const ASKED: Duration = Duration::from_secs(30);

pub const OLD: Fault = Fault {
    name: "old-directory",
    line: "a copy of the data directory, taken before, is put back while others hold newer votes",
    expected: "it says that it said more than it remembers, and follows only; with the newest one \
               put back it takes part",
    need: Need::Namespaces,
    excused: &[MUTE],
    run: |world| {
        let victim = world.any_in_view();
        world.retire(victim)?;
        let [data, early, late] =
            ["data", "data.early", "data.aside"].map(|name| world.nodes[victim].path(name));
        world.nodes[victim].kill()?;
        shell::copy(&data, &early)?;
        world.nodes[victim].start()?;
        let all = world.all();
        world.donate(&all, "after the copy")?;
        let between = world.seconds(3, 8);
        clock::pause(between)?;
        // Cut off with a partner, it votes, or wants another view, if it has something to order.
        // The partner remembers, and tells it when it asks: without a quorum nothing makes this
        // obsolete before. No donor goes to the victim, and a push may go to the other side, so
        // somebody is sent to both; the partner will not lose the transaction.
        let partner = world.others(victim)[world.draw(world.size() as u64 - 1) as usize];
        let pair = [victim, partner];
        let rest: Vec<_> = all.into_iter().filter(|node| !pair.contains(node)).collect();
        world.network.split(&pair, &rest)?;
        world.give_to_each(&[partner, victim])?;
        clock::pause(Duration::from_secs(6))?;
        world.nodes[victim].kill()?;
        shell::rename(&data, &late)?;
        shell::rename(&early, &data)?;
        let logged = world.nodes[victim].log().len();
        world.nodes[victim].launch()?;
        world.nodes[victim].launched()?;
        let node = &mut world.nodes[victim];
        clock::until(ASKED, "it notices that its data directory is old", || {
            node.alive()?;
            Ok(node.log()[logged..].contains(MUTE).then_some(()))
        })?;
        world.network.heal()?;
        let others = world.others(victim);
        world.donate_meanwhile(OLD.name, &others)?;
        world.follow(victim, Duration::from_secs(60))?;
        settle_voice(world, victim, logged)
    },
};

pub const LOST: Fault = Fault {
    name: "lost-directory",
    line: "SIGKILL; the data directory is gone",
    expected: "it fetches all blocks and executes them; it takes part unless others hold what it \
               said",
    need: Need::Nothing,
    excused: &[MUTE],
    run: |world| {
        let victim = world.any();
        world.retire(victim)?;
        world.nodes[victim].kill()?;
        let [data, aside] = ["data", "data.aside"].map(|name| world.nodes[victim].path(name));
        shell::rename(&data, &aside)?;
        let logged = world.nodes[victim].log().len();
        world.nodes[victim].start()?;
        let begun = clock::now();
        world.follow(victim, WHOLE_CHAIN)?;
        world.report.meanwhile.entry(LOST.name).or_default().push(begun.elapsed());
        settle_voice(world, victim, logged)
    },
};

/// A validator that found itself silenced gets the directory back that was put aside: silent for
/// the rest of the epoch it would be no help when the next one fails. One that speaks keeps what it
/// has, for it may have said something since.
pub fn settle_voice(world: &mut World, victim: usize, logged: usize) -> Result<()> {
    let [data, aside] = ["data", "data.aside"].map(|name| world.nodes[victim].path(name));
    let log = world.nodes[victim].log();
    let said = log.get(logged..).context("a log only grows")?;
    if said.contains(MUTE) {
        world.report.note("a validator noticed that it has forgotten what it said");
        world.nodes[victim].kill()?;
        shell::rename(&aside, &data)?;
        world.nodes[victim].start()?;
    } else {
        world.report.note("a validator forgot only what nobody holds any more, and took part");
        shell::remove(&aside)?;
    }
    world.load.open(victim, true);
    Ok(())
}
