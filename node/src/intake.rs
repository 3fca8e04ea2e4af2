//! From bytes to an accepted transaction: verify, check against the newest state, make durable.
//!
//! One thread takes whatever has arrived and verifies it as one batch: under load that halves the
//! cost of signatures, and a lone transaction waits for nobody.
//!
//! What a client submits is pushed once it is durable here: to the leader, or to all validators
//! where none makes blocks ([`Speaker::push_new`]). What another validator pushes is durable there,
//! and waits here without a journal, until a client submits it here too or a block takes it.
//!
//! | module | one idea |
//! |---|---|
//! | `newest` | the state that transactions are checked against |
//! | `verifier` | the thread |
//! | `line` | whose turn it is: clients first, and each node that pushes in turn |
//! | `places` | how much each node may have waiting, and who is not listened to |

mod line;
mod newest;
mod places;
mod verifier;

use std::{sync::Arc, thread::JoinHandle};

use tokio::sync::{Semaphore, mpsc, oneshot};
use weal_runtime::{
    InvalidTransaction, VerifiedTransaction,
    admission::{self, GasTaken},
    system,
};
use weal_state::State;
use weal_types::{ChainId, PublicKey, TxHash, state::StorageFault};

use newest::Newest;
use places::{Place, Places};
use verifier::Verifier;

use crate::{
    clock::{Clock, monotonic},
    engine::{EngineInput, Speaker},
    journal::{Journal, Record},
    ledger::Ledger,
    mempool::{Fate, Mempool, Pooled, Seen, Standing, SubmitError},
    metrics::Metrics,
    peers::{assemble, strikes::Strikes},
    threads,
};

/// Transactions of one batch: more would not make a signature cheaper.
const BATCH: usize = 256;

/// Requests that may wait; whoever submits more waits.
const WAITING: usize = 1_024;

/// One verdict for each transaction of a request.
pub type Verdicts = Vec<Result<TxHash, SubmitError>>;

/// A transaction whose form and signatures hold, or why they do not.
type Checked = Result<Arc<Pooled>, SubmitError>;

/// What another node pushed, and its room.
struct Pushed {
    wires: Vec<Vec<u8>>,
    place: Place,
}

/// Transactions of clients, each request with who wants to know.
type Submitted = (Vec<Vec<u8>>, oneshot::Sender<Verdicts>);

/// A client's request, who wants to know, or what another node pushed.
enum Request {
    Submitted(Submitted),
    Pushed(Pushed),
}

/// Who waits for verdicts, and the transactions that they are about.
type Client = (oneshot::Sender<Verdicts>, Verdicts);

/// The way in; clones share it.
#[derive(Clone)]
pub struct Intake {
    /// `None` closes it.
    requests: mpsc::UnboundedSender<Option<Request>>,
    /// Bounds what waits of clients.
    room: Arc<Semaphore>,
    /// Bounds what waits of each other node.
    places: Places,
}

/// What the thread works with.
pub struct IntakeParts {
    /// The chain that signatures are for.
    pub chain: ChainId,
    /// The newest state.
    pub state: Arc<State>,
    /// Finds what was included already.
    pub ledger: Ledger,
    /// Where accepted transactions wait.
    pub pool: Arc<Mempool>,
    /// Makes them durable.
    pub journal: Journal,
    /// Time for validity.
    pub clock: Arc<Clock>,
    /// Counters.
    pub metrics: Arc<Metrics>,
    /// Told when something is ready.
    pub engine: std::sync::mpsc::Sender<EngineInput>,
    /// Transactions that were checked before.
    pub seen: Arc<Seen>,
    /// Pushes transactions to the other validators.
    pub speaker: Speaker,
    /// Counts what was pushed and does not hold.
    pub strikes: Strikes,
}

