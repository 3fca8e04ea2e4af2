//! What runs out: patience with a leader, and the beats in between. Rule: When
//! (docs/consensus.md; Castro & Liskov 1999 §4.5.2).
//!
//! A replica is patient while nobody owes it anything. Its timer runs only under an *obligation*,
//! so a silent chain stays silent; and while a new view is prepared only once a quorum wants it, so
//! that validators cut off from the others do not run ahead of them.

use weal_types::{Height, View};

use crate::{
    event::{Action, Timer},
    message::Message,
    replica::{Phase, Replica},
    settings::{HEARTBEAT_MS, PROGRESS_MOST_MS, PROGRESS_MS, RESEND_MS},
    status::Answered,
};

/// What the progress timer waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Watch {
    /// That this slot, the lowest that is not ordered, is ordered.
    Slot(Height),
    /// That this view begins.
    View(View),
}

impl Replica {
    /// Starts, restarts or stops the progress timer, as what is awaited changes.
    pub(crate) fn set_watch(&mut self) {
        let wanted = self.awaits();
        let (is_running, restarts) = match (self.watch, wanted) {
            (_, None) => (false, false),
            (None, Some(_)) => (true, true),
            (Some(Watch::Slot(old)), Some(Watch::Slot(new))) => (true, old < new),
            (Some(Watch::View(old)), Some(Watch::View(new))) => (true, old < new),
            (Some(Watch::Slot(_)), Some(Watch::View(_))) => (true, true),
            // Entering a view gives its leader no more time: it had to order something by then.
            (Some(Watch::View(_)), Some(Watch::Slot(_))) => (true, false),
        };
        if restarts {
            let patience = self.patience_ms();
            self.act(Action::SetTimer(Timer::Progress, patience));
            self.act(Action::SetTimer(Timer::Offer, patience / 2));
        }
        if !is_running && self.watch.is_some() {
            self.act(Action::StopTimer(Timer::Progress));
            self.act(Action::StopTimer(Timer::Offer));
        }
        self.watch = wanted;
    }

    fn awaits(&self) -> Option<Watch> {
        if self.is_alone() || !self.may_speak() {
            return None;
        }
        match &self.phase {
            Phase::Active => self.obligation().map(Watch::Slot),
            // The new view is accepted, and waits for blocks: no leader can help with that.
            Phase::Changing { entering: Some(entering), .. }
                if entering.new_view.body.stable.height > self.stable.height =>
            {
                None
            }
            Phase::Changing { target, entering, .. } => {
                let is_wanted = entering.is_some() || self.wanted_by(self.quorum()) >= *target;
                is_wanted.then_some(Watch::View(*target))
            }
        }
    }

    /// Rule: When. The lowest slot that is not ordered, if the leader owes it: something is ready
    /// to be ordered, a slot was begun, one above it is ordered, or the epoch has to end. While all
    /// that may be ordered is, and waits for execution, nothing is owed.
    fn obligation(&self) -> Option<Height> {
        let lowest = self.lowest_unordered()?;
        let is_begun = || {
            self.slots
                .range(lowest..)
                .any(|(_, slot)| slot.accepted.is_some() || slot.ordered.is_some())
        };
        let is_ready = self.oldest.is_some() && !self.settings.pace.manual;
        let is_owed = is_ready || self.must_fill(lowest) || is_begun();
        (lowest <= self.window_end() && is_owed).then_some(lowest)
    }

    fn lowest_unordered(&self) -> Option<Height> {
        let mut height = self.stable.height.next()?;
        for (at, slot) in self.slots.range(height..) {
            if *at != height || slot.ordered.is_none() {
                break;
            }
            height = height.next()?;
        }
        Some(height)
    }

    /// T(k): doubles with every view in a row in which nothing was ordered.
    fn patience_ms(&self) -> u64 {
        PROGRESS_MS.saturating_mul(1 << self.fruitless()).min(PROGRESS_MOST_MS)
    }

    /// Views in a row in which nothing was ordered; no more than five count.
    pub(crate) fn fruitless(&self) -> u64 {
        self.target().0.saturating_sub(self.productive.0).min(5)
    }

    /// A timer has run out.
    pub(crate) fn expired(&mut self, timer: Timer) {
        match timer {
            Timer::Progress => {
                self.watch = None;
                self.change_view(self.next_view());
            }
            Timer::Offer => self.act(Action::Offer),
            Timer::Resend => self.resend_change(),
            Timer::Heartbeat => self.beat(),
            Timer::Build => self.is_build_timed = false,
        }
    }

    /// The view after the one that this replica is in or wants.
    pub(crate) fn next_view(&self) -> View {
        match self.phase {
            Phase::Active => View(self.view.0.saturating_add(1)),
            Phase::Changing { target, .. } => View(target.0.saturating_add(1)),
        }
    }

    /// Rule: How. The identical VIEW-CHANGE goes out until the view begins.
    fn resend_change(&mut self) {
        if self.is_active() {
            return;
        }
        if let Some((signed, grounds)) = self.changes.get(&self.me()).cloned()
            && signed.body.view == self.target()
        {
            self.act(Action::Broadcast(Message::ViewChange(signed, grounds)));
            // Whoever left alone has no other timer; its clients should not wait for a rotation.
            if self.oldest.is_some() {
                self.act(Action::Offer);
            }
            self.act(Action::SetTimer(Timer::Resend, RESEND_MS));
        }
    }

    fn beat(&mut self) {
        self.answered = Answered::default();
        self.ask_again();
        let status = self.status();
        self.act(Action::Broadcast(Message::Status(status)));
        self.act(Action::SetTimer(Timer::Heartbeat, HEARTBEAT_MS));
        self.fetch_again();
        self.catch_up(true);
    }
}
