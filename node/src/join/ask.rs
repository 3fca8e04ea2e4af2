//! Questions to other nodes, one at a time, by a node that does not run yet.
//!
//! Whoever asks this one meanwhile is told that it has nothing: nodes that begin a chain together
//! would otherwise wait for each other.

use std::{
    collections::BTreeSet,
    sync::{Arc, mpsc},
    time::Duration,
};

use parity_scale_codec::Encode;
use weal_net::{Network, NetworkConfig, NetworkError, Received, Receiver, Urgency};
use weal_types::{Height, PublicKey, TimeMs};

use crate::{
    clock::monotonic,
    core::{CoreParts, NetworkPlace},
    engine::Own,
    membership::Membership,
    peers::{
        packet::Packet,
        snapshot::{Answered, Asked, Offer},
    },
};

/// How long offers are waited for. Connections are made in that time, if they can be: of each pair
/// one dials, and after failures waits up to 5 s between two attempts.
const OFFERS_MS: u64 = 8_000;

/// The same once there is one.
const MORE_OFFERS_MS: u64 = 1_000;

/// Between one question for offers and its repetition.
const OFFERS_AGAIN_MS: u64 = 300;

/// How long any other answer is waited for: 4 MiB on a line of 1.2 Mbit/s.
const PATIENCE_MS: u64 = 30_000;

/// After which time a question is asked again: the connection may have ended under the first.
const AGAIN_MS: u64 = 10_000;

/// What came of a question.
pub(super) enum Heard {
    /// An answer, which is to be checked.
    Answer(Answered),
    /// What no correct node sends.
    Broken(String),
    /// Nothing in time.
    Silence,
}

/// The network of a node that does not run yet.
pub(super) struct Asker {
    network: Network,
    arrived: mpsc::Receiver<Received>,
    peers: Vec<PublicKey>,
}

/// What nodes offer.
#[derive(Default)]
pub(super) struct Offers {
    /// Who offers what.
    pub made: Vec<(PublicKey, Offer)>,
    /// Who sent what no node sends, and why it is that.
    pub broken: Vec<(PublicKey, String)>,
}

/// What came from a node.
enum Content {
    /// An answer, with what it answers.
    Answer(Asked, Answered),
    /// What no node sends, and why it is that.
    Broken(String),
}

/// Where the network leaves what arrives. What waits here counts against its sender, so it is
/// bounded.
struct Mailbox(mpsc::Sender<Received>);

impl Receiver for Mailbox {
    fn receive(&self, received: Received) {
        // Whoever has stopped asking hears nothing.
        let _ = self.0.send(received);
    }

    fn connected(&self, _: PublicKey) {}

    fn disconnected(&self, _: PublicKey) {}
}

impl Asker {
    /// Begins to listen and to dial, as the node that will run here does.
    pub(super) fn start(parts: &CoreParts, place: &NetworkPlace) -> Result<Self, NetworkError> {
        let peers = Membership::of_genesis(&parts.spec).peers(place, &parts.keys);
        let keys = peers.iter().map(|peer| peer.key).collect();
        let (arrived, waiting) = mpsc::channel();
        let config = NetworkConfig { chain: parts.spec.chain, listen: place.listen, peers };
        let identity = Arc::new(Own(Arc::clone(&parts.keys.present)));
        let network = Network::start(config, identity, Arc::new(Mailbox(arrived)))?;
        Ok(Self { network, arrived: waiting, peers: keys })
    }

    fn send(&self, to: &PublicKey, packet: &Packet) {
        self.network.send(to, packet.urgency(), packet.encode().into());
    }

    /// Asks all nodes but some what they offer. Also gives those who sent what no node sends.
    pub(super) fn offers(&self, pinned: Option<Height>, except: &BTreeSet<PublicKey>) -> Offers {
        let asked = Asked::Offer(pinned);
        let mut offers = Offers::default();
        let mut open: BTreeSet<_> = self.peers.iter().copied().collect();
        open.retain(|key| !except.contains(key));
        let mut until = later(OFFERS_MS);
        let mut again = monotonic();
        while !open.is_empty() && monotonic() < until {
            if again <= monotonic() {
                open.iter().for_each(|to| self.send(to, &Packet::WantState(asked)));
                again = later(OFFERS_AGAIN_MS);
            }
            match self.hear(again.min(until)) {
                Some((from, Content::Answer(echo, Answered::Offer(offer))))
                    if echo == asked && open.remove(&from) =>
                {
                    offers.made.push((from, *offer));
                    until = until.min(later(MORE_OFFERS_MS));
                }
                // It has none.
                Some((from, Content::Answer(echo, _))) if echo == asked => {
                    open.remove(&from);
                }
                Some((from, Content::Broken(reason))) if open.remove(&from) => {
                    offers.broken.push((from, reason));
                }
                _ => {}
            }
        }
        offers
    }

    /// Asks one node, and waits for its answer.
    pub(super) fn ask(&self, to: &PublicKey, asked: Asked) -> Heard {
        let until = later(PATIENCE_MS);
        let mut again = monotonic();
        while monotonic() < until {
            if again <= monotonic() {
                self.send(to, &Packet::WantState(asked));
                again = later(AGAIN_MS);
            }
            match self.hear(again.min(until)) {
                Some((from, Content::Answer(echo, answered))) if from == *to && echo == asked => {
                    return Heard::Answer(answered);
                }
                Some((from, Content::Broken(reason))) if from == *to => {
                    return Heard::Broken(reason);
                }
                _ => {}
            }
        }
        Heard::Silence
    }

    /// The next answer, from anybody; `None` if something else came, or nothing until then.
    fn hear(&self, until: TimeMs) -> Option<(PublicKey, Content)> {
        let left = Duration::from_millis(until.0.saturating_sub(monotonic().0));
        let received = self.arrived.recv_timeout(left).ok()?;
        let from = received.from;
        match Packet::from_wire(received.urgency, &received.payload) {
            Ok(Packet::State(asked, answered)) => Some((from, Content::Answer(asked, *answered))),
            Ok(Packet::WantState(asked)) => {
                let answered = Box::new(Answered::Nothing);
                self.send(&from, &Packet::State(asked, answered));
                None
            }
            Ok(_) => None,
            // Only answers matter here; they have this urgency.
            Err(error) if received.urgency == Urgency::Blocks => {
                Some((from, Content::Broken(error.to_string())))
            }
            Err(_) => None,
        }
    }
}

fn later(ms: u64) -> TimeMs {
    TimeMs(monotonic().0.saturating_add(ms))
}
