//! Drives the replica: performs its actions, and reports what came of them.
//!
//! One thread runs the replica; it owns everything that changes with its steps. Execution and
//! commits to the database have threads of their own, so that block h is written while h + 1
//! executes and h + 2 collects transactions. Journal, executor and committer answer through the one
//! channel that the engine reads.
//!
//! | file | one idea |
//! |---|---|
//! | `driver` | the loop, and one function for each action |
//! | `bodies` | proposals with their transactions |
//! | `commit` | writing what is final |
//! | `in_flight` | what the journal must keep until then |

mod bodies;
mod commit;
mod driver;
mod in_flight;

use std::{
    sync::{Arc, mpsc},
    thread::JoinHandle,
};

use weal_consensus::{Pace, Replica, Token};
use weal_types::{ChainId, TxHash, certificate::Certificate, receipt::SkipReason};

use crate::{
    clock::Clock,
    executor::{Executed, Executor},
    journal::Journal,
    mempool::Mempool,
    validator_key::ValidatorKey,
};

pub use bodies::{Bodies, Ordering};

pub use commit::Committer;
pub use in_flight::InFlight;

pub use driver::pace;

use driver::Driver;

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
    Pace(Pace, mpsc::Sender<()>),
    /// What the replica wanted to remember is in the journal.
    Durable(Token),
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
    pub replica: Replica,
    /// What the journal remembers of it.
    pub replay: Vec<Ordering>,
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
    /// What makes it final; without one, the block after it does.
    pub certificate: Option<Arc<Certificate>>,
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
