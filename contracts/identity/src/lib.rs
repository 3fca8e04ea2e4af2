//! Who is who: subjects, what attesters say of them, the roles that rest on it, and who is related
//! to whom.
//!
//! A subject is a random id with an account. Names, numbers and documents stay off the chain; an
//! attestation holds a salted hash of them. Governance appoints attesters and grants roles, and a
//! role counts only while every attestation that it requires holds. Other contracts ask
//! [`Identity::standing`] and [`Identity::is_related`].
//!
//! A subject's keys are those of its account: the chain rotates keys, shares them between people
//! and limits them, so that this contract need not.

#![cfg_attr(target_arch = "wasm32", no_std)]

mod attestations;
mod error;
mod events;
mod recovery;
mod rules;
mod types;

use weal_sdk::prelude::*;

pub use error::Error;
pub use events::{
    Attested, AttesterAppointed, AttesterSuspended, GuardianNamed, NullifierBound, Recovered,
    RecoveryCancelled, RecoveryStarted, Registered, Reinstated, RelatedDeclared, RelationEnded,
    RequirementsSet, Revoked, RoleGranted, RoleSuspended, Suspended,
};
pub use types::{
    Attestation, Attester, Clearance, Expiring, Grant, Kind, Recovery, Role, Standing, Subject,
    SubjectId,
};

/// Who is who.
#[derive(Storage)]
pub struct Identity {
    subjects: Map<SubjectId, Subject>,
    by_account: Map<AccountId, SubjectId>,
    attesters: Map<AccountId, Attester>,
    attestations: Map<(SubjectId, u8), Attestation>,
    /// Ends of attestations that have not been revoked, with the byte of their kind.
    ends: OrderedMap<(TimeMs, SubjectId, u8), ()>,
    /// Roles whose requirements governance has set.
    required: Map<Role, Vec<Kind>>,
    grants: Map<(SubjectId, Role), Grant>,
    nullifiers: Map<(u32, [u8; 32]), SubjectId>,
    /// Declared edges; the lower id comes first.
    related: Map<([u8; 32], [u8; 32]), ()>,
}

#[contract(
    error = Error,
    events(
        Registered, GuardianNamed, RecoveryStarted, RecoveryCancelled, Recovered, AttesterAppointed,
        AttesterSuspended, Attested, Revoked, NullifierBound, RequirementsSet, RoleGranted,
        RoleSuspended, Suspended, Reinstated, RelatedDeclared, RelationEnded,
    )
)]
impl Identity {
    /// Makes the caller's account a subject, whose id follows from the account and the salt.
    #[call(auth = anyone, intent = "Register this account", emits(Registered))]
    pub fn register(
        &mut self,
        ctx: &mut Ctx,
        #[label("Random salt")] salt: [u8; 32],
    ) -> Result<SubjectId, Error> {
        let account = ctx.caller();
        if self.by_account.contains(&account) {
            return Err(Error::AccountTaken);
        }
        let subject = ctx.sha256(&[b"weal/subject/1".as_slice(), &account.0, &salt].concat());
        self.by_account.set(&account, &subject);
        let fresh = Subject { account, guardian: None, suspended: false, recovery: None };
        self.subjects.set(&subject, &fresh);
        ctx.emit(Registered { subject, account });
        Ok(subject)
    }

    /// Names who may move the caller's subject to another account; `None` for nobody.
    #[call(auth = anyone, intent = "Let {guardian} recover this subject", emits(GuardianNamed))]
    pub fn name_guardian(
        &mut self,
        ctx: &mut Ctx,
        #[label("Guardian")] guardian: Option<AccountId>,
    ) -> Result<(), Error> {
        let (subject, card) = self.own(ctx)?;
        self.subjects.set(&subject, &Subject { guardian, ..card });
        ctx.emit(GuardianNamed { subject, guardian });
        Ok(())
    }

