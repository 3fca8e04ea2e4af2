//! Votes for what its replica votes for, and for something else as well.

use weal_consensus::{Draft, Message};

use super::{Scene, Treason};

/// See the module.
pub(super) struct DoubleVoter;

impl Treason for DoubleVoter {
    fn send(&mut self, scene: &mut Scene<'_>, _: usize, message: Message) -> Vec<Message> {
        match &message {
            Message::Vote(signed) if scene.random.chance(500) => {
                let mut vote = signed.body;
                vote.hash = scene.noise();
                let other = scene.sign(Draft::Vote(vote));
                if scene.random.chance(500) { vec![message, other] } else { vec![other, message] }
            }
            _ => vec![message],
        }
    }
}
