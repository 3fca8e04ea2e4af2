//! Drives the replica: performs its actions, and reports what came of them.
//!
//! One thread runs the replica; it owns everything that changes with its steps. Execution and
//! commits to the database have threads of their own, so that block h is written while h + 1
//! executes and h + 2 collects transactions. Journal, executor and committer answer through the one
//! channel that the engine reads.
//!
//! | file | one idea |
//! |---|---|
//! | `start` | its threads, and what its loop knows at first |
//! | `driver` | the loop: what the engine is told |
//! | `perform` | what the replica asks for |
//! | `leader` | whom new transactions are pushed to |
//! | `speak` | what is said to other validators |
//! | `bodies`, `wanted` | proposals with their transactions; those that are looked for |
//! | `standing`, `taken` | which proposals stand; what the pool does not offer for that |
//! | `sync`, `gap` | catching up with blocks that others have made final; those that nobody has |
//! | `follow` | following without a vote; the way from epoch to epoch |
//! | `identity` | by which of its keys the others know this node |
//! | `voice` | whether it takes part |
//! | `accuse` | what becomes of the evidence against a validator |
//! | `commit` | writing what is final |
//! | `merger` | merging the small files that this leaves |
//! | `in_flight` | what the journal must keep until then |

mod accuse;
mod bodies;
mod commit;
mod driver;
mod follow;
mod gap;
mod identity;
mod in_flight;
mod leader;
mod merger;
mod perform;
mod speak;
mod standing;
mod start;
mod sync;
mod taken;
mod voice;
mod wanted;

use std::{
    sync::{Arc, mpsc},
    thread::JoinHandle,
};

use weal_consensus::{Pace, Replica, Settings, Token, Verified};
use weal_net::Received;
use weal_state::PREPARED_BLOCKS;
use weal_types::{
    Epoch, Hash, Height, TxHash, block::Proposal, certificate::Certificate, receipt::SkipReason,
};

use crate::{
    clock::Clock,
    core::NetworkPlace,
    evidence,
    executor::{Executed, Executor},
    failure::Failure,
    journal::Journal,
    ledger::{Ancestry, Ledger},
    membership::Keys,
    mempool::{Mempool, Pooled},
    metrics::Metrics,
    peers::blocks::ProvenBlock,
    threads,
    validator_key::ValidatorKey,
};

pub use bodies::{Body, Ordering};
pub use commit::Committer;
pub use in_flight::InFlight;
pub use speak::{Own, Speaker};
pub use start::pace;
pub use taken::Taken;
pub use voice::{ShownVoice, Voice};

/// Blocks that may wait to be written. With the one being written and those in flight they stay
/// below what the state can hold prepared.
const COMMITS_WAITING: usize = 4;

/// What the engine is told.
pub enum EngineInput {
    /// The pool has transactions that a block could take.
    Ready,
    /// These wait in the pool again, which has not made them ready: they stood in a proposal, and
    /// may stand in one now.
    BackAgain(Vec<Arc<Pooled>>),
    /// Somebody wants a block now, even an empty one.
    Due,
    /// How blocks are paced from now on.
    Pace(Pace, mpsc::Sender<()>),
    /// What the replica wanted to remember is in the journal.
    Durable(Token),
    /// A block was executed.
    Executed(Box<Executed>),
    /// Everything up to this height is in the database, and survives a power cut.
    Flushed(Height),
    /// A validator's message passed the door.
    Message {
        /// Its position.
        from: u8,
        /// In this epoch.
        epoch: Epoch,
        /// What it says.
        message: Verified,
        /// Counts against the sender until the message is heard.
        permit: Received,
    },
    /// A validator sent a proposal with its transactions, or one whose transactions break a rule.
    Body {
        /// Which.
        body: Result<Body, Proposal>,
        /// As for a message.
        permit: Received,
    },
    /// A validator wants the transactions of a proposal.
    WantBody {
        /// Its digest.
        digest: Hash,
        /// Who asks; as for a message.
        permit: Received,
    },
    /// Final blocks, of which the last has a certificate.
    Blocks {
        /// The blocks.
        blocks: Vec<ProvenBlock>,
        /// As for a message.
        permit: Received,
    },
    /// A node that was asked for blocks has those from this one on, and none of the others.
    BlocksFrom {
        /// The first that it has.
        first: Height,
        /// Who says so; as for a message.
        permit: Received,
    },
    /// A part of this machine failed: nothing more is done.
    Failed(String),
    /// Finish what is executing, and end.
    Stop,
}

