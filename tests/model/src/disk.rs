//! A validator's journal and database, and what a power cut leaves of them.

use std::sync::Arc;

use weal_consensus::{Event, Mark, Record, Replica, Settings, Timer, Token};
use weal_types::{Epoch, View, block::FinalHeader, certificate::Certificate};

use crate::{
    cast::{NOW, settings},
    machine::Machine,
    setup::{Journal, Kind},
    world::World,
};

/// See the module.
#[derive(Clone, Debug, Default, Hash)]
pub(crate) struct Disk {
    /// Records that a power cut does not reach.
    durable: Vec<Record>,
    /// Batches that it does, oldest first.
    unsynced: Vec<Batch>,
    /// The newest final header in the database, with its certificate.
    settled: Option<(FinalHeader, Arc<Certificate>)>,
    /// Whether the one crash is over: nobody reads what is written from now on.
    is_safe: bool,
}

#[derive(Clone, Debug, Hash)]
struct Batch {
    token: Token,
    records: Vec<Record>,
    /// Whether the replica was already told that it is durable, or waits for no such word.
    is_reported: bool,
}

impl Disk {
    /// Takes records that something waits for. Returns the token if the replica is told at once
    /// that they are durable.
    pub(crate) fn write(
        &mut self,
        journal: Journal,
        token: Token,
        records: Vec<Record>,
    ) -> Option<Token> {
        let kind = records.last().and_then(kind);
        let is_told = match journal {
            _ if self.is_safe => return Some(token),
            // Nobody reads this journal again.
            Journal::Instant => return Some(token),
            Journal::Honest => false,
            Journal::Lies(about) => kind == Some(about),
        };
        self.unsynced.push(Batch { token, records, is_reported: is_told });
        is_told.then_some(token)
    }

    /// Takes a record that nothing waits for.
    pub(crate) fn note(&mut self, journal: Journal, record: Record) {
        if self.matters(journal) {
            let (token, records) = (Token(0), vec![record]);
            self.unsynced.push(Batch { token, records, is_reported: true });
        }
    }

    /// A header is final.
    pub(crate) fn settle(&mut self, header: FinalHeader, certificate: Option<Arc<Certificate>>) {
        if let Some(certificate) = certificate.filter(|_| !self.is_safe) {
            self.settled = Some((header, certificate));
        }
    }

    /// Batches that a power cut can take.
    pub(crate) fn at_risk(&self) -> usize {
        self.unsynced.len()
    }

    /// Whether something waits for the journal.
    pub(crate) fn is_awaited(&self) -> bool {
        self.unsynced.iter().any(|batch| !batch.is_reported)
    }

    /// Whether what is written here matters: a crash may still come, or a word from the journal.
    pub(crate) fn matters(&self, journal: Journal) -> bool {
        journal != Journal::Instant && !self.is_safe
    }

    /// Whether the database holds more than at the start.
    pub(crate) fn is_settled(&self) -> bool {
        self.settled.is_some()
    }
}

/// Which kind of record a journal may lie about this is, if it is one.
const fn kind(record: &Record) -> Option<Kind> {
    match record {
        Record::Accepted { .. } => Some(Kind::Accepted),
        Record::Prepared(_) => Some(Kind::Prepared),
        Record::ViewChange(..) => Some(Kind::ViewChange),
        Record::NewView(_) => Some(Kind::NewView),
        Record::Body(_) | Record::Ordered(_) | Record::Stable(_) => None,
    }
}

impl Machine {
    /// The journal is durable up to the oldest batch that something waits for.
    pub(crate) fn sync_disk(&mut self, world: &World) {
        let waited = self.disk.unsynced.iter().position(|batch| !batch.is_reported);
        let Some(last) = waited else { return };
        let batches: Vec<_> = self.disk.unsynced.drain(..=last).collect();
        let token = batches[last].token;
        let records = batches.into_iter().flat_map(|batch| batch.records);
        self.disk.durable.extend(records);
        self.feed(world, Event::Durable(token));
    }

    /// A power cut, and the start after it. The oldest `kept` batches reached the disk before.
    pub(crate) fn crash(&mut self, world: &World, kept: usize, database: bool) {
        let Disk { mut durable, unsynced, settled, .. } = std::mem::take(&mut self.disk);
        durable.extend(unsynced.into_iter().take(kept).flat_map(|batch| batch.records));
        let settings = match &settled.filter(|_| database) {
            None => settings(self.who, world.setup.window),
            Some((header, certificate)) => Settings {
                stable: Mark { height: header.height, hash: header.hash().0 },
                certificate: Some(Arc::clone(certificate)),
                ..settings(self.who, world.setup.window)
            },
        };
        self.chain.retain(|header| header.height <= settings.stable.height);
        self.epoch = Epoch(0);
        self.target = View(0);
        self.replica = Replica::new(settings);
        for record in durable {
            self.note_target(&record);
            // What this asks for was asked for before the crash.
            drop(self.replica.step(NOW, Event::Replay(record)));
        }
        self.disk = Disk { is_safe: true, ..Disk::default() };
        self.begin(world);
        // Bodies that it looked for when the power went are looked for again.
        self.feed(world, Event::Expired(Timer::Heartbeat));
    }
}

#[cfg(test)]
mod tests {
    use weal_types::{
        Height,
        certificate::{CertificateKind, Vote},
        codec::{Bounded, Version},
    };

    use super::*;

    /// The order of a slot was taken for a record that nobody waits for, so that whoever might
    /// crash said no CHECKPOINT.
    #[test]
    fn whatever_is_persisted_is_reported_once_it_is_durable() {
        let vote = Vote {
            kind: CertificateKind::Commit,
            epoch: Epoch(0),
            view: View(0),
            height: Height(1),
            hash: [1; 32],
        };
        let signatures = Bounded::new(vec![[0; 64]; 3]).expect("three fit");
        let order = Certificate { version: Version, vote, signers: 0b111, signatures };
        let mut disk = Disk::default();
        disk.note(Journal::Honest, Record::Stable(Arc::new(order.clone())));
        assert!(!disk.is_awaited());
        disk.write(Journal::Honest, Token(1), vec![Record::Ordered(Arc::new(order))]);
        assert!(disk.is_awaited());
    }
}
