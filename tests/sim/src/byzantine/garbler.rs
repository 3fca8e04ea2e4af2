//! Its votes are for nothing, or its signatures do not hold.

use weal_consensus::{Draft, Message};

use super::{Scene, Treason};

/// See the module.
pub(super) struct Garbler;

impl Treason for Garbler {
    fn send(&mut self, scene: &mut Scene<'_>, _: usize, message: Message) -> Vec<Message> {
        match message {
            Message::Vote(mut signed) => match scene.random.below(3) {
                0 => {
                    signed.signature[scene.random.index(8)] ^= 1;
                    vec![Message::Vote(signed)]
                }
                1 => {
                    signed.body.hash = scene.noise();
                    vec![scene.sign(Draft::Vote(signed.body))]
                }
                _ => vec![Message::Vote(signed)],
            },
            Message::PrePrepare(mut signed) if scene.random.chance(300) => {
                signed.signature[0] ^= 1;
                vec![Message::PrePrepare(signed)]
            }
            other => vec![other],
        }
    }
}
