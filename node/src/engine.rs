//! Drives the replica: performs its actions, and reports what came of them.
//!
//! One thread runs the replica; it owns everything that changes with its steps. Execution and
//! commits to the database have threads of their own, so that block h is written while h + 1
//! executes and h + 2 collects transactions. Journal, executor and committer answer through the one
//! channel that the engine reads.

mod commit;
mod in_flight;

use std::{
    collections::BTreeMap,
    sync::{
        Arc,
        mpsc::{self, RecvTimeoutError, SyncSender},
    },
    thread::JoinHandle,
    time::Duration,
};

use weal_consensus::solo::{Action, Event, Solo};
use weal_runtime::system;
use weal_types::{
    ChainId, Epoch, Height, TimeMs, TxHash, View,
    block::{FinalHeader, Proposal},
    certificate::Vote,
    codec::Version,
    merkle,
    receipt::SkipReason,
};

use crate::{
    clock::{Clock, monotonic},
    executor::{Executed, Executor},
    journal::{Journal, Record},
    mempool::{Mempool, Pooled, wire_ids},
    validator_key::ValidatorKey,
};

pub use commit::Committer;
pub use in_flight::InFlight;

/// Blocks that may wait to be written. With the one being written and those in flight they stay
/// below what the state can hold prepared.
const COMMITS_WAITING: usize = 4;

/// What the engine is told.
pub enum EngineInput {
    /// The pool has transactions that a block could take.
    Ready,
    /// Somebody wants a block now, even an empty one.
    Due,
    /// How blocks are paced from now on.
    Pace {
        /// Whether blocks are built only when they are due.
        manual: bool,
        /// Least milliseconds between two blocks.
        pace_ms: u64,
    },
    /// A proposal is in the journal.
    Durable(Height),
    /// A block was executed.
    Executed(Box<Executed>),
    /// A part of this machine failed: nothing more is done.
    Failed(String),
    /// Finish what is executing, and end.
    Stop,
}

/// What the engine works with.
pub struct EngineParts {
    /// The chain.
    pub chain: ChainId,
    /// The rules of ordering.
    pub replica: Solo,
    /// The epoch of the validator set.
    pub epoch: Epoch,
    /// Certifies blocks.
    pub key: Arc<ValidatorKey>,
    /// Where transactions wait.
    pub pool: Arc<Mempool>,
    /// Time for proposals.
    pub clock: Arc<Clock>,
    /// Makes proposals durable.
    pub journal: Journal,
    /// Executes.
    pub executor: Executor,
    /// Writes and announces.
    pub committer: Committer,
    /// What is ordered and not yet written, for a journal that begins anew.
    pub in_flight: Arc<InFlight>,
    /// Called once if this machine fails.
    pub failed: Box<dyn FnOnce(String) + Send>,
}

/// A block on its way to the database.
pub struct ToCommit {
    /// The executed block.
    pub executed: Executed,
    /// What makes it final.
    pub certificate: weal_types::certificate::Certificate,
    /// Transactions that were dropped with it.
    pub dropped: Vec<(TxHash, SkipReason)>,
}

/// The engine, seen from outside.
pub struct Engine {
    inputs: mpsc::Sender<EngineInput>,
    thread: Option<JoinHandle<()>>,
}

impl Engine {
    /// Starts the threads. `inputs` is the sending end of `waiting`.
    pub fn start(
        parts: EngineParts,
        inputs: mpsc::Sender<EngineInput>,
        waiting: mpsc::Receiver<EngineInput>,
    ) -> std::io::Result<Self> {
        let sender = inputs.clone();
        let run = move || Driver::run(parts, sender, &waiting);
        let thread = std::thread::Builder::new().name("engine".into()).spawn(run)?;
        Ok(Self { inputs, thread: Some(thread) })
    }

    /// Tells the engine something; one that has ended does not listen.
    pub fn tell(&self, input: EngineInput) {
        let _ = self.inputs.send(input);
    }

    /// Ends the engine after what it is executing, and waits for that.
    pub fn stop(&mut self) {
        self.tell(EngineInput::Stop);
        if let Some(thread) = self.thread.take()
            && thread.join().is_err()
        {
            tracing::error!("the engine's thread panicked");
        }
    }
}

struct Driver {
    chain: ChainId,
    replica: Solo,
    epoch: Epoch,
    key: Arc<ValidatorKey>,
    pool: Arc<Mempool>,
    clock: Arc<Clock>,
    journal: Journal,
    in_flight: Arc<InFlight>,
    inputs: mpsc::Sender<EngineInput>,
    execute: SyncSender<(Proposal, Vec<Arc<Pooled>>)>,
    commit: SyncSender<ToCommit>,
    /// The parameters of the newest executed state, which choose what fits into a block.
    params: weal_types::params::ChainParams,
    state: Arc<weal_state::State>,
    bodies: BTreeMap<Height, Vec<Arc<Pooled>>>,
    executed: BTreeMap<Height, (Executed, Vec<(TxHash, SkipReason)>)>,
    due: bool,
    wake_at: Option<TimeMs>,
}

impl Driver {
    fn run(
        parts: EngineParts,
        inputs: mpsc::Sender<EngineInput>,
        waiting: &mpsc::Receiver<EngineInput>,
    ) {
        let failed = parts.failed;
        let state = Arc::clone(&parts.executor.state);
        let (execute, to_execute) = mpsc::sync_channel(weal_consensus::solo::IN_FLIGHT);
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
                epoch: parts.epoch,
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
                bodies: BTreeMap::new(),
                executed: BTreeMap::new(),
                due: false,
                wake_at: None,
            }
            .listen(waiting),
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

