//! Whether a cluster without faults becomes one again, and how long that may take.

use weal_types::{Epoch, Height, View};

use super::World;
use crate::{
    host::Host,
    plan::{MILLI, Micros, SECOND},
    queue::Happening,
};

/// Stable height, epoch and view of a host.
pub(super) type Standing = (Height, Epoch, View);

/// How long a member may wait for a view that no other wants: it is joined after one minute, after
/// two if it is late again, and after four; the fourth time would take a network that is never as
/// fast as the patience of its members.
const MOST_APART: Micros = (60 + 120 + 240 + 60) * SECOND;

impl World {
    /// Looks, ten times a second, whether all is done.
    pub(super) fn judge(&mut self) {
        let since = self.now - self.plan.heal_at;
        self.attend();
        match self.unfinished() {
            None => {
                let done = *self.done_at.get_or_insert(self.now);
                self.report.healing_ms = (done - self.plan.heal_at) / MILLI;
                self.is_over = !self.plan.is_watched || self.is_silent(done);
                if !self.is_over {
                    self.later(SECOND, Happening::Judge);
                }
            }
            Some(what) if since > self.patience() => {
                let detail = format!("{} s after all faults: {what}", since / SECOND);
                self.oracles.fail(self.now, "all becomes final", detail);
            }
            Some(_) => self.later(100 * MILLI, Happening::Judge),
        }
    }

    /// How long healing may take. A replica may have begun its longest wait (30 s) when the last
    /// fault ended; then the others join it, and each traitor in turn may cost as long a wait once
    /// more before an honest member leads. A transaction that only a minority knows is offered
    /// half-way through such a wait; whoever left its view alone is joined after a minute, and
    /// unfair leaders are noticed after ten seconds each. Where a block takes longer than the
    /// shortest patience, which each ordered slot brings back, it takes two views.
    fn patience(&self) -> Micros {
        if let Some(patience_ms) = self.options.patience_ms {
            return patience_ms * MILLI;
        }
        let traitors = self.plan.members.traitors.len() as u64;
        let slots = match self.plan.is_slow {
            true => {
                let acts = self.plan.transactions.iter().filter(|sent| sent.act.is_some()).count();
                self.plan.transactions.len() as u64 + 2 * self.plan.window * acts as u64
            }
            false => 0,
        };
        (2 * traitors + 4) * 30 * SECOND + 60 * SECOND + slots * 10 * SECOND
    }

    /// Whether nothing has happened for long enough. Blocks need a reason at once; views do two
    /// minutes after the last time when somebody had left one alone.
    fn is_silent(&mut self, done: Micros) -> bool {
        let core = &self.plan.members.core;
        let is_watched = |host: &&Host| core.contains(&host.member) && host.position().is_some();
        let hosts = self.hosts.iter().filter(is_watched);
        let outsider = hosts.clone().find(|host| !host.replica.takes_part());
        if outsider.is_some() {
            self.apart_at = self.now;
        }
        let whole_at = done.max(self.apart_at);
        let now: Vec<_> = hosts
            .map(|host| (host.chain.stable(), host.reign.set.epoch, host.replica.view()))
            .collect();
        let has_settled = self.now - whole_at > 120 * SECOND;
        let is_same = |pair: (&Standing, &Standing)| {
            let ((height, ..), (other, ..)) = pair;
            height == other && (!has_settled || pair.0 == pair.1)
        };
        if !self.standing.is_empty() && !self.standing.iter().zip(&now).all(is_same) {
            let detail = format!("{:?} became {now:?} for no reason", self.standing);
            self.oracles.fail(self.now, "silence", detail);
        }
        if let Some(host) = outsider.filter(|_| self.now - done > MOST_APART) {
            let detail = format!("member {} still waits for a view", host.member);
            self.oracles.fail(self.now, "nobody stays alone", detail);
        }
        self.standing = now;
        self.now - whole_at > 180 * SECOND
    }

    /// What is not as it should be in the end.
    fn unfinished(&self) -> Option<String> {
        let numbers = 0..self.plan.transactions.len();
        let wanted = numbers.filter(|number| !self.options.unsent.contains(number)).count();
        if self.submitted.len() < wanted {
            return Some("not all transactions are submitted".to_owned());
        }
        let is_watched =
            |host: &&Host| host.is_honest() && self.plan.members.core.contains(&host.member);
        let watched: Vec<&Host> = self.hosts.iter().filter(is_watched).collect();
        let epoch = watched.iter().map(|host| host.reign.set.epoch).max()?;
        let validating =
            watched.iter().filter(|host| host.reign.set.epoch < epoch || host.position().is_some());
        let heights: Vec<_> = validating.map(|host| (host.member, host.chain.stable())).collect();
        if heights.windows(2).any(|pair| pair[0].1 != pair[1].1) {
            return Some(format!("stable heights of members differ: {heights:?}"));
        }
        for host in watched.iter().filter(|host| host.position().is_some()) {
            let ledger = host.chain.stable_ledger();
            let missing: Vec<_> = self.submitted.iter().filter(|id| !ledger.has(**id)).collect();
            if !missing.is_empty() {
                return Some(format!("member {} lacks transactions {missing:?}", host.member));
            }
            if ledger.count as usize != self.submitted.len() {
                return Some(format!("member {} executed what nobody submitted", host.member));
            }
            if ledger.handover.is_some() {
                return Some(format!("member {} waits for the end of an epoch", host.member));
            }
        }
        None
    }
}