impl Intake {
    /// Starts the thread. It ends with [`Self::close`].
    pub fn start(parts: IntakeParts) -> std::io::Result<(Self, JoinHandle<()>)> {
        let (requests, waiting) = mpsc::unbounded_channel();
        let (places, engine) = (Places::default(), parts.engine.clone());
        let verifier = Verifier { parts, places: places.clone() };
        let run = move || verifier.run(waiting);
        let thread = threads::spawn("verifier", run, EngineInput::panicked(engine))?;
        Ok((Self { requests, room: Arc::new(Semaphore::new(WAITING)), places }, thread))
    }

    /// Takes nothing more in; what waits is told so.
    pub fn close(&self) {
        // A thread that has ended needs no telling.
        let _ = self.requests.send(None);
    }

    /// Submits signed transactions and waits until each is refused, or accepted and durable.
    pub async fn submit(&self, wires: Vec<Vec<u8>>) -> Verdicts {
        let count = wires.len();
        let (reply, verdicts) = oneshot::channel();
        // Nobody closes the semaphore.
        let _room = self.room.acquire().await;
        if self.requests.send(Some(Request::Submitted((wires, reply)))).is_err() {
            return stopped(count);
        }
        verdicts.await.unwrap_or_else(|_| stopped(count))
    }

    /// Takes in what another node pushes, one of so many validators or one without a vote. Where
    /// it has no place left, or is not listened to, that is dropped: whoever has it offers it again
    /// while it waits.
    pub fn push(&self, from: PublicKey, wires: Vec<Vec<u8>>, of: Option<usize>) {
        if let Some(place) = self.places.take(from, of, monotonic()) {
            // A thread that has ended takes nothing in.
            let _ = self.requests.send(Some(Request::Pushed(Pushed { wires, place })));
        }
    }
}

fn stopped(count: usize) -> Verdicts {
    let reason = "the node is stopping".to_owned();
    vec![Err(SubmitError::Stopped { reason }); count]
}

fn stopped_by(fault: &dyn std::error::Error) -> SubmitError {
    SubmitError::Stopped { reason: fault.to_string() }
}

impl IntakeParts {
    fn submitted(&self, requests: Vec<Submitted>) {
        let wires = requests.iter().flat_map(|(wires, _)| wires.iter().map(Vec::as_slice));
        let wires: Vec<&[u8]> = wires.collect();
        let mut accepted = Vec::new();
        let verdicts = match self.newest() {
            Ok(mut newest) => self.judge(self.check_new(&wires), &mut newest, &mut accepted),
            Err(fault) => {
                vec![Err(SubmitError::Stopped { reason: fault.0 }); wires.len()]
            }
        };
        self.metrics.refused.inc_by((wires.len() - accepted.len()) as u64);
        let known = verdicts.iter().filter_map(|verdict| match verdict {
            Err(SubmitError::Known { hash }) => Some(self.pool.get(hash)),
            _ => None,
        });
        let known: Vec<_> = known.collect();
        let mut verdicts = verdicts.into_iter();
        let clients = requests
            .into_iter()
            .map(|(wires, reply)| (reply, verdicts.by_ref().take(wires.len()).collect()))
            .collect();
        self.acknowledge(accepted, &known, clients);
    }

    /// What was pushed and does not hold, with whoever pushed it.
    fn pushed(&self, requests: &[Pushed]) -> Vec<(PublicKey, InvalidTransaction)> {
        let mut all = Vec::new();
        for Pushed { wires, place } in requests {
            all.extend(wires.iter().map(|wire| (place.from(), wire.as_slice())));
        }
        let known = self.seen.get(&assemble::names(all.iter().map(|(_, wire)| *wire)));
        let new = all.into_iter().zip(&known).filter(|(_, known)| known.is_none());
        let (from, wires): (Vec<_>, Vec<_>) = new.map(|(pushed, _)| pushed).unzip();
        let (mut accepted, mut false_ones) = (Vec::new(), Vec::new());
        if let Ok(mut newest) = self.newest() {
            self.back_again(known.into_iter().flatten(), &newest);
            let verdicts = self.judge(self.check(&wires), &mut newest, &mut accepted);
            for (from, verdict) in from.into_iter().zip(verdicts) {
                // Everything else depends on the state, which may be another one there.
                if let Err(SubmitError::Invalid(reason)) = verdict {
                    false_ones.push((from, reason));
                }
            }
        }
        if !accepted.is_empty() && self.pool.make_ready(&accepted, monotonic()) {
            // An engine that has stopped needs no waking.
            let _ = self.engine.send(EngineInput::Ready);
        }
        false_ones
    }

