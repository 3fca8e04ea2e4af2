//! From bytes to an accepted transaction: verify, check against the newest state, make durable.
//!
//! One thread takes whatever has arrived and verifies it as one batch: under load that halves the
//! cost of signatures, and a lone transaction waits for nobody.

use std::{sync::Arc, thread::JoinHandle};

use cpu_time::ThreadTime;
use parity_scale_codec::DecodeAll;
use tokio::sync::{Semaphore, mpsc, oneshot};
use weal_runtime::{
    VerifiedTransaction,
    admission::{self, GasTaken},
    system,
};
use weal_state::State;
use weal_types::{
    AccountId, Amount, ChainId, TxHash,
    account::Account,
    params::ChainParams,
    state::{Snapshot, StateKey, StorageFault},
};

use crate::{
    clock::{Clock, monotonic},
    engine::EngineInput,
    journal::{Journal, Record},
    ledger::Ledger,
    mempool::{Fate, Mempool, Pooled, Standing, SubmitError},
    metrics::{Metrics, Stage},
};

/// Transactions of one batch: more would not make a signature cheaper.
const BATCH: usize = 256;

/// Requests that may wait; whoever submits more waits.
const WAITING: usize = 1_024;

/// One verdict for each transaction of a request.
pub type Verdicts = Vec<Result<TxHash, SubmitError>>;

struct Request {
    wires: Vec<Vec<u8>>,
    reply: oneshot::Sender<Verdicts>,
}

/// The way in; clones share it.
#[derive(Clone)]
pub struct Intake {
    /// `None` closes it.
    requests: mpsc::UnboundedSender<Option<Request>>,
    /// Bounds what waits in the channel.
    room: Arc<Semaphore>,
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
}

impl Intake {
    /// Starts the thread. It ends with [`Self::close`].
    pub fn start(parts: IntakeParts) -> std::io::Result<(Self, JoinHandle<()>)> {
        let (requests, waiting) = mpsc::unbounded_channel();
        let run = move || parts.run(waiting);
        let thread = std::thread::Builder::new().name("verifier".into()).spawn(run)?;
        Ok((Self { requests, room: Arc::new(Semaphore::new(WAITING)) }, thread))
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
        if self.requests.send(Some(Request { wires, reply })).is_err() {
            return stopped(count);
        }
        verdicts.await.unwrap_or_else(|_| stopped(count))
    }
}

fn stopped(count: usize) -> Verdicts {
    let reason = "the node is stopping".to_owned();
    vec![Err(SubmitError::Stopped { reason }); count]
}

impl IntakeParts {
    fn run(self, mut waiting: mpsc::UnboundedReceiver<Option<Request>>) {
        let mut is_open = true;
        while is_open && let Some(Some(first)) = waiting.blocking_recv() {
            let mut count = first.wires.len();
            let mut requests = vec![first];
            while count < BATCH
                && let Ok(next) = waiting.try_recv()
            {
                let Some(next) = next else {
                    is_open = false;
                    break;
                };
                count += next.wires.len();
                requests.push(next);
            }
            self.process(requests);
        }
    }

    fn process(&self, requests: Vec<Request>) {
        let wires: Vec<&[u8]> =
            requests.iter().flat_map(|request| request.wires.iter().map(Vec::as_slice)).collect();
        let mut accepted = Vec::new();
        let begun = ThreadTime::now();
        let mut verdicts = match self.newest() {
            Ok(mut newest) => self.judge(&wires, &mut newest, &mut accepted),
            Err(fault) => {
                vec![Err(SubmitError::Stopped { reason: fault.0 }); wires.len()]
            }
        }
        .into_iter();
        self.metrics.add(Stage::Verify, begun.elapsed());
        self.metrics.refused.inc_by((wires.len() - accepted.len()) as u64);
        let replies: Vec<_> = requests
            .into_iter()
            .map(|Request { wires, reply }| (reply, verdicts.by_ref().take(wires.len()).collect()))
            .collect();
        self.acknowledge(accepted, replies);
    }

    fn newest(&self) -> Result<Newest, StorageFault> {
        // Before the look, so that no block can be settled in between unseen.
        let as_of = self.pool.settled();
        let snapshot = self.state.snapshot()?;
        let params = system::params::load(&snapshot).map_err(|e| StorageFault(e.to_string()))?;
        Ok(Newest { as_of, snapshot, params })
    }

