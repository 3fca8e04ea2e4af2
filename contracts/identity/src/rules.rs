//! What holds now: helpers that calls and queries share.

use weal_sdk::prelude::*;

use crate::{
    Identity,
    error::Error,
    events::RelatedDeclared,
    types::{Attestation, Kind, Role, Standing, Subject, SubjectId},
};

/// How long the word of a suspended attester still holds: time to be attested by somebody else.
const GRACE_MS: u64 = 90 * 24 * 3_600 * 1_000;

/// Relatives in one declaration.
const RELATED_MOST: u32 = 64;

impl Identity {
    /// The subject, which must exist.
    pub(crate) fn subject_at(&self, id: &SubjectId) -> Result<Subject, Error> {
        self.subjects.get(id).ok_or(Error::NotFound)
    }

    /// The subject that the caller acts for.
    pub(crate) fn own(&self, ctx: &View) -> Result<(SubjectId, Subject), Error> {
        let id = self.by_account.get(&ctx.caller()).ok_or(Error::NotFound)?;
        Ok((id, self.subject_at(&id)?))
    }

    /// Whether the caller may attest `kind`.
    pub(crate) fn check_attester(&self, ctx: &View, kind: Kind) -> Result<(), Error> {
        let attester = self.attesters.get(&ctx.caller());
        let attester = attester.filter(|attester| attester.kinds.contains(&kind));
        match attester.ok_or(Error::OutOfScope { kind })?.suspended {
            None => Ok(()),
            Some(_) => Err(Error::AttesterSuspended),
        }
    }

    /// Whether the attestation of this kind holds now.
    pub(crate) fn holds(&self, subject: &SubjectId, kind: Kind, now: TimeMs) -> bool {
        let found = self.attestations.get(&(*subject, kind.byte()));
        found.is_some_and(|attestation| self.is_valid(&attestation, now))
    }

    /// Whether an attestation holds now.
    pub(crate) fn is_valid(&self, attestation: &Attestation, now: TimeMs) -> bool {
        let Attestation { from, until, revoked, issuer, .. } = attestation;
        if revoked.is_some() || now < *from || now >= *until {
            return false;
        }
        let attester = self.attesters.get(issuer);
        let suspended = attester.and_then(|attester| attester.suspended);
        suspended.is_none_or(|since| now.0.saturating_sub(since.0) < GRACE_MS)
    }

    /// The first attestation that the role requires and that does not hold now.
    pub(crate) fn missing(&self, subject: &SubjectId, role: Role, now: TimeMs) -> Option<Kind> {
        let required = self.requirements(role);
        required.into_iter().find(|kind| !self.holds(subject, *kind, now))
    }

    /// What a role requires.
    pub(crate) fn requirements(&self, role: Role) -> Vec<Kind> {
        self.required.get(&role).unwrap_or_else(|| role.usual_requirements())
    }

    /// How a subject stands in a role.
    pub(crate) fn stands(&self, id: &SubjectId, role: Role, now: TimeMs) -> Standing {
        let Some(subject) = self.subjects.get(id) else { return Standing::Unqualified };
        let Some(grant) = self.grants.get(&(*id, role)) else { return Standing::Unqualified };
        if subject.suspended || grant.suspended {
            return Standing::Suspended;
        }
        match self.missing(id, role, now) {
            None => Standing::Qualified,
            Some(_) => Standing::Unqualified,
        }
    }

    /// Records relatives of an organisation.
    pub(crate) fn relate(&mut self, ctx: &mut Ctx, said: RelatedDeclared) -> Result<(), Error> {
        if !(1..=RELATED_MOST as usize).contains(&said.others.len()) {
            return Err(Error::Limit { most: RELATED_MOST });
        }
        for other in &said.others {
            self.related.set(&self.edge(said.by, *other), &());
        }
        ctx.emit(said);
        Ok(())
    }

    /// The key of the edge between two accounts: of their subjects where they have one, so that it
    /// stays when a subject moves to another account.
    pub(crate) fn edge(&self, one: AccountId, other: AccountId) -> ([u8; 32], [u8; 32]) {
        let [one, other] = [one, other].map(|account| self.party(account));
        if one <= other { (one, other) } else { (other, one) }
    }

    fn party(&self, account: AccountId) -> [u8; 32] {
        self.by_account.get(&account).unwrap_or(account.0)
    }

    /// Whether two accounts are the same party or declared related.
    pub(crate) fn are_related(&self, one: AccountId, other: AccountId) -> bool {
        let (one, other) = self.edge(one, other);
        one == other || self.related.contains(&(one, other))
    }
}
