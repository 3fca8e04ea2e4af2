//! A running chain: everything between the data directory and the handle.

mod connect;
mod database;
mod error;
mod head;
mod resume;

use std::{
    fs,
    net::SocketAddr,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError, mpsc},
    thread::JoinHandle,
};

use weal_consensus::Replica;
use weal_net::{Network, Peer};
use weal_runtime::Runtime;
use weal_state::{Batch, Options, RocksStore, State, StateError};
use weal_types::PublicKey;

use connect::Links;
pub(crate) use database::open_database;
use database::open_store;
pub use error::OpenError;
pub(crate) use head::genesis_block;
use head::{begin, read_head};

use crate::{
    clock::Clock,
    engine::{
        self, Committer, Engine, EngineInput, EngineParts, InFlight, Ordering, ShownVoice, Workers,
    },
    evidence,
    executor::Executor,
    failure::Failure,
    finality::Finality,
    genesis::ChainSpec,
    intake::{self, Intake, IntakeParts},
    journal::{self, Journal, JournalConfig, JournalError, Opened, Record},
    ledger::Ledger,
    membership::{Keys, Membership},
    mempool::Mempool,
    metrics::Metrics,
    snapshots::{self, Keeper, KeeperThread, SnapshotSettings},
    threads,
};

/// How a chain is kept and run.
#[derive(Clone, Debug)]
pub struct CoreConfig {
    /// Where database and journal are.
    pub directory: PathBuf,
    /// Where evidence against validators is kept.
    pub evidence: PathBuf,
    /// Whether what is acknowledged survives a power cut. Without it, it survives a crash of the
    /// process alone.
    pub sync: bool,
    /// Bytes of memory for cached blocks of the database, and as many for cached leaves of the
    /// state's tree.
    pub cache_bytes: usize,
    /// Whether old values are kept, for reads as of any height.
    pub history: bool,
    /// Least milliseconds between two blocks under load.
    pub pace_ms: u64,
    /// Whether blocks are built only when somebody asks.
    pub manual: bool,
    /// Where the other validators are; `None` on a chain of one.
    pub network: Option<NetworkPlace>,
    /// Validators that are cut off from the start, as a devnet tries it out.
    pub cut: Vec<PublicKey>,
    /// Whether this node may run although the chain does not know its key.
    pub follow: bool,
    /// How states are kept for other nodes.
    pub snapshots: SnapshotSettings,
}

/// What an earlier run of a chain in this process hands on to the next.
#[derive(Default)]
pub struct Before {
    /// Tells what is final; a new one is made without it.
    pub finality: Option<Arc<Finality>>,
    /// The database, if the next run is over the same directory.
    pub store: Option<Arc<RocksStore>>,
}

/// Where a validator and the others are.
#[derive(Clone, Debug)]
pub struct NetworkPlace {
    /// Where this one listens.
    pub listen: SocketAddr,
    /// Validators, and where they are: before the chain says so, or instead of it.
    pub peers: Vec<Peer>,
    /// Nodes that follow the chain and do not validate.
    pub followers: Vec<Peer>,
}

/// What is shared by all chains that one process runs one after the other.
#[derive(Clone)]
pub struct CoreParts {
    /// The chain.
    pub spec: Arc<ChainSpec>,
    /// Certify blocks.
    pub keys: Keys,
    /// Runs contracts.
    pub runtime: Arc<Runtime>,
    /// Time for proposals.
    pub clock: Arc<Clock>,
    /// Counters.
    pub metrics: Arc<Metrics>,
}

/// A running chain. It ends with [`Core::stop`].
pub struct Core {
    /// The newest state and the proofs of it.
    pub state: Arc<State>,
    /// Final blocks.
    pub ledger: Ledger,
    /// Transactions that wait.
    pub pool: Arc<Mempool>,
    /// The way in.
    pub intake: Intake,
    /// The database itself, for checkpoints.
    pub store: Arc<RocksStore>,
    /// Whether this node takes part.
    pub voice: ShownVoice,
    in_flight: Arc<InFlight>,
    links: Option<Links>,
    engine: Mutex<Engine>,
    /// What keeps states for other nodes, where there are any.
    keeper: Mutex<Option<KeeperThread>>,
    /// The threads of the intake and of the journal, until they are joined.
    threads: Mutex<Vec<JoinHandle<()>>>,
}

/// A chain that is open and not running yet.
struct Opening {
    parts: CoreParts,
    store: Arc<RocksStore>,
    state: Arc<State>,
    ledger: Ledger,
    finality: Arc<Finality>,
    /// Who orders the next block.
    membership: Membership,
    in_flight: Arc<InFlight>,
    pool: Arc<Mempool>,
}

