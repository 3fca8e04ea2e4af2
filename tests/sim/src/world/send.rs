//! What leaves a host.

use std::rc::Rc;

use parity_scale_codec::Encode;
use weal_consensus::Message;

use super::World;
use crate::{
    byzantine::Scene,
    ledger::Body,
    options::Kind,
    queue::{Happening, Packet},
};

impl World {
    /// A replica's message to some members, as the replica wants it or as a traitor alters it.
    pub(super) fn say(&mut self, host: usize, to: &[usize], message: Message) {
        let on = &self.hosts[host];
        if on.is_honest() {
            if signer(&message).is_some() && signer(&message) == on.position() {
                self.oracles.said(self.now, on.member, &message);
            }
            let packet = self.pack(host, message);
            return self.post(host, to, &packet);
        }
        let own = on.member;
        for to in to.iter().copied().filter(|to| *to != own) {
            for message in self.betray(host, to, message.clone()) {
                let packet = self.pack(host, message);
                self.post(host, &[to], &packet);
            }
        }
    }

    /// What a traitor sends to one member in the place of a message.
    fn betray(&mut self, host: usize, to: usize, message: Message) -> Vec<Message> {
        let on = &mut self.hosts[host];
        let Some(treason) = &mut on.treason else { return vec![message] };
        let mut scene = Scene { random: &mut self.random, signer: &on.signer, reign: &on.reign };
        treason.send(&mut scene, to, message)
    }

    /// With the transactions beside an own proposal; encoded in some runs.
    fn pack(&self, host: usize, message: Message) -> Rc<Packet> {
        let on = &self.hosts[host];
        let body: Option<Rc<Body>> = match &message {
            Message::PrePrepare(signed) if Some(signed.signer) == on.position() => {
                on.bodies.get(&signed.body.proposal.digest()).cloned()
            }
            _ => None,
        };
        Rc::new(match self.plan.kinds.contains(&Kind::Real) {
            true => Packet::Encoded(message.encode(), body),
            false => Packet::Consensus(message, body),
        })
    }

    /// Gives a packet to the network, for all other hosts of some members.
    pub(super) fn post(&mut self, host: usize, to: &[usize], packet: &Rc<Packet>) {
        let (from, friends) = (self.hosts[host].member, self.hosts[host].friends);
        for member in to.iter().copied().filter(|member| *member != from) {
            if friends >> member & 1 == 0 {
                continue;
            }
            for other in 0..self.hosts.len() {
                let on = &self.hosts[other];
                if on.member != member || on.friends >> from & 1 == 0 {
                    continue;
                }
                for delay in self.network.delays(from, member).into_iter().flatten() {
                    let packet = Rc::clone(packet);
                    self.later(delay, Happening::Arrive { to: other, from, packet });
                }
            }
        }
    }
}

/// Who signed a statement.
fn signer(message: &Message) -> Option<u8> {
    match message {
        Message::PrePrepare(signed) => Some(signed.signer),
        Message::Vote(signed) => Some(signed.signer),
        Message::ViewChange(signed, _) => Some(signed.signer),
        Message::NewView(signed) => Some(signed.signer),
        _ => None,
    }
}
