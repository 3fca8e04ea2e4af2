//! All peers: who they are, whether they are wanted, their connections and what went over them.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{
        Arc, Mutex, MutexGuard, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard,
        atomic::{AtomicU64, Ordering},
    },
};

use tokio::sync::{Semaphore, oneshot, watch};
use weal_types::PublicKey;

use crate::{
    Lane, Peer, PeerStatus, Refusal, Traffic, Urgency,
    queue::{NoRoom, SendQueue},
};

/// Whether a peer is spoken to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Standing {
    /// Yes.
    Wanted,
    /// Not for the time being.
    Cut,
    /// Never again: it is no peer any more.
    Gone,
}

/// The peers by key.
#[derive(Default)]
pub(crate) struct Table(RwLock<Inner>);

#[derive(Default)]
struct Inner {
    peers: BTreeMap<PublicKey, Arc<Entry>>,
    /// Who is cut off; it may name keys that are no peers yet.
    cut: BTreeSet<PublicKey>,
}

impl Inner {
    fn standing(&self, key: &PublicKey) -> Standing {
        if self.cut.contains(key) { Standing::Cut } else { Standing::Wanted }
    }
}

impl Table {
    fn read(&self) -> RwLockReadGuard<'_, Inner> {
        self.0.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, Inner> {
        self.0.write().unwrap_or_else(PoisonError::into_inner)
    }

    /// Makes `peers` all there are, and gives those that are new.
    pub(crate) fn set(&self, peers: Vec<Peer>) -> Vec<Arc<Entry>> {
        let mut inner = self.write();
        let mut old = std::mem::take(&mut inner.peers);
        let mut new = Vec::new();
        for Peer { key, address } in peers {
            let known = inner.peers.get(&key).cloned().or_else(|| old.remove(&key));
            let entry = match known {
                Some(entry) => {
                    *lock(&entry.address) = address;
                    entry
                }
                None => {
                    let entry = Arc::new(Entry::new(key, address, inner.standing(&key)));
                    new.push(Arc::clone(&entry));
                    entry
                }
            };
            inner.peers.insert(key, entry);
        }
        for entry in old.values() {
            entry.standing.send_replace(Standing::Gone);
        }
        new
    }

    /// Makes `cut` all that are cut off.
    pub(crate) fn cut(&self, cut: &[PublicKey]) {
        let mut inner = self.write();
        inner.cut = cut.iter().copied().collect();
        for (key, entry) in &inner.peers {
            let standing = inner.standing(key);
            entry.standing.send_if_modified(|old| std::mem::replace(old, standing) != standing);
        }
    }

    /// The peer with this key.
    pub(crate) fn get(&self, key: &PublicKey) -> Option<Arc<Entry>> {
        self.read().peers.get(key).cloned()
    }

    /// All peers, by key.
    pub(crate) fn all(&self) -> Vec<Arc<Entry>> {
        self.read().peers.values().cloned().collect()
    }
}

/// One peer. It outlives its place in the table while a connection still ends.
pub(crate) struct Entry {
    pub(crate) key: PublicKey,
    address: Mutex<String>,
    standing: watch::Sender<Standing>,
    /// How many connections there were.
    installed: AtomicU64,
    slots: [Slot; 2],
    traffic: [Counters; 4],
    refusals: Mutex<Refusals>,
}

/// What there is once per lane.
struct Slot {
    current: Mutex<Option<Current>>,
    /// Bytes that may still come before somebody has worked on what came. They belong to the peer
    /// and not to a connection: a new connection brings no new room.
    quota: Arc<Semaphore>,
}

/// The connection of a lane.
struct Current {
    number: u64,
    queue: Arc<SendQueue>,
    /// Dropping it ends the connection.
    _end: oneshot::Sender<()>,
}

/// What a new connection gets.
pub(crate) struct Installed {
    /// Names it among those of its peer.
    pub(crate) number: u64,
    /// What it is to send.
    pub(crate) queue: Arc<SendQueue>,
    /// Resolves when a newer one takes its place.
    pub(crate) replaced: oneshot::Receiver<()>,
    /// Whether it took the place of an older one.
    pub(crate) is_replacement: bool,
}

/// Refusals, of either side.
#[derive(Default)]
struct Refusals {
    /// Those that the log has seen since the last connection.
    logged: BTreeSet<(Refuser, Refusal)>,
    /// The last one.
    last: Option<Refusal>,
}

/// Who refuses whom.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Refuser {
    /// This node, which was dialled.
    Here,
    /// This node, which had dialled.
    HereDialling,
    /// The peer, which was dialled.
    There,
}

