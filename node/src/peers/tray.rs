//! What has arrived and was not looked at yet: everything that belongs to the votes comes first,
//! and after each single thing that is large it is looked at again what has come.
//!
//! Nothing is decoded here, for two MiB of a proposal are work too. What lies here counts against
//! its sender, so it is bounded.

use std::collections::VecDeque;

use weal_net::{Received, Urgency};

/// See the module.
#[derive(Default)]
pub struct Tray {
    votes: VecDeque<Received>,
    others: VecDeque<Received>,
}

impl Tray {
    /// Something has arrived.
    pub fn put(&mut self, received: Received) {
        match received.urgency {
            Urgency::Votes => self.votes.push_back(received),
            Urgency::Bodies | Urgency::Transactions | Urgency::Blocks => {
                self.others.push_back(received);
            }
        }
    }

    /// Whether nothing lies there.
    pub fn is_empty(&self) -> bool {
        self.votes.is_empty() && self.others.is_empty()
    }

    /// Everything that belongs to the votes.
    pub fn votes(&mut self) -> impl Iterator<Item = Received> + '_ {
        self.votes.drain(..)
    }

    /// The rest in the order of arrival, up to one proposal or one answer with blocks, whose
    /// signatures are checked at once. Pushed transactions are handed on.
    pub fn others(&mut self) -> impl Iterator<Item = Received> + '_ {
        let mut is_over = false;
        std::iter::from_fn(move || {
            let received = if is_over { None } else { self.others.pop_front() }?;
            is_over = matches!(received.urgency, Urgency::Bodies | Urgency::Blocks);
            Some(received)
        })
    }
}

#[cfg(test)]
mod tests {
    use weal_types::PublicKey;

    use super::*;

    fn received(urgency: Urgency, number: u8) -> Received {
        Received::uncounted(PublicKey([1; 32]), urgency, vec![number])
    }

    fn numbers(received: impl Iterator<Item = Received>) -> Vec<u8> {
        received.map(|received| received.payload[0]).collect()
    }

    #[test]
    fn no_vote_waits_behind_more_than_one_proposal() {
        let mut tray = Tray::default();
        let arrived = [
            (Urgency::Bodies, 1),
            (Urgency::Votes, 2),
            (Urgency::Transactions, 3),
            (Urgency::Blocks, 4),
            (Urgency::Bodies, 5),
            (Urgency::Votes, 6),
        ];
        for (urgency, number) in arrived {
            tray.put(received(urgency, number));
        }
        assert_eq!(numbers(tray.votes()), [2, 6]);
        assert_eq!(numbers(tray.others()), [1]);
        tray.put(received(Urgency::Votes, 7));
        assert_eq!(numbers(tray.votes()), [7], "it came while the first proposal was checked");
        assert_eq!(numbers(tray.others()), [3, 4], "what is handed on takes no time");
        assert_eq!((numbers(tray.votes()), numbers(tray.others())), (vec![], vec![5]));
        assert!(tray.is_empty());
    }
}
