//! Leads as slowly as the others just endure.

use weal_consensus::{Message, PROGRESS_MS};

use super::{Scene, Treason};
use crate::plan::{MILLI, Micros};

/// See the module.
pub(super) struct Slow;

impl Treason for Slow {
    fn lag(&mut self, scene: &mut Scene<'_>, message: &Message) -> Micros {
        match message {
            Message::PrePrepare(_) | Message::NewView(_) => {
                scene.random.between(PROGRESS_MS / 2, PROGRESS_MS) * MILLI
            }
            _ => 0,
        }
    }
}
