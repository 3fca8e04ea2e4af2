//! What the engine says to the other validators. A chain of one validator has nobody to talk to.

use std::sync::Arc;

use parity_scale_codec::Encode;
use weal_consensus::Message;
use weal_net::{Identity, Network, Peer};
use weal_types::{Hash, PublicKey, block::Proposal, codec::Bounded};

use crate::{
    mempool::Pooled,
    peers::{
        judge::Present,
        packet::{PUSH_BYTES, Packet, Wires},
    },
    validator_key::ValidatorKey,
};

/// The others, as far as there are any.
#[derive(Clone)]
pub struct Speaker {
    network: Option<Arc<Network>>,
    /// Who stands at which position.
    present: Present,
}

impl Speaker {
    /// Speaks through a network, or to nobody.
    pub const fn new(network: Option<Arc<Network>>, present: Present) -> Self {
        Self { network, present }
    }

    /// What the door judges by.
    pub const fn present(&self) -> &Present {
        &self.present
    }

    /// To one validator. What does not arrive is repeated by the replica.
    pub fn send(&self, to: u8, message: Message) {
        if let Some(key) = self.present.get().key(to) {
            self.give(&key, &Packet::Message(message));
        }
    }

    /// To one node.
    pub fn give(&self, to: &PublicKey, packet: &Packet) {
        if let Some(network) = &self.network {
            network.send(to, packet.urgency(), packet.encode().into());
        }
    }

    /// To all other validators of the epoch. Whoever else is connected asks for what it wants.
    pub fn broadcast(&self, packet: &Packet) {
        let Some(network) = &self.network else { return };
        let bytes: Arc<[u8]> = packet.encode().into();
        let present = self.present.get();
        for (position, validator) in (0..=u8::MAX).zip(present.validators.validators.iter()) {
            if Some(position) != present.me {
                network.send(&validator.key, packet.urgency(), Arc::clone(&bytes));
            }
        }
    }

    /// Everybody whom a connection is kept with.
    pub fn peers(&self) -> Vec<PublicKey> {
        let peers = self.network.iter().flat_map(|network| network.peers());
        peers.map(|peer| peer.key).collect()
    }

    /// Whether anybody is connected.
    pub fn is_connected(&self) -> bool {
        let peers = self.network.iter().flat_map(|network| network.peers());
        peers.into_iter().any(|peer| peer.votes_up)
    }

    /// Keeps connections with these, and no others.
    pub fn set_peers(&self, peers: Vec<Peer>) {
        if let Some(network) = &self.network {
            network.set_peers(peers);
        }
    }

    /// Speaks with another key from now on.
    pub fn set_identity(&self, key: &Arc<ValidatorKey>, peers: Vec<Peer>) {
        if let Some(network) = &self.network {
            network.set_identity(Arc::new(Own(Arc::clone(key))), peers);
        }
    }

    /// Pushes transactions to all validators, in packets of some size.
    pub fn push(&self, transactions: &[Arc<Pooled>]) {
        if self.network.is_none() {
            return;
        }
        let (mut wires, mut bytes) = (Vec::new(), 0);
        for pooled in transactions {
            bytes += pooled.wire.len();
            wires.push(pooled.wire.to_vec());
            if bytes >= PUSH_BYTES {
                self.push_wires(std::mem::take(&mut wires));
                bytes = 0;
            }
        }
        self.push_wires(wires);
    }

    fn push_wires(&self, wires: Vec<Vec<u8>>) {
        if let Some(wires) = Bounded::new(wires).ok().filter(|wires: &Wires| !wires.is_empty()) {
            self.broadcast(&Packet::Transactions(wires));
        }
    }
}

/// A proposal with its transactions, as it travels.
pub fn body(proposal: &Proposal, transactions: &[Arc<Pooled>]) -> Packet {
    let wires = transactions.iter().map(|pooled| pooled.wire.to_vec()).collect();
    // No block has more than fit.
    Packet::Body(Box::new(proposal.clone()), Bounded::new(wires).unwrap_or_default())
}

/// This node's key, as the network uses it.
pub struct Own(pub Arc<ValidatorKey>);

impl Identity for Own {
    fn key(&self) -> PublicKey {
        self.0.public()
    }

    fn sign(&self, message: &Hash) -> [u8; 64] {
        self.0.sign(message)
    }
}
