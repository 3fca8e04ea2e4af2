//! What others remember of a member that comes back with an old copy of its journal.
//!
//! Whoever comes back waits for the answers of a quorum, itself included. So of n - Q + 1 others
//! that hold a statement of it one has answered, and it must not contradict that statement.

use std::sync::Arc;

use weal_consensus::{
    Action, Event, Life, Message, PrePrepare, Recollection, Statement, Timer, Verified,
};
use weal_types::{
    ChainId, View,
    certificate::{CertificateKind, Vote},
};

use super::World;

/// What one host would have answered when a member came back.
#[derive(Clone, Debug)]
pub(crate) struct Held {
    by: usize,
    /// Of that host: what it held in an earlier life is forgotten.
    life: u32,
    what: Arc<Recollection>,
}

impl World {
    /// A member comes back with an old journal.
    pub(super) fn note_held(&mut self, host: usize) {
        let count = self.hosts.len();
        let held = (0..count).filter_map(|by| {
            let what = self.recollection(by, host)?;
            Some(Held { by, life: self.hosts[by].life, what })
        });
        self.hosts[host].held = held.collect();
    }

    /// A member that came back says something of its own. What it said before it may say again.
    pub(super) fn hold_against(&mut self, host: usize, message: &Message) {
        let chain = &self.constitution.chain;
        let statement = match message {
            Message::PrePrepare(signed) => signed.body.message(chain),
            Message::Vote(signed) => signed.body.message(chain),
            Message::ViewChange(signed, _) => signed.body.message(chain),
            Message::NewView(signed) => signed.body.message(chain),
            _ => return,
        };
        if !self.hosts[host].spoken.insert(statement) {
            return;
        }
        let on = &self.hosts[host];
        let holds = |held: &&Held| {
            held.life == self.hosts[held.by].life
                && contradicts(message, &held.what, chain)
                && self
                    .recollection(held.by, host)
                    .is_some_and(|what| contradicts(message, &what, chain))
        };
        let holders = on.held.iter().filter(holds).count();
        let set = &on.reign.set;
        if holders > set.validators.len() - set.quorum() {
            let detail = format!("member {} says {message:?}, {holders} know better", on.member);
            self.oracles.fail(self.now, "old copies are silent", detail);
        }
    }

    /// What an honest host would answer to this member now.
    fn recollection(&self, by: usize, member: usize) -> Option<Arc<Recollection>> {
        let (on, other) = (&self.hosts[by], &self.hosts[member]);
        let epoch = other.reign.set.epoch;
        let from = on.position_of(other.member)?;
        if !on.is_up || !on.is_honest() || on.is_halted || on.position().is_none() {
            return None;
        }
        let mut replica = on.replica.clone();
        let now = on.clock.read(self.now);
        // It may have answered this member since its last heartbeat.
        drop(replica.step(now, Event::Expired(Timer::Heartbeat)));
        let question = Message::Recall(epoch, Life(0));
        let question = Verified::check(question, &replica.rules(), &*self.keys).ok()?;
        let answers = replica.step(now, Event::Message { from, message: question });
        answers.into_iter().find_map(|action| match action {
            Action::Send(to, Message::Recalled(.., held)) if to == from => Some(held),
            _ => None,
        })
    }
}

/// Whether nobody who has made the statements in `held` may say this.
fn contradicts(message: &Message, held: &Recollection, chain: &ChainId) -> bool {
    let left = held.change.as_ref().map_or(View::ZERO, |change| change.body.view);
    match message {
        Message::PrePrepare(signed) => {
            let (view, proposal) = (signed.body.view, &signed.body.proposal);
            let is_other = |held: &PrePrepare| {
                (held.view, held.proposal.height) == (view, proposal.height)
                    && held.proposal.digest() != proposal.digest()
            };
            view < left || held.proposals.iter().any(|held| is_other(&held.body))
        }
        Message::Vote(signed) if signed.body.kind != CertificateKind::Checkpoint => {
            let place = |vote: &Vote| (vote.kind, vote.epoch, vote.view, vote.height);
            let is_other =
                |vote: &Vote| place(vote) == place(&signed.body) && vote.hash != signed.body.hash;
            signed.body.view < left || held.votes.iter().any(|vote| is_other(&vote.body))
        }
        Message::ViewChange(signed, _) => held.change.as_ref().is_some_and(|change| {
            change.body.view == signed.body.view && change.body != signed.body
        }),
        Message::NewView(signed) => held.new_view.as_ref().is_some_and(|new_view| {
            new_view.body.view == signed.body.view
                && new_view.body.message(chain) != signed.body.message(chain)
        }),
        _ => false,
    }
}