impl Core {
    /// Opens the chain in the directory, or begins it; executes again what was ordered and not
    /// written; and runs it. `failed` is called once if this machine fails later.
    pub fn open(
        config: &CoreConfig,
        parts: CoreParts,
        before: Before,
        failed: Box<dyn FnOnce(Failure) + Send>,
    ) -> Result<(Self, Arc<Finality>), OpenError> {
        let opening = Opening::new(config, parts, before)?;
        let keys = &opening.parts.keys;
        let follow = config.follow || !opening.membership.knows(keys) && opening.has_validated()?;
        opening.membership.check(keys, follow, config.network.as_ref())?;
        for key in config.network.iter().flat_map(|place| opening.membership.lost(place, keys)) {
            tracing::warn!(validator = ?key, "nothing says where a validator is");
        }
        let journal =
            JournalConfig { directory: config.directory.join("journal"), sync: config.sync };
        let mut opened = Opened::open(&journal)?;
        let (accepted, remembered) = journal::split(std::mem::take(&mut opened.records));
        let replay = opening.remembered(&accepted, remembered)?;
        let finality = Arc::clone(&opening.finality);
        let core = opening.run(config, opened, (&accepted, replay), failed)?;
        Ok((core, finality))
    }

    /// Builds a block now, even an empty one.
    pub fn make_due(&self) {
        self.tell(EngineInput::Due);
    }

    /// Changes how blocks are paced, from the moment that this returns.
    pub fn set_pace(&self, manual: bool, pace_ms: u64) {
        let (applied, waiting) = mpsc::channel();
        self.tell(EngineInput::Pace(engine::pace(manual, pace_ms), applied));
        // An engine that has ended applies nothing.
        let _ = waiting.recv();
    }

    /// What was accepted and is not in the database yet.
    pub fn unfinished(&self) -> Vec<Record> {
        unfinished(&self.pool, &self.in_flight)
    }

    /// What connects this node to the other validators.
    pub fn network(&self) -> Option<&Arc<Network>> {
        self.links.as_ref().map(|links| &links.network)
    }

    fn tell(&self, input: EngineInput) {
        self.engine.lock().unwrap_or_else(PoisonError::into_inner).tell(input);
    }

    /// Ends the chain, and waits for its threads: what was acknowledged is on disk, and what was
    /// ordered is executed at the next start.
    pub fn stop(&self) {
        self.intake.close();
        if let Some(links) = &self.links {
            links.stop();
        }
        tracing::debug!("the network has stopped");
        let keeper = self.keeper.lock().unwrap_or_else(PoisonError::into_inner).take();
        // What the engine's threads wait for may wait for this: one thread merges for all.
        keeper.iter().for_each(KeeperThread::leave_off);
        self.engine.lock().unwrap_or_else(PoisonError::into_inner).stop();
        tracing::debug!("the engine has ended");
        if let Some(keeper) = keeper {
            keeper.end();
            tracing::debug!("no state is being copied");
        }
        // The journal's thread ends once engine and intake, which wrote to it, have.
        for thread in self.threads.lock().unwrap_or_else(PoisonError::into_inner).drain(..) {
            threads::wait_for(thread);
        }
        tracing::debug!("the journal has ended");
        if let Err(error) = self.store.flush() {
            tracing::error!(%error, "the database cannot be flushed");
        }
    }
}

impl Drop for Core {
    fn drop(&mut self) {
        self.stop();
    }
}

impl Opening {
    fn new(config: &CoreConfig, parts: CoreParts, before: Before) -> Result<Self, OpenError> {
        let directory = |path: &Path| -> Result<(), OpenError> {
            fs::create_dir_all(path)
                .map_err(|reason| OpenError::Directory { path: path.display().to_string(), reason })
        };
        directory(&config.directory)?;
        let store = match before.store {
            Some(store) => store,
            None => open_store(config)?,
        };
        let ledger = Ledger::open(store.clone(), parts.spec.chain)?;
        let CoreConfig { history, cache_bytes, .. } = *config;
        let options = Options { history, cache_bytes, ..Options::default() };
        let state = Arc::new(State::open(store.clone(), options)?);
        let head = match state.head()? {
            None => begin(&parts.spec, &state, &ledger)?,
            Some(head) => read_head(&parts.spec, head, &state, &ledger)?,
        };
        let finality = match before.finality {
            None => Arc::new(Finality::new(head)),
            Some(finality) => {
                finality.put_back(head);
                finality
            }
        };
        let membership = Membership::next(&state, &finality.head().header)?;
        let (in_flight, pool) = (Arc::default(), Arc::default());
        Ok(Self { parts, store, state, ledger, finality, membership, in_flight, pool })
    }

    fn executor(&self) -> Executor {
        Executor {
            chain: self.parts.spec.chain,
            runtime: Arc::clone(&self.parts.runtime),
            state: Arc::clone(&self.state),
            parent: self.finality.head().header.clone(),
            metrics: Arc::clone(&self.parts.metrics),
        }
    }

