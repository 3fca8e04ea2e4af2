//! Pure execution: (block context, transactions, snapshot) → (receipts, change set, gas).
//!
//! A transaction is a list of calls to contracts. A contract is native code ([`system`]) or
//! WebAssembly; both have the same kind of address, ABI, caller, gas and receipt. A call runs in a
//! *frame*, a sub-transaction that commits or vanishes whole. Wasmtime is imported in this crate
//! only.
//!
//! | module | one idea |
//! |---|---|
//! | `block`, `transaction` | from transactions to receipts |
//! | [`admission`] | whether a transaction may run |
//! | `query` | calls outside a transaction |
//! | `dry_run` | transactions that nobody has signed yet |
//! | `signature` | what can be verified without the state |
//! | `call` | from frame to frame: entry, permission, rollback |
//! | `frame` | one WebAssembly instance, entered once |
//! | `host` | what a contract can ask for |
//! | `native`, [`system`] | contracts that are part of the chain |
//! | `session`, `overlay` | what the frames of a block share; the state while it changes |
//! | [`gas`] | what work costs |
//! | `engine`, `code`, `cache` | compiling, and keeping what was compiled |
//! | `stand_in` | native code in the place of Wasm, for tests |
//! | `fault` | whose fault it is |
//! | [`genesis`] | the first state |

#![cfg_attr(not(test), deny(clippy::unwrap_used, clippy::expect_used, clippy::panic))]

pub mod admission;
mod block;
mod cache;
mod call;
mod code;
mod dry_run;
mod engine;
mod fault;
mod frame;
pub mod gas;
pub mod genesis;
mod host;
mod native;
mod overlay;
mod query;
mod session;
mod signature;
mod stand_in;
pub mod system;
mod transaction;

use std::sync::Arc;

use thiserror::Error;
use wasmtime::Linker;
use weal_types::CodeHash;

pub use block::{BlockContext, BlockOutput, DeepStack};
pub use cache::DiskCacheConfig;
pub use code::Code;
pub use dry_run::{DryRun, DryRunMode};
pub use fault::HostFault;
pub use overlay::SharedSnapshot;
pub use query::{CallMode, CallOutput};
pub use signature::{InvalidTransaction, VerifiedTransaction, is_signed, verify_batch};
pub use stand_in::{FrameOver, StandIn, StandInExit, StandInFrame};

use cache::{DiskCache, MemoryCache};
use code::Artifact;
use engine::Engines;
use frame::Frame;
use stand_in::StandIns;

/// How a runtime is set up.
#[derive(Clone, Debug, Default)]
pub struct RuntimeConfig {
    /// Where compiled code outlives the process; `None` to compile anew at every start.
    pub disk_cache: Option<DiskCacheConfig>,
    /// Whether one module may be compiled on several threads.
    pub parallel_compilation: bool,
}

/// Why a runtime cannot start on this machine.
#[derive(Debug, Error)]
pub enum SetupError {
    /// Wasmtime refused its configuration, or the operating system the address space of the
    /// instance pool.
    #[error("the execution engine does not start: {0}")]
    Engine(String),
    /// The directory for compiled code cannot be used.
    #[error("the module cache cannot be opened: {0}")]
    Cache(#[from] std::io::Error),
}

/// The engine and its compiled code. One per process: it holds the pool that instances come from.
pub struct Runtime {
    engines: Engines,
    linker: Linker<Frame>,
    memory: MemoryCache,
    disk: Option<DiskCache>,
    stand_ins: StandIns,
}

impl Runtime {
    /// Starts the engine.
    pub fn new(config: &RuntimeConfig) -> Result<Arc<Self>, SetupError> {
        let engines = Engines::new(config.parallel_compilation)?;
        let linker = host::linker(&engines.run)?;
        let disk = config.disk_cache.as_ref().map(|disk| DiskCache::open(disk, &engines.run));
        Ok(Arc::new(Self {
            linker,
            memory: MemoryCache::new(),
            disk: disk.transpose()?,
            engines,
            stand_ins: StandIns::default(),
        }))
    }

    /// Lets `code` run in the place of the module with this hash, from when that is next loaded.
    /// For tests: a chain on which validators did this would fall apart.
    pub fn stand_in(&self, hash: CodeHash, code: Arc<dyn StandIn>) {
        self.stand_ins.put(hash, code);
    }

    /// Code that is in memory already.
    pub fn cached_code(&self, hash: &CodeHash) -> Option<Arc<Code>> {
        self.memory.get(hash)
    }

    /// Gets code ready to run: from memory, from disk, or by compiling `module`, which must be the
    /// one that `hash` names and have passed the gate. A node calls this in the background for what
    /// a block uploaded.
    pub fn load_code(&self, hash: &CodeHash, module: &[u8]) -> Result<Arc<Code>, HostFault> {
        if let Some(code) = self.memory.get(hash) {
            return Ok(code);
        }
        let stored = self.disk.as_ref().and_then(|disk| disk.read(hash));
        let loaded = stored.and_then(|artifact| self.load(hash, &artifact).ok());
        let code = match loaded {
            Some(code) => code,
            None => {
                let artifact = Artifact::compile(&self.engines, hash, module)?;
                if let Some(disk) = &self.disk {
                    disk.write(hash, &artifact);
                }
                self.load(hash, &artifact)?
            }
        };
        self.memory.put(Arc::clone(&code));
        Ok(code)
    }

    fn load(&self, hash: &CodeHash, artifact: &Artifact) -> Result<Arc<Code>, HostFault> {
        // SAFETY: the artifact was compiled in this process, or read from a file whose MAC is keyed
        // by a secret of this node and covers the code hash.
        let mut code = unsafe { Code::load(&self.engines.run, &self.linker, hash, artifact) }?;
        code.stand_in = self.stand_ins.get(hash);
        Ok(Arc::new(code))
    }
}
