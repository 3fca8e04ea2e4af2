//! Holds: an authority stops units, for a time, without moving money.

use weal_provenance::{
    LineId, Records, ledger,
    ledger::Basis,
    line::after,
    record::{Note, Place},
};
use weal_sdk::prelude::*;

use crate::{
    checks::positive,
    error::{Error, Result},
    events::{Held, Released, Seized},
    messages::{Action, HoldOrder},
    people::Role,
    state::Donation,
    types::Custody,
    view::{Moved, Wire},
};

/// How long a regulator may hold alone.
const ALONE_S: u64 = 48 * 3_600;
/// How long two authorities may hold together.
const TOGETHER_S: u64 = 30 * 24 * 3_600;
/// How long units are held before they can be seized.
const BEFORE_SEIZURE_S: u64 = 14 * 24 * 3_600;

/// Who may hold.
const AUTHORITIES: [Role; 2] = [Role::Regulator, Role::Court];

impl Donation {
    /// Places a hold on what is free of a stretch.
    pub(crate) fn do_hold(&mut self, ctx: &mut Ctx, line: u32, order: HoldOrder) -> Result<u32> {
        let card = self.line_card(line)?;
        self.check_authority(ctx, line, &order)?;
        let HoldOrder { span: Wire(span), legal, until, .. } = order;
        if span.is_empty() {
            return Err(Error::Zero);
        }
        let (authority, now) = (ctx.caller(), ctx.time());
        let hold = self.last_hold.get().plus(1);
        let basis = (Basis { authority, legal, until }, now);
        let moved = ledger::hold(self, hold, (LineId(line), &card), span, basis)?;
        self.last_hold.set(&hold);
        self.custody.set(&hold, &Custody { since: now });
        ctx.emit(Held { line, hold, authority, hop: Moved::from(&moved), legal, until });
        Ok(hold)
    }

    /// A regulator for 48 hours; two authorities for 30 days; a court for as long as it says.
    fn check_authority(&mut self, ctx: &Ctx, line: u32, order: &HoldOrder) -> Result {
        let (caller, now) = (ctx.caller(), ctx.time());
        if self.check_role(ctx, caller, Role::Court).is_ok() {
            return Ok(());
        }
        self.check_role(ctx, caller, Role::Regulator)?;
        let most = match order.second {
            None => ALONE_S,
            Some(second) => {
                let (span, until) = (order.span.clone(), order.until);
                self.use_approval(ctx, second, &Action::Hold { line, span, until })?;
                if !self.has_either(ctx, second, AUTHORITIES) {
                    return Err(Error::Unauthorized);
                }
                TOGETHER_S
            }
        };
        match order.until > after(now, most) {
            true => Err(Error::Limit { most: Amount(most.into()) }),
            false => Ok(()),
        }
    }

    /// Ends a hold: by its authority, or by anyone once its time is over.
    pub(crate) fn do_release(&mut self, ctx: &mut Ctx, hold: u32) -> Result<Wire<Place>> {
        let record = Records::hold(self, hold)?.ok_or(Error::NotFound)?;
        let by = ctx.caller();
        if by != record.authority && ctx.time() < record.until {
            return Err(Error::Unauthorized);
        }
        let moved = ledger::release(self, hold, ctx.time())?;
        self.custody.remove(&hold);
        ctx.emit(Released { line: record.line.0, hold, by, hop: Moved::from(&moved) });
        Ok(Wire(moved.id))
    }

    /// Takes the first units of a hold away: a court, with the chain's governance, after 14 days.
    pub(crate) fn do_seize(
        &mut self,
        ctx: &mut Ctx,
        hold: u32,
        amount: Amount,
        to: AccountId,
    ) -> Result<Wire<Place>> {
        let record = Records::hold(self, hold)?.ok_or(Error::NotFound)?;
        self.check_role(ctx, ctx.caller(), Role::Court)?;
        self.use_approval(ctx, ctx.governance(), &Action::Seize { hold, amount, to })?;
        let units = positive(amount)?;
        let since = self.custody.get(&hold).ok_or(Error::Broken)?.since;
        if ctx.time() < after(since, BEFORE_SEIZURE_S) {
            return Err(Error::TooEarly);
        }
        let asset = self.card_of(record.line)?.asset;
        let note = Note { payee: Some(to), doc: Some(record.legal), ..Note::default() };
        let moved = ledger::seize(self, hold, units, (ctx.time(), note))?;
        if Records::hold(self, hold)?.is_none() {
            self.custody.remove(&hold);
        }
        ctx.send(to, asset, amount);
        ctx.emit(Seized { line: record.line.0, hold, to, hop: Moved::from(&moved), amount });
        Ok(Wire(moved.id))
    }
}
