//! What the replica asks for, one function for each action.

use std::{collections::VecDeque, sync::Arc};

use weal_consensus::{Action, Body, Draft, Event, Message, Ordered, Record as Statement, Token};
use weal_types::{
    Hash, Height, TimeMs, View,
    block::{FinalHeader, Proposal},
    certificate::Certificate,
    codec::Version,
    merkle,
};

use super::{
    Commit, EngineInput, ToCommit,
    bodies::{Ordering, names},
    driver::{Driver, Waiting},
    speak,
};
use crate::{
    clock::monotonic,
    failure::Failure,
    journal::Record,
    ledger::Ancestry,
    mempool::Pooled,
    peers::packet::{PUSH_BYTES, Packet},
};

/// Bytes of waiting transactions that a new leader is told of at once: a few blocks. What waits
/// behind them is offered to everyone in time.
const HANDED_OVER_BYTES: usize = 4 << 20;

impl Driver {
    /// Tells the replica something, and does what it asks for, until it asks for nothing more.
    pub(super) fn step(&mut self, event: Event) -> Result<(), Failure> {
        self.step_all(VecDeque::from([event]))
    }

    /// Does what is due without being told anything.
    pub(super) fn go_on(&mut self) -> Result<(), Failure> {
        self.step_all(VecDeque::new())
    }

    fn step_all(&mut self, mut events: VecDeque<Event>) -> Result<(), Failure> {
        loop {
            while let Some(event) = events.pop_front() {
                for action in self.replica.step(self.clock.now(), event) {
                    events.extend(self.perform(action)?);
                }
            }
            if std::mem::take(&mut self.is_joining) {
                events.push_back(self.join()?);
                continue;
            }
            if !std::mem::take(&mut self.is_pool_stale) {
                return Ok(());
            }
            self.align_pool();
            self.tell_new_leader();
            if self.is_passed_over() {
                events.push_back(Event::Unfair);
            }
            events.push_back(Event::Pool(self.pool.oldest()));
        }
    }

    /// Performs one action; what it gives at once is the next event.
    fn perform(&mut self, action: Action) -> Result<Option<Event>, Failure> {
        match action {
            Action::Sign(draft) => return Ok(Some(Event::Signed(self.sign(draft)))),
            Action::Persist(token, records) => self.persist(token, records)?,
            Action::Note(record) => {
                let noted = self.ordering(record);
                self.is_pool_stale |= self.standing.note(&noted.record);
                self.notes.push(noted);
            }
            Action::Send(to, message) => self.speaker.send(to, message),
            Action::Broadcast(message) => self.broadcast(message),
            Action::FetchBody { height, digest, holders } => {
                return Ok(self.find_body(height, digest, holders));
            }
            Action::Build { view, height, even_empty } => {
                return Ok(Some(self.build(view, height, even_empty)));
            }
            Action::Execute(ordered) => self.execute(ordered)?,
            Action::Stable(header, certificate) => self.stable(&header, certificate)?,
            Action::Sync(certificate) => self.begin_sync(certificate),
            Action::SendEpochEnd { to, epoch } => {
                if let Some(key) = self.speaker.present().get().key(to) {
                    self.send_epoch_end(&key, epoch);
                }
            }
            Action::Offer => self.speaker.push(&self.pool.offer(PUSH_BYTES, monotonic())),
            Action::SetTimer(timer, after_ms) => {
                let at = monotonic().0.saturating_add(after_ms);
                self.timers.insert(timer, TimeMs(at));
            }
            Action::StopTimer(timer) => {
                self.timers.remove(&timer);
            }
            Action::Accuse(evidence) => self.accuse(evidence),
            Action::Mute(statement) => {
                self.is_muted = true;
                tracing::error!(?statement, "the journal is older than what this node has said");
            }
            Action::Entered(epoch, _) => self.entered(epoch),
            Action::Halt(halt) => {
                return Err(Failure::Halt(format!("the replica stops: {halt:?}")));
            }
        }
        Ok(None)
    }

    fn sign(&self, draft: Draft) -> Message {
        let chain = self.speaker.present().get().chain;
        let signature = self.key.sign(&draft.message(&chain));
        draft.signed(self.me(), signature)
    }

    /// An own proposal takes its transactions along. So does an own wish for another view: what
    /// waits here and stands in a proposal is not offered otherwise, and if nobody else heard of
    /// that, nobody else waits for it.
    fn broadcast(&self, message: Message) {
        match &message {
            Message::PrePrepare(signed) if signed.signer == self.me() => {
                if let Some((proposal, transactions)) =
                    self.bodies.get(&signed.body.proposal.digest())
                {
                    self.speaker.broadcast(&speak::body(proposal, transactions));
                }
            }
            Message::ViewChange(signed, _) if signed.signer == self.me() => {
                self.speaker.push(&self.begun(PUSH_BYTES));
            }
            _ => {}
        }
        self.speaker.broadcast(&Packet::Message(message));
    }

