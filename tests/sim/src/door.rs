//! The door of `weal-consensus`, with a memory.
//!
//! Everyone is sent the same messages, some of them again and again. What passes the door once
//! passes it for everybody who lives in the same epoch, and hashing it anew would take most of a
//! run's time.

use std::{cell::RefCell, collections::BTreeMap};

use weal_consensus::{Invalid, Message, Replica, Verified};
use weal_types::Epoch;

use crate::{digest, keys::Keys};

/// What the first receiver of a packet found, in which epoch.
pub(crate) type Verdict = RefCell<Option<(Epoch, Result<Verified, Invalid>)>>;

/// See the module.
#[derive(Default)]
pub(crate) struct Door {
    /// By digest, and by the receiver's place where that matters.
    passed: BTreeMap<(u64, u8), Vec<Verified>>,
}

impl Door {
    /// What [`Verified::check`] says, or said about the same message before.
    pub(crate) fn judge(
        &mut self,
        message: &Message,
        verdict: &Verdict,
        replica: &Replica,
        keys: &Keys,
    ) -> Result<Verified, Invalid> {
        let rules = replica.rules();
        let epoch = rules.validators.epoch;
        if let Some((found_in, found)) = &*verdict.borrow()
            && *found_in == epoch
        {
            return found.clone();
        }
        let place = place(message, rules.me);
        // Whoever lives in another epoch refuses what passed in this one.
        let is_remembered = is_signed(message) && message.epoch() == epoch;
        let found = match is_remembered {
            true => {
                self.remember(message, place, || Verified::check(message.clone(), &rules, keys))
            }
            false => Verified::check(message.clone(), &rules, keys),
        };
        if place == EVERYWHERE {
            *verdict.borrow_mut() = Some((epoch, found.clone()));
        }
        found
    }

    fn remember(
        &mut self,
        message: &Message,
        place: u8,
        check: impl FnOnce() -> Result<Verified, Invalid>,
    ) -> Result<Verified, Invalid> {
        let alike = self.passed.entry((digest::of(message), place)).or_default();
        if let Some(known) = alike.iter().find(|known| ***known == *message) {
            return Ok(known.clone());
        }
        let found = check()?;
        alike.push(found.clone());
        Ok(found)
    }
}

/// Most messages are judged alike by everybody.
const EVERYWHERE: u8 = u8::MAX;

/// Whose judgement a message gets: whether a VIEW-CHANGE is proven concerns the next leader alone,
/// and only what a validator signed itself is told about it.
const fn place(message: &Message, me: u8) -> u8 {
    match message {
        Message::ViewChange(..) | Message::Recalled(..) => me,
        _ => EVERYWHERE,
    }
}

/// Whether judging it takes hashes.
const fn is_signed(message: &Message) -> bool {
    !matches!(message, Message::Status(_) | Message::Recall(..))
}