    /// Takes in what was seen before and waits nowhere: it stood in a proposal that nobody ordered,
    /// or stands in one that somebody will. The engine knows which, and makes it ready.
    fn back_again(&self, known: impl Iterator<Item = Arc<Pooled>>, newest: &Newest) {
        let admitted = known.filter(|pooled| matches!(self.admit(pooled, newest), Ok(true)));
        let admitted: Vec<_> = admitted.collect();
        if !admitted.is_empty() {
            // An engine that has stopped orders nothing.
            let _ = self.engine.send(EngineInput::BackAgain(admitted));
        }
    }

    fn newest(&self) -> Result<Newest, StorageFault> {
        // Before the look, so that no block can be settled in between unseen.
        let as_of = self.pool.settled();
        let snapshot = self.state.snapshot()?;
        let params = system::params::load(&snapshot).map_err(|e| StorageFault(e.to_string()))?;
        Ok(Newest { as_of, snapshot, params })
    }

    /// Checks form and signatures.
    fn check(&self, wires: &[&[u8]]) -> Vec<Checked> {
        let verified = weal_runtime::verify_batch(wires, &self.chain).into_iter();
        let pool = |(verified, wire): (Result<VerifiedTransaction, _>, &&[u8])| {
            Ok(Arc::new(Pooled::new(verified?, (*wire).into())))
        };
        verified.zip(wires).map(pool).collect()
    }

    /// The same, except for what was checked before: another validator pushed it, it stands in a
    /// proposal, or the client submits it again.
    fn check_new(&self, wires: &[&[u8]]) -> Vec<Checked> {
        let known = self.seen.get(&assemble::names(wires.iter().copied()));
        let new = wires.iter().zip(&known).filter(|(_, known)| known.is_none());
        let new: Vec<&[u8]> = new.map(|(wire, _)| *wire).collect();
        let mut new = self.check(&new).into_iter();
        let again = |pooled: Arc<Pooled>| Ok(Arc::new(pooled.again()));
        known.into_iter().filter_map(|known| known.map(again).or_else(|| new.next())).collect()
    }

    fn judge(
        &self,
        checked: Vec<Checked>,
        newest: &mut Newest,
        accepted: &mut Vec<Arc<Pooled>>,
    ) -> Verdicts {
        let admit = |checked: Checked| {
            let pooled = checked?;
            let hash = pooled.verified.hash();
            while !self.admit(&pooled, newest)? {
                *newest = self.newest().map_err(|fault| stopped_by(&fault))?;
            }
            accepted.push(pooled);
            Ok(hash)
        };
        let verdicts = checked.into_iter().map(admit).collect();
        self.seen.add(accepted);
        verdicts
    }

    /// Puts a transaction into the pool; `false` if `newest` is no longer the newest.
    fn admit(&self, pooled: &Arc<Pooled>, newest: &Newest) -> Result<bool, SubmitError> {
        let hash = pooled.verified.hash();
        if self.pool.fate(&hash) == Fate::Pending {
            return Err(SubmitError::Known { hash });
        }
        let admitted = self.admit_new(pooled, newest);
        // Only what uses a nonce for the second time can be in a block, so nothing else costs a
        // look into the database. First the pool, then the ledger: a transaction leaves the one
        // after it is in the other.
        if matches!(admitted, Err(SubmitError::NonceUsed { .. })) {
            let is_pending = self.pool.fate(&hash) == Fate::Pending;
            let found = self.ledger.find(&hash);
            if is_pending || found.map_err(|error| stopped_by(&error))?.is_some() {
                return Err(SubmitError::Known { hash });
            }
        }
        admitted
    }

