//! A block: its transactions in order, each on the state that the one before it left.

use std::{
    borrow::Borrow, cell::RefCell, marker::PhantomData, rc::Rc, sync::Arc, thread::JoinHandle,
};

use weal_types::{
    ChainId, CodeHash, Gas, Height, TimeMs,
    codec::Version,
    params::ChainParams,
    receipt::{Outcome, Receipt},
    state::ChangeSet,
};

use crate::{
    Runtime,
    engine::EXECUTOR_STACK_BYTES,
    fault::HostFault,
    overlay::SharedSnapshot,
    session::{Session, Shared},
    signature::VerifiedTransaction,
    system,
    transaction::{self, Quotas},
};

/// Where and when a block executes. All of it is agreed on, so contracts may see it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BlockContext {
    /// The chain.
    pub chain: ChainId,
    /// The block's height.
    pub height: Height,
    /// The block's time.
    pub time: TimeMs,
}

/// What a block comes to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BlockOutput {
    /// One receipt per transaction, in order.
    pub receipts: Vec<Receipt>,
    /// What the state layer is to write.
    pub changes: ChangeSet,
    /// Gas that was used.
    pub gas_used: Gas,
    /// Code that was uploaded: to be compiled before it becomes callable ([`Runtime::load_code`]).
    pub uploaded: Vec<CodeHash>,
}

impl Runtime {
    /// Executes a block on the state after its parent.
    ///
    /// Pure: the same inputs give the same bytes on every machine, whatever is cached. Runs on a
    /// thread of its own, because calls between contracts need a deeper stack than threads have by
    /// default; whoever executes one block after the other has one [`DeepStack`] for all of them.
    /// An error means that this machine failed; the caller stops instead of guessing what the
    /// others found.
    pub fn execute_block(
        self: &Arc<Self>,
        context: &BlockContext,
        transactions: &[impl Borrow<VerifiedTransaction> + Sync],
        snapshot: SharedSnapshot,
    ) -> Result<BlockOutput, HostFault> {
        on_deep_stack(|stack| self.execute_block_on(stack, context, transactions, snapshot))
    }

    /// The same on the present thread.
    pub fn execute_block_on(
        self: &Arc<Self>,
        _stack: &DeepStack,
        context: &BlockContext,
        transactions: &[impl Borrow<VerifiedTransaction>],
        snapshot: SharedSnapshot,
    ) -> Result<BlockOutput, HostFault> {
        let params = system::params::load(snapshot.as_ref())?;
        execute(Arc::clone(self), context, transactions, params, snapshot)
    }
}

/// Shows that the stack of the present thread holds all frames that may run inside each other.
/// Cannot leave the thread.
pub struct DeepStack(PhantomData<*const ()>);

impl DeepStack {
    /// Starts a thread with such a stack.
    pub fn spawn<R: Send + 'static>(
        name: &str,
        work: impl FnOnce(&Self) -> R + Send + 'static,
    ) -> std::io::Result<JoinHandle<R>> {
        std::thread::Builder::new()
            .name(name.to_owned())
            .stack_size(EXECUTOR_STACK_BYTES)
            .spawn(|| work(&Self(PhantomData)))
    }
}

fn execute(
    runtime: Arc<Runtime>,
    context: &BlockContext,
    transactions: &[impl Borrow<VerifiedTransaction>],
    params: ChainParams,
    snapshot: SharedSnapshot,
) -> Result<BlockOutput, HostFault> {
    let session = Session::new(runtime, *context, params, snapshot);
    let shared: Shared = Rc::new(RefCell::new(session));
    let mut quotas = Quotas::default();
    let mut receipts = Vec::with_capacity(transactions.len());
    let mut gas_used: u64 = 0;
    for (index, verified) in (0..).zip(transactions) {
        let outcome = transaction::run(&shared, verified.borrow(), &mut quotas)?;
        if let Outcome::Applied { gas_used: used, .. } | Outcome::Reverted { gas_used: used, .. } =
            &outcome
        {
            // At most the block's gas limit, which `Quotas` has checked.
            gas_used += used.0;
        }
        receipts.push(Receipt { version: Version, index, outcome });
    }
    let session = Rc::into_inner(shared)
        .ok_or_else(|| HostFault::Engine("a frame outlived its block".into()))?
        .into_inner();
    let uploaded = session.uploaded.clone();
    let changes = session.into_overlay().into_changes();
    Ok(BlockOutput { receipts, changes, gas_used: Gas(gas_used), uploaded })
}

/// Runs `work` on a thread whose stack holds all frames that may run inside each other.
pub(crate) fn on_deep_stack<R: Send>(
    work: impl FnOnce(&DeepStack) -> Result<R, HostFault> + Send,
) -> Result<R, HostFault> {
    std::thread::scope(|scope| {
        let thread = std::thread::Builder::new()
            .name("executor".into())
            .stack_size(EXECUTOR_STACK_BYTES)
            .spawn_scoped(scope, || work(&DeepStack(PhantomData)))
            .map_err(|error| HostFault::Engine(format!("no executor thread: {error}")))?;
        thread.join().unwrap_or_else(|_| Err(HostFault::Engine("the executor panicked".into())))
    })
}
