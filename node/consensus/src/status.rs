//! STATUS: whoever hears what another has sends what it lacks. It replaces every lost message
//! (docs/consensus.md, STATUS).
//!
//! Each answer is bounded by the window, and a validator gets one in a heartbeat of whoever
//! answers, however often it asks: nobody can be made to send much.

use alloc::{collections::BTreeSet, sync::Arc};

use weal_types::{Height, View};

use crate::{
    event::Action,
    message::{Message, Status},
    replica::Replica,
    settings::{ALONE_DOUBLINGS, ALONE_HEARTBEATS},
    slot::{Content, Slot, status_bit},
};

/// How it stands with a validator that others may have to join.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Alone {
    /// Heartbeats of this replica since it left the view alone.
    beats: u16,
    /// How often it was joined.
    joined: u8,
}

/// Who asked since the last heartbeat. Everyone asks once in a heartbeat, so whoever asks more
/// often gets no more for it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) struct Answered {
    /// STATUS.
    pub(crate) status: BTreeSet<u8>,
    /// RECALL.
    pub(crate) recall: BTreeSet<u8>,
}

impl Replica {
    /// What this replica has.
    pub(crate) fn status(&self) -> Status {
        let stable = self.stable.height;
        let bits = |has: &dyn Fn(&Slot) -> bool| {
            let marked = self.slots.iter().filter(|(_, slot)| has(slot));
            marked.fold(0, |bits, (height, _)| bits | status_bit(stable, *height))
        };
        let has_body =
            |slot: &Slot| slot.bodies.values().any(|body| matches!(body, Content::Valid { .. }));
        Status {
            epoch: self.reign.epoch(),
            view: self.view,
            is_active: self.is_active(),
            change: self.own_change.as_ref().map_or(View::ZERO, |(change, _)| change.view),
            is_unfair: self.unfair.contains(&self.me()),
            stable,
            ordered: bits(&|slot| slot.ordered.is_some()),
            bodies: bits(&has_body),
        }
    }

    /// Sends what another validator lacks.
    pub(crate) fn heard_status(&mut self, from: u8, status: &Status) {
        let epoch = self.reign.epoch();
        if status.is_unfair && status.epoch == epoch && status.view == self.view {
            self.called_unfair(from);
        }
        if !self.answered.status.insert(from) {
            return;
        }
        if status.epoch != epoch {
            if status.epoch < epoch {
                self.act(Action::SendEpochEnd { to: from, epoch: status.epoch });
            }
            return;
        }
        self.notice_alone(from, status);
        self.send_view(from, status);
        // Also one that cannot be used here yet: others may be able to, and only then have the
        // blocks.
        let newest = self.proven.as_ref().or(self.stable_certificate.as_ref());
        if let Some(certificate) = newest.filter(|newest| newest.vote.height > status.stable) {
            let certificate = Arc::clone(certificate);
            self.act(Action::Send(from, Message::Certificate(certificate)));
        }
        let reach = status.stable.0.saturating_add(self.settings.window);
        for height in self.heights() {
            if height > status.stable && height.0 <= reach {
                self.send_slot(from, status, height);
            }
        }
    }

    /// The way into this replica's view, or its wish to leave.
    fn send_view(&mut self, to: u8, status: &Status) {
        if status.view < self.view
            && let Some(new_view) = self.new_view.clone()
        {
            self.act(Action::Send(to, Message::NewView(new_view)));
        }
        if !self.is_active()
            && status.change < self.target()
            && let Some((change, grounds)) = self.changes.get(&self.me()).cloned()
        {
            self.act(Action::Send(to, Message::ViewChange(change, grounds)));
        }
    }

    fn send_slot(&mut self, to: u8, status: &Status, height: Height) {
        let (me, epoch) = (self.me(), self.reign.epoch());
        let Some(slot) = self.slots.get(&height) else { return };
        let mut messages = alloc::vec::Vec::new();
        let is_ordered = status.ordered & status_bit(status.stable, height) != 0;
        if let Some(certificate) = slot.ordered.as_ref().filter(|_| !is_ordered) {
            messages.push(Message::Certificate(Arc::clone(certificate)));
        } else if !is_ordered && status.view == self.view && self.is_active() {
            if let Some(proposed) = &slot.proposed {
                messages.push(Message::PrePrepare(proposed.signed.clone()));
            }
            let own = [slot.prepares.of(me, epoch, height), slot.commits.of(me, epoch, height)];
            let present = own.concat().into_iter().filter(|vote| vote.body.view == self.view);
            messages.extend(present.map(Message::Vote));
        }
        messages.extend(slot.checkpoints.of(me, epoch, height).into_iter().map(Message::Vote));
        for message in messages {
            self.act(Action::Send(to, message));
        }
    }

    /// Rule: When. A validator that left the view alone may not come back to it. When the others
    /// have gone on without it for a minute, they change the view for it; twice as long each
    /// further time in a term, so that whoever does it again and again gains little.
    fn notice_alone(&mut self, from: u8, status: &Status) {
        let is_alone = status.change > self.view && self.is_active();
        let alone = self.alone.entry(from).or_default();
        alone.beats = if is_alone { alone.beats.saturating_add(1) } else { 0 };
        if alone.beats >= ALONE_HEARTBEATS << alone.joined {
            *alone = Alone { beats: 0, joined: ALONE_DOUBLINGS.min(alone.joined + 1) };
            self.blame_leader();
        }
    }
}