impl EngineInput {
    /// Says that a thread without which the node is none has panicked.
    pub(crate) fn panicked(engine: mpsc::Sender<Self>) -> impl FnOnce(String) + Send + 'static {
        move |reason| {
            // An engine that has ended does not listen.
            let _ = engine.send(Self::Failed(reason));
        }
    }
}

/// What the engine works with.
pub struct EngineParts {
    /// The rules of ordering.
    pub replica: Replica,
    /// What it started from.
    pub settings: Settings,
    /// What the journal remembers of it.
    pub replay: Vec<Ordering>,
    /// Certifies blocks at present.
    pub key: Arc<ValidatorKey>,
    /// All keys that may.
    pub keys: Keys,
    /// What the configuration says of other nodes.
    pub place: Option<NetworkPlace>,
    /// Final blocks, and the ends of epochs.
    pub ledger: Ledger,
    /// Speaks to the other validators.
    pub speaker: Speaker,
    /// Where transactions wait.
    pub pool: Arc<Mempool>,
    /// Time for proposals.
    pub clock: Arc<Clock>,
    /// Makes proposals durable.
    pub journal: Journal,
    /// What is ordered and not yet written, for a journal that begins anew.
    pub in_flight: Arc<InFlight>,
    /// Where evidence is kept.
    pub evidence: evidence::Folder,
    /// Counters.
    pub metrics: Arc<Metrics>,
    /// Where it shows whether it takes part.
    pub voice: ShownVoice,
}

/// What the engine has threads of their own do.
pub struct Workers {
    /// Executes.
    pub executor: Executor,
    /// Writes and announces.
    pub committer: Committer,
}

/// A block on its way to the database.
pub struct ToCommit {
    /// The executed block.
    pub executed: Executed,
    /// What makes it final.
    pub certificate: Option<Arc<Certificate>>,
    /// Without a certificate: what leads to one.
    pub ancestry: Option<Arc<Ancestry>>,
    /// Transactions that were dropped with it.
    pub dropped: Vec<(TxHash, SkipReason)>,
}

/// What the committer is told.
pub enum Commit {
    /// Write a block.
    Block(Box<ToCommit>),
    /// Make everything so far survive a power cut, and say [`EngineInput::Flushed`].
    Flush(Height),
}

// Executed up to the window above the stable height, waiting here, and being written.
const _: () = assert!(weal_consensus::WINDOW as usize + COMMITS_WAITING + 2 <= PREPARED_BLOCKS);

/// The engine, seen from outside.
pub struct Engine {
    inputs: mpsc::Sender<EngineInput>,
    thread: Option<JoinHandle<()>>,
}

impl Engine {
    /// Starts the threads. `inputs` is the sending end of `waiting`; `failed` is called once if
    /// this machine fails, or if the replica halts.
    pub fn start(
        parts: EngineParts,
        workers: Workers,
        (inputs, waiting): (mpsc::Sender<EngineInput>, mpsc::Receiver<EngineInput>),
        failed: Box<dyn FnOnce(Failure) + Send>,
    ) -> std::io::Result<Self> {
        let sender = inputs.clone();
        let run = move || {
            if let Err(reason) = start::run(parts, workers, sender, &waiting) {
                tracing::error!(%reason, "the node stops: it can no longer follow the chain");
                failed(reason);
            }
        };
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
        if let Some(thread) = self.thread.take() {
            threads::wait_for(thread);
        }
    }
}
