//! What a seed decides before the run begins: size, speeds, traitors, transactions and faults.
//!
//! Everything is drawn from streams of its own, so that leaving one thing out leaves the rest as it
//! was: the shrinker lives by that.

use std::collections::BTreeSet;

use crate::{
    byzantine::Behaviour,
    options::{Kind, Options},
    random::Random,
};

mod faults;
mod members;

pub(crate) use faults::{Fault, Planned};
pub(crate) use members::Members;

/// Simulated time, in microseconds since the start.
pub(crate) type Micros = u64;

/// One second.
pub(crate) const SECOND: Micros = 1_000_000;

/// One millisecond.
pub(crate) const MILLI: Micros = 1_000;

/// Transactions of half a minute.
const LOAD: usize = 40;

/// See the module.
#[derive(Debug)]
pub(crate) struct Plan {
    pub(crate) kinds: BTreeSet<Kind>,
    pub(crate) members: Members,
    pub(crate) window: u64,
    pub(crate) term: u64,
    pub(crate) in_flight: u64,
    pub(crate) between_ms: u64,
    /// Transactions of one block.
    pub(crate) block: u32,
    pub(crate) network: Network,
    pub(crate) speeds: Speeds,
    /// When and where each transaction is submitted; the list's index is its id.
    pub(crate) transactions: Vec<Submission>,
    pub(crate) faults: Vec<Planned>,
    /// When all faults end.
    pub(crate) heal_at: Micros,
    /// Whether the network is slow even then, by more than the shortest patience.
    pub(crate) is_slow: bool,
    /// Whether a while is waited in the end, in which nothing may happen.
    pub(crate) is_watched: bool,
}

/// A transaction on its way in.
#[derive(Clone, Debug)]
pub(crate) struct Submission {
    pub(crate) at: Micros,
    pub(crate) member: usize,
    /// The members that it puts in charge, if it is an act of governance.
    pub(crate) act: Option<Vec<usize>>,
}

/// How messages travel until all faults end.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Network {
    pub(crate) least: Micros,
    pub(crate) most: Micros,
    pub(crate) loss: u64,
    pub(crate) duplicate: u64,
    /// How many of a thousand take up to `tail` longer.
    pub(crate) slow: u64,
    pub(crate) tail: Micros,
}

/// How long local work takes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Speeds {
    pub(crate) sync_least: Micros,
    pub(crate) sync_most: Micros,
    pub(crate) execution: Micros,
    /// From a stable height to the database.
    pub(crate) database: Micros,
}

impl Plan {
    pub(crate) fn draw(seed: u64, options: &Options) -> Self {
        let root = Random::new(seed);
        let kinds = draw_kinds(&mut root.fork(1), options);
        let members = Members::draw(&mut root.fork(2), &kinds, options);
        // Traitors do what they like, also when there is nothing to do.
        let is_watched = root.fork(9).chance(80) && members.traitors.is_empty();
        let random = &mut root.fork(3);
        let window = random.pick(&[2, 4, 4, 8, 8, 16]);
        let term = random.pick(&[8, 12, 20, 40, 1_000]);
        let in_flight = random.between(1, window.min(8));
        let between_ms = random.pick(&[5, 25, 25, 100]);
        let block = random.between(1, 6) as u32;
        let heal_at = random.between(SECOND / 2, 4 * SECOND);
        let network = draw_network(&mut root.fork(4), &kinds);
        let speeds = draw_speeds(&mut root.fork(5), &kinds);
        let mut transactions = draw_transactions(&mut root.fork(6), &kinds, &members, heal_at);
        let is_slow = root.fork(8).chance(50);
        if !is_slow {
            transactions.extend(draw_load(&mut root.fork(10), &members, heal_at));
        }
        let faults = faults::draw(&mut root.fork(7), &kinds, &members, heal_at);
        Self {
            kinds,
            members,
            window,
            term,
            in_flight,
            between_ms,
            block,
            network,
            speeds,
            transactions,
            faults,
            heal_at,
            is_slow,
            is_watched,
        }
    }
}

