//! Giving and revoking attestations.

use weal_sdk::prelude::*;

use crate::{
    Identity,
    error::Error,
    events::{Attested, Revoked},
    types::{Attestation, Attester},
};

impl Identity {
    /// Records what an attester says.
    pub(crate) fn record(&mut self, ctx: &mut Ctx, said: Attested) -> Result<(), Error> {
        let Attested { subject, kind, issuer, commitment, from, until } = said;
        let (card, now) = (self.subject_at(&subject)?, ctx.time());
        self.check_attester(ctx, kind)?;
        if self.are_related(issuer, card.account) {
            return Err(Error::ConflictOfInterest);
        }
        if until <= from || until <= now {
            return Err(Error::Expired);
        }
        let key = (subject, kind.byte());
        if let Some(before) = self.attestations.get(&key) {
            let is_others = before.issuer != issuer && self.is_valid(&before, now);
            if is_others && before.until > until {
                return Err(Error::Superseded);
            }
            self.ends.remove(&(before.until, subject, kind.byte()));
        }
        self.ends.set(&(until, subject, kind.byte()), &());
        let attestation = Attestation { issuer, commitment, from, until, revoked: None };
        self.attestations.set(&key, &attestation);
        self.count(&issuer, 1, 0)?;
        ctx.emit(said);
        Ok(())
    }

    /// Revokes an attestation.
    pub(crate) fn strike(&mut self, ctx: &mut Ctx, said: Revoked) -> Result<(), Error> {
        let key = (said.subject, said.kind.byte());
        let found = self.attestations.get(&key).ok_or(Error::NotFound)?;
        self.check_attester(ctx, said.kind)?;
        if found.revoked.is_some() {
            return Err(Error::BadState);
        }
        self.ends.remove(&(found.until, said.subject, said.kind.byte()));
        self.count(&found.issuer, 0, 1)?;
        self.attestations.set(&key, &Attestation { revoked: Some(said.reason), ..found });
        ctx.emit(said);
        Ok(())
    }

    /// Counts attestations that an attester gave and that were revoked.
    fn count(&mut self, attester: &AccountId, given: u64, revoked: u64) -> Result<(), Error> {
        let card = self.attesters.get(attester).ok_or(Error::NotFound)?;
        let (given, revoked) = (card.given.plus(given), card.revoked.plus(revoked));
        self.attesters.set(attester, &Attester { given, revoked, ..card });
        Ok(())
    }
}
