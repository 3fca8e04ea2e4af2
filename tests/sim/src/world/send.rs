//! What leaves a host.

use std::rc::Rc;

use parity_scale_codec::Encode;
use weal_consensus::Message;

use super::World;
use crate::{
    byzantine::{Scene, Treason},
    door::Verdict,
    ledger::Body,
    options::Kind,
    plan::{MILLI, Micros},
    queue::{Happening, Packet},
};

impl World {
    /// A replica's message to some members, as the replica wants it or as a traitor alters it.
    pub(super) fn say(&mut self, host: usize, to: &[usize], message: Message) {
        let on = &self.hosts[host];
        if on.is_honest() {
            if signer(&message).is_some() && signer(&message) == on.position() {
                self.oracles.said(self.now, on.member, &message, &self.constitution);
            }
            let packet = self.pack(host, on.member, message);
            return self.post(host, to, &packet);
        }
        let is_own = signer(&message).is_some() && signer(&message) == on.position();
        if is_own && on.treason.as_ref().is_some_and(|treason| treason.is_restored()) {
            self.hold_against(host, &message);
        }
        let own = self.hosts[host].member;
        for to in to.iter().copied().filter(|to| *to != own) {
            let sent = self.tempt(host, |treason, scene| {
                let messages = treason.send(scene, to, message.clone());
                let lag = treason.lag(scene, &message);
                messages.into_iter().map(|message| (lag, message)).collect::<Vec<_>>()
            });
            for (lag, message) in sent {
                let packet = self.pack(host, to, message);
                self.post_after(lag, host, &[to], &packet);
            }
        }
    }

    /// Lets a traitor act; it must be one that validates.
    pub(super) fn tempt<T: Default>(
        &mut self,
        host: usize,
        act: impl FnOnce(&mut dyn Treason, &mut Scene<'_>) -> T,
    ) -> T {
        let on = &mut self.hosts[host];
        let (Some(me), Some(treason)) = (on.position(), &mut on.treason) else {
            return T::default();
        };
        let ledger = on.chain.ledger();
        let mut scene = Scene {
            random: &mut self.random,
            signer: &on.signer,
            chain: self.constitution.chain,
            reign: &on.reign,
            me,
            view: on.replica.view(),
            start: ledger.start,
            bodies: &mut on.bodies,
        };
        act(&mut **treason, &mut scene)
    }

    /// What traitors do of their own accord.
    pub(super) fn mischief(&mut self, host: usize) {
        let every = self.random.between(200 * MILLI, 2_000 * MILLI);
        self.later(every, Happening::Mischief { host });
        let member = self.hosts[host].member;
        if self.hosts[host].treason.as_ref().is_some_and(|treason| treason.is_double()) {
            // Twins find new friends; some have both.
            let side = self.random.word() as u32;
            let both = (self.random.word() & self.random.word()) as u32;
            for (turn, twin) in
                self.hosts.iter_mut().filter(|other| other.member == member).enumerate()
            {
                twin.friends = both | if turn == 0 { side } else { !side };
            }
        }
        if !self.hosts[host].is_up {
            return;
        }
        let is_restored = self.hosts[host].treason.as_ref().is_some_and(|one| one.is_restored());
        if is_restored && self.random.chance(300) {
            return self.crash(host, every / 2);
        }
        for (to, message) in self.tempt(host, |treason, scene| treason.act(scene)) {
            let packet = self.pack(host, to, message);
            self.post(host, &[to], &packet);
        }
    }

    /// With the transactions beside an own proposal; encoded in some runs.
    fn pack(&self, host: usize, to: usize, message: Message) -> Rc<Packet> {
        let on = &self.hosts[host];
        let gives = on.treason.as_ref().is_none_or(|treason| treason.gives(to));
        let body: Option<Rc<Body>> = match &message {
            Message::PrePrepare(signed) if gives && Some(signed.signer) == on.position() => {
                on.bodies.get(&self.constitution.digest(&signed.body.proposal)).cloned()
            }
            _ => None,
        };
        Rc::new(match self.plan.kinds.contains(&Kind::Real) {
            true => Packet::Encoded(message.encode(), body),
            false => Packet::Consensus(message, body, Verdict::default()),
        })
    }

    /// Gives a packet to the network, for all other hosts of some members.
    pub(super) fn post(&mut self, host: usize, to: &[usize], packet: &Rc<Packet>) {
        self.post_after(0, host, to, packet);
    }

    fn post_after(&mut self, lag: Micros, host: usize, to: &[usize], packet: &Rc<Packet>) {
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
                    self.later(lag + delay, Happening::Arrive { to: other, from, packet });
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
