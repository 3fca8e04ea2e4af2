//! The journal on a disk that forgets what it has not synced.

use std::rc::Rc;

use weal_consensus::{Record, Token};
use weal_types::Hash;

use crate::{
    ledger::{Body, Constitution},
    random::Random,
};

/// See the module.
#[derive(Debug, Default)]
pub(crate) struct Journal {
    durable: Vec<Entry>,
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

    /// The disk has synced.
    pub(crate) fn synced(&mut self) -> Vec<Token> {
        let done = std::mem::take(&mut self.writing);
        let tokens = done.iter().map(|batch| batch.token).collect();
        self.durable.extend(done.into_iter().flat_map(|batch| batch.entries));
        tokens
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
        self.durable.truncate(random.index(self.durable.len() + 1));
    }

    /// What survives, in order.
    pub(crate) fn entries(&self) -> &[Entry] {
        &self.durable
    }

    pub(crate) fn bodies(&self) -> impl Iterator<Item = Rc<Body>> {
        self.durable.iter().filter_map(|entry| entry.body.clone())
    }
}

impl super::Host {
    /// A record with its transactions.
    pub(crate) fn entry(&self, record: Record, constitution: &Constitution) -> Entry {
        let digest = record.body().map(|proposal| constitution.digest(proposal));
        let body = digest.and_then(|digest| self.bodies.get(&digest).cloned());
        Entry { record, digest, body }
    }
}
