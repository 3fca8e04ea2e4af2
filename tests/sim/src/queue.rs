//! What will happen, in the order of time.

use std::{
    cell::RefCell,
    cmp::{Ordering, Reverse},
    collections::BinaryHeap,
    rc::Rc,
};

use weal_consensus::{Invalid, Message, Ordered, Timer, Verified};
use weal_types::{Epoch, Hash, Height, View};

use crate::{host::Block, ledger::Body, plan::Micros};

/// What the first receiver of a message found, in which epoch: it saves the others, who would find
/// the same, most of a run's time.
pub(crate) type Verdict = RefCell<Option<(Epoch, Result<Verified, Invalid>)>>;

/// What goes through the network.
#[allow(
    clippy::large_enum_variant,
    reason = "packets are shared, and most are of the largest kind"
)]
#[derive(Clone, Debug)]
pub(crate) enum Packet {
    /// Between replicas; the transactions travel beside a PRE-PREPARE.
    Consensus(Message, Option<Rc<Body>>, Verdict),
    /// A consensus message as it travels in runs that encode.
    Encoded(Vec<u8>, Option<Rc<Body>>),
    /// Transactions that wait.
    Transactions(Vec<u32>),
    /// "Who has this proposal's transactions?"
    WantBody(Hash),
    /// The answer.
    HaveBody(Rc<Body>),
    /// "Who has the blocks from here to there?" Without an end: what is certified.
    WantBlocks(Height, Option<Height>),
    /// The answer.
    HaveBlocks(Vec<Block>),
}

/// One thing that happens. Work of a host names the host's life: a crash ends it.
#[derive(Debug)]
pub(crate) enum Happening {
    Arrive { to: usize, from: usize, packet: Rc<Packet> },
    Expire { host: usize, life: u32, timer: Timer, number: u32 },
    DiskDone { host: usize, life: u32 },
    Executed { host: usize, life: u32, ordered: Box<Ordered> },
    Build { host: usize, life: u32, view: View, height: Height, even_empty: bool },
    Stored { host: usize, life: u32, height: Height },
    FetchAgain { host: usize, life: u32, digest: Hash, attempt: u32 },
    SyncAgain { host: usize, life: u32, attempt: u32 },
    Poll { host: usize, life: u32 },
    PowerBack { host: usize, life: u32 },
    Mischief { host: usize },
    Submit(usize),
    Fault(usize),
    Heal,
    Judge,
}

#[derive(Debug)]
struct Entry {
    at: Micros,
    /// What was planned first happens first.
    number: u64,
    happening: Happening,
}

impl Entry {
    const fn key(&self) -> Reverse<(Micros, u64)> {
        Reverse((self.at, self.number))
    }
}

impl PartialEq for Entry {
    fn eq(&self, other: &Self) -> bool {
        self.key() == other.key()
    }
}

impl Eq for Entry {}

impl PartialOrd for Entry {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Entry {
    fn cmp(&self, other: &Self) -> Ordering {
        self.key().cmp(&other.key())
    }
}

/// See the module.
#[derive(Debug, Default)]
pub(crate) struct Queue {
    entries: BinaryHeap<Entry>,
    last: u64,
}

impl Queue {
    pub(crate) fn push(&mut self, at: Micros, happening: Happening) {
        self.last += 1;
        self.entries.push(Entry { at, number: self.last, happening });
    }

    pub(crate) fn pop(&mut self) -> Option<(Micros, Happening)> {
        self.entries.pop().map(|entry| (entry.at, entry.happening))
    }
}

// The heap moves entries about; a large one would cost more than all else.
const _: () = assert!(size_of::<Entry>() <= 72);
