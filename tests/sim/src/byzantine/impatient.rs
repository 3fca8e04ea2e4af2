//! Wants other views all the time: the next one, or one that is far away.

use std::sync::Arc;

use weal_consensus::{Draft, Grounds, Mark, Message, PerSlot, ViewChange};
use weal_types::View;

use super::{Scene, Treason};

/// See the module.
pub(super) struct Impatient {
    is_modest: bool,
    last: View,
}

impl Impatient {
    pub(super) const fn new(is_modest: bool) -> Self {
        Self { is_modest, last: View::ZERO }
    }
}

impl Treason for Impatient {
    fn act(&mut self, scene: &mut Scene<'_>) -> Vec<(usize, Message)> {
        let ahead = if self.is_modest { 1 } else { 1 + scene.random.below(1 << 40) };
        self.last = View((scene.view.0 + ahead).max(self.last.0));
        let change = ViewChange {
            epoch: scene.reign.set.epoch,
            view: self.last,
            stable: Mark { height: scene.start.0, hash: scene.start.1.0 },
            claims: PerSlot::default(),
        };
        let message = scene.sign(Draft::ViewChange(change, Arc::new(Grounds::default())));
        scene.reign.members.iter().map(|to| (*to, message.clone())).collect()
    }

    fn send(&mut self, _: &mut Scene<'_>, _: usize, message: Message) -> Vec<Message> {
        match message {
            Message::Status(mut status) => {
                status.is_unfair = true;
                status.change = self.last.max(status.change);
                vec![Message::Status(status)]
            }
            other => vec![other],
        }
    }
}
