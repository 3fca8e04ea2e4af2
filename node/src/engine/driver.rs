//! The loop of the engine: events in, one function for each action.

use std::{
    collections::{BTreeMap, VecDeque},
    sync::{
        Arc,
        mpsc::{self, RecvTimeoutError, SyncSender},
    },
    thread::JoinHandle,
    time::Duration,
};

use weal_consensus::{
    Action, Body, Draft, Event, IN_FLIGHT, Message, Ordered, Pace, Record as Statement, Replica,
    Timer, Token,
};
use weal_runtime::system;
use weal_types::{
    ChainId, Hash, Height, TimeMs, TxHash, View,
    block::{FinalHeader, Proposal},
    certificate::Certificate,
    codec::Version,
    merkle,
    params::ChainParams,
    receipt::SkipReason,
};

use super::{
    COMMITS_WAITING, EngineInput, EngineParts, InFlight, ToCommit,
    bodies::{Bodies, Ordering, names},
};
use crate::{
    clock::{Clock, monotonic},
    executor::{Executed, Executor},
    journal::{Journal, Record},
    mempool::{Mempool, Pooled},
    validator_key::ValidatorKey,
};

/// An executed block that is not final, and what was dropped with it.
type Waiting = (Executed, Vec<(TxHash, SkipReason)>);

pub(super) struct Driver {
    chain: ChainId,
    replica: Replica,
    key: Arc<ValidatorKey>,
    pool: Arc<Mempool>,
    clock: Arc<Clock>,
    journal: Journal,
    in_flight: Arc<InFlight>,
    inputs: mpsc::Sender<EngineInput>,
    execute: SyncSender<(Ordered, Vec<Arc<Pooled>>)>,
    commit: SyncSender<ToCommit>,
    /// The parameters of the newest executed state, which choose what fits into a block.
    params: ChainParams,
    state: Arc<weal_state::State>,
    bodies: Bodies,
    /// What goes to the journal with the next thing that must be durable.
    notes: Vec<Ordering>,
    executed: BTreeMap<Height, Waiting>,
    /// When each timer runs out, by the monotonic clock.
    timers: BTreeMap<Timer, TimeMs>,
}

impl Driver {
    pub(super) fn run(
        parts: EngineParts,
        inputs: mpsc::Sender<EngineInput>,
        waiting: &mpsc::Receiver<EngineInput>,
    ) {
        let failed = parts.failed;
        let state = Arc::clone(&parts.executor.state);
        let (execute, to_execute) = mpsc::sync_channel(IN_FLIGHT as usize);
        let (commit, to_commit) = mpsc::sync_channel(COMMITS_WAITING);
        let executing = spawn_executor(parts.executor, to_execute, inputs.clone());
        let committing = parts.committer.start(to_commit, inputs.clone());
        let (executing, committing) = match (executing, committing) {
            (Ok(executing), Ok(committing)) => (executing, committing),
            (Err(error), _) | (_, Err(error)) => return failed(format!("no thread: {error}")),
        };
        let ended = match load_params(&state) {
            Err(reason) => Err(reason),
            Ok(params) => Self {
                chain: parts.chain,
                replica: parts.replica,
                key: parts.key,
                pool: parts.pool,
                clock: parts.clock,
                journal: parts.journal,
                in_flight: parts.in_flight,
                inputs,
                execute,
                commit,
                params,
                state,
                bodies: Bodies::default(),
                notes: Vec::new(),
                executed: BTreeMap::new(),
                timers: BTreeMap::new(),
            }
            .listen(parts.replay, waiting),
        };
        // The channels are closed by now: both threads end after what they have.
        for thread in [executing, committing] {
            if thread.join().is_err() {
                tracing::error!("a thread of the engine panicked");
            }
        }
        if let Err(reason) = ended {
            tracing::error!(%reason, "the node stops: it can no longer follow the chain");
            failed(reason);
        }
    }

    fn listen(
        mut self,
        replay: Vec<Ordering>,
        waiting: &mpsc::Receiver<EngineInput>,
    ) -> Result<(), String> {
        self.replay(replay)?;
        self.look_into_pool()?;
        loop {
            let input = match self.timers.values().min() {
                None => waiting.recv().map_err(|_| RecvTimeoutError::Disconnected),
                Some(at) => {
                    let left = at.0.saturating_sub(monotonic().0);
                    waiting.recv_timeout(Duration::from_millis(left))
                }
            };
            match input {
                Ok(EngineInput::Stop) | Err(RecvTimeoutError::Disconnected) => return Ok(()),
                Ok(EngineInput::Failed(reason)) => return Err(reason),
                Ok(input) => self.hear(input)?,
                Err(RecvTimeoutError::Timeout) => {}
            }
            self.ring()?;
        }
    }

