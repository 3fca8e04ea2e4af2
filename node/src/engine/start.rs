//! How the engine begins: its threads, and what its loop knows at first.

use std::{
    collections::BTreeMap,
    sync::{
        Arc,
        mpsc::{self, SyncSender},
    },
    thread::JoinHandle,
};

use weal_consensus::{IN_FLIGHT, Ordered, Pace};
use weal_runtime::DeepStack;
use weal_state::State;
use weal_types::{Height, TimeMs, block::FinalHeader};

use super::{
    COMMITS_WAITING, Commit, EngineInput, EngineParts, Workers,
    bodies::Bodies,
    driver::{Driver, load_params},
    gap::Gap,
    standing::Standing,
    taken::Taken,
    wanted::Wanted,
};
use crate::{
    clock::monotonic, executor::Executor, failure::Failure, membership::Membership,
    mempool::Pooled, threads,
};

/// How a node with this setting spaces its blocks: one executes while the next is made durable and
/// a third collects transactions. More would only let transactions wait in blocks.
pub fn pace(manual: bool, between_ms: u64) -> Pace {
    Pace { between_ms, in_flight: 3, manual }
}

/// A block on its way to the executor.
type ToExecute = (Ordered, Vec<Arc<Pooled>>);

/// Where the loop sends what others do for it.
struct Outlets {
    inputs: mpsc::Sender<EngineInput>,
    execute: SyncSender<ToExecute>,
    commit: SyncSender<Commit>,
}

/// Runs the engine to its end; an error says why this machine cannot go on.
pub(super) fn run(
    mut parts: EngineParts,
    Workers { executor, committer }: Workers,
    inputs: mpsc::Sender<EngineInput>,
    waiting: &mpsc::Receiver<EngineInput>,
) -> Result<(), Failure> {
    let (state, parent) = (Arc::clone(&executor.state), executor.parent.clone());
    let (execute, to_execute) = mpsc::sync_channel(IN_FLIGHT as usize);
    let (commit, to_commit) = mpsc::sync_channel(COMMITS_WAITING);
    let no_thread = |error: std::io::Error| format!("no thread: {error}");
    let executing = spawn_executor(executor, to_execute, inputs.clone()).map_err(no_thread)?;
    let committing = committer.start(to_commit, inputs.clone()).map_err(no_thread)?;
    let replay = std::mem::take(&mut parts.replay);
    let outlets = Outlets { inputs, execute, commit };
    let ended = threads::catch(|| driver(parts, outlets, (state, parent))?.listen(replay, waiting));
    // The channels are closed by now: both threads end after what they have.
    threads::wait_for(executing);
    threads::wait_for(committing);
    ended.unwrap_or_else(|reason| Err(reason.into()))
}

/// What the loop knows at first.
fn driver(
    parts: EngineParts,
    Outlets { inputs, execute, commit }: Outlets,
    (state, parent): (Arc<State>, FinalHeader),
) -> Result<Driver, String> {
    let params = load_params(&state)?;
    let membership = Membership::next(&state, &parent).map_err(|error| error.to_string())?;
    Ok(Driver {
        replica: parts.replica,
        settings: parts.settings,
        identity: Arc::clone(&parts.key),
        connected: monotonic(),
        key: parts.key,
        keys: parts.keys,
        place: parts.place,
        membership,
        // The network was started with them.
        peers: Vec::new(),
        ledger: parts.ledger,
        later: Vec::new(),
        is_joining: false,
        offered: TimeMs(0),
        to_offer: None,
        pool: parts.pool,
        clock: parts.clock,
        journal: parts.journal,
        in_flight: parts.in_flight,
        inputs,
        execute,
        commit,
        params,
        state,
        wanted: Wanted::new(parts.speaker.invited().clone()),
        speaker: parts.speaker,
        bodies: Bodies::default(),
        answered: BTreeMap::new(),
        standing: Standing::default(),
        taken: Taken::default(),
        is_pool_stale: true,
        to_judge: Vec::new(),
        new_leader: None,
        called_unfair: None,
        notes: Vec::new(),
        is_executing: false,
        parent,
        executed: BTreeMap::new(),
        proofs: BTreeMap::new(),
        handed_over: Height::ZERO,
        settling: Vec::new(),
        sync: None,
        gap: Gap::default(),
        timers: BTreeMap::new(),
        evidence: parts.evidence,
        metrics: parts.metrics,
        voice: parts.voice,
        is_muted: false,
    })
}

fn spawn_executor(
    mut executor: Executor,
    waiting: mpsc::Receiver<ToExecute>,
    inputs: mpsc::Sender<EngineInput>,
) -> std::io::Result<JoinHandle<()>> {
    let panicked = EngineInput::panicked(inputs.clone());
    let mut execute_all = move |stack: &DeepStack| {
        while let Ok((ordered, body)) = waiting.recv() {
            let input = match executor.execute(stack, ordered, body) {
                Ok(executed) => EngineInput::Executed(Box::new(executed)),
                Err(error) => EngineInput::Failed(error.to_string()),
            };
            let is_failure = matches!(input, EngineInput::Failed(_));
            if inputs.send(input).is_err() || is_failure {
                return;
            }
        }
    };
    DeepStack::spawn("executor", move |stack| {
        threads::catch(|| execute_all(stack)).unwrap_or_else(panicked);
    })
}
