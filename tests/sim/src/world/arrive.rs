//! What arrives at a host.

use std::rc::Rc;

use weal_consensus::{Event, Invalid, Message};

use super::World;
use crate::{door::Verdict, ledger::Body, queue::Packet};

impl World {
    pub(super) fn arrive(&mut self, host: usize, from: usize, packet: &Rc<Packet>) {
        if !self.hosts[host].is_up {
            return;
        }
        self.fold_delivery(from, host, packet);
        self.trace.arrival(self.now, &self.hosts[host], from, packet);
        match &**packet {
            Packet::Consensus(message, body, verdict) => {
                self.hear(host, from, (message, verdict), body.as_ref());
            }
            Packet::Encoded(bytes, body) => {
                if let Ok(message) = Message::from_wire(bytes) {
                    self.hear(host, from, (&message, &Verdict::default()), body.as_ref());
                } else if self.plan.members.is_honest(from) {
                    let detail = format!("member {from} sent {} bytes", bytes.len());
                    self.oracles.fail(self.now, "messages are decoded", detail);
                }
            }
            Packet::Transactions(ids) => self.offered(host, ids),
            Packet::WantBody(digest) => self.wanted(host, from, digest),
            Packet::HaveBody(body) => self.take_body(host, body),
            Packet::WantBlocks(first, last) => self.give_blocks(host, from, *first, *last),
            Packet::HaveBlocks(blocks) => self.take_blocks(host, blocks),
        }
    }

    fn hear(
        &mut self,
        host: usize,
        from: usize,
        (message, verdict): (&Message, &Verdict),
        body: Option<&Rc<Body>>,
    ) {
        let on = &mut self.hosts[host];
        let Some(position) = on.position_of(from).filter(|_| on.position().is_some()) else {
            return self.hear_stranger(host, from, message);
        };
        let verified = match self.door.judge(message, verdict, &on.replica, &self.keys) {
            Ok(verified) => verified,
            Err(Invalid::Epoch { .. }) => return,
            Err(error) => {
                if self.plan.members.is_honest(from) {
                    let detail = format!("member {from} sent {message:?}: {error}");
                    self.oracles.fail(self.now, "honest messages pass", detail);
                }
                return;
            }
        };
        if let Some(body) = body.filter(|body| is_beside(body, message)) {
            self.take_body(host, body);
        }
        if !self.hosts[host].is_honest() {
            self.tempt(host, |treason, scene| treason.hear(scene, message));
        }
        if self.hosts[host].is_up {
            self.feed(host, Event::Message { from: position, message: verified });
        }
    }

    /// Somebody who does not validate in this host's epoch, or a host that does not: only the way
    /// to the present is told.
    fn hear_stranger(&mut self, host: usize, from: usize, message: &Message) {
        let Message::Status(status) = message else { return };
        if status.epoch >= self.hosts[host].reign.set.epoch {
            return;
        }
        if let Some(certificate) = self.hosts[host].chain.epoch_end(status.epoch) {
            self.say(host, &[from], Message::Certificate(certificate));
        }
    }

    fn offered(&mut self, host: usize, ids: &[u32]) {
        let now = self.now;
        let on = &mut self.hosts[host];
        for id in ids.iter().copied() {
            let is_known = usize::try_from(id).is_ok_and(|id| id < self.plan.transactions.len());
            if is_known && !on.chain.ledger().has(id) {
                on.pool.add(id, now, false);
            }
        }
        self.tell_pool(host);
    }

    /// Lets the replica know of a change of the pool.
    pub(super) fn tell_pool(&mut self, host: usize) {
        if let Some(pool) = self.pool_news(host) {
            self.feed(host, Event::Pool(pool));
        }
    }
}

/// Whether these are the transactions of a PRE-PREPARE.
fn is_beside(body: &Body, message: &Message) -> bool {
    match message {
        Message::PrePrepare(signed) => signed.body.proposal == body.proposal,
        _ => false,
    }
}