    /// What the replica said before a restart, so that it goes on from there.
    fn replay(&mut self, replay: Vec<Ordering>) -> Result<(), String> {
        self.in_flight.add(replay.iter().cloned());
        for Ordering { record, transactions } in replay {
            if let Some(proposal) = record.body() {
                self.pool.take(&transactions);
                self.bodies.add(proposal.clone(), transactions);
            }
            self.step(Event::Replay(record))?;
        }
        self.step(Event::Start)
    }

    fn hear(&mut self, input: EngineInput) -> Result<(), String> {
        match input {
            EngineInput::Ready => self.look_into_pool(),
            EngineInput::Due => self.step(Event::Due),
            EngineInput::Pace(pace, applied) => {
                self.replica.set_pace(pace);
                // Whoever changed it may have gone.
                let _ = applied.send(());
                self.look_into_pool()
            }
            EngineInput::Durable(token) => self.step(Event::Durable(token)),
            EngineInput::Executed(executed) => self.executed(*executed),
            EngineInput::Stop | EngineInput::Failed(_) => Ok(()),
        }
    }

    /// Tells the replica of timers that have run out.
    fn ring(&mut self) -> Result<(), String> {
        let now = monotonic();
        while let Some((&timer, _)) = self.timers.iter().find(|(_, at)| **at <= now) {
            self.timers.remove(&timer);
            self.step(Event::Expired(timer))?;
        }
        Ok(())
    }

    fn look_into_pool(&mut self) -> Result<(), String> {
        self.step(Event::Pool(self.pool.oldest()))
    }

    fn step(&mut self, event: Event) -> Result<(), String> {
        let mut events = VecDeque::from([event]);
        while let Some(event) = events.pop_front() {
            for action in self.replica.step(self.clock.now(), event) {
                events.extend(self.perform(action)?);
            }
        }
        Ok(())
    }

    /// Performs one action; what it gives at once is the next event.
    fn perform(&mut self, action: Action) -> Result<Option<Event>, String> {
        match action {
            Action::Sign(draft) => return Ok(Some(Event::Signed(self.sign(draft)))),
            Action::Persist(token, records) => self.persist(token, records)?,
            Action::Note(record) => {
                let noted = self.ordering(record);
                self.notes.push(noted);
            }
            Action::FetchBody { height, digest, .. } => {
                return Ok(Some(self.find_body(height, digest)));
            }
            Action::Build { view, height, even_empty } => {
                return Ok(Some(self.build(view, height, even_empty)));
            }
            Action::Execute(ordered) => self.execute(ordered)?,
            Action::Stable(header, certificate) => self.stable(&header, certificate)?,
            Action::SetTimer(timer, after_ms) => {
                let at = monotonic().0.saturating_add(after_ms);
                self.timers.insert(timer, TimeMs(at));
            }
            Action::StopTimer(timer) => {
                self.timers.remove(&timer);
            }
            Action::Accuse(evidence) => {
                tracing::warn!(validator = evidence.culprit(), ?evidence, "broke the rules");
            }
            Action::Mute(statement) => {
                tracing::error!(?statement, "the journal is older than what this node has said");
            }
            Action::Entered(epoch, position) => tracing::info!(epoch = epoch.0, ?position, "epoch"),
            Action::Halt(halt) => return Err(format!("the replica stops: {halt:?}")),
            // Everybody else: a chain of one validator has nobody else.
            Action::Send(..) | Action::Broadcast(_) | Action::Offer => {}
            Action::Sync(_) | Action::SendEpochEnd { .. } => {
                return Err(
                    "this chain has one validator, but another's blocks are asked for".into()
                );
            }
        }
        Ok(None)
    }

    fn sign(&self, draft: Draft) -> Message {
        let signature = self.key.sign(&draft.message(&self.chain));
        let (_, position) = self.replica.reign();
        draft.signed(position.unwrap_or_default(), signature)
    }

