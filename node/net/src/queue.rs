//! What waits to be sent on one connection: the more urgent first, bounded in bytes.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use tokio::sync::Notify;

use crate::{
    Urgency,
    frame::Frame,
    urgency::{LEAST_COST, cost},
};

/// Whoever sends puts payloads in, the connection takes them out.
#[derive(Default)]
pub(crate) struct SendQueue {
    state: Mutex<State>,
    /// Wakes the connection when there is something.
    filled: Notify,
}

#[derive(Default)]
struct State {
    waiting: [VecDeque<Arc<[u8]>>; 4],
    /// What those of each urgency count for.
    bytes: [usize; 4],
    is_closed: bool,
}

/// Why a payload was not put in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum NoRoom {
    /// As much waits as may.
    Full,
    /// The connection has ended.
    Closed,
}

impl SendQueue {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Puts a payload behind those of its urgency.
    pub(crate) fn put(&self, urgency: Urgency, payload: Arc<[u8]>) -> Result<(), NoRoom> {
        let lane = urgency.index();
        let mut state = self.state();
        if state.is_closed {
            return Err(NoRoom::Closed);
        }
        let bytes = state.bytes[lane] + cost(payload.len());
        if bytes > urgency.most_queued() {
            return Err(NoRoom::Full);
        }
        state.bytes[lane] = bytes;
        state.waiting[lane].push_back(payload);
        drop(state);
        self.filled.notify_one();
        Ok(())
    }

    /// Takes the oldest payload of the most urgent ones.
    pub(crate) fn take(&self) -> Option<Frame> {
        let mut state = self.state();
        for urgency in Urgency::ALL {
            let lane = urgency.index();
            if let Some(payload) = state.waiting[lane].pop_front() {
                state.bytes[lane] -= cost(payload.len());
                // What room a burst took is given back once it is over.
                if state.waiting[lane].is_empty() {
                    state.waiting[lane].shrink_to(LEAST_COST);
                }
                return Some((urgency, payload));
            }
        }
        None
    }

    /// Waits until something may have been put in since the last wait.
    pub(crate) async fn filled(&self) {
        self.filled.notified().await;
    }

    /// Takes nothing more, and says how many of each urgency are thrown away.
    pub(crate) fn close(&self) -> [usize; 4] {
        let mut state = self.state();
        state.is_closed = true;
        state.bytes = [0; 4];
        std::mem::take(&mut state.waiting).map(|waiting| waiting.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn payload(length: usize) -> Arc<[u8]> {
        Arc::from(vec![0; length])
    }

    #[test]
    fn the_more_urgent_go_first_and_equals_in_order() {
        let queue = SendQueue::default();
        for (urgency, length) in [
            (Urgency::Blocks, 1),
            (Urgency::Transactions, 2),
            (Urgency::Bodies, 3),
            (Urgency::Blocks, 4),
            (Urgency::Bodies, 5),
        ] {
            queue.put(urgency, payload(length)).unwrap();
        }
        let order: Vec<_> = std::iter::from_fn(|| queue.take()).map(|(_, it)| it.len()).collect();
        assert_eq!(order, [3, 5, 2, 1, 4]);
    }

    #[test]
    fn each_urgency_has_its_own_room() {
        for urgency in Urgency::ALL {
            let queue = SendQueue::default();
            let most = urgency.most_payload();
            for _ in 0..urgency.most_queued() / most {
                queue.put(urgency, payload(most)).unwrap();
            }
            assert_eq!(queue.put(urgency, payload(0)), Err(NoRoom::Full));
            for other in Urgency::ALL.into_iter().filter(|other| *other != urgency) {
                queue.put(other, payload(0)).unwrap();
            }
            while queue.take().is_some() {}
            queue.put(urgency, payload(most)).unwrap();
        }
    }

    #[test]
    fn empty_payloads_have_an_end_too() {
        let queue = SendQueue::default();
        let fits = Urgency::Votes.most_queued() / LEAST_COST;
        let put = (0..=fits).take_while(|_| queue.put(Urgency::Votes, payload(0)).is_ok());
        assert_eq!(put.count(), fits);
    }

    #[test]
    fn a_closed_queue_is_empty_and_stays_so() {
        let queue = SendQueue::default();
        queue.put(Urgency::Bodies, payload(1)).unwrap();
        queue.put(Urgency::Bodies, payload(1)).unwrap();
        assert_eq!(queue.close(), [0, 2, 0, 0]);
        assert_eq!(queue.put(Urgency::Bodies, payload(1)), Err(NoRoom::Closed));
        assert!(queue.take().is_none());
        assert_eq!(queue.close(), [0; 4]);
    }
}
