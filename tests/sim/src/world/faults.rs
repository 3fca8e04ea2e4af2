//! What goes wrong, and how it ends.

use std::rc::Rc;

use weal_consensus::{Event, Life};

use super::World;
use crate::{
    plan::{Fault, MILLI, Micros},
    queue::{Happening, Packet},
};

impl World {
    pub(super) fn fault(&mut self, number: usize) {
        let plan = Rc::clone(&self.plan);
        let fault = &plan.faults[number].fault;
        self.trace.note(self.now, || format!("fault {number}: {fault:?}"));
        match fault {
            Fault::Cut(cut) => self.network.cut(cut),
            Fault::Mend => self.network.mend(),
            Fault::Crash { member, down } => self.crash(*member, *down),
            Fault::Edge { member, actions, down, takes_all } => {
                self.hosts[*member].edge = Some((*actions, *down, *takes_all));
            }
            Fault::Power { down } => self.crash_all(*down),
            Fault::Stall { member, pause } => {
                // What was put off till later than that would come after all faults had ended.
                self.hosts[*member].stalled_until = (self.now + pause).min(plan.heal_at);
            }
            Fault::SlowDisk { member, factor } => self.hosts[*member].disk_factor = *factor,
            Fault::SlowExecutor { member, factor } => {
                self.hosts[*member].executor_factor = *factor;
            }
            Fault::Clock { member, offset_ms } => {
                self.hosts[*member].clock.offset_ms = *offset_ms;
            }
        }
    }

    /// Power is gone: what the disk has not synced is lost.
    pub(super) fn crash(&mut self, host: usize, down: Micros) {
        let on = &mut self.hosts[host];
        if !on.is_up {
            return;
        }
        on.is_up = false;
        on.life += 1;
        on.edge = None;
        on.journal.lose(&mut self.random);
        let (life, member) = (on.life, on.member);
        self.trace.note(self.now, || format!("member {member} loses power"));
        self.later(down, Happening::PowerBack { host, life });
    }

    /// All lose power at once, and it comes back to one after the other.
    pub(super) fn crash_all(&mut self, down: Micros) {
        for host in 0..self.hosts.len() {
            let later = self.random.below(down);
            self.crash(host, down + later);
        }
    }

    /// Power is back, or there for the first time.
    pub(super) fn start(&mut self, host: usize) {
        let (plan, constitution) = (Rc::clone(&self.plan), Rc::clone(&self.constitution));
        let on = &mut self.hosts[host];
        let is_restored = on.treason.as_ref().is_some_and(|treason| treason.is_restored());
        if is_restored {
            on.journal.restore_old(&mut self.random);
        }
        on.reset(&plan, &constitution);
        let (life, member) = (on.life, on.member);
        self.trace.note(self.now, || format!("member {member} starts"));
        self.replay(host);
        if is_restored {
            self.note_held(host);
        }
        if self.hosts[host].position().is_none() {
            return self.later(super::observe::EVERY, Happening::Poll { host, life });
        }
        self.begin(host);
        if self.hosts[host].is_up {
            self.tell_pool(host);
        }
    }

    /// The replica begins another life.
    pub(super) fn begin(&mut self, host: usize) {
        self.lives += 1;
        self.feed(host, Event::Start(Life(self.lives)));
    }

    /// Tells the replica what the journal has.
    pub(super) fn replay(&mut self, host: usize) {
        let on = &mut self.hosts[host];
        let stable = on.chain.ledger().height;
        for entry in on.journal.entries() {
            if entry.record.epoch() == on.reign.set.epoch {
                on.pool.note(entry);
            }
            let now = on.clock.read(self.now);
            on.replica.step(now, Event::Replay(entry.record.clone()));
        }
        on.pool.executed(on.chain.ledger());
        assert_eq!(stable, on.replica.stable_height());
    }

    pub(super) fn submit(&mut self, number: usize) {
        if self.options.unsent.contains(&number) {
            return;
        }
        let (now, id) = (self.now, number as u32);
        let wanted = self.plan.transactions[number].member;
        let clients = self.plan.members.clients();
        let at = clients.iter().position(|member| *member == wanted).unwrap_or(0);
        let mut turns = clients[at..].iter().chain(&clients[..at]).copied();
        let Some(host) = turns.find(|host| self.hosts[*host].is_up) else {
            return self.later(200 * MILLI, Happening::Submit(number));
        };
        self.submitted.push(id);
        let on = &mut self.hosts[host];
        on.pool.add(id, now, true);
        let reign = Rc::clone(&on.reign);
        self.post(host, &reign.members, &Rc::new(Packet::Transactions(vec![id])));
        if self.hosts[host].stalled_until <= now {
            self.tell_pool(host);
        }
    }

    /// All faults end. Who is not part of the core is gone for ever.
    pub(super) fn heal(&mut self) {
        self.trace.note(self.now, || "all faults end".to_owned());
        self.is_healed = true;
        self.network.heal(self.plan.is_slow);
        for host in 0..self.hosts.len() {
            let offset_ms = self.random.between(0, 200) as i64 - 100;
            let on = &mut self.hosts[host];
            on.clock.offset_ms = offset_ms;
            on.disk_factor = 1;
            on.executor_factor = 1;
            on.stalled_until = 0;
            on.edge = None;
            if !self.plan.members.core.contains(&on.member) {
                on.is_up = false;
                on.life += 1;
            }
        }
        self.later(100 * MILLI, Happening::Judge);
    }
}
