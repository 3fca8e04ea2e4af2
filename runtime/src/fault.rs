//! The two ways in which a frame can stop, and whose fault each is.
//!
//! A [`FailureKind`] is the contract's or the caller's: it is deterministic, becomes part of a
//! receipt, and a calling contract may catch it. A [`HostFault`] is this machine's: it never
//! becomes a receipt, and the node stops instead of guessing what the others found.

use thiserror::Error;
use weal_types::{
    ContractId,
    receipt::{CallError, FailureKind},
    state::StorageFault,
};

/// This machine failed, not a transaction. The block must not be taken as executed.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum HostFault {
    /// The state could not be read.
    #[error(transparent)]
    Storage(#[from] StorageFault),
    /// A record that only system contracts write does not decode: the state is corrupt, or written
    /// by another version.
    #[error("the record of {what} in contract {contract:?} is corrupt")]
    Corrupt {
        /// Which system contract.
        contract: ContractId,
        /// Which record.
        what: &'static str,
    },
    /// Code that passed the gate when it was uploaded does not compile or load here.
    #[error("code {code} cannot be loaded: {reason}")]
    Code {
        /// Hash of the code, in hexadecimal.
        code: String,
        /// What the engine said.
        reason: String,
    },
    /// The engine or the operating system refused something that no program should be able to
    /// exhaust.
    #[error("the execution engine failed: {0}")]
    Engine(String),
}

/// Why a frame stops before its end.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub(crate) enum Stop {
    /// It fails in this way.
    #[error("{0:?}")]
    Fail(FailureKind),
    /// Something that it called failed, and it passes that on unchanged.
    #[error("{0:?}")]
    Inner(Box<CallError>),
    /// The host cannot go on.
    #[error(transparent)]
    Fault(#[from] HostFault),
}

impl From<FailureKind> for Stop {
    fn from(kind: FailureKind) -> Self {
        Self::Fail(kind)
    }
}

impl From<StorageFault> for Stop {
    fn from(fault: StorageFault) -> Self {
        Self::Fault(HostFault::Storage(fault))
    }
}
