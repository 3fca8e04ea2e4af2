//! What an engine may see of a replica, and change.

use weal_types::{Height, View, certificate::ValidatorSet};

use crate::{replica::Replica, settings::Pace, verify::Rules};

impl Replica {
    /// What messages from outside are judged by.
    pub fn rules(&self) -> Rules<'_> {
        Rules {
            chain: &self.settings.chain,
            validators: &self.reign.validators,
            start: self.reign.start,
            me: self.me(),
        }
    }

    /// Changes how blocks are paced.
    pub fn set_pace(&mut self, pace: Pace) {
        self.settings.pace = pace;
    }

    /// The stable height.
    pub const fn stable_height(&self) -> Height {
        self.stable.height
    }

    /// The view entered last.
    pub const fn view(&self) -> View {
        self.view
    }

    /// Whether it leads the view entered last.
    pub fn leads(&self) -> bool {
        self.is_leader()
    }

    /// The view that it wants to be in: that one, or the later one that it has left it for.
    pub const fn wanted_view(&self) -> View {
        self.target()
    }

    /// Whether it takes part in that view: it has not left it for another.
    pub fn takes_part(&self) -> bool {
        self.is_active()
    }

    /// The validators of the present epoch, and this one's position among them.
    pub const fn reign(&self) -> (&ValidatorSet, Option<u8>) {
        (&self.reign.validators, self.reign.me)
    }

    /// Whether this replica makes statements: the journal is replayed, the others were asked, and
    /// none of them holds a statement that it does not know.
    pub fn has_voice(&self) -> bool {
        self.may_speak()
    }

    /// Heights of which something is kept; at most the window.
    pub fn slots_kept(&self) -> usize {
        self.slots.len()
    }
}