    fn admit_new(&self, pooled: &Arc<Pooled>, newest: &Newest) -> Result<bool, SubmitError> {
        let verified = &pooled.verified;
        let transaction = verified.transaction();
        let fault = |fault: StorageFault| stopped_by(&fault);
        let account = newest.account(&transaction.signer).map_err(fault)?;
        let sponsor =
            transaction.sponsor.map(|id| newest.account(&id)).transpose().map_err(fault)?;
        if transaction.nonce < account.nonce {
            return Err(SubmitError::NonceUsed { given: transaction.nonce, next: account.nonce });
        }
        let (now, params) = (self.clock.now(), &newest.params);
        admission::check(verified, &account, sponsor.as_ref(), now, params, GasTaken::default())
            .map_err(SubmitError::WouldSkip)?;
        let payer = transaction.sponsor.unwrap_or(transaction.signer);
        let payer_holds = newest.fee_balance(&payer).map_err(fault)?;
        let standing = Standing { nonce: account.nonce, as_of: newest.as_of, payer_holds };
        self.pool.insert(Arc::clone(pooled), standing)
    }

    /// Tells everyone, once what was accepted is durable, and what is known. That may be so only
    /// elsewhere, or about to be written; without its transaction here, it is in a block.
    fn acknowledge(
        &self,
        accepted: Vec<Arc<Pooled>>,
        known: &[Option<Arc<Pooled>>],
        clients: Vec<Client>,
    ) {
        let tell = |clients: Vec<Client>| {
            for (reply, verdicts) in clients {
                // Whoever asked may have gone.
                let _ = reply.send(verdicts);
            }
        };
        if accepted.is_empty() && known.is_empty() {
            return tell(clients);
        }
        let here = accepted.iter().chain(known.iter().flatten());
        let given: Vec<_> = here.filter(|pooled| !pooled.is_journaled()).cloned().collect();
        let records = given.iter().map(|pooled| Record::Accepted(pooled.wire.to_vec())).collect();
        let pool = Arc::clone(&self.pool);
        let (engine, speaker) = (self.engine.clone(), self.speaker.clone());
        let done = move || {
            if pool.make_ready(&accepted, monotonic()) {
                // An engine that has stopped needs no waking.
                let _ = engine.send(EngineInput::Ready);
            }
            tell(clients);
            speaker.push_new(&accepted);
        };
        // Without a journal nobody is told anything: the senders are dropped, and whoever waits
        // learns that the node has stopped.
        if self.journal.append(records, Box::new(done)).is_ok() {
            given.iter().for_each(|pooled| pooled.set_journaled());
        }
    }
}

/// Puts transactions that were accepted before a restart back into the pool, ready at once. The
/// database may be far behind what they were accepted on, so nothing is refused now: what cannot
/// run is dropped by the block that tries. Only what was executed is left out.
pub fn readmit(parts: &IntakeParts, wires: &[Vec<u8>]) -> Result<(), StorageFault> {
    let newest = parts.newest()?;
    for batch in wires.chunks(BATCH) {
        let mut restored = Vec::new();
        let verified = weal_runtime::verify_batch(batch, &parts.chain);
        for (verified, wire) in verified.into_iter().zip(batch) {
            // The journal has what was verified before.
            let Ok(verified) = verified else { continue };
            let pooled = Arc::new(Pooled::new(verified, wire.as_slice().into()));
            pooled.set_journaled();
            let transaction = pooled.verified.transaction();
            let next = newest.account(&transaction.signer)?.nonce;
            let found = parts.ledger.find(&pooled.verified.hash());
            let is_executed = found.map_err(|error| StorageFault(error.to_string()))?.is_some();
            if !is_executed && transaction.nonce >= next {
                parts.pool.restore(Arc::clone(&pooled), next);
                restored.push(pooled);
            }
        }
        parts.seen.add(&restored);
        parts.pool.make_ready(&restored, monotonic());
    }
    Ok(())
}
