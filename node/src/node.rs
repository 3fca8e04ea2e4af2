//! The handle to a running node: what JSON-RPC, the command line and tests use.

mod chains;
mod control;

use std::{
    fs,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError, RwLock, atomic::AtomicBool},
};

use thiserror::Error;
use tokio::sync::{broadcast, oneshot, watch};
use weal_net::Network;
use weal_runtime::{DiskCacheConfig, Runtime, RuntimeConfig, SetupError, system::validators};
use weal_state::{RocksMemory, State, StateError, StoreError};
use weal_types::{PublicKey, TxHash, certificate::ValidatorSet};

pub(crate) use chains::{chain_directory, current_number, remove};
use chains::{remove_others, set_current};

use crate::{
    clock::Clock,
    core::{Before, Core, CoreConfig, CoreParts, NetworkPlace, OpenError},
    engine::Voice,
    failure::{self, Failure, Halted},
    finality::{Finality, Settled},
    genesis::ChainSpec,
    intake::Verdicts,
    join,
    ledger::{FinalizedBlock, Ledger},
    membership::Keys,
    mempool::{Fate, Mempool, SubmitError},
    metrics::Metrics,
    snapshots::SnapshotSettings,
    validator_key::ValidatorKey,
};

/// How a node is set up.
#[derive(Clone, Debug)]
pub struct NodeConfig {
    /// Everything that the node keeps; locked while it runs.
    pub data: PathBuf,
    /// Compiled modules; may be shared by chains of one user on one machine, and by nothing else.
    pub cache: PathBuf,
    /// Whether what is acknowledged survives a power cut.
    pub sync: bool,
    /// Bytes of memory for cached blocks of the database, and as many for cached leaves of the
    /// state's tree.
    pub cache_bytes: usize,
    /// Whether old values are kept.
    pub history: bool,
    /// Least milliseconds between two blocks under load.
    pub pace_ms: u64,
    /// Whether blocks are built only when somebody asks.
    pub manual: bool,
    /// Where the other validators are; `None` on a chain of one.
    pub network: Option<NetworkPlace>,
    /// The clock that blocks take their time from: validators of a devnet share one.
    pub clock: Arc<Clock>,
    /// The key that is to take the validator's place, once the chain knows it by that.
    pub next_key: Option<Arc<ValidatorKey>>,
    /// Whether the node may run although the chain does not know its key, to follow the chain.
    pub follow: bool,
    /// How states are kept for others, and when one is fetched.
    pub snapshots: SnapshotSettings,
}

impl NodeConfig {
    /// A node that keeps its data in `data`, with everything else as usual.
    pub fn new(data: PathBuf) -> Self {
        Self {
            cache: data.join("cache"),
            data,
            sync: true,
            cache_bytes: 256 << 20,
            history: false,
            // Long enough for transactions to share what a block costs by itself; far below what a
            // person notices.
            pace_ms: 10,
            manual: false,
            network: None,
            clock: Arc::default(),
            next_key: None,
            follow: false,
            snapshots: SnapshotSettings::default(),
        }
    }
}

