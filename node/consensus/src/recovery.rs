//! Coming back: the journal is replayed, then the others are asked what they remember. Rules:
//! Recovery, Mute (docs/consensus.md).
//!
//! A replica that votes with an old journal (a restored backup) could contradict what it said after
//! the backup was made. So before it says anything it asks all others, and waits for a quorum's
//! worth of answers; what they hold bears its own signature. If it does not know one of these
//! statements, it stays silent until the next epoch.

use alloc::{collections::BTreeSet, sync::Arc, vec::Vec};

use weal_types::{
    Hash, Height, View,
    certificate::{CertificateKind, Vote},
    codec::Bounded,
};

use crate::{
    event::{Action, Timer},
    message::{Life, Message, NewView, PrePrepare, Recollection, Signed},
    record::Record,
    replica::{Entering, Phase, Replica, Voice},
    settings::HEARTBEAT_MS,
    slot::{Accepted, Content},
};

impl Replica {
    /// One record of the journal, in order. A journal that began anew may repeat a stretch, so what
    /// is older than what is known changes nothing.
    pub(crate) fn replay(&mut self, record: Record) {
        if record.epoch() > self.reign.epoch() {
            return self.later.push(record);
        }
        let is_present = record.epoch() == self.reign.epoch();
        let is_past = record.height().is_some_and(|height| height <= self.stable.height);
        if self.voice != Voice::Replaying || !is_present || is_past {
            return;
        }
        match record {
            // Rule B1.
            Record::Accepted { view, proposal } => {
                let (height, digest) = (proposal.height, proposal.digest());
                let present = self.view;
                let slot = self.slot(height);
                let known = slot.accepted.map_or(present, |known| known.view);
                if view >= present.max(known) {
                    slot.accepted = Some(Accepted { view, digest, is_durable: true });
                }
                slot.bodies.insert(digest, Content::Valid { proposal, is_kept: true });
            }
            // B2 and B3: the transactions of what is prepared or ordered.
            Record::Body(proposal) => {
                let (height, digest) = (proposal.height, proposal.digest());
                let content = Content::Valid { proposal, is_kept: true };
                self.slot(height).bodies.insert(digest, content);
            }
            // B2.
            Record::Prepared(certificate) => {
                self.slot(certificate.vote.height).raise_prepared(&certificate);
            }
            // B3; the slot is locked.
            Record::Ordered(certificate) => {
                let height = certificate.vote.height;
                self.slot(height).ordered = Some(certificate);
            }
            // Rule: How: no vote below it.
            Record::ViewChange(change, grounds) if change.view > self.target() => {
                let target = change.view;
                self.phase = Phase::Changing { target, is_durable: true, entering: None };
                self.own_change = Some((change, grounds));
            }
            // NEW-VIEW: the record of the votes for all slots that it orders.
            Record::NewView(new_view) if new_view.body.view >= self.target() => {
                self.replay_new_view(new_view);
            }
            // Recovery: nothing is said before this is executed again.
            Record::Stable(certificate) if certificate.vote.height > self.floor => {
                self.floor = certificate.vote.height;
                self.proven = Some(certificate);
            }
            Record::ViewChange(..) | Record::NewView(_) | Record::Stable(_) => {}
        }
    }

    fn replay_new_view(&mut self, new_view: Arc<Signed<NewView>>) {
        let (view, stable) = (new_view.body.view, new_view.body.stable.height);
        if stable <= self.stable.height {
            return self.enter(new_view);
        }
        // It waits for blocks that were final, but are not in the database.
        let is_durable = self.is_own_change(view);
        let entering = Some(Entering { new_view, is_durable: true });
        self.phase = Phase::Changing { target: view, is_durable, entering };
    }

    fn is_own_change(&self, view: View) -> bool {
        self.own_change.as_ref().is_some_and(|(change, _)| change.view == view)
    }

