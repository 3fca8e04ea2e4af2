//! Whose proposals are looked at. To check the transactions of one costs as many signatures as it
//! has, a fifth of a second where they do not hold: what nobody waits for is not checked.
//!
//! A proposal is invited where the replica wants it, or where whoever leads this view or the next
//! sends the first one of a slot, which comes beside its PRE-PREPARE and may overtake it. Whoever
//! has sent a false one is taken at its word no more: what it proposes has to be wanted, and what
//! is wanted is checked once.

use std::{
    collections::BTreeSet,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use weal_consensus::WINDOW;
use weal_types::{Hash, Height, PublicKey, View, block::Proposal};

use super::judge::Judge;

/// See the module; the engine and the door share it.
#[derive(Clone, Debug, Default)]
pub struct Invited(Arc<Mutex<List>>);

#[derive(Debug, Default)]
struct List {
    /// What the replica wants, by digest. Bounded by its window.
    wanted: BTreeSet<Hash>,
    view: View,
    /// Nothing up to here is of use.
    settled: Height,
    /// Slots whose leader has sent a proposal unasked, in this view and the next.
    sent: BTreeSet<(View, Height)>,
    /// Who has sent a false one. Only validators can, and the list does not outlive the process.
    liars: BTreeSet<PublicKey>,
}

impl Invited {
    fn list(&self) -> MutexGuard<'_, List> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The replica wants this one, whoever has it.
    pub fn want(&self, digest: Hash) {
        self.list().wanted.insert(digest);
    }

    /// It wants it no more.
    pub fn unwant(&self, digest: &Hash) {
        self.list().wanted.remove(digest);
    }

    /// The replica is in this view, and everything up to this height is executed.
    pub fn turn(&self, view: View, settled: Height) {
        let mut list = self.list();
        if (list.view, list.settled) != (view, settled) {
            (list.view, list.settled) = (view, settled);
            list.sent.retain(|(sent, height)| *sent >= view && *height > settled);
        }
    }

    /// Whether a proposal is to be looked at, from this sender.
    pub fn admits(&self, judge: &Judge, from: &PublicKey, proposal: &Proposal) -> bool {
        let list = self.list();
        list.wanted.contains(&proposal.digest()) || list.is_leaders(judge, from, proposal)
    }

    /// It was looked at, and holds or does not.
    pub fn judged(&self, from: PublicKey, proposal: &Proposal, holds: bool) {
        let mut list = self.list();
        if !list.wanted.remove(&proposal.digest()) {
            list.sent.insert((proposal.first_view, proposal.height));
        }
        if !holds {
            list.liars.insert(from);
        }
    }

    /// It has other transactions than it names: whoever sent it is at fault, and the search for the
    /// right ones goes on.
    pub fn mixed_up(&self, from: PublicKey) {
        self.list().liars.insert(from);
    }
}

impl List {
    /// Whether this is the first proposal of a slot, by whoever leads there, now or next.
    fn is_leaders(&self, judge: &Judge, from: &PublicKey, proposal: &Proposal) -> bool {
        let Proposal { epoch, height, first_view, proposer, .. } = *proposal;
        epoch == judge.validators.epoch
            && judge.key(proposer) == Some(*from)
            && judge.leader(first_view) == proposer
            && (self.view.0..=self.view.0.saturating_add(1)).contains(&first_view.0)
            // Execution may be behind what is ordered, by as much as a window.
            && (height > self.settled && height.0 <= self.settled.0.saturating_add(2 * WINDOW))
            && !self.sent.contains(&(first_view, height))
            && !self.liars.contains(from)
    }
}

#[cfg(test)]
mod tests {
    use weal_types::{
        ChainId, Epoch, Gas, TimeMs,
        certificate::{Validator, ValidatorSet},
        codec::{Bounded, Version},
    };

    use super::*;

    fn judge() -> Judge {
        let validators = (0..4).map(|number| Validator { key: key(number) }).collect();
        let validators = Bounded::new(validators).unwrap();
        let validators = ValidatorSet { version: Version, epoch: Epoch(0), validators };
        let start = weal_consensus::Mark { height: Height(0), hash: [0; 32] };
        Judge { chain: ChainId([0; 32]), validators, start, me: Some(3) }
    }

    fn key(number: u8) -> PublicKey {
        PublicKey([number; 32])
    }

    fn proposal(proposer: u8, view: u64, height: u64) -> Proposal {
        Proposal {
            version: Version,
            epoch: Epoch(0),
            height: Height(height),
            first_view: View(view),
            proposer,
            time: TimeMs(0),
            tx_root: [0; 32],
            tx_count: 0,
            tx_bytes: 0,
            gas: Gas(0),
            evidence_root: [0; 32],
        }
    }

    #[test]
    fn the_leader_of_this_view_or_the_next_is_heard_unasked_and_nobody_else() {
        let invited = Invited::default();
        invited.turn(View(1), Height(10));
        let table = [
            (key(1), proposal(1, 1, 11), true, "the leader"),
            (key(2), proposal(2, 2, 11), true, "the next leader"),
            (key(3), proposal(3, 3, 11), false, "the leader after that"),
            (key(0), proposal(0, 0, 11), false, "the one before"),
            (key(2), proposal(1, 1, 11), false, "another's proposal"),
            (key(2), proposal(2, 1, 11), false, "in a view that another leads"),
            (key(1), proposal(1, 1, 10), false, "of a height that is executed"),
            (key(1), proposal(1, 1, 10 + 2 * WINDOW), true, "the last that may be of use"),
            (key(1), proposal(1, 1, 11 + 2 * WINDOW), false, "far ahead"),
        ];
        for (from, proposal, is_admitted, what) in table {
            assert_eq!(invited.admits(&judge(), &from, &proposal), is_admitted, "{what}");
        }
    }

    #[test]
    fn a_slot_is_proposed_unasked_once() {
        let invited = Invited::default();
        let first = proposal(0, 0, 1);
        let other = Proposal { time: TimeMs(1), ..first.clone() };
        invited.judged(key(0), &first, true);
        assert!(!invited.admits(&judge(), &key(0), &other));
        assert!(invited.admits(&judge(), &key(0), &proposal(0, 0, 2)));
        invited.want(other.digest());
        assert!(invited.admits(&judge(), &key(0), &other), "it is wanted");
    }

    #[test]
    fn whoever_sent_a_false_one_is_heard_only_about_what_is_wanted_and_each_time_once() {
        let invited = Invited::default();
        let wanted = proposal(0, 0, 3);
        assert!(invited.admits(&judge(), &key(0), &proposal(0, 0, 1)));
        invited.judged(key(0), &proposal(0, 0, 1), false);
        assert!(!invited.admits(&judge(), &key(0), &proposal(0, 0, 2)));
        assert!(!invited.admits(&judge(), &key(0), &wanted));
        invited.want(wanted.digest());
        for from in [0, 1, 2] {
            assert!(invited.admits(&judge(), &key(from), &wanted), "whoever has it");
        }
        invited.judged(key(1), &wanted, false);
        assert!(!invited.admits(&judge(), &key(2), &wanted), "it was looked at");
    }

    #[test]
    fn what_is_wanted_stays_so_until_the_right_transactions_come() {
        let invited = Invited::default();
        let wanted = proposal(0, 0, 1);
        invited.want(wanted.digest());
        invited.mixed_up(key(2));
        assert!(invited.admits(&judge(), &key(1), &wanted));
        invited.unwant(&wanted.digest());
        assert!(!invited.admits(&judge(), &key(1), &wanted));
    }
}
