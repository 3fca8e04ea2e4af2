//! Proposals whose transactions are looked for, and whom to ask next.

use std::collections::BTreeMap;

use weal_types::{Hash, Height, TimeMs};

use crate::peers::invited::Invited;

/// The leader sends transactions beside its proposal; only after this time are they asked for.
const PATIENCE_MS: u64 = 30;

/// Between one question and the next, to another validator.
const BETWEEN_MS: u64 = 50;

/// See the module. Bounded by the window of the replica, which asks for no others.
#[derive(Default)]
pub struct Wanted {
    wants: BTreeMap<Hash, Want>,
    /// What the door lets in for that.
    invited: Invited,
}

struct Want {
    height: Height,
    /// Positions of those who should have it, by bits.
    holders: u128,
    next: TimeMs,
    asked: u32,
}

impl Wanted {
    /// Nothing is wanted yet; the door hears of what will be.
    pub fn new(invited: Invited) -> Self {
        Self { wants: BTreeMap::new(), invited }
    }

    /// The replica wants this. Asked for again, it is looked for with the same pace.
    pub fn add(&mut self, height: Height, digest: Hash, holders: u128, now: TimeMs) {
        let next = TimeMs(now.0.saturating_add(PATIENCE_MS));
        let want = self.wants.entry(digest).or_insert(Want { height, holders, next, asked: 0 });
        want.holders |= holders;
        self.invited.want(digest);
    }

    /// It is here. Its height, if it was wanted.
    pub fn found(&mut self, digest: &Hash) -> Option<Height> {
        self.invited.unwant(digest);
        self.wants.remove(digest).map(|want| want.height)
    }

    /// When somebody is to be asked next.
    pub fn next(&self) -> Option<TimeMs> {
        self.wants.values().map(|want| want.next).min()
    }

    /// What is to be asked for now, and whom.
    pub fn due(&mut self, now: TimeMs, me: u8) -> Vec<(Hash, u8)> {
        let due = self.wants.iter_mut().filter(|(_, want)| want.next <= now);
        let ask = |(digest, want): (&Hash, &mut Want)| {
            want.next = TimeMs(now.0.saturating_add(BETWEEN_MS));
            let others = (0..128_u8).filter(|who| want.holders >> who & 1 == 1 && *who != me);
            let others: Vec<u8> = others.collect();
            let turn = (want.asked as usize).checked_rem(others.len())?;
            want.asked = want.asked.wrapping_add(1);
            Some((*digest, *others.get(turn)?))
        };
        due.filter_map(ask).collect()
    }

    /// Nothing up to this height is wanted any more.
    pub fn settle(&mut self, height: Height) {
        self.wants.retain(|digest, want| {
            let is_wanted = want.height > height;
            if !is_wanted {
                self.invited.unwant(digest);
            }
            is_wanted
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn holders_are_asked_in_turn_after_some_patience() {
        let mut wanted = Wanted::default();
        wanted.add(Height(5), [1; 32], 0b1011, TimeMs(100));
        assert_eq!(wanted.due(TimeMs(129), 0), []);
        let asked: Vec<_> = (0..3).map(|turn| wanted.due(TimeMs(130 + 50 * turn), 0)).collect();
        assert_eq!(asked, [[([1; 32], 1)], [([1; 32], 3)], [([1; 32], 1)]]);
        wanted.add(Height(5), [1; 32], 0b0100, TimeMs(240));
        assert_eq!(wanted.next(), Some(TimeMs(280)), "asked for again, it keeps its pace");
        assert_eq!(wanted.found(&[1; 32]), Some(Height(5)));
        assert_eq!((wanted.next(), wanted.found(&[1; 32])), (None, None));
    }

    #[test]
    fn nobody_is_asked_for_what_only_this_node_holds_or_what_is_settled() {
        let mut wanted = Wanted::default();
        wanted.add(Height(5), [1; 32], 0b1, TimeMs(0));
        assert_eq!(wanted.due(TimeMs(1_000), 0), []);
        wanted.settle(Height(5));
        assert_eq!(wanted.next(), None);
    }
}