    /// The journal was ahead of the database by more than the end of an epoch: what it knows of the
    /// one that begins now.
    pub(crate) fn replay_later(&mut self, later: Vec<Record>) {
        let actions = core::mem::take(&mut self.actions);
        let voice = core::mem::replace(&mut self.voice, Voice::Replaying);
        for record in later {
            self.replay(record);
        }
        self.end_replay();
        (self.actions, self.voice) = (actions, voice);
        self.execute_next();
        self.catch_up(false);
    }

    /// What replaying asked for was asked for before the crash.
    fn end_replay(&mut self) {
        self.actions.clear();
        let changed = self.own_change.as_ref().map_or(View::ZERO, |(change, _)| change.view);
        let entering = self.entering().map_or(View::ZERO, |new_view| new_view.body.view);
        self.replayed = self.view.max(changed).max(entering);
        // How often nobody ordered anything before is not known: patience begins anew.
        self.productive = self.replayed;
    }

    /// The NEW-VIEW in the journal that waits for blocks.
    fn entering(&self) -> Option<&Signed<NewView>> {
        match &self.phase {
            Phase::Changing { entering: Some(entering), .. } if entering.is_durable => {
                Some(&entering.new_view)
            }
            _ => None,
        }
    }

    /// The journal has been replayed.
    pub(crate) fn start(&mut self, life: Life) {
        if self.voice != Voice::Replaying {
            return self.halt_unexpected("start", self.stable.height);
        }
        self.end_replay();
        self.life = life;
        if self.is_alone() {
            self.voice = Voice::Recovering;
        } else {
            self.voice = Voice::Asking(BTreeSet::new());
            self.act(Action::SetTimer(Timer::Heartbeat, HEARTBEAT_MS));
            self.ask_again();
        }
        self.execute_next();
        self.catch_up(false);
        self.resume_if_recovered();
    }

    /// Asks all others which statements of this replica they hold.
    pub(crate) fn ask_again(&mut self) {
        if matches!(self.voice, Voice::Asking(_)) {
            self.act(Action::Broadcast(Message::Recall(self.reign.epoch(), self.life)));
        }
    }

    /// Another validator has started: tell it what it said. Everyone answers, also who may not
    /// speak itself, or a cluster that lost power as a whole would never start.
    pub(crate) fn recollect(&mut self, from: u8, life: Life) {
        if !self.answered.recall.insert(from) {
            return;
        }
        let epoch = self.reign.epoch();
        let votes = self.slots.iter().flat_map(|(height, slot)| {
            [&slot.prepares, &slot.commits]
                .into_iter()
                .flat_map(move |tally| tally.of(from, epoch, *height))
        });
        let votes: Vec<_> = votes.collect();
        let proposals = self.slots.values().flat_map(|slot| {
            let proposed = [&slot.proposed, &slot.early].into_iter().flatten();
            proposed.map(|proposed| &proposed.signed).filter(|signed| signed.signer == from)
        });
        let proposals: Vec<_> = proposals.cloned().collect();
        let entering = match &self.phase {
            Phase::Changing { entering: Some(entering), .. } => Some(&entering.new_view),
            _ => self.new_view.as_ref(),
        };
        let led = entering.filter(|new_view| new_view.signer == from).cloned();
        let held = Recollection {
            // At most two for each slot and kind, so they fit.
            votes: Bounded::new(votes).unwrap_or_default(),
            // One for each slot and view.
            proposals: Bounded::new(proposals).unwrap_or_default(),
            change: self.changes.get(&from).map(|(change, _)| (**change).clone()),
            new_view: led,
        };
        self.act(Action::Send(from, Message::Recalled(epoch, life, Arc::new(held))));
    }

