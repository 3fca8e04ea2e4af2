//! Epochs, each with its set of validators, and the terms of leaders within them. Rule: Term
//! (docs/consensus.md, and Epochs there).
//!
//! The state says when an epoch ends and who follows. No slot beyond its end is voted for; once the
//! end is stable, the next set begins in view 0 with nothing in flight.

use alloc::collections::BTreeSet;

use weal_types::{Epoch, Height, PublicKey, certificate::ValidatorSet};

use crate::{
    event::{Action, Handover, Timer},
    message::Mark,
    replica::{Phase, Replica, Voice},
    settings::{HEARTBEAT_MS, Settings, term_end},
};

/// The present epoch.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Reign {
    pub(crate) validators: ValidatorSet,
    /// The end of the epoch before, which is final without a certificate of this one.
    pub(crate) start: Mark,
    /// This validator's position; `None` if it is not part of it.
    pub(crate) me: Option<u8>,
    /// This validator's key, by which it is found in the next set.
    key: Option<PublicKey>,
    /// When it ends, once the state says so.
    pub(crate) handover: Option<Handover>,
}

impl Reign {
    pub(crate) fn new(settings: &Settings) -> Self {
        let validators = settings.validators.clone();
        let own = validators.validators.get(usize::from(settings.me));
        let key = own.map(|validator| validator.key);
        let me = key.map(|_| settings.me);
        let handover = settings.handover.clone();
        Self { validators, start: settings.start, me, key, handover }
    }

    pub(crate) fn epoch(&self) -> Epoch {
        self.validators.epoch
    }

    /// The epoch that begins at `start`. Its own end may be decided already: nobody would make a
    /// block to learn of it.
    fn next(&self, Handover { next, then, .. }: Handover, start: Mark) -> Self {
        let mut validators = next.validators.iter();
        let position = validators.position(|validator| Some(validator.key) == self.key);
        let me = position.and_then(|position| u8::try_from(position).ok());
        let handover = then.map(|then| *then);
        Self { validators: next, start, me, key: self.key, handover }
    }
}

impl Replica {
    /// The state schedules the end of the epoch. Later it may know besides how the next one ends.
    pub(crate) fn schedule(&mut self, handover: Option<Handover>) {
        let next = self.reign.epoch().checked_add(Epoch(1));
        let handover = handover.filter(|handover| Some(handover.next.epoch) == next);
        if handover.is_some() {
            self.reign.handover = handover;
        }
    }

    /// The highest slot that may be voted for now.
    pub(crate) fn window_end(&self) -> Height {
        let window = self.stable.height.0.saturating_add(self.settings.window);
        let mut end = Height(window);
        if !self.is_alone() {
            end = end.min(self.term_end());
        }
        match &self.reign.handover {
            Some(handover) => end.min(handover.end),
            None => end,
        }
    }

    /// The last height of the present view's term.
    fn term_end(&self) -> Height {
        term_end(self.settings.term, self.view_began)
    }

    /// Whether this slot must be filled, if need be with an empty block, so that the epoch can end.
    pub(crate) fn must_fill(&self, height: Height) -> bool {
        self.reign.handover.as_ref().is_some_and(|handover| height <= handover.end)
    }

    /// Rule: Term. The leader's term is over once its last height is stable: everybody leaves the
    /// view. Nothing is in flight then, so nothing is claimed.
    pub(crate) fn end_term(&mut self) {
        if self.is_active() && !self.is_alone() && self.stable.height >= self.term_end() {
            // In each term, whoever leaves a view alone is joined soon again.
            self.alone.clear();
            self.change_view(self.next_view());
        }
    }

    pub(crate) fn ends_epoch(&self) -> bool {
        self.reign.handover.as_ref().is_some_and(|handover| self.stable.height >= handover.end)
    }

    /// The end of the epoch is stable: the next set begins, in view 0.
    pub(crate) fn enter_epoch(&mut self) {
        let Some(handover) = self.reign.handover.take() else { return };
        let reign = self.reign.next(handover, self.stable);
        let (epoch, me) = (reign.epoch(), reign.me);
        let settings = Settings {
            validators: reign.validators.clone(),
            me: me.unwrap_or_default(),
            start: self.stable,
            stable: self.stable,
            certificate: None,
            handover: None,
            ..self.settings.clone()
        };
        let actions = core::mem::take(&mut self.actions);
        // Whoever took part until now has said nothing in the new epoch. Others must ask: their
        // journal may be older than what they said in it.
        let voice = match self.voice {
            Voice::Free => Voice::Free,
            _ => Voice::Asking(BTreeSet::new()),
        };
        let later = core::mem::take(&mut self.later);
        let fresh = self.successor(settings);
        *self = Self {
            reign,
            phase: Phase::Active,
            executed: self.executed,
            oldest: self.oldest,
            is_due: self.is_due,
            voice,
            life: self.life,
            actions,
            ..fresh
        };
        for timer in Timer::ALL {
            self.act(Action::StopTimer(timer));
        }
        self.act(Action::Entered(epoch, me));
        if me.is_some() && !self.is_alone() {
            self.act(Action::SetTimer(Timer::Heartbeat, HEARTBEAT_MS));
        }
        if !later.is_empty() {
            self.replay_later(later);
        }
    }
}
