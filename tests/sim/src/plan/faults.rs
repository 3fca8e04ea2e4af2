//! The faults of a run, each at its time.

use std::collections::BTreeSet;

use super::{MILLI, Members, Micros, SECOND};
use crate::{options::Kind, random::Random};

/// One fault.
#[derive(Clone, Debug)]
pub(crate) struct Planned {
    pub(crate) at: Micros,
    pub(crate) kind: Kind,
    pub(crate) fault: Fault,
}

/// What happens. Hosts are named by member.
#[derive(Clone, Debug)]
pub(crate) enum Fault {
    /// Messages from a member to those in its set of bits are lost from now on.
    Cut(Vec<u32>),
    /// No link is cut any more.
    Mend,
    /// Power is gone, and comes back after this time.
    Crash { member: usize, down: Micros },
    /// The same, after so many more actions of that member's replica; perhaps for all.
    Edge { member: usize, actions: u64, down: Micros, takes_all: bool },
    /// The same for all, one after the other within a millisecond.
    Power { down: Micros },
    /// Nothing happens on a host for this time.
    Stall { member: usize, pause: Micros },
    /// Writes take so many times as long.
    SlowDisk { member: usize, factor: u64 },
    /// Execution takes so many times as long.
    SlowExecutor { member: usize, factor: u64 },
    /// The clock is off by this many milliseconds.
    Clock { member: usize, offset_ms: i64 },
}

/// How many of each kind a run has at most.
const MOST: u64 = 5;

pub(crate) fn draw(
    random: &mut Random,
    kinds: &BTreeSet<Kind>,
    members: &Members,
    heal_at: Micros,
) -> Vec<Planned> {
    let mut planned = Vec::new();
    for kind in Kind::ALL {
        // A stream for each kind: one left out does not move the others.
        let random = &mut random.fork(kind as u64 + 100);
        let count = random.between(1, MOST);
        if !kinds.contains(&kind) {
            continue;
        }
        for _ in 0..count {
            let at = random.below(heal_at);
            add(&mut planned, random, members, kind, at);
        }
    }
    planned.retain(|planned: &Planned| planned.at < heal_at);
    planned.sort_by_key(|planned| planned.at);
    planned
}

fn add(planned: &mut Vec<Planned>, random: &mut Random, members: &Members, kind: Kind, at: Micros) {
    let count = members.count;
    let member = random.index(count);
    let down = random.between(10 * MILLI, 4 * SECOND);
    let length = random.between(200 * MILLI, 6 * SECOND);
    let mut push = |at, fault| planned.push(Planned { at, kind, fault });
    match kind {
        Kind::Partition => {
            push(at, Fault::Cut(two_sides(random, count)));
            push(at + length, Fault::Mend);
        }
        Kind::OneWay => {
            push(at, Fault::Cut(one_way(random, count)));
            push(at + length, Fault::Mend);
        }
        Kind::Flap => {
            let cut = two_sides(random, count);
            let period = random.between(100 * MILLI, SECOND);
            for turn in 0..random.between(2, 8) {
                push(at + 2 * turn * period, Fault::Cut(cut.clone()));
                push(at + (2 * turn + 1) * period, Fault::Mend);
            }
        }
        Kind::Crash => push(at, Fault::Crash { member, down }),
        Kind::Edge => {
            let (actions, takes_all) = (random.below(60), random.chance(250));
            push(at, Fault::Edge { member, actions, down, takes_all });
        }
        Kind::Power => push(at, Fault::Power { down }),
        Kind::Stall => push(at, Fault::Stall { member, pause: length }),
        Kind::SlowDisk => {
            let factor = random.pick(&[5, 30, 200]);
            push(at, Fault::SlowDisk { member, factor });
        }
        Kind::SlowExecutor => {
            let factor = random.pick(&[5, 30, 200]);
            push(at, Fault::SlowExecutor { member, factor });
        }
        Kind::Clock => {
            let offset_ms = random.between(0, 16_000) as i64 - 8_000;
            push(at, Fault::Clock { member, offset_ms });
        }
        Kind::Loss
        | Kind::Delay
        | Kind::Duplicate
        | Kind::Lag
        | Kind::Byzantine
        | Kind::Epochs
        | Kind::Core
        | Kind::Real => {}
    }
}

/// Neither side hears the other.
fn two_sides(random: &mut Random, count: usize) -> Vec<u32> {
    let all = (1_u32 << count) - 1;
    let side = random.below(u64::from(all)) as u32;
    (0..count).map(|member| if side >> member & 1 == 1 { all & !side } else { side }).collect()
}

/// Links are cut one by one, in one direction.
fn one_way(random: &mut Random, count: usize) -> Vec<u32> {
    let often = random.pick(&[100, 300, 500]);
    let mut row = |_| (0..count).filter(|_| random.chance(often)).fold(0, |row, to| row | 1 << to);
    (0..count).map(&mut row).collect()
}
