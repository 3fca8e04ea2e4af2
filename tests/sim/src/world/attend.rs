//! Whether those who keep to the protocol go on together, once all faults have ended.

use weal_consensus::Record;
use weal_types::{Epoch, View};

use super::World;
use crate::{
    host::Host,
    plan::{Micros, SECOND},
};

/// A VIEW-CHANGE is sent again every second, and what another lacks twice a second; the slowest
/// network takes a second for each message.
const SOON: Micros = 5 * SECOND;

/// Who waits for whom.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Lag {
    /// f + 1 validators want a later view than this one.
    Behind(Epoch, View),
    /// f + 1 validators called the leader of this view unfair, and this one still follows it.
    Unfair(Epoch, View),
}

impl World {
    /// Looks at every honest validator.
    pub(super) fn attend(&mut self) {
        for host in 0..self.hosts.len() {
            let lag = self.lag(host);
            let since = match (lag, self.hosts[host].lag) {
                (Some(lag), Some((known, since))) if lag == known => since,
                _ => self.now,
            };
            self.hosts[host].lag = lag.map(|lag| (lag, since));
            let member = self.hosts[host].member;
            if let Some(lag) = lag.filter(|_| self.now - since > SOON) {
                let oracle = match lag {
                    Lag::Behind(..) => "f + 1 are followed",
                    Lag::Unfair(..) => "unfair leaders go",
                };
                self.oracles.fail(self.now, oracle, format!("member {member}: {lag:?}"));
            }
            if let Some(view) = begun(&self.hosts[host]) {
                let detail = format!("member {member} does not enter view {view}");
                self.oracles.fail(self.now, "views are entered", detail);
            }
        }
    }

    fn lag(&self, host: usize) -> Option<Lag> {
        let on = &self.hosts[host];
        if !takes_part(on) {
            return None;
        }
        let (epoch, wanted) = (on.reign.set.epoch, on.replica.wanted_view());
        let some_correct = on.reign.set.max_faulty() + 1;
        let peers = || {
            let is_peer = |other: &&Host| takes_part(other) && other.reign.set.epoch == epoch;
            self.hosts.iter().filter(is_peer)
        };
        if peers().filter(|other| other.replica.wanted_view() > wanted).count() >= some_correct {
            return Some(Lag::Behind(epoch, wanted));
        }
        let called = peers().filter(|other| other.pool.called == Some((epoch, wanted)));
        let is_unfair = on.replica.takes_part() && called.count() >= some_correct;
        is_unfair.then_some(Lag::Unfair(epoch, wanted))
    }
}

/// Whether a host is an honest validator that may speak.
fn takes_part(host: &Host) -> bool {
    let is_well = host.is_up && !host.is_halted && host.is_honest();
    is_well && host.position().is_some() && host.replica.has_voice()
}

/// The view whose NEW-VIEW is in the journal, and that has not begun although nothing is missing.
fn begun(host: &Host) -> Option<View> {
    if !takes_part(host) {
        return None;
    }
    let records = host.journal.entries().iter().rev().map(|entry| &entry.record);
    let mut new_views = records.filter_map(|record| match record {
        Record::NewView(signed) if signed.body.epoch == host.reign.set.epoch => Some(signed),
        _ => None,
    });
    let new_view = &new_views.next()?.body;
    // A journal that began anew may have it before it says so.
    let view = new_view.view;
    let is_it =
        |record: &Record| matches!(record, Record::NewView(known) if known.body.view == view);
    if host.journal.owes(is_it) {
        return None;
    }
    let is_there = new_view.stable.height <= host.replica.stable_height();
    let is_wanted = host.replica.wanted_view() == new_view.view;
    (is_there && is_wanted && host.replica.view() < new_view.view).then_some(new_view.view)
}
