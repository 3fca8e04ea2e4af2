//! Wants to leave for a higher view with every heartbeat.

use weal_consensus::{Mark, Message, PerSlot, Status, ViewChange};
use weal_types::{Height, View};

use super::{Scene, Treason};

/// See the module.
#[derive(Default)]
pub(super) struct RunsAhead {
    beats: u64,
}

impl Treason for RunsAhead {
    fn send(&mut self, scene: &mut Scene<'_>, _: usize, message: Message) -> Vec<Message> {
        let Message::Status(Status { epoch, view, .. }) = message else { return vec![message] };
        self.beats += 1;
        let stable = Mark { height: Height::ZERO, hash: [7; 32] };
        let view = View(view.0 + 1 + self.beats);
        let change = ViewChange { epoch, view, stable, claims: PerSlot::default() };
        let change = Message::ViewChange(scene.sign(change).into(), Default::default());
        vec![message, change]
    }
}
