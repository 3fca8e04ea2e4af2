//! The handle to a running node: what JSON-RPC, the command line and tests use.

use std::{
    fs,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError, RwLock},
};

use thiserror::Error;
use tokio::sync::{broadcast, oneshot, watch};
use weal_net::Network;
use weal_runtime::{DiskCacheConfig, Runtime, RuntimeConfig, SetupError};
use weal_state::State;
use weal_types::TxHash;

use crate::{
    clock::Clock,
    core::{Core, CoreConfig, CoreParts, NetworkPlace, OpenError},
    finality::{Finality, Settled},
    genesis::ChainSpec,
    intake::Verdicts,
    ledger::{FinalizedBlock, Ledger},
    mempool::{Fate, Mempool},
    metrics::Metrics,
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
    /// Bytes of memory for cached blocks of the database.
    pub cache_bytes: usize,
    /// Whether old values are kept.
    pub history: bool,
    /// Least milliseconds between two blocks under load.
    pub pace_ms: u64,
    /// Whether blocks are built only when somebody asks.
    pub manual: bool,
    /// Where the other validators are; `None` on a chain of one.
    pub network: Option<NetworkPlace>,
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
    failure: watch::Sender<Option<String>>,
    /// How blocks are paced: whether only when asked for, and at which distance in milliseconds.
    /// Held while the running chain is exchanged, one exchange at a time.
    pace: Mutex<(bool, u64)>,
    /// Held as long as the node lives.
    _lock: fs::File,
}

impl Node {
    /// Starts a node on the chain of `spec`, whose validator has `key`.
    pub fn start(
        config: NodeConfig,
        spec: ChainSpec,
        key: ValidatorKey,
    ) -> Result<Self, StartError> {
        let lock = lock(&config.data)?;
        let disk_cache =
            DiskCacheConfig { directory: config.cache.clone(), key: cache_key(&config.cache)? };
        let runtime = Runtime::new(&RuntimeConfig {
            disk_cache: Some(disk_cache),
            parallel_compilation: true,
        })?;
        let parts = CoreParts {
            spec: Arc::new(spec),
            key: Arc::new(key),
            runtime,
            clock: Arc::default(),
            metrics: Arc::default(),
        };
        let failure = watch::Sender::new(None);
        let directory = current(&config.data)?;
        remove_others(&config.data, &directory);
        let core_config = core_config(&config, directory);
        let (core, finality) = Core::open(&core_config, parts.clone(), None, report_to(&failure))?;
        let pace = (config.manual, config.pace_ms);
        Ok(Self(Arc::new(Inner {
            config,
            parts,
            finality,
            core: RwLock::new(Arc::new(core)),
            failure,
            pace: Mutex::new(pace),
            _lock: lock,
        })))
    }

    /// The chain.
    pub fn spec(&self) -> &ChainSpec {
        &self.0.parts.spec
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

    /// Says why the node has failed, once it has.
    pub fn failure(&self) -> watch::Receiver<Option<String>> {
        self.0.failure.subscribe()
    }

    /// Stops the node. What was acknowledged is on disk.
    pub fn stop(&self) {
        let _pace = self.0.pace.lock().unwrap_or_else(PoisonError::into_inner);
        self.core().stop();
    }

    /// Builds a block now, even an empty one.
    pub fn make_due(&self) {
        self.core().make_due();
    }

    /// How blocks are paced: whether only when asked for, and at which distance in milliseconds.
    pub fn pace(&self) -> (bool, u64) {
        *self.0.pace.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Changes how blocks are paced.
    pub fn set_pace(&self, manual: bool, pace_ms: u64) {
        let mut pace = self.0.pace.lock().unwrap_or_else(PoisonError::into_inner);
        *pace = (manual, pace_ms);
        self.core().set_pace(manual, pace_ms);
    }

    /// Runs the chain that stands in another directory of the data directory from now on.
    pub(crate) fn switch_to(&self, number: u64) -> Result<(), StartError> {
        let pace = self.0.pace.lock().unwrap_or_else(PoisonError::into_inner);
        self.core().stop();
        let directory = self.0.config.data.join(chain_directory(number));
        let finality = Some(Arc::clone(&self.0.finality));
        let mut config = core_config(&self.0.config, directory);
        (config.manual, config.pace_ms) = *pace;
        let report = report_to(&self.0.failure);
        let (core, _) = Core::open(&config, self.0.parts.clone(), finality, report)?;
        *self.0.core.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(core);
        set_current(&self.0.config.data, number)
    }
}

fn report_to(failure: &watch::Sender<Option<String>>) -> Box<dyn FnOnce(String) + Send> {
    let failure = failure.clone();
    Box::new(move |reason| {
        failure.send_replace(Some(reason));
    })
}

fn core_config(config: &NodeConfig, directory: PathBuf) -> CoreConfig {
    CoreConfig {
        directory,
        sync: config.sync,
        cache_bytes: config.cache_bytes,
        history: config.history,
        pace_ms: config.pace_ms,
        manual: config.manual,
        network: config.network.clone(),
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

pub(crate) fn chain_directory(number: u64) -> String {
    format!("chain-{number}")
}

/// The directory of the chain that runs: the file `current` has its number.
fn current(data: &Path) -> Result<PathBuf, StartError> {
    Ok(data.join(chain_directory(current_number(data)?)))
}

/// Removes what earlier runs of a devnet left behind.
fn remove_others(data: &Path, current: &Path) {
    for entry in fs::read_dir(data).into_iter().flatten().flatten() {
        let is_chain = entry.file_name().to_string_lossy().starts_with("chain-");
        if is_chain && entry.path() != current {
            remove(&entry.path());
        }
    }
}

/// Removes a directory that is no longer used. One that resists is tried again at the next start.
pub(crate) fn remove(path: &Path) {
    if let Err(error) = fs::remove_dir_all(path) {
        tracing::warn!(path = %path.display(), %error, "an old directory cannot be removed yet");
    }
}

pub(crate) fn current_number(data: &Path) -> Result<u64, StartError> {
    let path = data.join("current");
    match fs::read_to_string(&path) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(1),
        Err(error) => Err(directory_error(&path)(error)),
        Ok(text) => text.trim().parse().map_err(|_| {
            directory_error(&path)(std::io::Error::other(format!("`{text}` is no number")))
        }),
    }
}

fn set_current(data: &Path, number: u64) -> Result<(), StartError> {
    let (path, draft) = (data.join("current"), data.join("current.new"));
    fs::write(&draft, format!("{number}\n"))
        .and_then(|()| fs::rename(&draft, &path))
        .map_err(directory_error(&path))
}