    /// Begins to move a subject to another account. The present account has 72 hours to object.
    #[call(
        auth = rule("the subject's guardian, or an attester of real names"),
        intent = "Move the subject {subject} to {to}",
        emits(RecoveryStarted)
    )]
    pub fn start_recovery(
        &mut self,
        ctx: &mut Ctx,
        #[label("Subject")] subject: SubjectId,
        #[label("New account")] to: AccountId,
    ) -> Result<(), Error> {
        self.begin_move(ctx, subject, to)
    }

    /// Keeps the caller's subject where it is.
    #[call(auth = anyone, intent = "Cancel the recovery", emits(RecoveryCancelled))]
    pub fn cancel_recovery(&mut self, ctx: &mut Ctx) -> Result<(), Error> {
        let (subject, card) = self.own(ctx)?;
        if card.recovery.is_none() {
            return Err(Error::BadState);
        }
        self.subjects.set(&subject, &Subject { recovery: None, ..card });
        ctx.emit(RecoveryCancelled { subject });
        Ok(())
    }

    /// Takes over a subject whose recovery names the caller, once the time to object has passed.
    #[call(auth = anyone, intent = "Take over the subject {subject}", emits(Recovered))]
    pub fn finish_recovery(
        &mut self,
        ctx: &mut Ctx,
        #[label("Subject")] subject: SubjectId,
    ) -> Result<(), Error> {
        self.finish_move(ctx, subject)
    }

    /// Appoints an attester, or changes what it may attest; a suspended one comes back.
    #[call(auth = governance, intent = "Appoint {attester}", emits(AttesterAppointed))]
    pub fn appoint_attester(&mut self, ctx: &mut Ctx, attester: AccountId, kinds: Vec<Kind>) {
        let before = self.attesters.get(&attester);
        let (given, revoked) = before.map_or((0, 0), |known| (known.given, known.revoked));
        let card = Attester { kinds: kinds.clone(), suspended: None, given, revoked };
        self.attesters.set(&attester, &card);
        ctx.emit(AttesterAppointed { attester, kinds });
    }

    /// Suspends an attester. What it has attested holds for 90 days more.
    #[call(auth = governance, intent = "Suspend {attester}", emits(AttesterSuspended))]
    pub fn suspend_attester(
        &mut self,
        ctx: &mut Ctx,
        attester: AccountId,
        reason: [u8; 32],
    ) -> Result<(), Error> {
        let card = self.attesters.get(&attester).ok_or(Error::NotFound)?;
        if card.suspended.is_some() {
            return Err(Error::AttesterSuspended);
        }
        self.attesters.set(&attester, &Attester { suspended: Some(ctx.time()), ..card });
        ctx.emit(AttesterSuspended { attester, reason });
        Ok(())
    }

    /// Says of a subject that something holds, in place of what was said of it before.
    #[call(
        auth = rule("an attester for this kind"),
        intent = "Attest {kind} of {subject}",
        emits(Attested)
    )]
    pub fn attest(
        &mut self,
        ctx: &mut Ctx,
        #[label("Subject")] subject: SubjectId,
        #[label("What holds")] kind: Kind,
        #[label("Salted hash of the documents")] commitment: [u8; 32],
        #[unit(timestamp)] from: TimeMs,
        #[unit(timestamp)] until: TimeMs,
    ) -> Result<(), Error> {
        let issuer = ctx.caller();
        self.record(ctx, Attested { subject, kind, issuer, commitment, from, until })
    }

    /// Ends an attestation before its time.
    #[call(
        auth = rule("an attester for this kind"),
        intent = "Revoke {kind} of {subject}",
        emits(Revoked)
    )]
    pub fn revoke(
        &mut self,
        ctx: &mut Ctx,
        #[label("Subject")] subject: SubjectId,
        #[label("What no longer holds")] kind: Kind,
        #[label("Hash of the reason")] reason: [u8; 32],
    ) -> Result<(), Error> {
        self.strike(ctx, Revoked { subject, kind, by: ctx.caller(), reason })
    }

    /// Binds a tag, which attesters compute from a person's number and the scheme with a key that
    /// none of them has alone: one person has one subject in each scheme, and schemes cannot be
    /// compared.
    #[call(
        auth = rule("an attester of real names"),
        intent = "Bind {subject} in scheme {scheme}",
        emits(NullifierBound)
    )]
    pub fn bind_nullifier(
        &mut self,
        ctx: &mut Ctx,
        subject: SubjectId,
        scheme: u32,
        tag: [u8; 32],
    ) -> Result<(), Error> {
        self.subject_at(&subject)?;
        self.check_attester(ctx, Kind::RealName)?;
        if self.nullifiers.contains(&(scheme, tag)) {
            return Err(Error::NullifierUsed);
        }
        self.nullifiers.set(&(scheme, tag), &subject);
        ctx.emit(NullifierBound { subject, scheme, tag });
        Ok(())
    }

    /// Says what a role requires from now on.
    #[call(auth = governance, intent = "Set what {role} requires", emits(RequirementsSet))]
    pub fn set_requirements(&mut self, ctx: &mut Ctx, role: Role, kinds: Vec<Kind>) {
        self.required.set(&role, &kinds);
        ctx.emit(RequirementsSet { role, kinds });
    }

    /// Grants a role, or lifts its suspension. All that the role requires must hold.
    #[call(auth = governance, intent = "Grant {role} to {subject}", emits(RoleGranted))]
    pub fn grant_role(
        &mut self,
        ctx: &mut Ctx,
        subject: SubjectId,
        role: Role,
    ) -> Result<(), Error> {
        self.subject_at(&subject)?;
        let since = ctx.time();
        if let Some(kind) = self.missing(&subject, role, since) {
            return Err(Error::MissingAttestation { kind });
        }
        self.grants.set(&(subject, role), &Grant { since, suspended: false });
        ctx.emit(RoleGranted { subject, role });
        Ok(())
    }

    /// Suspends a role until it is granted again.
    #[call(auth = governance, intent = "Suspend {role} of {subject}", emits(RoleSuspended))]
    pub fn suspend_role(
        &mut self,
        ctx: &mut Ctx,
        subject: SubjectId,
        role: Role,
        reason: [u8; 32],
    ) -> Result<(), Error> {
        let grant = self.grants.get(&(subject, role)).ok_or(Error::NotFound)?;
        self.grants.set(&(subject, role), &Grant { suspended: true, ..grant });
        ctx.emit(RoleSuspended { subject, role, reason });
        Ok(())
    }

    /// Suspends a subject in all its roles.
    #[call(auth = governance, intent = "Suspend {subject}", emits(Suspended))]
    pub fn suspend(
        &mut self,
        ctx: &mut Ctx,
        subject: SubjectId,
        reason: [u8; 32],
    ) -> Result<(), Error> {
        let card = self.subject_at(&subject)?;
        self.subjects.set(&subject, &Subject { suspended: true, ..card });
        ctx.emit(Suspended { subject, reason });
        Ok(())
    }

    /// Lifts the suspension of a subject.
    #[call(auth = governance, intent = "Reinstate {subject}", emits(Reinstated))]
    pub fn reinstate(&mut self, ctx: &mut Ctx, subject: SubjectId) -> Result<(), Error> {
        let card = self.subject_at(&subject)?;
        self.subjects.set(&subject, &Subject { suspended: false, ..card });
        ctx.emit(Reinstated { subject });
        Ok(())
    }

    /// Declares accounts that the caller's organisation is related to: owners, family, firms in the
    /// same hands.
    #[call(auth = anyone, intent = "Declare related parties", emits(RelatedDeclared))]
    pub fn declare_related(
        &mut self,
        ctx: &mut Ctx,
        #[label("Related accounts, at most 64")] others: Vec<AccountId>,
    ) -> Result<(), Error> {
        self.relate(ctx, RelatedDeclared { by: ctx.caller(), others })
    }

    /// Ends a relation. Who declared it cannot, or it would be dropped before a payment.
    #[call(auth = governance, intent = "End a relation", emits(RelationEnded))]
    pub fn end_relation(
        &mut self,
        ctx: &mut Ctx,
        one: AccountId,
        other: AccountId,
    ) -> Result<(), Error> {
        let edge = self.edge(one, other);
        if !self.related.contains(&edge) {
            return Err(Error::NotFound);
        }
        self.related.remove(&edge);
        ctx.emit(RelationEnded { one, other });
        Ok(())
    }

    /// How an account stands in a role now.
    #[query]
    pub fn standing(&self, ctx: &View, account: AccountId, role: Role) -> Standing {
        match self.by_account.get(&account) {
            Some(subject) => self.stands(&subject, role, ctx.time()),
            None => Standing::Unqualified,
        }
    }

    /// Whether a subject has a role, and all that it requires holds now.
    #[query]
    pub fn qualified(&self, ctx: &View, subject: SubjectId, role: Role) -> bool {
        self.stands(&subject, role, ctx.time()) == Standing::Qualified
    }

    /// Whether an account's subject is suspended. An account without one is not.
    #[query]
    pub fn is_suspended(&self, account: AccountId) -> bool {
        let subject = self.by_account.get(&account).and_then(|id| self.subjects.get(&id));
        subject.is_some_and(|subject| subject.suspended)
    }

    /// Whether two accounts are the same party or declared related.
    #[query]
    pub fn is_related(&self, one: AccountId, other: AccountId) -> bool {
        self.are_related(one, other)
    }

    /// What a payment of `org` to `payee` must know.
    #[query]
    pub fn clearance(&self, org: AccountId, payee: AccountId) -> Clearance {
        let (suspended, related) = (self.is_suspended(org), self.are_related(org, payee));
        Clearance { suspended, related }
    }

    /// The subject of an account.
    #[query]
    pub fn subject_of(&self, account: AccountId) -> Option<SubjectId> {
        self.by_account.get(&account)
    }

    /// A subject's card.
    #[query]
    pub fn subject(&self, id: SubjectId) -> Option<Subject> {
        self.subjects.get(&id)
    }

    /// An attester's card; what part of its word was revoked shows how careful it is.
    #[query]
    pub fn attester(&self, account: AccountId) -> Option<Attester> {
        self.attesters.get(&account)
    }

    /// The attestation of a kind, whether it holds or not.
    #[query]
    pub fn attestation(&self, subject: SubjectId, kind: Kind) -> Option<Attestation> {
        self.attestations.get(&(subject, kind.byte()))
    }

    /// A role that a subject was granted, whether it counts now or not.
    #[query]
    pub fn grant(&self, subject: SubjectId, role: Role) -> Option<Grant> {
        self.grants.get(&(subject, role))
    }

    /// What a role requires.
    #[query]
    pub fn required(&self, role: Role) -> Vec<Kind> {
        self.requirements(role)
    }

    /// Whose tag it is in a scheme.
    #[query]
    pub fn nullifier(&self, scheme: u32, tag: [u8; 32]) -> Option<SubjectId> {
        self.nullifiers.get(&(scheme, tag))
    }

    /// Attestations that end from one moment up to another, soonest first, at most 100.
    #[query]
    pub fn expiring(
        &self,
        #[unit(timestamp)] from: TimeMs,
        #[unit(timestamp)] until: TimeMs,
        #[max(100)] limit: u32,
    ) -> Vec<Expiring> {
        let (from, until) = ((from, [0; 32], 0), (until, [0; 32], 0));
        let page = self.ends.keys(from..until, Order::Ascending, limit.min(100));
        let entry = |(until, subject, kind): (TimeMs, SubjectId, u8)| {
            Kind::of(kind).map(|kind| Expiring { subject, kind, until })
        };
        page.into_iter().filter_map(entry).collect()
    }
}
