//! Transactions that wait, and which of them could be ordered now.

use std::{
    collections::{BTreeMap, BTreeSet},
    rc::Rc,
};

use weal_consensus::Record;
use weal_types::{Epoch, Hash, Height, TimeMs, View};

use super::journal::Entry;
use crate::{
    ledger::{Body, Ledger},
    plan::{Micros, SECOND},
};

/// A transaction that everyone was offered this long ago must not be passed over.
const FAIR: Micros = 10 * SECOND;

/// See the module.
#[derive(Debug, Default)]
pub(crate) struct Pool {
    /// In the order of arrival.
    waiting: Vec<Waiting>,
    /// What stands in each slot above the executed height.
    slots: BTreeMap<Height, Standing>,
    /// What the replica was told last.
    pub(crate) told: Option<TimeMs>,
    /// Whether something changed since.
    pub(crate) is_dirty: bool,
    /// The view whose leader this host has called unfair.
    pub(crate) called: Option<(Epoch, View)>,
}

#[derive(Clone, Copy, Debug)]
struct Waiting {
    id: u32,
    since: Micros,
    /// Whether it was submitted here: then it is in the intake's journal.
    is_own: bool,
    /// When everyone was offered it first.
    offered: Option<Micros>,
}

#[derive(Clone, Copy, Debug)]
struct Standing {
    digest: Hash,
    is_ordered: bool,
}

impl Pool {
    pub(crate) fn add(&mut self, id: u32, now: Micros, is_own: bool) {
        if self.waiting.iter().any(|waiting| waiting.id == id) {
            return;
        }
        self.waiting.push(Waiting { id, since: now, is_own, offered: None });
        self.is_dirty = true;
    }

    /// A power cut leaves what clients were told is kept.
    pub(crate) fn forget_foreign(&mut self) {
        self.waiting.retain(|waiting| waiting.is_own);
        self.slots.clear();
        self.told = None;
        self.is_dirty = true;
        self.called = None;
    }

    /// What the journal says about slots.
    pub(crate) fn note(&mut self, Entry { record, digest, .. }: &Entry) {
        match record {
            Record::Accepted { proposal, .. } => {
                self.stand(proposal.height, digest.unwrap_or_default(), false);
            }
            Record::Ordered(certificate) => {
                self.stand(certificate.vote.height, certificate.vote.hash, true);
            }
            Record::NewView(signed) => {
                let top = signed.body.stable.height;
                self.slots.retain(|height, slot| *height <= top || slot.is_ordered);
                for slotted in signed.body.order.iter() {
                    self.stand(slotted.height, slotted.digest, false);
                }
            }
            _ => return,
        }
        self.is_dirty = true;
    }

    fn stand(&mut self, height: Height, digest: Hash, is_ordered: bool) {
        let slot = self.slots.entry(height).or_insert(Standing { digest, is_ordered });
        if !slot.is_ordered {
            *slot = Standing { digest, is_ordered };
        }
    }

    /// Nothing of the epoch before is in flight.
    pub(crate) fn begin_epoch(&mut self) {
        self.slots.clear();
    }

    /// A height was executed.
    pub(crate) fn executed(&mut self, ledger: &Ledger) {
        self.slots.retain(|height, _| *height > ledger.height);
        self.waiting.retain(|waiting| !ledger.has(waiting.id));
        self.is_dirty = true;
    }

    /// Transactions in slots that are not executed.
    fn in_flight(&self, bodies: &BTreeMap<Hash, Rc<Body>>) -> BTreeSet<u32> {
        let bodies = self.slots.values().filter_map(|slot| bodies.get(&slot.digest));
        bodies.flat_map(|body| body.transactions.iter().copied()).collect()
    }

    fn ready(&self, bodies: &BTreeMap<Hash, Rc<Body>>) -> impl Iterator<Item = &Waiting> {
        let taken = self.in_flight(bodies);
        self.waiting.iter().filter(move |waiting| !taken.contains(&waiting.id))
    }

    /// The oldest that could be ordered.
    pub(crate) fn choose(&self, bodies: &BTreeMap<Hash, Rc<Body>>, most: usize) -> Vec<u32> {
        self.ready(bodies).take(most).map(|waiting| waiting.id).collect()
    }

    /// Since when the oldest is ready.
    pub(crate) fn oldest(&self, bodies: &BTreeMap<Hash, Rc<Body>>) -> Option<Micros> {
        self.ready(bodies).next().map(|waiting| waiting.since)
    }

    /// All validators are being offered these.
    pub(crate) fn offer(&mut self, bodies: &BTreeMap<Hash, Rc<Body>>, now: Micros) -> Vec<u32> {
        let ids: Vec<u32> = self.ready(bodies).take(16).map(|waiting| waiting.id).collect();
        for waiting in &mut self.waiting {
            if waiting.offered.is_none() && ids.contains(&waiting.id) {
                waiting.offered = Some(now);
            }
        }
        ids
    }

    /// Whether a leader's fresh block passes over a transaction that it must know: by a block with
    /// room, or one with a transaction that came much later. Said once for each view.
    pub(crate) fn is_unfair(
        &mut self,
        (digest, view): (&Hash, View),
        bodies: &BTreeMap<Hash, Rc<Body>>,
        (now, most): (Micros, u32),
    ) -> bool {
        let Some(body) = bodies.get(digest) else { return false };
        let proposal = &body.proposal;
        if proposal.first_view != view || self.called == Some((proposal.epoch, view)) {
            return false;
        }
        let has_room = proposal.tx_count < most;
        let since = |id: &u32| {
            let known = self.waiting.iter().find(|waiting| waiting.id == *id);
            known.map_or(now, |waiting| waiting.since)
        };
        let latest = body.transactions.iter().map(since).max().unwrap_or(0);
        let mut ready = self.ready(bodies);
        let is_passed = ready.any(|waiting| {
            let due = waiting.offered.map(|offered| offered + FAIR);
            due.is_some_and(|due| due <= now && (has_room || latest > due))
        });
        drop(ready);
        if is_passed {
            self.called = Some((proposal.epoch, view));
        }
        is_passed
    }
}
