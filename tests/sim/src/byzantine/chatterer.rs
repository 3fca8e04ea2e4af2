//! Says far more often than twice a second that it lags behind everybody and wants another view.
//!
//! Every STATUS of it asks for all that the others have, and looks like one more heartbeat of a
//! validator that left the view alone.

use weal_consensus::{Message, Status};
use weal_types::{Height, View};

use super::{Scene, Treason};

/// Messages of one burst, at most, to each member: four bursts are two minutes of heartbeats.
const BURST: u64 = 60;

/// See the module.
pub(super) struct Chatterer;

/// What a validator would say that entered no view yet, has nothing, and wants the next view.
fn complain(scene: &Scene<'_>) -> Status {
    Status {
        epoch: scene.reign.set.epoch,
        view: View::ZERO,
        is_active: false,
        change: View(scene.view.0 + 1),
        is_unfair: false,
        stable: Height::ZERO,
        ordered: 0,
        bodies: 0,
    }
}

impl Treason for Chatterer {
    fn act(&mut self, scene: &mut Scene<'_>) -> Vec<(usize, Message)> {
        let count = scene.random.between(1, BURST) as usize;
        let message = Message::Status(complain(scene));
        let to = scene.reign.members.iter().copied();
        to.flat_map(|to| std::iter::repeat_n((to, message.clone()), count)).collect()
    }

    /// What it really has would show that it is not alone.
    fn send(&mut self, scene: &mut Scene<'_>, _: usize, message: Message) -> Vec<Message> {
        match message {
            Message::Status(_) => vec![Message::Status(complain(scene))],
            other => vec![other],
        }
    }
}
