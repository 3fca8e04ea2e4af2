//! Changes of purpose: announced, open to objection, and then made.

use weal_provenance::{
    LineId, Records, RecordsMut, ledger,
    line::{Kind, Line, Notice},
    record::Place,
};
use weal_sdk::prelude::*;

use crate::{
    checks::{check_fund_open, check_receiver, units},
    error::{Error, Result},
    events::{Announced, NoticeWithdrawn, Repurposed},
    messages::Action,
    state::Donation,
    view::{Moved, Wire},
};

impl Donation {
    /// Announces that what a line has will go to a line of another fund.
    pub(crate) fn do_announce(
        &mut self,
        ctx: &mut Ctx,
        (line, to): (u32, u32),
        until: TimeMs,
        reviewer: AccountId,
    ) -> Result {
        let card = self.line_card(line)?;
        self.check_officer(ctx, &card)?;
        self.use_review(ctx, reviewer, &Action::Announce { line, to, until })?;
        self.check_sender(line, &card, &[Kind::Work])?;
        let fund = self.fund_card(card.fund.0)?;
        check_fund_open(&fund)?;
        let count = Records::count(self, LineId(line))?.ok_or(Error::NotFound)?;
        let receiver = self.other_fund((line, &card), to)?;
        let other = self.fund_card(receiver.fund.0)?;
        check_fund_open(&other)?;
        if receiver.fee_so_far < card.fee_so_far || other.ceiling > fund.ceiling {
            return Err(Error::FeeCeiling);
        }
        let notice = Notice { to: LineId(to), until, upto: count.received };
        self.put_line(LineId(line), &Line { notice: Some(notice), ..card });
        ctx.emit(Announced { line, to, until, upto: notice.upto.get(), reviewer });
        Ok(())
    }

    /// The card of an open work line of another fund in the same asset.
    pub(crate) fn other_fund(&self, (line, card): (u32, &Line), to: u32) -> Result<Line> {
        let receiver = self.line_card(to)?;
        if line == to {
            return Err(Error::SameLine);
        }
        if receiver.fund == card.fund || receiver.asset != card.asset {
            return Err(Error::RestrictionMismatch);
        }
        check_receiver(&receiver, &[Kind::Work])?;
        Ok(receiver)
    }

    /// Takes a notice back.
    pub(crate) fn do_withdraw_notice(
        &mut self,
        ctx: &mut Ctx,
        line: u32,
        reviewer: AccountId,
    ) -> Result {
        let card = self.line_card(line)?;
        self.check_officer(ctx, &card)?;
        self.use_review(ctx, reviewer, &Action::WithdrawNotice { line })?;
        if ledger::pending_notice(self, LineId(line), &card)?.is_none() {
            return Err(Error::BadState);
        }
        self.put_line(LineId(line), &Line { notice: None, ..card });
        ctx.emit(NoticeWithdrawn { line, reviewer });
        Ok(())
    }

    /// Sends the next units that a notice concerns to where it said.
    pub(crate) fn do_repurpose(
        &mut self,
        ctx: &mut Ctx,
        line: u32,
        amount: Amount,
    ) -> Result<Wire<Place>> {
        let card = self.line_card(line)?;
        self.check_officer(ctx, &card)?;
        let notice = ledger::pending_notice(self, LineId(line), &card)?.ok_or(Error::BadState)?;
        check_fund_open(&self.fund_card(card.fund.0)?)?;
        if amount == Amount::ZERO {
            return Err(Error::Zero);
        }
        if ctx.time() < notice.until {
            return Err(Error::TooEarly);
        }
        let receiver = self.other_fund((line, &card), notice.to.0)?;
        check_fund_open(&self.fund_card(receiver.fund.0)?)?;
        let moved = ledger::repurpose(self, LineId(line), &card, units(amount)?, ctx.time())?;
        ctx.emit(Repurposed { line, to: notice.to.0, hop: Moved::from(&moved), amount });
        Ok(Wire(moved.id))
    }
}