    fn judge(
        &self,
        wires: &[&[u8]],
        newest: &mut Newest,
        accepted: &mut Vec<Arc<Pooled>>,
    ) -> Verdicts {
        let verified = weal_runtime::verify_batch(wires, &self.chain);
        let admit = |(verified, wire): (Result<VerifiedTransaction, _>, &&[u8])| {
            let verified = Arc::new(verified?);
            let hash = verified.hash();
            let pooled = Arc::new(Pooled { verified, wire: (*wire).into() });
            while !self.admit(&pooled, newest)? {
                let fault = |fault: StorageFault| SubmitError::Stopped { reason: fault.0 };
                *newest = self.newest().map_err(fault)?;
            }
            accepted.push(pooled);
            Ok(hash)
        };
        verified.into_iter().zip(wires).map(admit).collect()
    }

    /// Puts a transaction into the pool; `false` if `newest` is no longer the newest.
    fn admit(&self, pooled: &Arc<Pooled>, newest: &Newest) -> Result<bool, SubmitError> {
        let verified = &pooled.verified;
        let transaction = verified.transaction();
        let stopped =
            |fault: &dyn std::error::Error| SubmitError::Stopped { reason: fault.to_string() };
        let fault = |fault: StorageFault| stopped(&fault);
        // First the pool, then the ledger: a transaction leaves the one after it is in the other.
        let hash = verified.hash();
        let is_pending = self.pool.fate(&hash) == Fate::Pending;
        let found = self.ledger.find(&hash);
        if is_pending || found.map_err(|error| stopped(&error))?.is_some() {
            return Err(SubmitError::Known { hash });
        }
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

    /// Tells everyone, once what was accepted is durable.
    fn acknowledge(
        &self,
        accepted: Vec<Arc<Pooled>>,
        replies: Vec<(oneshot::Sender<Verdicts>, Verdicts)>,
    ) {
        let tell = |replies: Vec<(oneshot::Sender<Verdicts>, Verdicts)>| {
            for (reply, verdicts) in replies {
                // Whoever asked may have gone.
                let _ = reply.send(verdicts);
            }
        };
        if accepted.is_empty() {
            return tell(replies);
        }
        let records =
            accepted.iter().map(|pooled| Record::Accepted(pooled.wire.to_vec())).collect();
        let pool = Arc::clone(&self.pool);
        let engine = self.engine.clone();
        let done = move || {
            if pool.make_ready(&accepted, monotonic()) {
                // An engine that has stopped needs no waking.
                let _ = engine.send(EngineInput::Ready);
            }
            tell(replies);
        };
        // Without a journal nobody is told anything: the senders are dropped, and whoever waits
        // learns that the node has stopped.
        let _ = self.journal.append(records, Box::new(done));
    }
}

/// The newest state, as far as admission needs it.
struct Newest {
    as_of: u64,
    snapshot: weal_state::StateSnapshot,
    params: ChainParams,
}

impl Newest {
    fn account(&self, id: &AccountId) -> Result<Account, StorageFault> {
        let key = StateKey::new(&system::ACCOUNTS, &system::accounts::account_key(id))
            .map_err(|error| StorageFault(error.to_string()))?;
        match self.snapshot.get(&key)? {
            None => Ok(Account::opened_by_key(id)),
            Some(bytes) => Account::decode_all(&mut &bytes[..])
                .map_err(|_| StorageFault(format!("the record of account {id:?} is damaged"))),
        }
    }

    fn fee_balance(&self, payer: &AccountId) -> Result<Option<Amount>, StorageFault> {
        let Some(fee) = &self.params.fee else { return Ok(None) };
        let key = system::assets::Balance::key(payer, &fee.asset);
        let key = StateKey::new(&system::ASSETS, &key)
            .map_err(|error| StorageFault(error.to_string()))?;
        let Some(bytes) = self.snapshot.get(&key)? else { return Ok(Some(Amount::ZERO)) };
        let balance = system::assets::Balance::decode_all(&mut &bytes[..])
            .map_err(|_| StorageFault(format!("a balance of account {payer:?} is damaged")))?;
        Ok(Some(balance.free))
    }
}

/// Verifies transactions that were accepted before a restart, and puts those that can still run
/// back into the pool, ready at once.
pub fn readmit(parts: &IntakeParts, wires: &[Vec<u8>]) -> Result<(), StorageFault> {
    let mut newest = parts.newest()?;
    let mut accepted = Vec::new();
    let wires: Vec<&[u8]> = wires.iter().map(Vec::as_slice).collect();
    for batch in wires.chunks(BATCH) {
        // What was executed meanwhile, has expired or stands there twice is refused here.
        parts.judge(batch, &mut newest, &mut accepted);
    }
    parts.pool.make_ready(&accepted, monotonic());
    Ok(())
}
