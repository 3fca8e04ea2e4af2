//! Moving a subject to another account when its own is lost.

use weal_sdk::prelude::*;

use crate::{
    Identity,
    error::Error,
    events::{Recovered, RecoveryStarted},
    types::{Kind, Recovery, Subject, SubjectId},
};

/// How long the present account has to object.
const OBJECTION_MS: u64 = 72 * 3_600 * 1_000;

impl Identity {
    /// Begins the move, for the guardian or an attester of real names.
    pub(crate) fn begin_move(
        &mut self,
        ctx: &mut Ctx,
        subject: SubjectId,
        to: AccountId,
    ) -> Result<(), Error> {
        let card = self.subject_at(&subject)?;
        if card.guardian != Some(ctx.caller()) {
            self.check_attester(ctx, Kind::RealName)?;
        }
        if let Some(Recovery { from, .. }) = card.recovery {
            return Err(Error::RecoveryPending { from });
        }
        let from = ctx.time().plus(TimeMs(OBJECTION_MS));
        self.subjects.set(&subject, &Subject { recovery: Some(Recovery { to, from }), ..card });
        ctx.emit(RecoveryStarted { subject, to, from });
        Ok(())
    }

    /// Ends the move, for the account that it names.
    pub(crate) fn finish_move(&mut self, ctx: &mut Ctx, subject: SubjectId) -> Result<(), Error> {
        let (card, to) = (self.subject_at(&subject)?, ctx.caller());
        let recovery = card.recovery.as_ref().filter(|recovery| recovery.to == to);
        let from = recovery.ok_or(Error::BadState)?.from;
        if ctx.time() < from {
            return Err(Error::RecoveryPending { from });
        }
        if self.by_account.contains(&to) {
            return Err(Error::AccountTaken);
        }
        let from = card.account;
        self.by_account.remove(&from);
        self.by_account.set(&to, &subject);
        self.subjects.set(&subject, &Subject { account: to, recovery: None, ..card });
        ctx.emit(Recovered { subject, from, to });
        Ok(())
    }
}