    /// Transactions that wait here and stand in proposals that are not ordered, until they come to
    /// so many bytes.
    fn begun(&self, bytes: usize) -> Vec<Arc<Pooled>> {
        let bodies = self.standing.unordered().filter_map(|digest| self.bodies.get(digest));
        let transactions = bodies.flat_map(|(_, transactions)| {
            let is_waiting = self.pool.has(transactions);
            transactions.iter().zip(is_waiting).filter(|(_, is_waiting)| *is_waiting)
        });
        let mut taken = 0;
        let fits = transactions.map(|(pooled, _)| pooled).take_while(|pooled| {
            let fits = taken < bytes;
            taken += pooled.wire.len();
            fits
        });
        fits.cloned().collect()
    }

    /// A leader's fresh proposal is judged once the pool has been told of it.
    fn note_leader(&mut self, record: &Statement) {
        if let Statement::Accepted { view, proposal } = record
            && proposal.first_view == *view
            && proposal.proposer != self.me()
        {
            self.to_judge.push((*view, proposal.digest()));
        }
    }

    /// Whoever leads from now on is told what waits here: others' transactions may have been pushed
    /// to the leader before it, and nobody else.
    fn tell_new_leader(&mut self) {
        let Some(leader) = self.new_leader.take() else { return };
        self.speaker.push_to(&leader, &self.pool.oldest_ready(HANDED_OVER_BYTES));
        self.speaker.leader().shows(leader, monotonic());
    }

    /// Whether the leader of a view passes over a transaction that it must know. Said once.
    fn is_passed_over(&mut self) -> bool {
        let mut is_unfair = false;
        for (view, digest) in std::mem::take(&mut self.to_judge) {
            let Some((proposal, transactions)) = self.bodies.get(&digest) else { continue };
            let at = (&self.params, proposal.time);
            let passed = self.pool.judge(transactions, at, monotonic());
            self.speaker.push(&passed.to_offer);
            if passed.is_unfair && self.called_unfair != Some((proposal.epoch, view)) {
                self.called_unfair = Some((proposal.epoch, view));
                let (leader, view) = (proposal.proposer, view.0);
                tracing::warn!(leader, view, "passes over a transaction that all were offered");
                is_unfair = true;
            }
        }
        is_unfair
    }

    /// A record with its transactions.
    fn ordering(&self, record: Statement) -> Ordering {
        let body = record.body().and_then(|proposal| self.bodies.get(&proposal.digest()));
        let transactions = body.map(|(_, transactions)| transactions.clone()).unwrap_or_default();
        Ordering { record, transactions }
    }

    /// Makes records durable, with what was noted before, and transactions that came from elsewhere
    /// before what names them.
    fn persist(&mut self, token: Token, records: Vec<Statement>) -> Result<(), Failure> {
        let mut orderings = std::mem::take(&mut self.notes);
        for record in records {
            tell_of_views(&record);
            if let Statement::NewView(signed) = &record {
                self.pool.forget_offers();
                self.new_leader = self.speaker.present().get().key(signed.signer);
            }
            self.note_leader(&record);
            self.is_pool_stale |= self.standing.note(&record);
            orderings.push(self.ordering(record));
        }
        // A journal that begins anew keeps what is in flight or waits. What does neither may have
        // been left behind; looked at in this order, nothing is.
        self.in_flight.add(orderings.iter().cloned());
        let (mut journaled, mut given) = (Vec::new(), Vec::new());
        for Ordering { record, transactions } in orderings {
            let is_waiting = self.pool.has(&transactions);
            journaled.reserve(transactions.len() + 1);
            let ids = names(&transactions);
            for (pooled, is_waiting) in transactions.into_iter().zip(is_waiting) {
                if !pooled.is_journaled() || !is_waiting {
                    journaled.push(Record::Accepted(pooled.wire.to_vec()));
                    given.push(pooled);
                }
            }
            journaled.push(Record::Ordering(record, ids));
        }
        let inputs = self.inputs.clone();
        let done = move || {
            // An engine that has ended does not listen.
            let _ = inputs.send(EngineInput::Durable(token));
        };
        self.journal.append(journaled, Box::new(done)).map_err(|error| error.to_string())?;
        given.iter().for_each(|pooled| pooled.set_journaled());
        Ok(())
    }

    /// A body that is here; otherwise it is looked for.
    fn find_body(&mut self, height: Height, digest: Hash, holders: u128) -> Option<Event> {
        let Some((proposal, _)) = self.bodies.get(&digest) else {
            self.wanted.add(height, digest, holders, monotonic());
            return None;
        };
        let body = match self.fits(proposal) {
            true => Body::Valid(proposal.clone()),
            false => Body::Invalid,
        };
        self.is_pool_stale = true;
        Some(Event::Body { height, digest, body })
    }

