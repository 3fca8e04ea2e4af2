//! The journal on a disk that forgets what it has not synced.
//!
//! Now and then it begins anew with what is still needed, as the engine's journal does when its
//! file has grown. Its twins are `node/src/journal.rs`, which writes, and
//! `node/src/engine/in_flight.rs`, which knows what is needed.
//!
//! A batch is kept whole or lost whole. The real one is torn where power goes, and then dropped
//! whole by whoever reads it, so more need not be imitated (`docs/simulation.md`).

use std::rc::Rc;

use weal_consensus::{Record, Token};
use weal_types::{Hash, Height};

use crate::{
    ledger::{Body, Constitution},
    random::Random,
};

/// See the module.
#[derive(Debug)]
pub(crate) struct Journal {
    durable: Vec<Entry>,
    /// How many of these it began with, all at once: no copy of it has fewer.
    head: usize,
    /// What it held, in the same way, before it began anew last: an old copy may be of that.
    before: (Vec<Entry>, usize),
    /// How many of a thousand batches make it begin anew.
    often: u64,
    /// For that alone, so that it moves nothing else.
    random: Random,
    /// Batches that the disk is writing.
    writing: Vec<Batch>,
    /// Batches that wait: none is written before those before it are synced.
    waiting: Vec<Batch>,
}

/// A record, with the transactions that belong to it.
#[derive(Clone, Debug)]
pub(crate) struct Entry {
    pub(crate) record: Record,
    /// Of the proposal in it.
    pub(crate) digest: Option<Hash>,
    pub(crate) body: Option<Rc<Body>>,
}

/// What one request wants to be durable.
#[derive(Debug)]
struct Batch {
    token: Token,
    entries: Vec<Entry>,
}

impl Journal {
    pub(crate) fn new(mut random: Random) -> Self {
        Self {
            durable: Vec::new(),
            head: 0,
            before: (Vec::new(), 0),
            often: random.pick(&[0, 20, 200]),
            random,
            writing: Vec::new(),
            waiting: Vec::new(),
        }
    }

    /// Takes a batch. Returns whether the disk, idle until now, begins to write.
    pub(crate) fn append(&mut self, token: Token, entries: Vec<Entry>) -> bool {
        self.waiting.push(Batch { token, entries });
        self.writing.is_empty() && self.begin()
    }

    /// Begins to write what waits, all of it with one sync.
    pub(crate) fn begin(&mut self) -> bool {
        self.writing = std::mem::take(&mut self.waiting);
        !self.writing.is_empty()
    }

    /// The disk has synced; the database has all blocks up to `stored`.
    pub(crate) fn synced(&mut self, stored: Height) -> Vec<Token> {
        let done = std::mem::take(&mut self.writing);
        let tokens = done.iter().map(|batch| batch.token).collect();
        let mut written: Vec<Entry> = done.into_iter().flat_map(|batch| batch.entries).collect();
        if self.random.chance(self.often) {
            self.begin_anew(&written, stored);
        }
        self.durable.append(&mut written);
        tokens
    }

    /// Keeps what is needed of all that was ever asked for, also what still waits to be written.
    /// What was just written follows once more. A crash leaves the old journal or the new one.
    fn begin_anew(&mut self, written: &[Entry], stored: Height) {
        let waiting = self.waiting.iter().flat_map(|batch| &batch.entries);
        let asked = self.durable.iter().chain(written).chain(waiting);
        let kept = needed(asked.cloned().collect(), stored);
        let mut before = std::mem::replace(&mut self.durable, kept);
        before.extend_from_slice(written);
        self.before = (before, self.head);
        self.head = self.durable.len() + written.len();
    }

    /// Power is gone: of what was being written the first batches survive, whole, and what waited
    /// was never written.
    pub(crate) fn lose(&mut self, random: &mut Random) {
        let kept = random.index(self.writing.len() + 1);
        let kept = self.writing.drain(..).take(kept).flat_map(|batch| batch.entries);
        self.durable.extend(kept);
        self.waiting.clear();
    }

    /// The journal is replaced by an older copy of it.
    pub(crate) fn restore_old(&mut self, random: &mut Random) {
        let (before, head) = std::mem::take(&mut self.before);
        let (earlier, later) = (before.len() - head, self.durable.len() - self.head);
        let at = random.index(earlier + later + 1);
        if at < earlier {
            (self.durable, self.head) = (before, head);
            self.durable.truncate(head + at);
        } else {
            self.durable.truncate(self.head + at - earlier);
        }
    }

    /// Whether the disk is still to write such a record.
    pub(crate) fn owes(&self, is_such: impl Fn(&Record) -> bool) -> bool {
        let batches = self.writing.iter().chain(&self.waiting);
        batches.flat_map(|batch| &batch.entries).any(|entry| is_such(&entry.record))
    }

    /// What survives, in order.
    pub(crate) fn entries(&self) -> &[Entry] {
        &self.durable
    }

    pub(crate) fn bodies(&self) -> impl Iterator<Item = Rc<Body>> {
        self.durable.iter().filter_map(|entry| entry.body.clone())
    }
}

/// What is needed beside a database that has all up to `stored`: the records of heights above; the
/// newest view and the newest wish to leave it belong to no height, and stay. The same rule as
/// `InFlight::committed`.
fn needed(mut entries: Vec<Entry>, stored: Height) -> Vec<Entry> {
    let newest = |is_kind: &dyn Fn(&Record) -> bool| {
        entries.iter().rposition(|entry| is_kind(&entry.record))
    };
    let new_view = newest(&|record| matches!(record, Record::NewView(_)));
    let change = newest(&|record| matches!(record, Record::ViewChange(..)));
    let mut position = 0;
    entries.retain(|entry| {
        let here = Some(position);
        position += 1;
        match entry.record.height() {
            Some(height) => height > stored,
            None => here == new_view || here == change,
        }
    });
    entries
}

impl super::Host {
    /// A record with its transactions.
    pub(crate) fn entry(&self, record: Record, constitution: &Constitution) -> Entry {
        let digest = record.body().map(|proposal| constitution.digest(proposal));
        let body = digest.and_then(|digest| self.bodies.get(&digest).cloned());
        Entry { record, digest, body }
    }
}
