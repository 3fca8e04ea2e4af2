//! What can be done to a chain. Each fault harms, looks at what goes on meanwhile, heals, and
//! leaves every validator running.

mod clocks;
mod directory;
mod disk;
mod journal;
mod kill;
mod partition;
mod slow;

use anyhow::{Context, Result};

use crate::{abilities::Need, world::World};

/// A validator says this when it finds that others hold what it does not remember saying.
pub const MUTE: &str = "the journal is older than what this node has said";

/// A validator that is not heard says this of the leader: what it offers does not arrive. It is
/// alone with that, and a leader goes only where f + 1 say so.
pub const PASSED_OVER: &str = "passes over a transaction that all were offered";

/// One way of harming.
pub struct Fault {
    /// What it is called on the command line.
    pub name: &'static str,
    /// What is done, in one line.
    pub line: &'static str,
    /// What must come of it, in one line.
    pub expected: &'static str,
    /// What it takes.
    pub need: Need,
    /// Log lines above information that it explains.
    pub excused: &'static [&'static str],
    /// Does it.
    pub run: fn(&mut World) -> Result<()>,
}

/// All of them.
pub const FAULTS: &[Fault] = &[
    kill::ANY,
    kill::LEADER,
    kill::ALL,
    kill::RESTART,
    kill::PAUSE,
    partition::HALVES,
    partition::ALONE,
    partition::ONE_WAY,
    partition::FLAPPING,
    slow::LOSS,
    slow::DELAY,
    slow::NARROW,
    disk::FULL,
    disk::DATABASE,
    journal::TORN,
    journal::CUT,
    journal::DAMAGED,
    directory::OLD,
    directory::LOST,
    clocks::JUMP,
];

/// The fault of this name on the command line.
pub fn parse(name: &str) -> Result<&'static Fault> {
    named(name).with_context(|| format!("no fault is called `{name}`; see `weal-chaos list`"))
}

/// The fault of this name.
pub fn named(name: &str) -> Option<&'static Fault> {
    FAULTS.iter().find(|fault| fault.name == name)
}

#[cfg(test)]
mod tests {
    use super::FAULTS;

    #[test]
    fn the_page_describes_every_fault() {
        let page = include_str!("../../../docs/chaos.md");
        for fault in FAULTS {
            let row = format!("| `{}` | {} | {} |", fault.name, fault.line, fault.expected);
            assert!(page.contains(&row), "docs/chaos.md lacks this row:\n{row}");
        }
    }
}
