//! One transaction: the checks before it, its calls, and the accounting after it.

use std::collections::BTreeMap;

use weal_types::{
    AccountId, Amount, AssetId, Gas,
    account::Account,
    codec::{Bounded, Bytes},
    limit,
    receipt::{CallError, Failure, FailureKind, Outcome, SkipReason},
    transaction::{AssetAmount, Transaction},
};

use crate::{
    admission::{self, GasTaken},
    call::{self, CallKind, Caller},
    dry_run,
    fault::{HostFault, Stop},
    gas::Meter,
    session::Shared,
    signature::VerifiedTransaction,
    system::{accounts, assets},
};

/// What the transactions of a block have used up together.
#[derive(Default)]
pub(crate) struct Quotas {
    /// Gas limits so far.
    block: u64,
    by_account: BTreeMap<AccountId, u64>,
}

/// Runs a transaction to its end, which is one of three.
pub(crate) fn run(
    shared: &Shared,
    verified: &VerifiedTransaction,
    quotas: &mut Quotas,
) -> Result<Outcome, HostFault> {
    let transaction = verified.transaction();
    let admitted = match admit(shared, verified, quotas) {
        Ok(admitted) => admitted,
        Err(Refusal::Skip(reason)) => return Ok(Outcome::Skipped(reason)),
        Err(Refusal::Fault(fault)) => return Err(fault),
    };
    quotas.block += transaction.gas_limit.0;
    *quotas.by_account.entry(transaction.signer).or_default() += transaction.gas_limit.0;
    use_nonce(shared, transaction, &admitted.account).map_err(only_fault)?;

    let mut meter = Meter::new(transaction.gas_limit.0 - admission::intrinsic_gas(verified).0);
    let result = run_calls(shared, transaction, &mut meter)?;
    let gas_used = Gas(transaction.gas_limit.0 - meter.left());
    let fee = settle_fee(shared, transaction, &admitted, gas_used).map_err(only_fault)?;
    let events = shared.borrow_mut().settle();
    let hash = verified.hash();
    Ok(match result {
        Ok(returns) => Outcome::Applied {
            transaction: hash,
            gas_used,
            fee,
            returns,
            // `emit` keeps to the same limit, so nothing is lost here.
            events: Bounded::new(events).unwrap_or_default(),
        },
        Err(failure) => Outcome::Reverted { transaction: hash, gas_used, fee, failure },
    })
}

enum Refusal {
    Skip(SkipReason),
    Fault(HostFault),
}

impl From<SkipReason> for Refusal {
    fn from(reason: SkipReason) -> Self {
        Self::Skip(reason)
    }
}

impl From<Stop> for Refusal {
    fn from(stop: Stop) -> Self {
        Self::Fault(only_fault(stop))
    }
}

/// The host's own record keeping has no gas to run out of and no contract to fail.
fn only_fault(stop: Stop) -> HostFault {
    match stop {
        Stop::Fault(fault) => fault,
        other => HostFault::Engine(format!("record keeping failed: {other}")),
    }
}

/// An admitted transaction: authority, nonce and payer are read once, before the first call.
struct Admitted {
    account: Account,
    payer: AccountId,
    /// Taken from the payer already, so that no call can spend it; what is not used comes back in
    /// [`settle_fee`].
    max_fee: Amount,
    fee_asset: Option<(AssetId, AccountId)>,
}

/// Decides whether the transaction runs, in the order of [`SkipReason`].
fn admit(
    shared: &Shared,
    verified: &VerifiedTransaction,
    quotas: &Quotas,
) -> Result<Admitted, Refusal> {
    let transaction = verified.transaction();
    let mut session = shared.borrow_mut();
    let account = accounts::load(&mut session, &transaction.signer)?;
    let account = account.unwrap_or_else(|| Account::opened_by_key(&transaction.signer));
    let sponsor = match &transaction.sponsor {
        None => None,
        Some(id) => {
            let account = accounts::load(&mut session, id)?;
            Some(account.unwrap_or_else(|| Account::opened_by_key(id)))
        }
    };
    let params = &session.params;
    if transaction.nonce != account.nonce || account.nonce.next().is_none() {
        return Err(SkipReason::WrongNonce.into());
    }
    let account_gas = quotas.by_account.get(&transaction.signer).copied().unwrap_or(0);
    let taken = GasTaken { block: quotas.block, account: account_gas };
    let now = session.block.time;
    admission::check(verified, &account, sponsor.as_ref(), now, params, taken)?;
    let max_fee = transaction.max_fee;
    let fee_asset = params.fee.as_ref().map(|schedule| (schedule.asset, schedule.collector));
    let payer = transaction.sponsor.unwrap_or(transaction.signer);
    if let Some((asset, _)) = fee_asset
        && !assets::take_fee(&mut session, &payer, &asset, max_fee)?
    {
        return Err(SkipReason::CannotPay.into());
    }
    Ok(Admitted { account, payer, max_fee, fee_asset })
}

