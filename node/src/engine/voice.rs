//! Whether this node takes part, for whoever watches over it.

use std::sync::{Arc, Mutex, PoisonError};

use super::driver::Driver;

/// What a node has to say in consensus.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Voice {
    /// It votes.
    Votes,
    /// It is a validator, and says nothing yet: it asks the others what it said before, or executes
    /// again what it knew to be final.
    #[default]
    Silent,
    /// It is a validator with an old copy of its data: it votes no more in this epoch.
    Muted,
    /// It is no validator of this epoch.
    Follows,
}

impl Voice {
    /// In a word.
    pub const fn text(self) -> &'static str {
        match self {
            Self::Votes => "votes",
            Self::Silent => "silent",
            Self::Muted => "muted",
            Self::Follows => "follows",
        }
    }
}

/// The present one, which the engine changes; clones share it.
#[derive(Clone, Debug, Default)]
pub struct ShownVoice(Arc<Mutex<Voice>>);

impl ShownVoice {
    /// What the engine said last.
    pub fn get(&self) -> Voice {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn set(&self, voice: Voice) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = voice;
    }
}

impl Driver {
    /// Shows what has become of this node's voice.
    pub(super) fn show_voice(&self) {
        self.voice.set(if self.is_follower() {
            Voice::Follows
        } else if self.replica.has_voice() {
            Voice::Votes
        } else if self.is_muted {
            Voice::Muted
        } else {
            Voice::Silent
        });
    }
}
