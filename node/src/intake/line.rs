//! Whose turn it is. Clients come first, for each waits for an answer, and how many may wait is
//! bounded. Of the nodes that push, each has a packet taken before one has a second: whoever pushes
//! much, or what does not hold, delays nobody but itself.

use std::collections::{BTreeMap, VecDeque};

use weal_types::PublicKey;

use super::{Pushed, Request, Submitted};

/// What waits to be verified.
#[derive(Default)]
pub(super) struct Line {
    clients: VecDeque<Submitted>,
    /// Without empty queues.
    pushed: BTreeMap<PublicKey, VecDeque<Pushed>>,
    /// Whose packet was taken last.
    last: Option<PublicKey>,
}

impl Line {
    /// A request has come.
    pub fn join(&mut self, request: Request) {
        match request {
            Request::Submitted(submitted) => self.clients.push_back(submitted),
            Request::Pushed(pushed) => {
                self.pushed.entry(pushed.place.from()).or_default().push_back(pushed);
            }
        }
    }

    /// Whether nobody waits.
    pub fn is_empty(&self) -> bool {
        self.clients.is_empty() && self.pushed.is_empty()
    }

    /// Requests of clients, and what was pushed: so many transactions of each kind, and what is
    /// left of the last request.
    pub fn next(&mut self, batch: usize) -> (Vec<Submitted>, Vec<Pushed>) {
        let (mut submitted, mut count) = (Vec::new(), 0);
        while count < batch
            && let Some(request) = self.clients.pop_front()
        {
            count += request.0.len();
            submitted.push(request);
        }
        let (mut pushed, mut count) = (Vec::new(), 0);
        while count < batch
            && let Some(request) = self.next_pushed()
        {
            count += request.wires.len();
            pushed.push(request);
        }
        (submitted, pushed)
    }

    /// A packet of whoever comes after the one whose packet was taken last.
    fn next_pushed(&mut self) -> Option<Pushed> {
        let after = |key: &&PublicKey| self.last.is_none_or(|last| **key > last);
        let from = *self.pushed.keys().find(after).or(self.pushed.keys().next())?;
        self.last = Some(from);
        let queue = self.pushed.get_mut(&from)?;
        let request = queue.pop_front();
        if queue.is_empty() {
            self.pushed.remove(&from);
        }
        request
    }
}

#[cfg(test)]
mod tests {
    use tokio::sync::oneshot;
    use weal_types::TimeMs;

    use super::{super::Places, *};

    fn key(number: u8) -> PublicKey {
        PublicKey([number; 32])
    }

    fn pushed(places: &Places, number: u8, count: usize) -> Request {
        let place = places.take(key(number), Some(4), TimeMs(0)).unwrap();
        Request::Pushed(Pushed { wires: vec![vec![number]; count], place })
    }

    #[test]
    fn whoever_pushes_much_delays_neither_clients_nor_others() {
        let (places, mut line) = (Places::default(), Line::default());
        (0..20).for_each(|_| line.join(pushed(&places, 2, 100)));
        line.join(pushed(&places, 3, 10));
        line.join(pushed(&places, 1, 10));
        let (reply, _) = oneshot::channel();
        line.join(Request::Submitted((vec![vec![0]; 5], reply)));
        let (submitted, taken) = line.next(256);
        assert_eq!(submitted.len(), 1);
        let from: Vec<_> = taken.iter().map(|pushed| pushed.place.from()).collect();
        assert_eq!(from, [1, 2, 3, 2, 2].map(key));
        let (submitted, taken) = line.next(256);
        assert_eq!((submitted.len(), taken.len()), (0, 3));
        while !line.is_empty() {
            assert!(!line.next(256).1.is_empty());
        }
    }
}
