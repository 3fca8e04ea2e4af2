//! What leaves a host.

use std::rc::Rc;

use parity_scale_codec::Encode;
use weal_consensus::Message;

use super::World;
use crate::{
    byzantine::Scene,
    host::Host,
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
        let Some(me) = on.position() else { return vec![message] };
        let Some(treason) = &mut on.treason else { return vec![message] };
        let mut scene = Scene {
            random: &mut self.random,
            signer: &on.signer,
            reign: &on.reign,
            chain: self.constitution.chain,
            me,
        };
        let messages = treason.send(&mut scene, to, message);
        for message in &messages {
            on.know_body(message);
        }
        messages
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

impl Host {
    /// What a traitor proposes it can show: the transactions are those of another proposal.
    fn know_body(&mut self, message: &Message) {
        let Message::PrePrepare(signed) = message else { return };
        let proposal = &signed.body.proposal;
        let digest = proposal.digest();
        if self.bodies.contains_key(&digest) {
            return;
        }
        let mut known = self.bodies.values();
        let same = known.find(|body| body.proposal.tx_root == proposal.tx_root);
        let transactions = same.map(|body| body.transactions.clone());
        if let Some(transactions) = transactions {
            self.bodies.insert(digest, Rc::new(Body::new(proposal.clone(), transactions)));
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