/// Uses the nonce, and starts to watch what leaves the signer.
fn use_nonce(shared: &Shared, transaction: &Transaction, account: &Account) -> Result<(), Stop> {
    let mut session = shared.borrow_mut();
    // A nonce without a successor is not admitted.
    let nonce = account.nonce.next().unwrap_or(account.nonce);
    accounts::store(&mut session, &transaction.signer, &Account { nonce, ..account.clone() })?;
    session.spending.signer = transaction.signer;
    session.spending.before.clear();
    Ok(())
}

/// The calls' results, or why they and all that they did vanished. After a host fault there is no
/// receipt.
type Calls = Result<Vec<Bytes<{ limit::RETURN_BYTES }>>, Failure>;

fn run_calls(
    shared: &Shared,
    transaction: &Transaction,
    meter: &mut Meter,
) -> Result<Calls, HostFault> {
    let checkpoint = shared.borrow().checkpoint();
    let caller = Caller { id: transaction.signer, top_level: true };
    let mut returns = Vec::with_capacity(transaction.calls.len());
    let mut return_bytes = 0;
    let mut failed = None;
    for (index, call) in transaction.calls.iter().enumerate() {
        let fail = |kind| failure(index, call.to, call.method.clone(), kind);
        match call::nested(shared, caller, call, CallKind::Method, false, meter) {
            Ok(result) => {
                return_bytes += result.len();
                match Bytes::new(result) {
                    Ok(result) if return_bytes <= limit::TX_RETURN_BYTES => returns.push(result),
                    _ => failed = Some(fail(FailureKind::LimitExceeded)),
                }
            }
            Err(Stop::Fault(fault)) => return Err(fault),
            Err(Stop::Fail(kind)) => failed = Some(fail(kind)),
            Err(Stop::Inner(error)) => {
                let CallError { contract, method, kind } = *error;
                failed = Some(failure(index, contract, method, kind));
            }
        }
        if failed.is_some() {
            break;
        }
    }
    if failed.is_none() && overspent(shared, transaction).map_err(only_fault)? {
        let last = transaction.calls.len() - 1;
        let call = &transaction.calls[last];
        failed = Some(failure(last, call.to, call.method.clone(), FailureKind::SpendLimit));
    }
    Ok(match failed {
        None => Ok(returns),
        Some(failure) => {
            shared.borrow_mut().rollback(&checkpoint);
            Err(failure)
        }
    })
}

fn failure(
    index: usize,
    contract: weal_types::ContractId,
    method: weal_types::codec::Name,
    kind: FailureKind,
) -> Failure {
    // A transaction has at most 256 calls.
    Failure { call: index as u16, contract, method, kind }
}

/// Whether more of some asset has left the signer's free balance than its own limits allow.
fn overspent(shared: &Shared, transaction: &Transaction) -> Result<bool, Stop> {
    let mut session = shared.borrow_mut();
    let before = std::mem::take(&mut session.spending.before);
    // The check is part of the transaction's fixed price.
    let mut meter = Meter::new(u64::MAX);
    for (asset, before) in before {
        let after = assets::free_balance(&mut session, &mut meter, &transaction.signer, &asset)?;
        let spent = before.0.saturating_sub(after.0);
        if let Some(measured) = &mut session.spending.measured {
            dry_run::measure(measured, AssetAmount { asset, amount: Amount(spent) });
            continue;
        }
        let listed = transaction.limits.iter().find(|limit| limit.asset == asset);
        if spent > listed.map_or(0, |limit| limit.amount.0) {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Pays the fee for `gas_used` and gives the rest of the deposit back.
fn settle_fee(
    shared: &Shared,
    transaction: &Transaction,
    admitted: &Admitted,
    gas_used: Gas,
) -> Result<Amount, Stop> {
    let mut session = shared.borrow_mut();
    session.spending.before.clear();
    let Some((asset, collector)) = admitted.fee_asset else {
        return Ok(Amount::ZERO);
    };
    // No more gas was used than the limit, whose fee was admitted.
    let fee = session.params.fee(gas_used).unwrap_or(transaction.max_fee);
    let rest = admitted.max_fee.checked_sub(fee).unwrap_or(Amount::ZERO);
    assets::give_fee(&mut session, &admitted.payer, &asset, rest)?;
    assets::give_fee(&mut session, &collector, &asset, fee)?;
    Ok(fee)
}
