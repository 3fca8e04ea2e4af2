//! What the engine says to the other validators. A chain of one validator has nobody to talk to.

use std::sync::Arc;

use parity_scale_codec::Encode;
use weal_consensus::Message;
use weal_net::{Identity, Network, Peer};
use weal_types::{Hash, Height, PublicKey, block::Proposal, codec::Bounded};

use super::leader::Leader;
use crate::{
    clock::monotonic,
    mempool::Pooled,
    peers::{
        asked::Asked,
        invited::Invited,
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
    /// Whom new transactions are pushed to.
    leader: Arc<Leader>,
    asked: Asked,
    invited: Invited,
}

impl Speaker {
    /// Speaks through a network, or to nobody.
    pub fn new(network: Option<Arc<Network>>, present: Present) -> Self {
        Self {
            network,
            present,
            leader: Arc::default(),
            asked: Asked::default(),
            invited: Invited::default(),
        }
    }

    /// What the door judges by.
    pub const fn present(&self) -> &Present {
        &self.present
    }

    /// Whose blocks are awaited.
    pub const fn asked(&self) -> &Asked {
        &self.asked
    }

    /// Whose proposals are looked at.
    pub const fn invited(&self) -> &Invited {
        &self.invited
    }

    /// Who leads, as far as its blocks show it.
    pub fn leader(&self) -> &Leader {
        &self.leader
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

    /// Asks one node for final blocks.
    pub fn ask_for_blocks(&self, of: &PublicKey, first: Height, last: Height) {
        self.asked.ask(*of);
        self.give(of, &Packet::WantBlocks { first, last });
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

    /// Who is connected.
    pub fn connected(&self) -> Vec<PublicKey> {
        let peers = self.network.iter().flat_map(|network| network.peers());
        peers.filter(|peer| peer.votes_up).map(|peer| peer.key).collect()
    }

    /// Whether anybody is connected.
    pub fn is_connected(&self) -> bool {
        !self.connected().is_empty()
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

    /// Pushes transactions that were just taken in to whoever needs them now. The leader's own go
    /// to whoever leads after it, so that they outlive it.
    pub fn push_new(&self, transactions: &[Arc<Pooled>]) {
        let present = self.present.get();
        let own = present.me.and_then(|me| present.key(me));
        let to = match self.leader.busy(monotonic()) {
            leader if leader == own => present.after_me(),
            leader => leader,
        };
        match to {
            Some(to) => self.push_to(&to, transactions),
            None => self.push(transactions),
        }
    }

    /// Pushes transactions to one validator, unless that is this one.
    pub fn push_to(&self, to: &PublicKey, transactions: &[Arc<Pooled>]) {
        let present = self.present.get();
        if self.network.is_some() && present.me.and_then(|me| present.key(me)) != Some(*to) {
            push_packets(transactions).for_each(|packet| self.give(to, &packet));
        }
    }

    /// Pushes transactions to all validators.
    pub fn push(&self, transactions: &[Arc<Pooled>]) {
        if self.network.is_some() {
            push_packets(transactions).for_each(|packet| self.broadcast(&packet));
        }
    }
}

/// Transactions in packets of some size.
fn push_packets(transactions: &[Arc<Pooled>]) -> impl Iterator<Item = Packet> {
    let mut left = transactions.iter();
    std::iter::from_fn(move || {
        let (mut wires, mut bytes) = (Vec::new(), 0);
        while bytes < PUSH_BYTES
            && let Some(pooled) = left.next()
        {
            bytes += pooled.wire.len();
            wires.push(pooled.wire.to_vec());
        }
        let wires: Option<Wires> = Bounded::new(wires).ok();
        wires.filter(|wires| !wires.is_empty()).map(Packet::Transactions)
    })
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