    fn committer(&self, keeper: Option<Keeper>) -> Committer {
        Committer {
            keeper: keeper.map(Arc::new),
            store: Arc::clone(&self.store),
            state: Arc::clone(&self.state),
            ledger: self.ledger.clone(),
            finality: Arc::clone(&self.finality),
            pool: Arc::clone(&self.pool),
            in_flight: Arc::clone(&self.in_flight),
            metrics: Arc::clone(&self.parts.metrics),
            batch: Batch::new(),
        }
    }

    fn run(
        self,
        config: &CoreConfig,
        opened: Opened,
        (accepted, replay): (&[Vec<u8>], Vec<Ordering>),
        failed: Box<dyn FnOnce(Failure) + Send>,
    ) -> Result<Core, OpenError> {
        let head = self.finality.head().header.height.0;
        self.parts.metrics.height.set(i64::try_from(head).unwrap_or(i64::MAX));
        let (inputs, waiting) = mpsc::channel();
        let (journal, journal_thread) = self.start_journal(opened, inputs.clone())?;
        let (key, settings) = self.settings(config)?;
        let replica = Replica::new(settings.clone());
        let joined = connect::join(&self.parts, &key, &self.membership, config, &replica)?;
        let intake = IntakeParts {
            chain: self.parts.spec.chain,
            state: Arc::clone(&self.state),
            ledger: self.ledger.clone(),
            pool: Arc::clone(&self.pool),
            journal: journal.clone(),
            clock: Arc::clone(&self.parts.clock),
            metrics: Arc::clone(&self.parts.metrics),
            engine: inputs.clone(),
            seen: Arc::clone(&joined.seen),
            speaker: joined.speaker.clone(),
            strikes: joined.strikes.clone(),
        };
        intake::readmit(&intake, accepted)
            .map_err(|fault| StateError::Unprovable { reason: fault.0 })?;
        let kept = snapshots::open(config, &self.parts.metrics);
        let (shelf, keeper, keeper_thread) = kept.map_err(OpenError::Thread)?;
        let workers = Workers { executor: self.executor(), committer: self.committer(keeper) };
        let voice = ShownVoice::default();
        let engine = EngineParts {
            evidence: evidence::Folder::new(config.evidence.clone(), self.parts.spec.chain),
            metrics: Arc::clone(&self.parts.metrics),
            voice: voice.clone(),
            replica,
            settings,
            replay,
            key,
            keys: self.parts.keys.clone(),
            place: config.network.clone(),
            ledger: self.ledger.clone(),
            speaker: joined.speaker.clone(),
            pool: Arc::clone(&self.pool),
            clock: Arc::clone(&self.parts.clock),
            journal,
            in_flight: Arc::clone(&self.in_flight),
        };
        let (intake, verifier) = Intake::start(intake).map_err(OpenError::Thread)?;
        let metrics = Arc::clone(&self.parts.metrics);
        let door = (self.ledger.clone(), intake.clone(), inputs.clone(), metrics);
        let links = joined.open_door(door, shelf).map_err(OpenError::Thread)?;
        let engine =
            Engine::start(engine, workers, (inputs, waiting), failed).map_err(OpenError::Thread)?;
        Ok(Core {
            state: self.state,
            ledger: self.ledger,
            pool: self.pool,
            intake,
            store: self.store,
            voice,
            in_flight: self.in_flight,
            links,
            engine: Mutex::new(engine),
            keeper: Mutex::new(keeper_thread),
            threads: Mutex::new(vec![verifier, journal_thread]),
        })
    }

    fn start_journal(
        &self,
        opened: Opened,
        inputs: mpsc::Sender<EngineInput>,
    ) -> Result<(Journal, JoinHandle<()>), OpenError> {
        let (pool, in_flight) = (Arc::clone(&self.pool), Arc::clone(&self.in_flight));
        let store = Arc::clone(&self.store);
        let still_needed = move || {
            let kept = unfinished(&pool, &in_flight);
            // What left both before the look is in the database, and must be there for good before
            // the old journal goes.
            store.flush()?;
            Ok(kept)
        };
        let failed = move |error: JournalError| {
            // An engine that has ended does not listen.
            let _ = inputs.send(EngineInput::Failed(error.to_string()));
        };
        Ok(opened.start(Box::new(still_needed), Box::new(failed))?)
    }
}

/// What was accepted and is not in the database. A transaction goes from the pool through a block
/// in flight into the database; looked at in this order, none can slip past.
pub(crate) fn unfinished(pool: &Mempool, in_flight: &InFlight) -> Vec<Record> {
    let waiting = pool.all();
    let accepted = waiting.iter().map(|pooled| Record::Accepted(pooled.wire.to_vec()));
    let mut records: Vec<_> = accepted.collect();
    records.extend(in_flight.records());
    records
}
