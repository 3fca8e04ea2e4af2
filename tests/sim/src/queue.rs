//! What will happen, in the order of time.

use std::{cmp::Reverse, collections::BinaryHeap, rc::Rc};

use weal_consensus::{Message, Ordered, Timer};
use weal_types::{Hash, Height, View};

use crate::{door::Verdict, host::Block, ledger::Body, plan::Micros};

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

/// See the module.
#[derive(Debug, Default)]
pub(crate) struct Queue {
    /// When, which in the order of planning, and its place below: what was planned first happens
    /// first. A heap moves its entries about, so they are small.
    times: BinaryHeap<Reverse<(Micros, u64, usize)>>,
    happenings: Vec<Option<Happening>>,
    /// Places that are free.
    free: Vec<usize>,
    last: u64,
}

impl Queue {
    pub(crate) fn push(&mut self, at: Micros, happening: Happening) {
        self.last += 1;
        let place = self.free.pop().unwrap_or_else(|| {
            self.happenings.push(None);
            self.happenings.len() - 1
        });
        self.happenings[place] = Some(happening);
        self.times.push(Reverse((at, self.last, place)));
    }

    pub(crate) fn pop(&mut self) -> Option<(Micros, Happening)> {
        let Reverse((at, _, place)) = self.times.pop()?;
        self.free.push(place);
        self.happenings[place].take().map(|happening| (at, happening))
    }
}
