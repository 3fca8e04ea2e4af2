//! Appeals: whose money is held asks a panel, which lifts the hold or lets it be.

use weal_provenance::{
    Records, ledger,
    line::{Line, after},
    record::Hold,
};
use weal_sdk::prelude::*;

use crate::{
    checks::position,
    error::{Error, Result},
    events::{AppealDecided, Appealed},
    keys::{KeyAction, check_claim},
    messages::Claim,
    people::Role,
    state::Donation,
    types::{Appeal, Hash},
    view::{Moved, Wire},
};

/// How long a panel has. As long as nothing can be seized, so an appeal that is brought at once is
/// decided before; and half of what two authorities may hold for, so it is decided within the term.
const DECISION_S: u64 = 14 * 24 * 3_600;

impl Donation {
    /// Brings an appeal: for the line's organisation, suspended or not; with a claim to a held
    /// unit, for who paid it or has its gift key.
    pub(crate) fn do_appeal(
        &mut self,
        ctx: &mut Ctx,
        hold: u32,
        claim: Option<Claim>,
        doc: Hash,
    ) -> Result {
        let record = Records::hold(self, hold)?.ok_or(Error::NotFound)?;
        let card = self.card_of(record.line)?;
        let (by, now) = (ctx.caller(), ctx.time());
        match claim {
            None if by == card.org => {}
            None => return Err(Error::Unauthorized),
            Some(claim) => self.check_concerned(ctx, &record, claim, &doc)?,
        }
        if self.appeals.contains(&hold) {
            return Err(Error::BadState);
        }
        if self.is_over(hold, &record, now) {
            return Err(Error::Expired);
        }
        let due = after(now, DECISION_S);
        self.appeals.set(&hold, &Appeal { by, doc, due, dismissed: false });
        ctx.emit(Appealed { line: record.line.0, hold, by, doc, due });
        Ok(())
    }

    /// Whether a unit that the hold still has is the claimant's.
    fn check_concerned(&self, ctx: &View, record: &Hold, claim: Claim, doc: &Hash) -> Result {
        let Claim { unit, leaf, proof } = claim;
        let (held, at) = (ledger::held(self, record)?, position(unit)?);
        if !held.span.contains(at) {
            return Err(Error::NotFound);
        }
        let leaf = leaf.map(|Wire(leaf)| leaf);
        let owned = self.claimed(ctx, held.line, at, leaf.as_ref())?;
        let act = (KeyAction::Appeal(doc), held.line, at);
        check_claim(ctx, &owned, leaf.as_ref(), act, proof.as_ref()).map(|_| ())
    }

    /// Decides an appeal in time, for a panel that has nothing to do with any party.
    pub(crate) fn do_decide_appeal(
        &mut self,
        ctx: &mut Ctx,
        hold: u32,
        lift: bool,
        doc: Hash,
    ) -> Result {
        let record = Records::hold(self, hold)?.ok_or(Error::NotFound)?;
        let (by, now) = (ctx.caller(), ctx.time());
        self.check_role(ctx, by, Role::Panel)?;
        let appeal = self.open_appeal(hold).ok_or(Error::BadState)?;
        let card = self.card_of(record.line)?;
        self.check_independent(ctx, (hold, &record), &card, &appeal)?;
        if now >= appeal.due {
            return Err(Error::Expired);
        }
        let hop = match lift {
            true => Some(Moved::from(&self.end_hold(hold, now)?)),
            false => {
                self.appeals.set(&hold, &Appeal { dismissed: true, ..appeal });
                None
            }
        };
        ctx.emit(AppealDecided { line: record.line.0, hold, by, lifted: lift, doc, hop });
        Ok(())
    }

    /// Whether the caller is unrelated to the authorities, the line's organisation and the
    /// appellant.
    fn check_independent(
        &self,
        ctx: &View,
        (hold, record): (u32, &Hold),
        card: &Line,
        appeal: &Appeal,
    ) -> Result {
        let second = self.custody.get(&hold).ok_or(Error::Broken)?.second;
        let parties = [record.authority, card.org, appeal.by].into_iter().chain(second);
        for party in parties {
            self.check_unrelated(ctx, ctx.caller(), party)?;
        }
        Ok(())
    }

    /// The appeal that waits for a decision.
    pub(crate) fn open_appeal(&self, hold: u32) -> Option<Appeal> {
        self.appeals.get(&hold).filter(|appeal| !appeal.dismissed)
    }

    /// Whether anyone may end a hold: its time is over, or that for deciding an appeal is.
    pub(crate) fn is_over(&self, hold: u32, record: &Hold, now: TimeMs) -> bool {
        now >= record.until || self.open_appeal(hold).is_some_and(|appeal| now >= appeal.due)
    }
}
