//! `tx_*`.

use std::{sync::Arc, time::Duration};

use weal_client::rpc::{
    error::{self, Kind, Refused},
    types::{
        Hex32, SUBMIT_TRANSACTIONS, Submit, SubmitStatus, SubmitVerdict, TxGet, TxState, TxStatus,
        TxWait, U64, WAIT_MS, WAIT_MS_MAX,
    },
};
use weal_runtime::InvalidTransaction;
use weal_types::{
    Height, TxHash,
    receipt::SkipReason,
    transaction::{SignedTransaction, Transaction},
};

use super::{
    Api,
    error::{Answer, Error},
    methods::Waiting,
    said,
    view::View,
};
use crate::{
    finality::Settled,
    ledger::TxPlace,
    mempool::{Fate, SubmitError},
};

pub(super) fn submit(api: Arc<Api>, params: Submit) -> Waiting<Vec<SubmitVerdict>> {
    Box::pin(async move {
        let count = params.transactions.len();
        if !(1..=SUBMIT_TRANSACTIONS).contains(&count) {
            let message = format!("{count} transactions; 1 to {SUBMIT_TRANSACTIONS} go at once");
            return Err(Error::new(error::INVALID_PARAMS, message));
        }
        let wires = params.transactions.into_iter().map(|bytes| bytes.0).collect();
        let verdicts = api.node.submit(wires).await;
        Ok(verdicts.into_iter().map(verdict).collect())
    })
}

fn verdict(verdict: Result<TxHash, SubmitError>) -> SubmitVerdict {
    match verdict {
        Ok(hash) => {
            SubmitVerdict { hash: Some(Hex32(hash.0)), status: SubmitStatus::Accepted, error: None }
        }
        Err(SubmitError::Known { hash }) => {
            SubmitVerdict { hash: Some(Hex32(hash.0)), status: SubmitStatus::Known, error: None }
        }
        Err(refused) => SubmitVerdict {
            hash: None,
            status: SubmitStatus::Refused,
            error: Some(submit_kind(&refused).refused(refused.to_string())),
        },
    }
}

fn submit_kind(error: &SubmitError) -> Kind {
    match error {
        SubmitError::Invalid(InvalidTransaction::Signature { .. }) => error::TX_SIGNATURE,
        SubmitError::Invalid(_) | SubmitError::Known { .. } => error::TX_MALFORMED,
        SubmitError::NonceUsed { .. } => error::TX_WRONG_NONCE,
        SubmitError::NonceTooFar { .. } => error::POOL_ACCOUNT_FULL,
        SubmitError::NotReplaced { .. } => error::POOL_REPLACEMENT,
        SubmitError::CannotPay { .. } => error::TX_CANNOT_PAY,
        SubmitError::WouldSkip(reason) => skipped(*reason),
        SubmitError::Full { .. } => error::POOL_FULL,
        SubmitError::Stopped { .. } => error::NOT_ACCEPTING,
    }
}

/// The kind of error that a reason to skip is.
pub(super) fn skipped(reason: SkipReason) -> Kind {
    match reason {
        SkipReason::WrongNonce => error::TX_WRONG_NONCE,
        SkipReason::Expired => error::TX_EXPIRED,
        SkipReason::ExpiresTooLate => error::TX_EXPIRES_TOO_LATE,
        SkipReason::Unauthorised => error::TX_UNAUTHORISED,
        SkipReason::SponsorUnauthorised => error::TX_SPONSOR_UNAUTHORISED,
        SkipReason::NotAdmitted => error::TX_NOT_ADMITTED,
        SkipReason::SponsorNotAdmitted => error::TX_SPONSOR_NOT_ADMITTED,
        SkipReason::OverQuota => error::TX_OVER_QUOTA,
        SkipReason::GasLimit => error::TX_GAS_LIMIT,
        SkipReason::FeeTooLow => error::TX_FEE_TOO_LOW,
        SkipReason::CannotPay => error::TX_CANNOT_PAY,
    }
}

/// Why a block would skip, or has skipped, a transaction.
pub(super) fn why_skipped(reason: SkipReason) -> Refused {
    let message = match reason {
        SkipReason::WrongNonce => "its nonce is not the account's",
        SkipReason::Expired => "block time has passed valid_until",
        SkipReason::ExpiresTooLate => "valid_until lies further ahead than the chain allows",
        SkipReason::Unauthorised => "the signatures do not satisfy the signer's authority",
        SkipReason::SponsorUnauthorised => "the signatures do not satisfy the sponsor's authority",
        SkipReason::NotAdmitted => "the signer is not admitted to this chain, or is suspended",
        SkipReason::SponsorNotAdmitted => "the sponsor is not admitted, or is suspended",
        SkipReason::OverQuota => "the signer has used its share of the block",
        SkipReason::GasLimit => "gas_limit is more than a transaction may have, or too little",
        SkipReason::FeeTooLow => "max_fee does not pay for gas_limit",
        SkipReason::CannotPay => "the payer does not hold max_fee",
    };
    skipped(reason).refused(message)
}

