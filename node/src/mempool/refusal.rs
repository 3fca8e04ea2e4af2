//! Why a transaction is not taken in.

use thiserror::Error;
use weal_runtime::InvalidTransaction;
use weal_types::{AccountId, Amount, Nonce, TxHash, receipt::SkipReason};

use super::{FUTURE_NONCES, POOL_BYTES, POOL_TRANSACTIONS};

/// Why a transaction was not accepted.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum SubmitError {
    /// Its form or a signature does not hold; the same bytes never will be valid.
    #[error(transparent)]
    Invalid(#[from] InvalidTransaction),
    /// It is here already: nothing is wrong, wait for it.
    #[error("transaction {hash:?} is known already")]
    Known {
        /// Its hash.
        hash: TxHash,
    },
    /// The account has used this nonce.
    #[error("nonce {given} is used; the account's next one is {next}")]
    NonceUsed {
        /// The transaction's.
        given: Nonce,
        /// The account's.
        next: Nonce,
    },
    /// Too many nonces lie between.
    #[error(
        "nonce {given} lies too far ahead; the account's next one is {next}, and {FUTURE_NONCES} \
         may wait"
    )]
    NonceTooFar {
        /// The transaction's.
        given: Nonce,
        /// The account's.
        next: Nonce,
    },
    /// Another transaction of the same nonce waits, and this one is no better.
    #[error(
        "transaction {old:?} waits with nonce {nonce}; to replace it, offer a max_fee of \
         {least_fee} or more or, on a chain without fees, a later valid_until"
    )]
    NotReplaced {
        /// The nonce.
        nonce: Nonce,
        /// The one that waits.
        old: TxHash,
        /// What would replace it.
        least_fee: u128,
    },
    /// The fees of all waiting transactions would exceed what their payer holds.
    #[error("{payer:?} holds {holds} for fees and has {owed} promised already")]
    CannotPay {
        /// Who pays.
        payer: AccountId,
        /// What waiting transactions may cost.
        owed: Amount,
        /// What it holds.
        holds: Amount,
    },
    /// It could not run on the newest state.
    #[error("the transaction would be skipped: {0:?}")]
    WouldSkip(SkipReason),
    /// The pool is full; try again in a moment.
    #[error(
        "the pool is full with {transactions} transactions ({POOL_TRANSACTIONS} at most) and \
         {bytes} bytes ({POOL_BYTES} at most); try again in a moment"
    )]
    Full {
        /// How many wait.
        transactions: usize,
        /// Their bytes.
        bytes: usize,
    },
    /// The node is stopping, or has failed.
    #[error("the node takes no transactions now: {reason}")]
    Stopped {
        /// Why.
        reason: String,
    },
}