    /// A record with its transactions.
    fn ordering(&self, record: Statement) -> Ordering {
        let body = record.body().and_then(|proposal| self.bodies.get(&proposal.digest()));
        let transactions = body.map(|(_, transactions)| transactions.clone()).unwrap_or_default();
        Ordering { record, transactions }
    }

    fn persist(&mut self, token: Token, records: Vec<Statement>) -> Result<(), String> {
        let mut orderings = std::mem::take(&mut self.notes);
        orderings.extend(records.into_iter().map(|record| self.ordering(record)));
        let journaled = orderings.iter().map(|ordering| {
            Record::Ordering(ordering.record.clone(), names(&ordering.transactions))
        });
        let journaled = journaled.collect();
        self.in_flight.add(orderings);
        let inputs = self.inputs.clone();
        let done = move || {
            // An engine that has ended does not listen.
            let _ = inputs.send(EngineInput::Durable(token));
        };
        self.journal.append(journaled, Box::new(done)).map_err(|error| error.to_string())
    }

    fn find_body(&self, height: Height, digest: Hash) -> Event {
        let body = match self.bodies.get(&digest) {
            Some((proposal, _)) => Body::Valid(proposal.clone()),
            None => Body::Missing,
        };
        Event::Body { height, digest, body }
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
        let (validators, position) = self.replica.reign();
        let proposal = Proposal {
            version: Version,
            epoch: validators.epoch,
            height,
            first_view: view,
            proposer: position.unwrap_or_default(),
            time: now,
            tx_root: merkle::root_of(ids.iter().map(|id| id.0)),
            tx_count: u32::try_from(ids.len()).unwrap_or(u32::MAX),
            tx_bytes: u32::try_from(selection.bytes).unwrap_or(u32::MAX),
            gas: selection.gas,
            evidence_root: merkle::root(&[]),
        };
        self.bodies.add(proposal.clone(), selection.transactions);
        Event::Built { view, height, proposal: Some(proposal) }
    }

    fn execute(&mut self, ordered: Ordered) -> Result<(), String> {
        let body = match &ordered {
            Ordered::Proposal(proposal) => self.bodies.get(&proposal.digest()),
            Ordered::Null(_) => None,
        };
        let transactions = body.map(|(_, transactions)| transactions.clone()).unwrap_or_default();
        self.execute.send((ordered, transactions)).map_err(|_| "the executor is gone".to_owned())
    }

    fn executed(&mut self, executed: Executed) -> Result<(), String> {
        let dropped = self.pool.settle(&executed.transactions, &executed.receipts);
        self.params = load_params(&self.state)?;
        let header = executed.header.clone();
        self.executed.insert(header.height, (executed, dropped));
        self.look_into_pool()?;
        self.step(Event::Executed { header, handover: None })
    }

    fn stable(
        &mut self,
        header: &FinalHeader,
        certificate: Option<Arc<Certificate>>,
    ) -> Result<(), String> {
        let Some((executed, dropped)) = self.executed.remove(&header.height) else {
            return Err(format!("height {} is final and was not executed here", header.height));
        };
        self.bodies.settle(header.height);
        let block = ToCommit { executed, certificate, dropped };
        self.commit.send(block).map_err(|_| "the committer is gone".to_owned())
    }
}

/// How a node with this setting spaces its blocks: one executes while the next is made durable and
/// a third collects transactions. More would only let transactions wait in blocks.
pub fn pace(manual: bool, between_ms: u64) -> Pace {
    Pace { between_ms, in_flight: 3, manual }
}

fn load_params(state: &weal_state::State) -> Result<ChainParams, String> {
    let snapshot = state.snapshot().map_err(|error| error.to_string())?;
    system::params::load(&snapshot).map_err(|error| error.to_string())
}

fn spawn_executor(
    mut executor: Executor,
    waiting: mpsc::Receiver<(Ordered, Vec<Arc<Pooled>>)>,
    inputs: mpsc::Sender<EngineInput>,
) -> std::io::Result<JoinHandle<()>> {
    let run = move || {
        while let Ok((ordered, body)) = waiting.recv() {
            let input = match executor.execute(ordered, body) {
                Ok(executed) => EngineInput::Executed(Box::new(executed)),
                Err(error) => EngineInput::Failed(error.to_string()),
            };
            let is_failure = matches!(input, EngineInput::Failed(_));
            if inputs.send(input).is_err() || is_failure {
                return;
            }
        }
    };
    std::thread::Builder::new().name("executor".into()).spawn(run)
}
