//! What a replica asks for, one function for each kind.

use std::rc::Rc;

use weal_consensus::{Action, Draft, Event, Evidence, Message, Ordered, Record, Timer, Token};
use weal_types::{Epoch, Height, block::FinalHeader, certificate::Certificate};

use super::{Inbox, World};
use crate::{
    host::{Entry, Fetch, Sync},
    plan::MILLI,
    queue::{Happening, Packet},
};

impl World {
    pub(super) fn perform(&mut self, host: usize, action: Action, inbox: &mut Inbox) {
        match action {
            Action::Sign(draft) => self.sign(host, draft, inbox),
            Action::Persist(token, records) => self.persist(host, token, records, inbox),
            Action::Note(record) => {
                let entry = self.heed(host, record, inbox);
                self.hosts[host].noted.push(entry);
            }
            Action::Send(to, message) => {
                let to = self.hosts[host].reign.members.get(usize::from(to)).copied();
                if let Some(to) = to {
                    self.say(host, &[to], message);
                }
            }
            Action::Broadcast(message) => {
                let reign = Rc::clone(&self.hosts[host].reign);
                self.say(host, &reign.members, message);
            }
            Action::FetchBody { height, digest, holders } => {
                self.fetch(host, digest, Fetch { height, holders, attempt: 0 }, inbox);
            }
            Action::Build { view, height, even_empty } => {
                let life = self.hosts[host].life;
                let after = self.random.below(2 * MILLI);
                self.later(after, Happening::Build { host, life, view, height, even_empty });
            }
            Action::Execute(ordered) => self.execute(host, ordered),
            Action::Stable(header, certificate) => self.stable(host, &header, certificate),
            Action::Sync(certificate) => {
                self.hosts[host].sync = Some(Sync { certificate, attempt: 0 });
                self.ask_for_blocks(host);
            }
            Action::SendEpochEnd { to, epoch } => self.send_epoch_end(host, to, epoch),
            Action::Offer => self.offer(host),
            Action::SetTimer(timer, ms) => self.set_timer(host, timer, ms),
            Action::StopTimer(timer) => self.hosts[host].timers[timer as usize] += 1,
            Action::Accuse(evidence) => self.accuse(host, &evidence),
            Action::Mute(message) => {
                let on = &self.hosts[host];
                if on.is_honest() {
                    self.oracles.muted(self.now, on.member, &message);
                }
            }
            Action::Entered(epoch, me) => self.entered(host, epoch, me),
            Action::Halt(halt) => {
                let on = &mut self.hosts[host];
                on.is_halted = true;
                if on.is_honest() {
                    self.oracles.halted(self.now, on.member, &halt);
                }
            }
        }
    }

    fn sign(&mut self, host: usize, draft: Draft, inbox: &mut Inbox) {
        let on = &self.hosts[host];
        let Some(me) = on.position() else { return };
        let message = draft.message(&self.constitution.chain);
        if let Draft::Vote(vote) = &draft
            && self.constitution.vote_message(vote) != message
        {
            let detail = format!("member {} signs something else than {vote:?}", on.member);
            return self.oracles.fail(self.now, "signatures bind", detail);
        }
        self.oracles.signing(self.now, on.member, &draft);
        let on = &self.hosts[host];
        let signature = on.signer.sign(&message);
        inbox.signed.push_back(Event::Signed(draft.signed(me, signature)));
    }

    fn persist(&mut self, host: usize, token: Token, records: Vec<Record>, inbox: &mut Inbox) {
        let mut entries = std::mem::take(&mut self.hosts[host].noted);
        for record in records {
            entries.push(self.heed(host, record, inbox));
        }
        if self.hosts[host].journal.append(token, entries) {
            self.sync_disk(host);
        }
    }

