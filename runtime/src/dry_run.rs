//! Trying a transaction out before anybody has signed it.
//!
//! It takes the path of a transaction in a block: the same admission, calls, spending limits, fee
//! and receipt. Only the signatures are assumed, those of every key that the accounts name, so that
//! no set of signatures that is sent later costs more gas.

use std::{cell::RefCell, rc::Rc, sync::Arc};

use weal_types::{
    AccountId, Amount, PublicKey,
    account::{Account, Authority},
    params::ChainParams,
    receipt::Outcome,
    state::ChangeSet,
    transaction::{AssetAmount, Transaction},
};

use crate::{
    BlockContext, Runtime,
    block::on_deep_stack,
    fault::{HostFault, Stop},
    overlay::SharedSnapshot,
    session::{Session, Shared},
    signature::VerifiedTransaction,
    system::{self, accounts},
    transaction::{self, Quotas},
};

/// What a dry run is to find out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DryRunMode {
    /// What the transaction needs: gas costs nothing, and the signer's spending limits are measured
    /// instead of kept.
    Measure,
    /// What a block with this transaction alone would do.
    Exact,
}

/// What a dry run came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DryRun {
    /// How the transaction would end.
    pub outcome: Outcome,
    /// What it would write.
    pub changes: ChangeSet,
    /// What would leave the signer's free balance, ascending by asset; the fee does not count.
    /// Empty unless measured.
    pub spent: Vec<AssetAmount>,
    /// The signer, as the block would find it.
    pub signer: Account,
    /// The sponsor, likewise.
    pub sponsor: Option<Account>,
}

impl Runtime {
    /// Runs `transaction` in a block of its own on a snapshot, as if everybody who may sign it had.
    /// Nothing is written anywhere.
    pub fn dry_run(
        self: &Arc<Self>,
        context: &BlockContext,
        transaction: &Transaction,
        mode: DryRunMode,
        snapshot: SharedSnapshot,
    ) -> Result<DryRun, HostFault> {
        let mut params = system::params::load(snapshot.as_ref())?;
        if mode == DryRunMode::Measure {
            params.fee = None;
        }
        on_deep_stack(|_| try_out(Arc::clone(self), context, transaction, mode, params, snapshot))
    }
}

fn try_out(
    runtime: Arc<Runtime>,
    context: &BlockContext,
    transaction: &Transaction,
    mode: DryRunMode,
    params: ChainParams,
    snapshot: SharedSnapshot,
) -> Result<DryRun, HostFault> {
    let mut session = Session::new(runtime, *context, params, snapshot);
    let signer = account(&mut session, &transaction.signer)?;
    let sponsor = match &transaction.sponsor {
        Some(id) => Some(account(&mut session, id)?),
        None => None,
    };
    if mode == DryRunMode::Measure {
        session.spending.measured = Some(Vec::new());
    }
    let verified = VerifiedTransaction::assumed(
        transaction.clone(),
        &keys(&signer),
        &sponsor.as_ref().map(keys).unwrap_or_default(),
        &context.chain,
    )
    // A record with no keys, or more than a transaction can have signatures, is none.
    .map_err(|_| HostFault::Corrupt { contract: system::ACCOUNTS, what: "an account" })?;
    let shared: Shared = Rc::new(RefCell::new(session));
    let outcome = transaction::run(&shared, &verified, &mut Quotas::default())?;
    let mut session = Rc::into_inner(shared)
        .ok_or_else(|| HostFault::Engine("a frame outlived its dry run".into()))?
        .into_inner();
    let spent = session.spending.measured.take().unwrap_or_default();
    let changes = session.into_overlay().into_changes();
    Ok(DryRun { outcome, changes, spent, signer, sponsor })
}

fn account(session: &mut Session, id: &AccountId) -> Result<Account, HostFault> {
    match accounts::load(session, id) {
        Ok(account) => Ok(account.unwrap_or_else(|| Account::opened_by_key(id))),
        Err(Stop::Fault(fault)) => Err(fault),
        Err(other) => Err(HostFault::Engine(format!("an account could not be read: {other}"))),
    }
}

/// Every key that an account accepts, ascending.
fn keys(account: &Account) -> Vec<PublicKey> {
    match &account.authority {
        Authority::Key(key) => vec![*key],
        Authority::Policy(policy) => policy.keys.iter().map(|entry| entry.key).collect(),
    }
}

/// Adds to what has been measured; nothing spent is left out.
pub(crate) fn measure(measured: &mut Vec<AssetAmount>, spent: AssetAmount) {
    if spent.amount > Amount::ZERO {
        measured.push(spent);
    }
}
