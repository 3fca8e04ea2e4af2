//! The leader's part: filling slots.

use alloc::vec;

use weal_types::{Height, View, block::Proposal};

use crate::{
    event::{Action, Timer},
    message::{Draft, PrePrepare, Signed},
    record::Record,
    replica::{After, Replica},
    slot::{Accepted, Content, Proposed},
};

impl Replica {
    /// Asks for the next block when there is something to order, room for it, and the last one is
    /// long enough ago. How long is a timer's matter: a clock may stand still, or go back.
    pub(crate) fn build(&mut self) {
        let is_mine = self.is_active() && self.is_leader() && self.may_speak();
        let Some(height) = self.next_slot() else { return };
        if !is_mine || self.building.is_some() || !self.has_room(height) {
            return;
        }
        let even_empty = self.is_due || self.must_fill(height);
        let is_wanted = self.oldest.is_some() && !self.settings.pace.manual;
        if !even_empty && !is_wanted {
            return;
        }
        if self.is_build_timed && !self.is_due {
            return;
        }
        self.building = Some(height);
        self.act(Action::Build { view: self.view, height, even_empty });
        self.is_build_timed = true;
        self.act(Action::SetTimer(Timer::Build, self.settings.pace.between_ms));
    }

    /// Whether a leader may fill this slot now. Half as many with every view in a row in which
    /// nothing was ordered: all keep what they voted for until its height is stable, and a network
    /// that is too slow for many blocks may do with one.
    fn has_room(&self, height: Height) -> bool {
        let above = height.0.saturating_sub(self.stable.height.0);
        let in_flight = (self.settings.pace.in_flight >> self.fruitless()).max(1);
        height <= self.window_end() && above <= in_flight
    }

    /// The lowest height above the stable one in which nothing stands.
    pub(crate) fn next_slot(&self) -> Option<Height> {
        let mut height = self.stable.height.next()?;
        for (at, slot) in self.slots.range(height..) {
            let is_taken = slot.accepted.is_some() || slot.ordered.is_some();
            if *at != height || !is_taken {
                break;
            }
            height = height.next()?;
        }
        Some(height)
    }

    /// Castro & Liskov 1999 §4.2: the primary assigns a number. Rule B1: the proposal is durable
    /// before anybody hears of it.
    pub(crate) fn built(&mut self, view: View, height: Height, proposal: Option<Proposal>) {
        // An answer that took its time may be for a height that is settled, or for the epoch
        // before, whose view had the same number.
        if view != self.view || !self.is_active() || self.building != Some(height) {
            return;
        }
        self.building = None;
        let Some(proposal) = proposal else {
            self.oldest = None;
            return;
        };
        let is_settled = self.next_slot() != Some(height);
        if proposal.height != height || is_settled || !self.is_in_reach(height) {
            // The slot was ordered or became stable in the meantime, or the engine erred.
            return;
        }
        self.is_due = false;
        let digest = proposal.digest();
        let slot = self.slot(height);
        slot.accepted = Some(Accepted { view, digest, is_durable: false });
        let content = Content::Valid { proposal: proposal.clone(), is_kept: true };
        slot.bodies.insert(digest, content);
        self.persist(vec![Record::Accepted { view, proposal }], After::Prepare(view, height));
    }

    /// The leader's own PRE-PREPARE, once its slot is durable.
    pub(crate) fn sign_proposal(&mut self, height: Height) {
        let view = self.view;
        let Some(slot) = self.slots.get(&height) else { return };
        let Some(accepted) = slot.accepted else { return };
        let proposal = slot.proposal(&accepted.digest);
        // What a new view ordered is known from the NEW-VIEW.
        let fresh = proposal.filter(|proposal| proposal.first_view == view).cloned();
        if let Some(proposal) = fresh {
            self.sign(Draft::PrePrepare(PrePrepare { view, proposal }));
        }
    }

    /// Keeps the own PRE-PREPARE, for those who miss it.
    pub(crate) fn keep_own_proposal(&mut self, signed: Signed<PrePrepare>) {
        let height = signed.body.proposal.height;
        let is_present = signed.body.view == self.view && self.is_active();
        if is_present && self.is_in_reach(height) {
            let digest = signed.body.proposal.digest();
            let proposed = Proposed { signed, digest, is_timely: true, is_contradicted: false };
            self.slot(height).proposed = Some(proposed);
        }
    }
}
