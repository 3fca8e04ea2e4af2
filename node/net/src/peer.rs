//! Who the others are, what comes from them, and how it stands with them.

use tokio::sync::OwnedSemaphorePermit;
use weal_types::{Hash, PublicKey};

use crate::{Refusal, Urgency};

/// Who a node is: its validator key.
pub trait Identity: Send + Sync + 'static {
    /// The public key.
    fn key(&self) -> PublicKey;

    /// Signs with sr25519 in the context [`weal_types::certificate::VOTE_SIGNING_CONTEXT`]. It is
    /// called on the network's thread, twice per connection, and everything waits for it.
    fn sign(&self, message: &Hash) -> [u8; 64];
}

/// Another validator.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Peer {
    /// Its validator key.
    pub key: PublicKey,
    /// Where it listens: `host:port`, a name or an IP address.
    pub address: String,
}

/// Who takes what arrives. Its methods are called on the network's one thread: they must not block
/// or panic, and may call the [`crate::Network`].
pub trait Receiver: Send + Sync + 'static {
    /// A payload arrived. Those of one urgency and connection come in the order in which they were
    /// sent.
    fn receive(&self, received: Received);

    /// The connection for votes is up, for the first time or again. What was sent to this peer
    /// before may be lost.
    fn connected(&self, peer: PublicKey);

    /// The connection for votes is down. After [`crate::Network::stop`] nothing is called any more,
    /// this neither.
    fn disconnected(&self, peer: PublicKey);
}

/// A payload from a peer.
///
/// While it lives, its bytes count against what that peer may have waiting on this machine
/// ([`crate::Lane::quota`]). Once that is used up, its connection is not read any further, and TCP
/// makes it wait: keep the value until the work on it is done.
#[derive(Debug)]
pub struct Received {
    /// Who sent it; proven.
    pub from: PublicKey,
    /// How it was sent.
    pub urgency: Urgency,
    /// At most [`Urgency::most_payload`] bytes; nobody has looked at them yet.
    pub payload: Vec<u8>,
    /// Gives the bytes back when it is dropped.
    permit: Option<OwnedSemaphorePermit>,
}

impl Received {
    /// One that counts against nobody: what a node tells itself, and for tests of receivers.
    pub fn uncounted(from: PublicKey, urgency: Urgency, payload: Vec<u8>) -> Self {
        Self { from, urgency, payload, permit: None }
    }

    /// One from the wire.
    pub(crate) fn counted(mut self, permit: OwnedSemaphorePermit) -> Self {
        self.permit = Some(permit);
        self
    }
}

/// How it stands with a peer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PeerStatus {
    /// Its validator key.
    pub key: PublicKey,
    /// Where it is looked for.
    pub address: String,
    /// Whether the connection for votes is up.
    pub votes_up: bool,
    /// Whether the connection for everything else is up.
    pub bulk_up: bool,
    /// Why the last attempt to connect was refused, by either side; nothing while connected.
    pub refused: Option<Refusal>,
    /// What went to and fro since this peer was added, in the order of [`Urgency::ALL`].
    pub traffic: [Traffic; 4],
}

impl PeerStatus {
    /// What went to and fro with this urgency.
    pub const fn of(&self, urgency: Urgency) -> &Traffic {
        &self.traffic[urgency.index()]
    }
}

/// What went to and fro with one peer and urgency. Bytes are those of payloads.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Traffic {
    /// Payloads handed to the connection. The last of them may be lost if it broke.
    pub sent_frames: u64,
    /// Their bytes.
    pub sent_bytes: u64,
    /// Payloads handed to the receiver.
    pub received_frames: u64,
    /// Their bytes.
    pub received_bytes: u64,
    /// Payloads that were to be sent and were not: no connection, a full queue, or too long.
    pub dropped_frames: u64,
}
