//! Sends again what it once heard or said.

use weal_consensus::Message;

use super::{Scene, Treason};

/// How much it remembers.
const MOST: usize = 200;

/// See the module.
#[derive(Default)]
pub(super) struct Replayer {
    heard: Vec<Message>,
}

impl Treason for Replayer {
    fn send(&mut self, scene: &mut Scene<'_>, _: usize, message: Message) -> Vec<Message> {
        let mut messages = vec![message];
        if scene.random.chance(300) && !self.heard.is_empty() {
            messages.push(self.heard[scene.random.index(self.heard.len())].clone());
        }
        messages
    }

    fn hear(&mut self, scene: &mut Scene<'_>, message: &Message) {
        if self.heard.len() < MOST {
            self.heard.push(message.clone());
        } else if scene.random.chance(200) {
            self.heard[scene.random.index(MOST)] = message.clone();
        }
    }
}
