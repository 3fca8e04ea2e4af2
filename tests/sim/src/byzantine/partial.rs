//! Its proposals and its NEW-VIEWs reach some members only.

use weal_consensus::Message;

use super::{Scene, Treason};

/// See the module.
pub(super) struct Partial {
    /// Whom they reach, by bits.
    pub(super) side: u32,
}

impl Treason for Partial {
    fn send(&mut self, scene: &mut Scene<'_>, to: usize, message: Message) -> Vec<Message> {
        if scene.random.chance(20) {
            self.side = scene.random.word() as u32;
        }
        let is_leading = matches!(message, Message::PrePrepare(_) | Message::NewView(_));
        match is_leading && self.side >> to & 1 == 0 {
            true => Vec::new(),
            false => vec![message],
        }
    }
}