/// Why a node does not start.
#[derive(Debug, Error)]
pub enum StartError {
    /// Another process runs on the same data.
    #[error("{path} is in use by another node; stop that one, or choose another data directory")]
    Locked {
        /// The directory.
        path: String,
    },
    /// The directory cannot be used.
    #[error("{path}: {reason}")]
    Directory {
        /// Which one.
        path: String,
        /// What the system says.
        reason: std::io::Error,
    },
    /// It halted before.
    #[error(transparent)]
    Halted(#[from] Halted),
    /// The execution engine does not start.
    #[error(transparent)]
    Setup(#[from] SetupError),
    /// The chain cannot be run.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// No secret for the cache of compiled modules.
    #[error("the operating system gives no random bytes: {0}")]
    Random(getrandom::Error),
}

/// A running node; clones share it.
#[derive(Clone)]
pub struct Node(Arc<Inner>);

struct Inner {
    config: NodeConfig,
    parts: CoreParts,
    finality: Arc<Finality>,
    core: RwLock<Arc<Core>>,
    failure: watch::Sender<Option<Failure>>,
    /// Held while the running chain is exchanged, one exchange at a time.
    running: Mutex<Running>,
    /// Whether a devnet has stopped this validator.
    is_paused: AtomicBool,
    /// Held as long as the node lives.
    _lock: fs::File,
}

/// How the chain is run now, which may differ from how it was set up.
struct Running {
    /// Whether blocks are built only when asked for.
    manual: bool,
    /// Least milliseconds between two blocks.
    pace_ms: u64,
    /// Validators that this one is cut off from.
    cut: Vec<PublicKey>,
}

impl Node {
    /// Starts a node on the chain of `spec`, whose validator has `key`.
    pub fn start(
        config: NodeConfig,
        spec: ChainSpec,
        key: ValidatorKey,
    ) -> Result<Self, StartError> {
        let lock = lock(&config.data)?;
        failure::check_mark(&config.data)?;
        let disk_cache =
            DiskCacheConfig { directory: config.cache.clone(), key: cache_key(&config.cache)? };
        let runtime = Runtime::new(&RuntimeConfig {
            disk_cache: Some(disk_cache),
            parallel_compilation: true,
        })?;
        let parts = CoreParts {
            spec: Arc::new(spec),
            keys: Keys { present: Arc::new(key), next: config.next_key.clone() },
            runtime,
            clock: Arc::clone(&config.clock),
            metrics: Arc::default(),
        };
        let failure = watch::Sender::new(None);
        let number = current_number(&config.data)?;
        let joined = join::join(&config, &parts, number)?;
        let directory = config.data.join(chain_directory(joined.number));
        if joined.number != number {
            set_current(&config.data, joined.number)?;
        }
        remove_others(&config.data, &directory);
        let running = Running { manual: config.manual, pace_ms: config.pace_ms, cut: Vec::new() };
        let core_config = core_config(&config, &running, directory);
        let before = Before { finality: None, store: joined.store };
        let (core, finality) =
            Core::open(&core_config, parts.clone(), before, report_to(&failure, &config.data))?;
        Ok(Self(Arc::new(Inner {
            config,
            parts,
            finality,
            core: RwLock::new(Arc::new(core)),
            failure,
            running: Mutex::new(running),
            is_paused: AtomicBool::new(false),
            _lock: lock,
        })))
    }

    /// The chain.
    pub fn spec(&self) -> &ChainSpec {
        &self.0.parts.spec
    }

    /// The keys that it votes with.
    pub fn keys(&self) -> &Keys {
        &self.0.parts.keys
    }

    /// The validators of the block after the newest one.
    pub fn validators(&self) -> Result<ValidatorSet, StateError> {
        let snapshot = self.state().committed_snapshot()?;
        let head = self.head().header.height;
        let schedule = validators::load(&snapshot).map(|it| it.at(head.next().unwrap_or(head)));
        let unreadable = |reason: String| StateError::Unprovable { reason };
        let set = schedule.map_err(|fault| unreadable(fault.to_string()))?.set();
        set.ok_or_else(|| unreadable("the state names no validators".into()))
    }

    /// How the node is set up.
    pub fn config(&self) -> &NodeConfig {
        &self.0.config
    }

    /// Runs contracts.
    pub fn runtime(&self) -> &Arc<Runtime> {
        &self.0.parts.runtime
    }

    /// The clock that blocks take their time from.
    pub fn clock(&self) -> &Arc<Clock> {
        &self.0.parts.clock
    }

    /// Counters.
    pub fn metrics(&self) -> &Arc<Metrics> {
        &self.0.parts.metrics
    }

    pub(crate) fn core(&self) -> Arc<Core> {
        Arc::clone(&self.0.core.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// The state: snapshots and proofs.
    pub fn state(&self) -> Arc<State> {
        Arc::clone(&self.core().state)
    }

    /// The memory that the database holds now.
    pub fn database_memory(&self) -> Result<RocksMemory, StoreError> {
        self.core().store.memory()
    }

    /// Final blocks, receipts and events.
    pub fn ledger(&self) -> Ledger {
        self.core().ledger.clone()
    }

    /// Transactions that wait.
    pub fn pool(&self) -> Arc<Mempool> {
        Arc::clone(&self.core().pool)
    }

    /// What connects this validator with the others; `None` where there are none.
    pub fn network(&self) -> Option<Arc<Network>> {
        self.core().network().cloned()
    }

    /// The newest final block.
    pub fn head(&self) -> Arc<FinalizedBlock> {
        self.0.finality.head()
    }

    /// All final blocks from now on. Whoever falls too far behind misses some.
    pub fn subscribe(&self) -> broadcast::Receiver<Arc<FinalizedBlock>> {
        self.0.finality.subscribe()
    }

    /// Submits signed transactions, and waits until each is refused, or accepted and durable.
    pub async fn submit(&self, wires: Vec<Vec<u8>>) -> Verdicts {
        if self.is_paused() {
            let reason = "this validator is paused: `dev_resume` lets it go on".to_owned();
            return vec![Err(SubmitError::Stopped { reason }); wires.len()];
        }
        let intake = self.core().intake.clone();
        intake.submit(wires).await
    }

    /// Waits for a transaction. Whoever asks looks for it in the ledger and the pool *afterwards*:
    /// it may be final already.
    pub fn wait_for(&self, hash: TxHash) -> oneshot::Receiver<Settled> {
        self.0.finality.wait_for(hash)
    }

    /// What the pool knows of a transaction.
    pub fn fate(&self, hash: &TxHash) -> Fate {
        self.core().pool.fate(hash)
    }

    /// Whether it takes part in consensus: whoever does not run says nothing.
    pub fn voice(&self) -> Voice {
        let is_over = self.is_paused() || self.failure().borrow().is_some();
        if is_over { Voice::Silent } else { self.core().voice.get() }
    }

    /// Says why the node has failed, once it has.
    pub fn failure(&self) -> watch::Receiver<Option<Failure>> {
        self.0.failure.subscribe()
    }
}

/// Tells of a failure. A halt is on disk before anybody hears of it, and ends the process.
fn report_to(
    failure: &watch::Sender<Option<Failure>>,
    data: &Path,
) -> Box<dyn FnOnce(Failure) + Send> {
    let (failure, data) = (failure.clone(), data.to_owned());
    Box::new(move |why| {
        if let Failure::Halt(reason) = &why
            && let Err(error) = failure::leave_mark(&data, reason)
        {
            tracing::error!(%error, "a halt cannot be marked: this node must not start again");
        }
        failure.send_replace(Some(why));
    })
}

fn core_config(config: &NodeConfig, running: &Running, directory: PathBuf) -> CoreConfig {
    CoreConfig {
        directory,
        evidence: config.data.join("evidence"),
        sync: config.sync,
        cache_bytes: config.cache_bytes,
        history: config.history,
        pace_ms: running.pace_ms,
        manual: running.manual,
        network: config.network.clone(),
        cut: running.cut.clone(),
        follow: config.follow,
        snapshots: config.snapshots.clone(),
    }
}

fn directory_error(path: &Path) -> impl Fn(std::io::Error) -> StartError {
    move |reason| StartError::Directory { path: path.display().to_string(), reason }
}

/// Takes the data directory for this process.
fn lock(data: &Path) -> Result<fs::File, StartError> {
    fs::create_dir_all(data).map_err(directory_error(data))?;
    let path = data.join("lock");
    let file = fs::File::create(&path).map_err(directory_error(&path))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(fs::TryLockError::WouldBlock) => {
            Err(StartError::Locked { path: data.display().to_string() })
        }
        Err(fs::TryLockError::Error(error)) => Err(directory_error(&path)(error)),
    }
}

/// The secret that guards compiled modules against being swapped; made once.
fn cache_key(cache: &Path) -> Result<[u8; 32], StartError> {
    use std::{io::Write, os::unix::fs::OpenOptionsExt};
    fs::create_dir_all(cache).map_err(directory_error(cache))?;
    let path = cache.join("key");
    if let Ok(bytes) = fs::read(&path)
        && let Ok(key) = <[u8; 32]>::try_from(bytes)
    {
        return Ok(key);
    }
    let mut key = [0; 32];
    getrandom::fill(&mut key).map_err(StartError::Random)?;
    let file =
        fs::OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&path);
    file.and_then(|mut file| file.write_all(&key)).map_err(directory_error(&path))?;
    Ok(key)
}
