//! How the contract refuses.

use weal_sdk::prelude::*;

use crate::types::Kind;

/// How the contract refuses.
#[derive(Clone, Debug, PartialEq, Eq, ContractError)]
pub enum Error {
    /// Nobody has registered this subject.
    #[code(1)]
    NotFound,
    /// The caller is not an attester for {kind}.
    #[code(2)]
    OutOfScope {
        /// What it would have attested.
        kind: Kind,
    },
    /// The attester is suspended.
    #[code(3)]
    AttesterSuspended,
    /// The role requires an attestation of {kind} that holds now.
    #[code(4)]
    MissingAttestation {
        /// The first that is missing.
        kind: Kind,
    },
    /// The account has a subject already.
    #[code(5)]
    AccountTaken,
    /// The tag is bound to another subject: one person, one subject in each scheme.
    #[code(6)]
    NullifierUsed,
    /// A recovery is under way; the new account may take over from {from}.
    #[code(7)]
    RecoveryPending {
        /// When it may.
        #[unit(timestamp)]
        from: TimeMs,
    },
    /// Nothing is there that this could end or change.
    #[code(8)]
    BadState,
    /// Nobody attests about itself or its relatives.
    #[code(9)]
    ConflictOfInterest,
    /// The end lies before the start or in the past.
    #[code(10)]
    Expired,
    /// Another attester's word holds for longer.
    #[code(11)]
    Superseded,
    /// At most {most} of these.
    #[code(12)]
    Limit {
        /// The most.
        most: u32,
    },
}