#[derive(Default)]
struct Counters {
    sent_frames: AtomicU64,
    sent_bytes: AtomicU64,
    received_frames: AtomicU64,
    received_bytes: AtomicU64,
    dropped_frames: AtomicU64,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Entry {
    fn new(key: PublicKey, address: String, standing: Standing) -> Self {
        let slot = |lane: Lane| Slot {
            current: Mutex::new(None),
            quota: Arc::new(Semaphore::new(lane.quota())),
        };
        Self {
            key,
            address: Mutex::new(address),
            standing: watch::Sender::new(standing),
            installed: AtomicU64::new(0),
            slots: Lane::ALL.map(slot),
            traffic: Default::default(),
            refusals: Mutex::default(),
        }
    }

    /// Where to look for it.
    pub(crate) fn address(&self) -> String {
        lock(&self.address).clone()
    }

    /// Whether it is wanted, now and as that changes.
    pub(crate) fn standing(&self) -> watch::Receiver<Standing> {
        self.standing.subscribe()
    }

    /// Whether it is wanted now.
    pub(crate) fn is_wanted(&self) -> bool {
        *self.standing.borrow() == Standing::Wanted
    }

    /// What may still come on this lane.
    pub(crate) fn quota(&self, lane: Lane) -> Arc<Semaphore> {
        Arc::clone(&self.slots[lane.index()].quota)
    }

    /// Makes a new connection the one of its lane; an older one ends.
    pub(crate) fn install(&self, lane: Lane) -> Installed {
        let (end, replaced) = oneshot::channel();
        let queue = Arc::new(SendQueue::default());
        let number = self.installed.fetch_add(1, Ordering::Relaxed);
        let new = Current { number, queue: Arc::clone(&queue), _end: end };
        let old = lock(&self.slots[lane.index()].current).replace(new);
        *lock(&self.refusals) = Refusals::default();
        Installed { number, queue, replaced, is_replacement: old.is_some() }
    }

    /// Forgets a connection that ended; false if a newer one has its place.
    pub(crate) fn remove(&self, lane: Lane, number: u64) -> bool {
        let mut current = lock(&self.slots[lane.index()].current);
        let is_current = current.as_ref().is_some_and(|current| current.number == number);
        if is_current {
            *current = None;
        }
        is_current
    }

    /// The queue of a lane that has a connection.
    fn queue(&self, lane: Lane) -> Option<Arc<SendQueue>> {
        let current = lock(&self.slots[lane.index()].current);
        current.as_ref().map(|current| Arc::clone(&current.queue))
    }

    /// Puts a payload into the queue of its lane, or drops it.
    pub(crate) fn send(&self, urgency: Urgency, payload: Arc<[u8]>) {
        let bytes = payload.len();
        if bytes > urgency.most_payload() {
            tracing::warn!(
                ?urgency,
                bytes,
                most = urgency.most_payload(),
                "a payload is too long and is not sent: whoever made it has to make it shorter"
            );
            return self.dropped(urgency, 1);
        }
        let queue = self.queue(urgency.lane()).filter(|_| self.is_wanted());
        let put = queue.map_or(Err(NoRoom::Closed), |queue| queue.put(urgency, payload));
        if let Err(why) = put {
            tracing::trace!(peer = ?self.key, ?urgency, bytes, ?why, "dropped");
            self.dropped(urgency, 1);
        }
    }

    /// Counts payloads that will not be sent.
    pub(crate) fn dropped(&self, urgency: Urgency, frames: usize) {
        self.traffic[urgency.index()].dropped_frames.fetch_add(frames as u64, Ordering::Relaxed);
    }

    /// Counts a payload that goes to the connection.
    pub(crate) fn sent(&self, urgency: Urgency, bytes: usize) {
        let counters = &self.traffic[urgency.index()];
        counters.sent_frames.fetch_add(1, Ordering::Relaxed);
        counters.sent_bytes.fetch_add(bytes as u64, Ordering::Relaxed);
    }

    /// Counts a payload that goes to the receiver.
    pub(crate) fn received(&self, urgency: Urgency, bytes: usize) {
        let counters = &self.traffic[urgency.index()];
        counters.received_frames.fetch_add(1, Ordering::Relaxed);
        counters.received_bytes.fetch_add(bytes as u64, Ordering::Relaxed);
    }

    /// Notes a refusal. True if the log has not seen it since the last connection.
    pub(crate) fn refused(&self, by: Refuser, refusal: Refusal) -> bool {
        let mut refusals = lock(&self.refusals);
        // Whoever dials in may name any key: it must not look as if that validator was refused.
        if by != Refuser::Here {
            refusals.last = Some(refusal);
        }
        refusals.logged.insert((by, refusal))
    }

    /// How it stands.
    pub(crate) fn status(&self) -> PeerStatus {
        let traffic = |urgency: Urgency| {
            let counters = &self.traffic[urgency.index()];
            Traffic {
                sent_frames: counters.sent_frames.load(Ordering::Relaxed),
                sent_bytes: counters.sent_bytes.load(Ordering::Relaxed),
                received_frames: counters.received_frames.load(Ordering::Relaxed),
                received_bytes: counters.received_bytes.load(Ordering::Relaxed),
                dropped_frames: counters.dropped_frames.load(Ordering::Relaxed),
            }
        };
        PeerStatus {
            key: self.key,
            address: self.address(),
            votes_up: self.queue(Lane::Votes).is_some(),
            bulk_up: self.queue(Lane::Bulk).is_some(),
            refused: lock(&self.refusals).last,
            traffic: Urgency::ALL.map(traffic),
        }
    }
}

/// Waits until a peer is wanted; false if it never will be again.
pub(crate) async fn wanted(standing: &mut watch::Receiver<Standing>) -> bool {
    let now = standing.wait_for(|standing| *standing != Standing::Cut).await;
    now.is_ok_and(|now| *now == Standing::Wanted)
}

/// Waits until a peer is not wanted.
pub(crate) async fn unwanted(standing: &mut watch::Receiver<Standing>) {
    // The peer's entry is gone: so is the peer.
    let _ = standing.wait_for(|standing| *standing != Standing::Wanted).await;
}
