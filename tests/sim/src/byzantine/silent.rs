//! Says nothing at all.

use weal_consensus::Message;

use super::{Scene, Treason};

/// See the module.
pub(super) struct Silent;

impl Treason for Silent {
    fn send(&mut self, _: &mut Scene<'_>, _: usize, _: Message) -> Vec<Message> {
        Vec::new()
    }
}