pub(super) fn get(api: &Api, params: TxGet) -> Answer<TxStatus> {
    status(api, TxHash(params.hash.0))
}

pub(super) fn wait(api: Arc<Api>, params: TxWait) -> Waiting<TxStatus> {
    Box::pin(async move {
        let patience = params.timeout_ms.unwrap_or(WAIT_MS);
        if patience > WAIT_MS_MAX {
            let message = format!("timeout_ms is {patience}; {WAIT_MS_MAX} is the most");
            return Err(Error::new(error::INVALID_PARAMS, message));
        }
        let hash = TxHash(params.hash.0);
        // First the place among those who wait, then the look: nothing can fall between.
        let settled = api.node.wait_for(hash);
        let found = api.on_thread(move |api| status(api, hash)).await?;
        if !matches!(found.state, TxState::Unknown | TxState::Pending) {
            return Ok(found);
        }
        let patience = Duration::from_millis(patience.into());
        match tokio::time::timeout(patience, settled).await {
            Ok(Ok(Settled::Final(place))) => {
                api.on_thread(move |api| at(&View::newest(api)?, hash, place)).await
            }
            Ok(Ok(Settled::Dropped(reason))) => Ok(dropped(hash, reason)),
            // Nothing happened in time, or the chain itself was put back.
            _ => api.on_thread(move |api| status(api, hash)).await,
        }
    })
}

/// What is known of a transaction now.
fn status(api: &Api, hash: TxHash) -> Answer<TxStatus> {
    // The pool lets go of a transaction after the ledger has it.
    let fate = api.node.fate(&hash);
    let view = View::newest(api)?;
    if let Some(place) = api.node.ledger().find(&hash).map_err(Error::internal)? {
        return at(&view, hash, place);
    }
    match fate {
        Fate::Unknown => {
            let base = api.node.ledger().base();
            let first = base.next().filter(|_| base > Height::ZERO);
            let blocks_from = first.map(|first| U64(first.0));
            Ok(TxStatus { blocks_from, ..bare(hash, TxState::Unknown) })
        }
        Fate::Dropped(reason) => Ok(dropped(hash, reason)),
        Fate::Pending => {
            let pooled = api.node.pool().get(&hash);
            let transaction = pooled
                .map(|pooled| said::transaction(&view, pooled.verified.transaction()))
                .transpose()?;
            Ok(TxStatus { transaction, ..bare(hash, TxState::Pending) })
        }
    }
}

fn bare(hash: TxHash, state: TxState) -> TxStatus {
    TxStatus {
        hash: Hex32(hash.0),
        state,
        height: None,
        index: None,
        time_ms: None,
        blocks_from: None,
        refused: None,
        outcome: None,
        transaction: None,
    }
}

fn dropped(hash: TxHash, reason: SkipReason) -> TxStatus {
    TxStatus { refused: Some(why_skipped(reason)), ..bare(hash, TxState::Dropped) }
}

/// What came of a transaction that was included.
fn at(view: &View<'_>, hash: TxHash, place: TxPlace) -> Answer<TxStatus> {
    let ledger = view.api.node.ledger();
    let missing = || Error::internal(format!("{place:?} is in the index, but not there"));
    let (header, _) = ledger.header(place.height).map_err(Error::internal)?.ok_or_else(missing)?;
    let receipt = ledger.receipt(place).map_err(Error::internal)?.ok_or_else(missing)?;
    let wire = ledger.wire(place).map_err(Error::internal)?.ok_or_else(missing)?;
    let signed = SignedTransaction::from_wire(&wire).map_err(Error::internal)?;
    let transaction: &Transaction = &signed.transaction;
    Ok(TxStatus {
        height: Some(U64(place.height.0)),
        index: Some(place.index),
        time_ms: Some(U64(header.time.0)),
        outcome: said::outcome(view, &receipt.outcome, &transaction.calls)?,
        transaction: Some(said::transaction(view, transaction)?),
        ..bare(hash, TxState::Final)
    })
}