    /// What another remembers of this replica. An answer to an earlier life may not know what that
    /// life said after it had asked.
    pub(crate) fn recalled(&mut self, from: u8, life: Life, held: &Recollection) {
        if !matches!(self.voice, Voice::Asking(_)) || life != self.life {
            return;
        }
        if let Some(unknown) = self.unknown(held) {
            self.voice = Voice::Muted;
            return self.act(Action::Mute(unknown));
        }
        let enough = self.quorum().saturating_sub(1);
        if let Voice::Asking(answers) = &mut self.voice {
            answers.insert(from);
            if answers.len() >= enough {
                self.voice = Voice::Recovering;
                self.resume_if_recovered();
            }
        }
    }

    /// A statement of this replica that its journal does not know.
    fn unknown(&self, held: &Recollection) -> Option<Message> {
        if let Some(vote) = held.votes.iter().find(|vote| !self.knows(&vote.body)) {
            return Some(Message::Vote(*vote));
        }
        // It accepted its own proposal before anybody heard of it, as with a PREPARE.
        let knows = |signed: &Signed<PrePrepare>| {
            let PrePrepare { view, proposal } = &signed.body;
            self.knows_acceptance(*view, proposal.height, proposal.digest())
        };
        if let Some(unknown) = held.proposals.iter().find(|signed| !knows(signed)) {
            return Some(Message::PrePrepare(unknown.clone()));
        }
        let changed = self.own_change.as_ref().map(|(change, _)| change.view);
        let is_newer = |view| changed.is_none_or(|known| known < view) && self.view < view;
        if let Some(change) = held.change.as_ref().filter(|change| is_newer(change.body.view)) {
            return Some(Message::ViewChange(Arc::new(change.clone()), Arc::default()));
        }
        // A VIEW-CHANGE for the view in the journal says nothing of how it was begun.
        let begun = self.entering().map_or(self.view, |new_view| new_view.body.view);
        let newer = held.new_view.as_ref().filter(|new_view| new_view.body.view > begun);
        newer.map(|new_view| Message::NewView(Arc::clone(new_view)))
    }

    /// Whether the journal knows a PREPARE or COMMIT. It is a prefix of what was ever persisted, so
    /// it knows everything of a view before the last one in it. A view that was entered while
    /// others were asked shows nothing about an earlier COMMIT, which the next VIEW-CHANGE must
    /// claim.
    fn knows(&self, vote: &Vote) -> bool {
        let Vote { kind, view, height, hash, .. } = *vote;
        if kind != CertificateKind::Commit {
            return self.knows_acceptance(view, height, hash);
        }
        let prepared = self.slots.get(&height).and_then(|slot| slot.prepared.as_ref());
        self.is_known_past(view, height)
            || prepared.is_some_and(|prepared| prepared.vote.view >= view)
    }

    fn is_known_past(&self, view: View, height: Height) -> bool {
        height <= self.stable.height.max(self.floor) || view < self.replayed
    }

    /// Whether the journal knows that this was accepted: what a PREPARE or PRE-PREPARE rests on.
    fn knows_acceptance(&self, view: View, height: Height, hash: Hash) -> bool {
        if self.is_known_past(view, height) {
            return true;
        }
        let accepted = self.slots.get(&height).and_then(|slot| slot.accepted);
        let is_accepted = accepted.is_some_and(|own| own.view == view && own.digest == hash);
        let begun = self.entering().filter(|new_view| new_view.body.view == view);
        let mut order = begun.into_iter().flat_map(|new_view| new_view.body.order.iter());
        view < self.view
            || is_accepted
            || order.any(|slotted| slotted.height == height && slotted.digest == hash)
    }

    /// Once everything that the journal knew to be stable is executed again, and the others were
    /// asked, the replica says again what it last said, and takes part.
    pub(crate) fn resume_if_recovered(&mut self) {
        if self.voice != Voice::Recovering || self.stable.height < self.floor {
            return;
        }
        self.voice = Voice::Free;
        if self.is_active() {
            for height in self.heights() {
                self.sign_prepare(height);
                self.sign_commit(height);
            }
        } else {
            self.sign_change();
        }
        self.recount();
        self.try_enter();
        self.follow_others();
        self.end_term();
        self.accept_ready();
    }
}
