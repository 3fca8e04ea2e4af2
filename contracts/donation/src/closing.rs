//! Winding a fund down: closing, sweeping, and paying out what is left.

use weal_provenance::{
    Error as Refusal, FundId, LineId, Records, RecordsMut, Units, ledger,
    line::{ClosingRule, Fund, FundStatus, Kind, LineStatus},
    owner::owner_run,
    record::Place,
    settle,
    take::{LIMITS, Limits, take_some},
};
use weal_sdk::prelude::*;

use crate::{
    checks::check_fund_open,
    error::{Error, Result},
    events::{FundClosed, HandedOn, Settled, Swept},
    messages::Action,
    people::Role,
    state::Donation,
    view::{Moved, Wire},
};

/// Payments of one call.
const PAYMENTS_MOST: u32 = 64;

impl Donation {
    /// Begins to wind a fund down.
    pub(crate) fn do_close_fund(
        &mut self,
        ctx: &mut Ctx,
        fund: u32,
        reviewer: AccountId,
    ) -> Result {
        let card = self.fund_card(fund)?;
        if ctx.caller() != card.charity {
            return Err(Error::Unauthorized);
        }
        self.use_review(ctx, reviewer, &Action::CloseFund { fund })?;
        if card.status != FundStatus::Open {
            return Err(Error::BadState);
        }
        let status = FundStatus::Closing { since: ctx.time() };
        self.put_fund(FundId(fund), &Fund { status, ..card });
        ctx.emit(FundClosed { fund, reviewer });
        Ok(())
    }

    /// Moves what a line of a closing fund has left to the closing book.
    pub(crate) fn do_sweep(&mut self, ctx: &mut Ctx, line: u32) -> Result<Option<Wire<Place>>> {
        let mut card = self.line_card(line)?;
        if card.status == LineStatus::Proposed {
            return Err(Error::BadState);
        }
        let mut fund = self.fund_card(card.fund.0)?;
        let now = (ctx.time(), LIMITS);
        let swept = ledger::sweep(self, LineId(line), &mut card, &mut fund, now)?;
        let (hop, closed) = (swept.moved.as_ref().map(Moved::from), swept.is_closed);
        ctx.emit(Swept { line, fund: card.fund.0, hop, closed });
        Ok(swept.moved.map(|moved| Wire(moved.id)))
    }

    /// Pays out, by the fund's rule or to a line of another fund.
    pub(crate) fn do_settle(
        &mut self,
        ctx: &mut Ctx,
        (fund, asset): (u32, AssetId),
        limit: u32,
        to: Option<u32>,
    ) -> Result<u32> {
        let card = self.fund_card(fund)?;
        match to {
            Some(to) => self.hand_on(ctx, (fund, &card), asset, to),
            None => self.pay_out(ctx, (fund, &card), asset, limit),
        }
    }

    fn pay_out(
        &mut self,
        ctx: &mut Ctx,
        (fund, card): (u32, &Fund),
        asset: AssetId,
        limit: u32,
    ) -> Result<u32> {
        let (id, limit) = (FundId(fund), limit.min(PAYMENTS_MOST));
        let payments = settle::settle(self, (id, card), asset, limit, ctx.time())?;
        for payment in &payments {
            ctx.send(payment.payer, asset, payment.moved.units.into());
        }
        let hops: Vec<_> = payments.iter().map(|payment| Moved::from(&payment.moved)).collect();
        let paid = hops.len() as u32;
        ctx.emit(Settled { fund, asset, hops });
        Ok(paid)
    }

    fn hand_on(
        &mut self,
        ctx: &mut Ctx,
        (fund, card): (u32, &Fund),
        asset: AssetId,
        to: u32,
    ) -> Result<u32> {
        self.check_role(ctx, ctx.caller(), Role::Reviewer)?;
        let books = Records::books(self, FundId(fund), asset)?.ok_or(Error::NotFound)?;
        let closing = books.line(Kind::Closing).ok_or(Error::Broken)?;
        let is_swept = card.status != FundStatus::Open && card.unswept == 0;
        if !is_swept || !self.may_hand_on(card, closing)? {
            return Err(Error::BadState);
        }
        if self.free(closing.0)?.is_zero() {
            return Err(Error::Zero);
        }
        let receiver = self.other_fund((closing.0, &self.card_of(closing)?), to)?;
        check_fund_open(&self.fund_card(receiver.fund.0)?)?;
        let now = ctx.time();
        let moved = settle::settle_similar(self, (FundId(fund), card), asset, LineId(to), now)?;
        ctx.emit(HandedOn { fund, to, asset, hop: Moved::from(&moved) });
        Ok(1)
    }

    /// Whether the charter says a similar fund, no gift has any weight, or the next unit's giver is
    /// too far back to be found.
    fn may_hand_on(&self, fund: &Fund, closing: LineId) -> Result<bool> {
        Ok(match fund.closing {
            ClosingRule::SimilarFund => true,
            ClosingRule::ProrataOriginal => {
                let intake = fund.intake.map(|intake| Records::count(self, intake)).transpose()?;
                let gifts = intake.flatten().and_then(|count| count.gifts).unwrap_or_default();
                gifts.given == gifts.taken_back
            }
            ClosingRule::FifoOwner => {
                let one_run = Limits { runs: 1, ..LIMITS };
                let taken = take_some(self, closing, Units::MAX, one_run)?;
                let next = taken.runs.first().ok_or(Error::Broken)?.start;
                owner_run(self, closing, next, None) == Err(Refusal::Depth)
            }
        })
    }
}
