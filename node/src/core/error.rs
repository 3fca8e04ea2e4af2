//! Why a chain cannot be run.

use thiserror::Error;
use weal_net::NetworkError;
use weal_state::{StateError, StoreError};
use weal_types::{Height, PublicKey};

use crate::{genesis::GenesisError, journal::JournalError, ledger::LedgerError};

/// Why a chain cannot be run here.
#[derive(Debug, Error)]
pub enum OpenError {
    /// The directory cannot be used.
    #[error("the data directory {path}: {reason}")]
    Directory {
        /// Which one.
        path: String,
        /// What the system says.
        reason: std::io::Error,
    },
    /// The database cannot be used.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The state is damaged.
    #[error(transparent)]
    State(#[from] StateError),
    /// The records of blocks are damaged, or of another chain.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
    /// The journal is damaged.
    #[error(transparent)]
    Journal(#[from] JournalError),
    /// The genesis document makes no chain.
    #[error(transparent)]
    Genesis(#[from] GenesisError),
    /// Head, state and certificate do not agree. Restore a backup.
    #[error("block {height} on disk does not hold together: {reason}")]
    Head {
        /// Which block.
        height: Height,
        /// What disagrees.
        reason: String,
    },
    /// The validator's key is not the one that the chain knows.
    #[error(
        "this node's key {own:?} is no validator's, as far as its data goes: check the key file, \
         or set `follow = true` to follow the chain without a vote, until it becomes one or the \
         data has come to where it did"
    )]
    NotValidator {
        /// The key that was given.
        own: PublicKey,
    },
    /// There are other validators, and nothing says where.
    #[error(
        "the chain has {validators} validators: the configuration must say in [network] where this \
         node listens"
    )]
    NoNetwork {
        /// How many there are.
        validators: usize,
    },
    /// Nothing says where a validator is.
    #[error("neither [[network.peers]] nor the chain says where validator {key:?} is")]
    Peers {
        /// Which.
        key: PublicKey,
    },
    /// The network does not start.
    #[error(transparent)]
    Network(#[from] NetworkError),
    /// The operating system gives no threads.
    #[error("no thread: {0}")]
    Thread(std::io::Error),
}
