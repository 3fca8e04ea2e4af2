//! Holds: an authority stops units, for a time, without moving money.

use weal_provenance::{
    LineId, Records, ledger,
    ledger::Basis,
    line::after,
    record::{Hold, Note, Place},
    send,
};
use weal_sdk::prelude::*;

use crate::{
    checks::positive,
    error::{Error, Result},
    events::{Held, Released, Renewed, Seized},
    messages::{Action, HoldOrder, Renewal},
    people::Role,
    state::Donation,
    types::Custody,
    view::{Moved, Wire},
};

/// How long a regulator may hold alone.
const ALONE_S: u64 = 48 * 3_600;
/// How long two authorities may hold together until they renew.
const TOGETHER_S: u64 = 30 * 24 * 3_600;
/// How long they may hold in all; for longer, a court must.
const IN_ALL_S: u64 = 180 * 24 * 3_600;
/// How long units are held before they can be seized.
const BEFORE_SEIZURE_S: u64 = 14 * 24 * 3_600;

/// Who may hold.
const AUTHORITIES: [Role; 2] = [Role::Regulator, Role::Court];

/// Whether `until` is at most `most` seconds behind `from`.
fn check_within(until: TimeMs, from: TimeMs, most: u64) -> Result {
    match until > after(from, most) {
        true => Err(Error::Limit { most: Amount(most.into()) }),
        false => Ok(()),
    }
}

impl Donation {
    /// Places a hold on what is free of a stretch.
    pub(crate) fn do_hold(&mut self, ctx: &mut Ctx, line: u32, order: HoldOrder) -> Result<u32> {
        let card = self.line_card(line)?;
        let second = self.check_authority(ctx, line, &order)?;
        let HoldOrder { span: Wire(span), legal, until, .. } = order;
        if span.is_empty() {
            return Err(Error::Zero);
        }
        let (authority, now) = (ctx.caller(), ctx.time());
        let hold = self.last_hold.get().plus(1);
        let basis = (Basis { authority, legal, until }, now);
        let moved = ledger::hold(self, hold, (LineId(line), &card), span, basis)?;
        self.last_hold.set(&hold);
        self.custody.set(&hold, &Custody { since: now, second });
        ctx.emit(Held { line, hold, authority, hop: Moved::from(&moved), legal, until });
        Ok(hold)
    }

    /// A regulator for 48 hours; two authorities for 30 days; a court for as long as it says.
    /// Returns the second authority, if one was needed.
    fn check_authority(
        &mut self,
        ctx: &Ctx,
        line: u32,
        order: &HoldOrder,
    ) -> Result<Option<AccountId>> {
        let (caller, now) = (ctx.caller(), ctx.time());
        if self.check_role(ctx, caller, Role::Court).is_ok() {
            return Ok(None);
        }
        self.check_role(ctx, caller, Role::Regulator)?;
        let most = match order.second {
            None => ALONE_S,
            Some(second) => {
                let (span, until) = (order.span.clone(), order.until);
                self.use_second(ctx, second, &Action::Hold { line, span, until })?;
                TOGETHER_S
            }
        };
        check_within(order.until, now, most)?;
        Ok(order.second)
    }

    /// Uses up what a second authority has approved.
    fn use_second(&mut self, ctx: &Ctx, second: AccountId, action: &Action) -> Result {
        self.use_approval(ctx, second, action)?;
        if self.has_either(ctx, second, AUTHORITIES) { Ok(()) } else { Err(Error::Unauthorized) }
    }

    /// Prolongs a hold that is not over. An appeal that was dismissed may be brought again.
    pub(crate) fn do_renew(
        &mut self,
        ctx: &mut Ctx,
        hold: u32,
        Renewal { legal, until, second }: Renewal,
    ) -> Result {
        let record = Records::hold(self, hold)?.ok_or(Error::NotFound)?;
        let (authority, now) = (ctx.caller(), ctx.time());
        let is_court = self.check_role(ctx, authority, Role::Court).is_ok();
        let second = second.filter(|_| !is_court);
        if !is_court {
            self.check_renewer(ctx, (hold, &record), (legal, until), second)?;
        }
        if until <= record.until {
            return Err(Error::Zero);
        }
        let since = self.custody.get(&hold).ok_or(Error::Broken)?.since;
        match second {
            _ if is_court => {}
            None => check_within(until, since, ALONE_S)?,
            Some(_) => {
                check_within(until, now, TOGETHER_S)?;
                check_within(until, since, IN_ALL_S)?;
            }
        }
        if self.is_over(hold, &record, now) {
            return Err(Error::Expired);
        }
        ledger::renew(self, hold, Basis { authority, legal, until })?;
        self.custody.set(&hold, &Custody { since, second });
        if self.open_appeal(hold).is_none() {
            self.appeals.remove(&hold);
        }
        ctx.emit(Renewed { line: record.line.0, hold, authority, second, legal, until });
        Ok(())
    }

    /// Whether the caller is the regulator whose hold it is, and the second authority, if one is
    /// named, has approved.
    fn check_renewer(
        &mut self,
        ctx: &Ctx,
        (hold, record): (u32, &Hold),
        (legal, until): ([u8; 32], TimeMs),
        second: Option<AccountId>,
    ) -> Result {
        if ctx.caller() != record.authority {
            return Err(Error::Unauthorized);
        }
        self.check_role(ctx, record.authority, Role::Regulator)?;
        match second {
            None => Ok(()),
            Some(second) => self.use_second(ctx, second, &Action::Renew { hold, legal, until }),
        }
    }

    /// Ends a hold: by its authority, or by anyone once it is over.
    pub(crate) fn do_release(&mut self, ctx: &mut Ctx, hold: u32) -> Result<Wire<Place>> {
        let record = Records::hold(self, hold)?.ok_or(Error::NotFound)?;
        let by = ctx.caller();
        if by != record.authority && !self.is_over(hold, &record, ctx.time()) {
            return Err(Error::Unauthorized);
        }
        let moved = self.end_hold(hold, ctx.time())?;
        ctx.emit(Released { line: record.line.0, hold, by, hop: Moved::from(&moved) });
        Ok(Wire(moved.id))
    }

    /// Returns what a hold has left to its line.
    pub(crate) fn end_hold(&mut self, hold: u32, now: TimeMs) -> Result<send::Moved> {
        let moved = ledger::release(self, hold, now)?;
        self.forget(hold);
        Ok(moved)
    }

    /// Drops what the contract kept about a hold that has ended.
    fn forget(&mut self, hold: u32) {
        self.custody.remove(&hold);
        self.appeals.remove(&hold);
    }

    /// Takes the first units of a hold away: a court, with the chain's governance, after 14 days,
    /// and not while an appeal waits.
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
        if self.open_appeal(hold).is_some() {
            return Err(Error::BadState);
        }
        let units = positive(amount)?;
        let since = self.custody.get(&hold).ok_or(Error::Broken)?.since;
        if ctx.time() < after(since, BEFORE_SEIZURE_S) {
            return Err(Error::TooEarly);
        }
        let asset = self.card_of(record.line)?.asset;
        let note = Note { payee: Some(to), doc: Some(record.legal), ..Note::default() };
        let moved = ledger::seize(self, hold, units, (ctx.time(), note))?;
        if Records::hold(self, hold)?.is_none() {
            self.forget(hold);
        }
        ctx.send(to, asset, amount);
        ctx.emit(Seized { line: record.line.0, hold, to, hop: Moved::from(&moved), amount });
        Ok(Wire(moved.id))
    }
}