/// Swarm testing (Groce et al. 2012): each kind is left out of half of all runs.
fn draw_kinds(random: &mut Random, options: &Options) -> BTreeSet<Kind> {
    let mut kinds = BTreeSet::new();
    for kind in Kind::ALL {
        let often = match kind {
            Kind::Real => 10,
            Kind::Byzantine => 600,
            Kind::Core => 150,
            Kind::Epochs => 300,
            Kind::Power => 250,
            _ => 400,
        };
        let is_drawn = random.chance(often) || options.with.contains(&kind);
        if is_drawn && !options.without.contains(&kind) {
            kinds.insert(kind);
        }
    }
    if options.traitor.is_some() {
        kinds.insert(Kind::Byzantine);
    }
    kinds
}

fn draw_network(random: &mut Random, kinds: &BTreeSet<Kind>) -> Network {
    let has = |kind| kinds.contains(&kind);
    let least = random.pick(&[100, MILLI, 5 * MILLI, 20 * MILLI]);
    let most = least * random.between(1, 8);
    let loss = random.between(1, 300);
    let duplicate = random.between(1, 300);
    let slow = random.between(1, 100);
    let tail = random.pick(&[100 * MILLI, SECOND, 5 * SECOND]);
    Network {
        least,
        most,
        loss: if has(Kind::Loss) { loss } else { 0 },
        duplicate: if has(Kind::Duplicate) { duplicate } else { 0 },
        slow: if has(Kind::Delay) { slow } else { 0 },
        tail,
    }
}

fn draw_speeds(random: &mut Random, kinds: &BTreeSet<Kind>) -> Speeds {
    let sync_least = random.pick(&[100, MILLI, 3 * MILLI]);
    let sync_most = sync_least * random.between(1, 5);
    let execution = random.pick(&[100, MILLI, 10 * MILLI, 50 * MILLI]);
    let lag = random.pick(&[50 * MILLI, 500 * MILLI, 5 * SECOND, 100 * SECOND]);
    let database = if kinds.contains(&Kind::Lag) { lag } else { MILLI };
    Speeds { sync_least, sync_most, execution, database }
}

fn draw_transactions(
    random: &mut Random,
    kinds: &BTreeSet<Kind>,
    members: &Members,
    heal_at: Micros,
) -> Vec<Submission> {
    let hosts = members.clients();
    let count = random.between(3, 16);
    let acts = if kinds.contains(&Kind::Epochs) { members.acts.len() as u64 } else { 0 };
    let mut transactions = Vec::new();
    for number in 0..count {
        // The last ones come when all is well again.
        let is_late = number + 2 >= count;
        let at = match is_late {
            true => heal_at + random.below(2 * SECOND),
            false => random.below(heal_at),
        };
        let is_act = number % 3 == 0 && number / 3 < acts;
        let act = is_act.then(|| members.acts[number as usize / 3].clone());
        transactions.push(Submission { at, member: random.pick(&hosts), act });
    }
    transactions
}

/// With an unfair leader, half a minute in which new transactions come before anybody loses
/// patience: what the leader passes over is then ordered only if the others replace it.
fn draw_load(random: &mut Random, members: &Members, heal_at: Micros) -> Vec<Submission> {
    let hosts = members.clients();
    let is_unfair = |traitor: &members::Traitor| traitor.behaviour == Behaviour::Unfair;
    if !members.traitors.iter().any(is_unfair) || !random.chance(300) {
        return Vec::new();
    }
    let mut at = heal_at;
    let mut transactions = Vec::new();
    for _ in 0..LOAD {
        at += random.between(550 * MILLI, 850 * MILLI);
        transactions.push(Submission { at, member: random.pick(&hosts), act: None });
    }
    transactions
}
