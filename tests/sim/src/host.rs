//! One machine: a replica with what an engine gives it.

use std::{
    collections::{BTreeMap, BTreeSet},
    rc::Rc,
    sync::Arc,
};

use weal_consensus::{BlockLimits, Mark, Pace, Replica, Settings, Timer};
use weal_types::{Hash, Height, TimeMs, certificate::Certificate};

use crate::{
    byzantine::Treason,
    keys::Signer,
    ledger::{Body, Constitution, Ledger, Reign},
    plan::{Micros, Plan},
    world::{attend::Lag, recall::Held},
};

mod chain;
mod journal;
mod pool;

pub(crate) use chain::{Block, Chain};
pub(crate) use journal::{Entry, Journal};
pub(crate) use pool::Pool;

/// What all clocks show at the start, in milliseconds.
pub(crate) const EPOCH_MS: u64 = 1_700_000_000_000;

/// See the module.
pub(crate) struct Host {
    pub(crate) id: usize,
    pub(crate) member: usize,
    pub(crate) signer: Signer,
    pub(crate) clock: Clock,
    pub(crate) is_up: bool,
    /// Each start begins another life; what an earlier one had begun does not end.
    pub(crate) life: u32,
    /// Stands still until then.
    pub(crate) stalled_until: Micros,
    /// Loses power after so many actions, for so long, and perhaps all others with it.
    pub(crate) edge: Option<(u64, Micros, bool)>,
    pub(crate) disk_factor: u64,
    pub(crate) executor_factor: u64,

    pub(crate) replica: Replica,
    /// The epoch whose positions the replica's actions name.
    pub(crate) reign: Rc<Reign>,
    pub(crate) journal: Journal,
    /// What goes to the journal with the next batch.
    pub(crate) noted: Vec<Entry>,
    pub(crate) chain: Chain,
    pub(crate) pool: Pool,
    /// Proposals with their transactions, in memory.
    pub(crate) bodies: BTreeMap<Hash, Rc<Body>>,
    /// The number of each timer's last setting.
    pub(crate) timers: [u32; Timer::ALL.len()],
    pub(crate) fetches: BTreeMap<Hash, Fetch>,
    pub(crate) sync: Option<Sync>,
    pub(crate) is_executing: bool,
    /// Whether the replica has halted.
    pub(crate) is_halted: bool,
    /// What it does against the protocol, if anything.
    pub(crate) treason: Option<Box<dyn Treason>>,
    /// The members that it hears and speaks to, by bits: twins share a key, but not their friends.
    pub(crate) friends: u32,
    /// What it has been waiting for in vain, and since when.
    pub(crate) lag: Option<(Lag, Micros)>,
    /// What others held of it when it came back.
    pub(crate) held: Vec<Held>,
    /// What it has said in all its lives, where that is compared.
    pub(crate) spoken: BTreeSet<Hash>,
}

/// A search for a body.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Fetch {
    pub(crate) height: Height,
    /// Positions of those who should have it.
    pub(crate) holders: u128,
    pub(crate) attempt: u32,
}

/// Blocks on their way.
#[derive(Clone, Debug)]
pub(crate) struct Sync {
    pub(crate) certificate: Arc<Certificate>,
    pub(crate) attempt: u32,
}

/// A clock that is never right.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Clock {
    pub(crate) offset_ms: i64,
    /// Millionths that it is too fast.
    pub(crate) drift: i64,
}

impl Clock {
    pub(crate) fn read(&self, now: Micros) -> TimeMs {
        let drifted = now as i64 + now as i64 / 1_000_000 * self.drift;
        TimeMs((EPOCH_MS as i64 + drifted / 1_000 + self.offset_ms) as u64)
    }

    /// How long a timer of so many milliseconds really takes.
    pub(crate) fn lasts(&self, ms: u64) -> Micros {
        let micros = ms as i64 * 1_000;
        (micros - micros / 1_000_000 * self.drift).max(0) as u64
    }
}

impl Host {
    pub(crate) fn new(
        (id, member): (usize, usize),
        (signer, clock, journal): (Signer, Clock, Journal),
        genesis: Ledger,
        plan: &Plan,
        constitution: &Constitution,
    ) -> Self {
        let reign = Rc::clone(&genesis.reign);
        let chain = Chain::new(genesis);
        Self {
            id,
            member,
            signer,
            clock,
            is_up: false,
            life: 0,
            stalled_until: 0,
            edge: None,
            disk_factor: 1,
            executor_factor: 1,
            replica: Replica::new(settings(&chain, member, plan, constitution)),
            reign,
            journal,
            noted: Vec::new(),
            chain,
            pool: Pool::default(),
            bodies: BTreeMap::new(),
            timers: [0; Timer::ALL.len()],
            fetches: BTreeMap::new(),
            sync: None,
            is_executing: false,
            is_halted: false,
            treason: None,
            friends: u32::MAX,
            lag: None,
            held: Vec::new(),
            spoken: BTreeSet::new(),
        }
    }

    /// What survives a power cut is what a new life begins with.
    pub(crate) fn reset(&mut self, plan: &Plan, constitution: &Constitution) {
        self.is_up = true;
        self.chain.forget_unstored();
        self.pool.forget_foreign();
        self.noted.clear();
        self.begin_replica(plan, constitution);
        self.bodies.clear();
        for body in self.journal.bodies() {
            self.bodies.insert(body.digest, body);
        }
        for block in self.chain.blocks() {
            if let Some(body) = &block.body {
                self.bodies.insert(body.digest, Rc::clone(body));
            }
        }
        self.timers = [0; Timer::ALL.len()];
        self.fetches.clear();
        self.sync = None;
        self.is_executing = false;
    }

    /// A replica that knows what the database has.
    pub(crate) fn begin_replica(&mut self, plan: &Plan, constitution: &Constitution) {
        self.reign = Rc::clone(&self.chain.ledger().reign);
        self.pool.told = None;
        self.pool.is_dirty = true;
        self.replica = Replica::new(settings(&self.chain, self.member, plan, constitution));
    }

    /// Position in the present epoch.
    pub(crate) fn position(&self) -> Option<u8> {
        self.position_of(self.member)
    }

    pub(crate) fn position_of(&self, member: usize) -> Option<u8> {
        self.reign.members.iter().position(|other| *other == member).map(|index| index as u8)
    }

    pub(crate) fn is_honest(&self) -> bool {
        self.treason.is_none()
    }
}

fn settings(chain: &Chain, member: usize, plan: &Plan, constitution: &Constitution) -> Settings {
    let ledger = chain.ledger();
    let me = ledger.reign.members.iter().position(|other| *other == member);
    let mark = |height, hash: weal_types::BlockHash| Mark { height, hash: hash.0 };
    Settings {
        chain: constitution.chain,
        validators: ledger.reign.set.clone(),
        me: me.map_or(u8::MAX, |index| index as u8),
        start: mark(ledger.start.0, ledger.start.1),
        stable: mark(ledger.height, ledger.hash),
        certificate: match ledger.height == ledger.start.0 {
            true => None,
            false => chain.last().and_then(|block| block.certificate.clone()),
        },
        handover: ledger.known_handover(constitution),
        window: plan.window,
        term: plan.term,
        pace: Pace { between_ms: plan.between_ms, in_flight: plan.in_flight, manual: false },
        limits: BlockLimits {
            transactions: plan.block,
            bytes: plan.block * crate::ledger::TX_BYTES,
        },
    }
}