    fn build(&mut self, view: View, height: Height, even_empty: bool) -> Event {
        let now = self.clock.now();
        let selection = self.pool.select(&self.params, now);
        if selection.transactions.is_empty() && !even_empty {
            // What is ready and cannot be taken has expired.
            self.pool.expire(now);
            return Event::Built { view, height, proposal: None };
        }
        let ids = names(&selection.transactions);
        let proposal = Proposal {
            version: Version,
            epoch: self.replica.reign().0.epoch,
            height,
            first_view: view,
            proposer: self.me(),
            time: now,
            tx_root: merkle::root_of(ids.iter().map(|id| id.0)),
            tx_count: u32::try_from(ids.len()).unwrap_or(u32::MAX),
            tx_bytes: u32::try_from(selection.bytes).unwrap_or(u32::MAX),
            gas: selection.gas,
            evidence_root: merkle::root(&[]),
        };
        self.taken.add(proposal.digest(), selection.transactions.clone());
        // The replica may have no use for it any more; then the pool gets it back.
        self.is_pool_stale = true;
        self.bodies.add(proposal.clone(), selection.transactions);
        Event::Built { view, height, proposal: Some(proposal) }
    }

    fn execute(&mut self, ordered: Ordered) -> Result<(), Failure> {
        if self.sync.as_ref().is_some_and(super::sync::Sync::is_applying) {
            // It is the first of the fetched blocks.
            return Ok(());
        }
        let transactions = match &ordered {
            Ordered::Null(_) => Vec::new(),
            Ordered::Proposal(proposal) => {
                let body = self.bodies.get(&proposal.digest());
                let lost = || format!("the transactions of height {} are lost", proposal.height);
                body.map(|(_, transactions)| transactions.clone()).ok_or_else(lost)?
            }
        };
        self.hand_to_executor(ordered, transactions)
    }

    pub(super) fn hand_to_executor(
        &mut self,
        ordered: Ordered,
        transactions: Vec<Arc<Pooled>>,
    ) -> Result<(), Failure> {
        self.is_executing = true;
        self.execute.send((ordered, transactions)).map_err(|_| "the executor is gone".into())
    }

    /// Heights that become final together wait for the last of them, which has the certificate.
    fn stable(
        &mut self,
        header: &FinalHeader,
        certificate: Option<Arc<Certificate>>,
    ) -> Result<(), Failure> {
        let Some(waiting) = self.executed.remove(&header.height) else {
            if header.height <= self.handed_over {
                self.settled(header.height);
                return Ok(());
            }
            let reason = format!("height {} is final and was not executed here", header.height);
            return Err(reason.into());
        };
        self.settled(header.height);
        self.settling.push(waiting);
        let Some(certificate) = certificate else { return Ok(()) };
        let group = std::mem::take(&mut self.settling);
        self.hand_over(group, certificate)
    }

    /// A block was executed that the journal has a certificate for. After a power cut the database
    /// may be hundreds of blocks behind: more than may wait in memory until the replica, which
    /// remembers the newest certificate alone, finds all of them final.
    pub(super) fn hand_over_proven(&mut self, height: Height) -> Result<(), Failure> {
        let Some(certificate) = self.proofs.remove(&height) else { return Ok(()) };
        let executed = self.executed.get(&height);
        if executed.is_none_or(|(own, _)| own.header.hash().0 != certificate.vote.hash) {
            // The replica says so once it comes to what is stable.
            return Ok(());
        }
        let above = self.executed.split_off(&height.next().unwrap_or(height));
        let below = std::mem::replace(&mut self.executed, above);
        let mut group = std::mem::take(&mut self.settling);
        group.extend(below.into_values());
        self.proofs = self.proofs.split_off(&height);
        self.handed_over = height;
        self.hand_over(group, certificate)
    }

    /// Hands consecutive blocks to the committer, of which the last has the certificate.
    fn hand_over(
        &mut self,
        mut group: Vec<Waiting>,
        certificate: Arc<Certificate>,
    ) -> Result<(), Failure> {
        let last = group.pop();
        let headers = group.iter().chain(&last).map(|(executed, _)| &executed.header);
        let ancestry = Arc::new(Ancestry::up_to(Arc::clone(&certificate), headers));
        for (executed, dropped) in group {
            let ancestry = Some(Arc::clone(&ancestry));
            self.commit(ToCommit { executed, certificate: None, ancestry, dropped })?;
        }
        let Some((executed, dropped)) = last else { return Ok(()) };
        let certificate = Some(certificate);
        self.commit(ToCommit { executed, certificate, ancestry: None, dropped })
    }

    /// Nothing up to this height is asked for any more.
    pub(super) fn settled(&mut self, height: Height) {
        self.bodies.settle(height);
        self.wanted.settle(height);
        self.answered.clear();
    }

    pub(super) fn commit(&self, block: ToCommit) -> Result<(), Failure> {
        let block = Commit::Block(Box::new(block));
        self.commit.send(block).map_err(|_| "the committer is gone".into())
    }
}

/// Views are what an operator looks for first when a chain is slow.
fn tell_of_views(record: &Statement) {
    match record {
        Statement::ViewChange(change, _) => {
            let stable = change.stable.height.0;
            tracing::info!(view = change.view.0, stable, "wants another view");
        }
        Statement::NewView(signed) => {
            let (leader, stable) = (signed.signer, signed.body.stable.height.0);
            tracing::info!(view = signed.body.view.0, leader, stable, "a view begins");
        }
        _ => {}
    }
}
