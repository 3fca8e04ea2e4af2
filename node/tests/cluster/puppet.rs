//! A validator that the test plays, to do what no correct one does.

use std::sync::{Arc, Mutex};

use parity_scale_codec::Encode;
use weal_consensus::{Draft, PrePrepare};
use weal_net::{Identity, Network, NetworkConfig, Received, Receiver, Urgency};
use weal_node::{
    genesis::ChainSpec,
    peers::{assemble, packet::Packet},
    validator_key::ValidatorKey,
};
use weal_types::{
    Gas, Hash, Height, PublicKey, TimeMs, View,
    block::Proposal,
    codec::{Bounded, Version},
    merkle,
    transaction::SignedTransaction,
};

/// The leader of view 0, or a node without a vote. It hears nothing of consensus: three correct
/// validators are a quorum without it.
pub struct Puppet {
    network: Network,
    key: Arc<ValidatorKey>,
    spec: ChainSpec,
    next: Height,
    ears: Arc<Ears>,
}

impl Puppet {
    pub fn start(key: ValidatorKey, spec: ChainSpec, config: NetworkConfig) -> Self {
        let key = Arc::new(key);
        let identity = Arc::new(Own(Arc::clone(&key)));
        let ears = Arc::new(Ears::default());
        let network = Network::start(config, identity, ears.clone()).unwrap();
        Self { network, key, spec, next: Height(1), ears }
    }

    /// Whether it is connected with so many, on both lanes: what is sent before is lost.
    pub fn is_connected(&self, with: usize) -> bool {
        let peers = self.network.peers();
        peers.iter().filter(|peer| peer.votes_up && peer.bulk_up).count() >= with
    }

    /// Sends one node anything.
    pub fn give(&self, to: &PublicKey, packet: &Packet) {
        self.network.send(to, packet.urgency(), packet.encode().into());
    }

    /// From which block on somebody has blocks who was asked for older ones.
    pub fn told_from(&self) -> Option<Height> {
        *self.ears.0.lock().unwrap()
    }

    /// Sends one node bytes that are nothing.
    pub fn give_noise(&self, to: &PublicKey, urgency: Urgency) {
        self.network.send(to, urgency, vec![0xff; 8].into());
    }

    /// Sends all the next block, as the leader does.
    pub fn propose(&mut self, time: TimeMs, wires: Vec<Vec<u8>>) {
        let all: Vec<_> = self.spec.validators.validators.iter().map(|one| one.key).collect();
        self.propose_to(&all, time, wires);
    }

    /// Sends it to some alone.
    pub fn propose_to(&mut self, to: &[PublicKey], time: TimeMs, wires: Vec<Vec<u8>>) {
        self.send_proposal(to, self.next, (time, wires));
        self.next = self.next.next().unwrap();
    }

    /// Sends some another block in the place of the last one.
    pub fn propose_again_to(&self, to: &[PublicKey], time: TimeMs, wires: Vec<Vec<u8>>) {
        self.send_proposal(to, Height(self.next.0 - 1), (time, wires));
    }

    fn send_proposal(
        &self,
        to: &[PublicKey],
        height: Height,
        (time, wires): (TimeMs, Vec<Vec<u8>>),
    ) {
        let (proposal, body) = self.proposal(height, (time, wires));
        let draft = Draft::PrePrepare(PrePrepare { view: View(0), proposal });
        let signature = self.key.sign(&draft.message(&self.spec.chain));
        let message = Packet::Message(draft.signed(0, signature));
        for packet in [body, message] {
            to.iter().for_each(|key| self.give(key, &packet));
        }
    }

    /// A block of the leader of view 0, and the packet with its transactions.
    pub fn proposal(
        &self,
        height: Height,
        (time, wires): (TimeMs, Vec<Vec<u8>>),
    ) -> (Proposal, Packet) {
        let signed = |wire: &Vec<u8>| SignedTransaction::from_wire(wire).unwrap().transaction;
        let gas = wires.iter().map(|wire| signed(wire).gas_limit.0).sum();
        let proposal = Proposal {
            version: Version,
            epoch: self.spec.validators.epoch,
            height,
            first_view: View(0),
            proposer: 0,
            time,
            tx_root: merkle::root_of(
                assemble::names(wires.iter().map(Vec::as_slice)).iter().map(|id| id.0),
            ),
            tx_count: wires.len() as u32,
            tx_bytes: wires.iter().map(Vec::len).sum::<usize>() as u32,
            gas: Gas(gas),
            evidence_root: merkle::root(&[]),
        };
        let body = Packet::Body(Box::new(proposal.clone()), Bounded::new(wires).unwrap());
        (proposal, body)
    }
}

impl Drop for Puppet {
    fn drop(&mut self) {
        self.network.stop();
    }
}

struct Own(Arc<ValidatorKey>);

impl Identity for Own {
    fn key(&self) -> PublicKey {
        self.0.public()
    }

    fn sign(&self, message: &Hash) -> [u8; 64] {
        self.0.sign(message)
    }
}

/// The first block that somebody said it has, instead of those that it was asked for.
#[derive(Default)]
struct Ears(Mutex<Option<Height>>);

impl Receiver for Ears {
    fn receive(&self, received: Received) {
        let packet = Packet::from_wire(received.urgency, &received.payload);
        if let Ok(Packet::BlocksFrom(first)) = packet {
            *self.0.lock().unwrap() = Some(first);
        }
    }

    fn connected(&self, _: PublicKey) {}

    fn disconnected(&self, _: PublicKey) {}
}