    fn listen(mut self, waiting: &mpsc::Receiver<EngineInput>) -> Result<(), String> {
        self.step(Event::Pool { oldest: self.pool.oldest() })?;
        loop {
            let input = match self.wake_at {
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
                Err(RecvTimeoutError::Timeout) => {
                    self.wake_at = None;
                    self.step(Event::Woken)?;
                }
            }
        }
    }

    fn hear(&mut self, input: EngineInput) -> Result<(), String> {
        match input {
            EngineInput::Ready => self.step(Event::Pool { oldest: self.pool.oldest() }),
            EngineInput::Due => {
                self.due = true;
                self.step(Event::Due)
            }
            EngineInput::Pace { manual, pace_ms } => {
                self.replica.set_pace(manual, pace_ms);
                self.step(Event::Pool { oldest: self.pool.oldest() })
            }
            EngineInput::Durable(height) => self.step(Event::Durable(height)),
            EngineInput::Executed(executed) => self.executed(*executed),
            EngineInput::Stop | EngineInput::Failed(_) => Ok(()),
        }
    }

    fn step(&mut self, event: Event) -> Result<(), String> {
        let mut events = vec![event];
        while let Some(event) = events.pop() {
            for action in self.replica.step(monotonic(), event) {
                events.extend(self.perform(action)?);
            }
        }
        Ok(())
    }

    /// Performs one action; what it gives at once is the next event.
    fn perform(&mut self, action: Action) -> Result<Option<Event>, String> {
        match action {
            Action::Build(height) => Ok(Some(self.build(height))),
            Action::Persist(proposal) => self.persist(proposal).map(|()| None),
            Action::Execute(proposal) => self.execute(proposal).map(|()| None),
            Action::Sign(vote) => Ok(Some(self.sign(vote))),
            Action::Stable(header, certificate) => self.stable(&header, certificate).map(|()| None),
            Action::WakeAt(time) => {
                self.wake_at = Some(time);
                Ok(None)
            }
            Action::Halt(halt) => Err(format!("the replica stops: {halt:?}")),
        }
    }

    fn build(&mut self, height: Height) -> Event {
        let now = self.clock.now();
        let selection = self.pool.select(&self.params, now);
        if selection.transactions.is_empty() && !self.due {
            // What is ready and cannot be taken has expired.
            self.pool.expire(now);
            return Event::Built(height, None);
        }
        self.due = false;
        let ids = wire_ids(&selection.transactions);
        let proposal = Proposal {
            version: Version,
            epoch: self.epoch,
            height,
            first_view: View::ZERO,
            proposer: 0,
            time: now,
            tx_root: merkle::root_of(ids.iter().map(|id| id.0)),
            tx_count: u32::try_from(ids.len()).unwrap_or(u32::MAX),
            tx_bytes: u32::try_from(selection.bytes).unwrap_or(u32::MAX),
            gas: selection.gas,
            evidence_root: merkle::root(&[]),
        };
        self.bodies.insert(height, selection.transactions);
        Event::Built(height, Some(proposal))
    }

    fn persist(&mut self, proposal: Proposal) -> Result<(), String> {
        let height = proposal.height;
        let body = self.bodies.get(&height).cloned().unwrap_or_default();
        let record = Record::Ordered(proposal.clone(), wire_ids(&body));
        self.in_flight.add(proposal, body);
        let inputs = self.inputs.clone();
        let done = move || {
            // An engine that has ended does not listen.
            let _ = inputs.send(EngineInput::Durable(height));
        };
        self.journal.append(vec![record], Box::new(done)).map_err(|error| error.to_string())
    }

    fn execute(&mut self, proposal: Proposal) -> Result<(), String> {
        let body = self.bodies.remove(&proposal.height).unwrap_or_default();
        self.execute.send((proposal, body)).map_err(|_| "the executor is gone".to_owned())
    }

    fn executed(&mut self, executed: Executed) -> Result<(), String> {
        let dropped = self.pool.settle(&executed.transactions, &executed.receipts);
        self.params = load_params(&self.state)?;
        let header = executed.header.clone();
        self.executed.insert(header.height, (executed, dropped));
        self.step(Event::Pool { oldest: self.pool.oldest() })?;
        self.step(Event::Executed(header))
    }

    fn sign(&self, vote: Vote) -> Event {
        Event::Voted(self.key.sign(vote, &self.chain, 0))
    }

    fn stable(
        &mut self,
        header: &FinalHeader,
        certificate: weal_types::certificate::Certificate,
    ) -> Result<(), String> {
        let Some((executed, dropped)) = self.executed.remove(&header.height) else {
            return Err(format!("height {} is final and was not executed here", header.height));
        };
        let block = ToCommit { executed, certificate, dropped };
        self.commit.send(block).map_err(|_| "the committer is gone".to_owned())
    }
}

fn load_params(state: &weal_state::State) -> Result<weal_types::params::ChainParams, String> {
    let snapshot = state.snapshot().map_err(|error| error.to_string())?;
    system::params::load(&snapshot).map_err(|error| error.to_string())
}

fn spawn_executor(
    mut executor: Executor,
    waiting: mpsc::Receiver<(Proposal, Vec<Arc<Pooled>>)>,
    inputs: mpsc::Sender<EngineInput>,
) -> std::io::Result<JoinHandle<()>> {
    let run = move || {
        while let Ok((proposal, body)) = waiting.recv() {
            let input = match executor.execute(proposal, body) {
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
