//! How much each other node may have waiting to be verified, and who is not listened to for having
//! pushed what does not hold.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use weal_types::{PublicKey, TimeMs};

/// What validators push may wait in so many packets of some 64 KiB, of which each validator has its
/// share; what comes beyond is dropped.
const PUSHED: usize = 256;

/// A validator's share is no smaller than this, however many there are: the packets of a few
/// blocks. With 128 validators it makes 32 MiB.
const LEAST_SHARE: usize = 4;

/// Packets of all nodes without a vote together, and of one of them.
const PUSHED_BY_OTHERS: usize = 32;
const SHARE_OF_OTHERS: usize = 4;

/// How long nothing is taken from whoever pushed a transaction that does not hold. A packet of them
/// costs some 20 ms: once in a minute that is nothing. Nobody needs those pushes meanwhile: what an
/// honest node took in, a block brings too, or another node offers.
const SHUNNED_MS: u64 = 60_000;

/// See the module; clones share it. Only peers can push, so there are no more than those.
#[derive(Clone, Default)]
pub(super) struct Places(Arc<Mutex<BTreeMap<PublicKey, Pusher>>>);

#[derive(Default)]
struct Pusher {
    /// Packets that wait.
    waiting: usize,
    has_vote: bool,
    shunned_until: Option<TimeMs>,
}

/// A packet's place, until it is dropped.
pub(super) struct Place {
    of: PublicKey,
    places: Places,
}

impl Places {
    fn all(&self) -> MutexGuard<'_, BTreeMap<PublicKey, Pusher>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A place for a packet of one of so many validators, or of a node without a vote; `None` if
    /// all of its places are taken, or if it is not listened to.
    pub fn take(&self, of: PublicKey, validators: Option<usize>, now: TimeMs) -> Option<Place> {
        let mut all = self.all();
        let others = all.values().filter(|pusher| !pusher.has_vote);
        let is_full = validators.is_none()
            && others.map(|pusher| pusher.waiting).sum::<usize>() >= PUSHED_BY_OTHERS;
        let share = match validators {
            Some(validators) => (PUSHED / validators.max(1)).max(LEAST_SHARE),
            None => SHARE_OF_OTHERS,
        };
        let pusher = all.entry(of).or_default();
        if is_full || pusher.is_shunned(now) || pusher.waiting >= share {
            return None;
        }
        pusher.waiting += 1;
        pusher.has_vote = validators.is_some();
        Some(Place { of, places: self.clone() })
    }

    /// It pushed what does not hold: nothing is taken from it for a while.
    pub fn shun(&self, of: PublicKey, now: TimeMs) {
        let until = TimeMs(now.0.saturating_add(SHUNNED_MS));
        self.all().entry(of).or_default().shunned_until = Some(until);
    }
}

impl Pusher {
    fn is_shunned(&self, now: TimeMs) -> bool {
        self.shunned_until.is_some_and(|until| now < until)
    }
}

impl Place {
    /// Whose it is.
    pub const fn from(&self) -> PublicKey {
        self.of
    }

    /// Whether nothing is taken from there: the packet waited while another one was found false.
    pub fn is_shunned(&self, now: TimeMs) -> bool {
        self.places.all().get(&self.of).is_some_and(|pusher| pusher.is_shunned(now))
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        if let Some(pusher) = self.places.all().get_mut(&self.of) {
            pusher.waiting = pusher.waiting.saturating_sub(1);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(number: u8) -> PublicKey {
        PublicKey([number; 32])
    }

    /// As many places as a node gets.
    fn fill(places: &Places, number: u8, validators: Option<usize>) -> Vec<Place> {
        let take = || places.take(key(number), validators, TimeMs(0));
        std::iter::from_fn(take).take(2 * PUSHED).collect()
    }

    #[test]
    fn each_validator_has_places_of_its_own() {
        for (validators, share) in [(4, 64), (7, 36), (128, 4)] {
            let places = Places::default();
            let first = fill(&places, 1, Some(validators));
            assert_eq!(first.len(), share);
            assert_eq!(fill(&places, 2, Some(validators)).len(), share, "what another one took");
            drop(first);
            assert_eq!(fill(&places, 1, Some(validators)).len(), share, "places come back");
        }
    }

    #[test]
    fn nodes_without_a_vote_take_no_place_of_a_validator() {
        let places = Places::default();
        let taken: Vec<_> = (10..30).map(|number| fill(&places, number, None)).collect();
        assert_eq!(taken[0].len(), SHARE_OF_OTHERS);
        assert_eq!(taken.iter().map(Vec::len).sum::<usize>(), PUSHED_BY_OTHERS);
        assert_eq!(fill(&places, 1, Some(4)).len(), 64);
    }

    #[test]
    fn who_pushed_what_does_not_hold_is_not_listened_to_for_a_minute() {
        let places = Places::default();
        let waits = places.take(key(1), Some(4), TimeMs(5)).unwrap();
        places.shun(key(1), TimeMs(10));
        assert!(waits.is_shunned(TimeMs(11)), "what waits goes too");
        assert!(places.take(key(1), Some(4), TimeMs(9 + SHUNNED_MS)).is_none());
        assert!(places.take(key(2), Some(4), TimeMs(11)).is_some(), "others are");
        assert!(places.take(key(1), Some(4), TimeMs(10 + SHUNNED_MS)).is_some());
        assert!(!waits.is_shunned(TimeMs(10 + SHUNNED_MS)));
    }
}