    /// A record with its transactions, and what it tells the pool and the oracles.
    fn heed(&mut self, host: usize, record: Record, inbox: &mut Inbox) -> Entry {
        let (now, most) = (self.now, self.plan.block);
        let on = &mut self.hosts[host];
        let entry = on.entry(record, &self.constitution);
        on.pool.note(&entry);
        if on.treason.is_none() {
            match &entry.record {
                Record::Ordered(certificate) => {
                    let vote = &certificate.vote;
                    self.oracles.ordered(now, on.member, vote.height, vote.hash);
                }
                Record::Accepted { proposal, .. } => {
                    self.oracles.accepted(now, on.member, proposal, &self.plan);
                }
                Record::NewView(signed) => {
                    self.oracles.began(now, on.member, signed, (&on.reign, &self.keys));
                }
                _ => {}
            }
        }
        if let (Record::Accepted { view, .. }, Some(digest)) = (&entry.record, &entry.digest)
            && on.pool.is_unfair((digest, *view), &on.bodies, (now, most))
        {
            inbox.others.push_back(Event::Unfair);
        }
        entry
    }

    fn execute(&mut self, host: usize, ordered: Ordered) {
        let on = &mut self.hosts[host];
        on.is_executing = true;
        let life = on.life;
        let most = self.plan.speeds.execution * on.executor_factor;
        let after = self.random.between(most / 4, most);
        self.later(after, Happening::Executed { host, life, ordered: Box::new(ordered) });
    }

    fn stable(
        &mut self,
        host: usize,
        header: &FinalHeader,
        certificate: Option<std::sync::Arc<Certificate>>,
    ) {
        let on = &mut self.hosts[host];
        let (height, life) = (header.height, on.life);
        on.chain.settle(height, certificate.clone());
        self.note_height(height, header.epoch);
        let Some(certificate) = certificate else { return };
        let on = &self.hosts[host];
        if on.is_honest() {
            self.oracles.stable(self.now, header, &certificate, (&on.reign, &self.keys));
        }
        // What it rests on goes into the database with it.
        self.later(self.plan.speeds.database, Happening::Stored { host, life, height });
    }

    fn send_epoch_end(&mut self, host: usize, to: u8, epoch: Epoch) {
        let on = &self.hosts[host];
        let to = on.reign.members.get(usize::from(to)).copied();
        if let (Some(to), Some(certificate)) = (to, on.chain.epoch_end(epoch)) {
            self.say(host, &[to], Message::Certificate(certificate));
        }
    }

    pub(super) fn offer(&mut self, host: usize) {
        let now = self.now;
        let on = &mut self.hosts[host];
        let ids = on.pool.offer(&on.bodies, now);
        let reign = Rc::clone(&on.reign);
        if !ids.is_empty() {
            self.post(host, &reign.members, &Rc::new(Packet::Transactions(ids)));
        }
    }

    fn set_timer(&mut self, host: usize, timer: Timer, ms: u64) {
        let on = &mut self.hosts[host];
        let number = &mut on.timers[timer as usize];
        *number += 1;
        let (number, life) = (*number, on.life);
        let after = on.clock.lasts(ms);
        self.later(after, Happening::Expire { host, life, timer, number });
    }

    fn accuse(&mut self, host: usize, evidence: &Evidence) {
        let on = &self.hosts[host];
        let culprit = on.reign.members.get(usize::from(evidence.culprit()));
        if let (true, Some(culprit)) = (on.is_honest(), culprit) {
            let is_honest = self.plan.members.is_honest(*culprit);
            self.oracles.accused(self.now, (on.member, *culprit), is_honest, evidence);
        }
    }

    fn entered(&mut self, host: usize, epoch: Epoch, me: Option<u8>) {
        let on = &mut self.hosts[host];
        on.reign = Rc::clone(&on.chain.ledger().reign);
        on.fetches.clear();
        on.pool.begin_epoch();
        for entry in on.journal.entries().iter().filter(|entry| entry.record.epoch() == epoch) {
            on.pool.note(entry);
        }
        on.pool.is_dirty = true;
        assert_eq!((on.reign.set.epoch, on.position()), (epoch, me));
        let life = on.life;
        self.note_height(Height::ZERO, epoch);
        if me.is_none() {
            self.later(super::observe::EVERY, Happening::Poll { host, life });
        }
    }
}
