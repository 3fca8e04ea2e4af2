//! What the contract says: one event for each call that was accepted.

use weal_sdk::prelude::*;

use crate::types::{Kind, Role, SubjectId};

/// Somebody registered.
#[derive(Event)]
pub struct Registered {
    /// The new subject.
    #[topic]
    pub subject: SubjectId,
    /// Its account.
    #[topic]
    pub account: AccountId,
}

/// A subject named who may recover it.
#[derive(Event)]
pub struct GuardianNamed {
    /// Whose.
    #[topic]
    pub subject: SubjectId,
    /// Who, if anybody.
    pub guardian: Option<AccountId>,
}

/// A move to another account began.
#[derive(Event)]
pub struct RecoveryStarted {
    /// Whose.
    #[topic]
    pub subject: SubjectId,
    /// The account to come.
    pub to: AccountId,
    /// When it may take over.
    #[unit(timestamp)]
    pub from: TimeMs,
}

/// The present account cancelled the move.
#[derive(Event)]
pub struct RecoveryCancelled {
    /// Whose.
    #[topic]
    pub subject: SubjectId,
}

/// Another account took over.
#[derive(Event)]
pub struct Recovered {
    /// The subject.
    #[topic]
    pub subject: SubjectId,
    /// The account that acted for it.
    pub from: AccountId,
    /// The account that does now.
    #[topic]
    pub to: AccountId,
}

/// Governance appointed an attester, or changed its kinds.
#[derive(Event)]
pub struct AttesterAppointed {
    /// Who.
    #[topic]
    pub attester: AccountId,
    /// What it may attest.
    pub kinds: Vec<Kind>,
}

/// Governance suspended an attester.
#[derive(Event)]
pub struct AttesterSuspended {
    /// Who.
    #[topic]
    pub attester: AccountId,
    /// A hash of the reason.
    pub reason: [u8; 32],
}

/// An attester vouched for a subject.
#[derive(Event)]
pub struct Attested {
    /// For whom.
    #[topic]
    pub subject: SubjectId,
    /// For what.
    #[topic]
    pub kind: Kind,
    /// Who vouches.
    #[topic]
    pub issuer: AccountId,
    /// A salted hash of the documents behind it.
    pub commitment: [u8; 32],
    /// From when.
    #[unit(timestamp)]
    pub from: TimeMs,
    /// Until when.
    #[unit(timestamp)]
    pub until: TimeMs,
}

/// An attestation ended before its time.
#[derive(Event)]
pub struct Revoked {
    /// Whose.
    #[topic]
    pub subject: SubjectId,
    /// Which.
    #[topic]
    pub kind: Kind,
    /// Who ended it.
    pub by: AccountId,
    /// A hash of the reason.
    pub reason: [u8; 32],
}

/// A tag was bound to a subject.
#[derive(Event)]
pub struct NullifierBound {
    /// To whom.
    #[topic]
    pub subject: SubjectId,
    /// In which scheme.
    pub scheme: u32,
    /// The tag.
    pub tag: [u8; 32],
}

/// Governance said what a role requires.
#[derive(Event)]
pub struct RequirementsSet {
    /// Which role.
    #[topic]
    pub role: Role,
    /// The attestations.
    pub kinds: Vec<Kind>,
}

/// Governance granted a role.
#[derive(Event)]
pub struct RoleGranted {
    /// To whom.
    #[topic]
    pub subject: SubjectId,
    /// Which.
    #[topic]
    pub role: Role,
}

/// Governance suspended a role.
#[derive(Event)]
pub struct RoleSuspended {
    /// Whose.
    #[topic]
    pub subject: SubjectId,
    /// Which.
    #[topic]
    pub role: Role,
    /// A hash of the reason.
    pub reason: [u8; 32],
}

/// Governance suspended a subject: no role of it holds.
#[derive(Event)]
pub struct Suspended {
    /// Whom.
    #[topic]
    pub subject: SubjectId,
    /// A hash of the reason.
    pub reason: [u8; 32],
}

/// Governance lifted the suspension of a subject.
#[derive(Event)]
pub struct Reinstated {
    /// Whose.
    #[topic]
    pub subject: SubjectId,
}

/// An organisation declared who is related to it.
#[derive(Event)]
pub struct RelatedDeclared {
    /// Who says so.
    #[topic]
    pub by: AccountId,
    /// Its relatives.
    pub others: Vec<AccountId>,
}

/// Governance found that two accounts are no longer related.
#[derive(Event)]
pub struct RelationEnded {
    /// One.
    #[topic]
    pub one: AccountId,
    /// The other.
    #[topic]
    pub other: AccountId,
}
