//! Moving money between lines: splits, forwards, returns.

use weal_provenance::{
    LineId, Span, ledger,
    line::Kind,
    record::{HopKind, Note, Place},
    send::Saying,
};
use weal_sdk::prelude::*;

use crate::{
    checks::{attached, check_fund_open, position, positive},
    error::{Error, Result},
    events::{Forwarded, HandedBack, Skipped, Split},
    messages::Forwarding,
    state::Donation,
    types::Hash,
    view::{Moved, Wire},
};

impl Donation {
    /// Divides the next units of an intake or a splitter by its plan.
    pub(crate) fn do_split(
        &mut self,
        ctx: &mut Ctx,
        line: u32,
        amount: Amount,
    ) -> Result<Wire<Place>> {
        let card = self.line_card(line)?;
        let fund = self.fund_card(card.fund.0)?;
        self.check_sender(line, &card, &[Kind::Intake, Kind::Split])?;
        check_fund_open(&fund)?;
        let units = positive(amount)?;
        if units < fund.min_move && ctx.caller() != card.org {
            // Whoever splits very little makes records for everyone; the last rest may always go.
            let free = self.free(line)?;
            if units < free {
                return Err(Error::Limit { most: fund.min_move.into() });
            }
        }
        let cooling = (fund.cooling, ctx.time());
        let moved = ledger::split(self, LineId(line), &card, units, cooling)?;
        ctx.emit(Split { line, hop: Moved::from(&moved) });
        Ok(Wire(moved.id))
    }

    /// Hands the next units on to another line of the fund.
    pub(crate) fn do_forward(
        &mut self,
        ctx: &mut Ctx,
        line: u32,
        amount: Amount,
        Forwarding { to, purpose, doc }: Forwarding,
    ) -> Result<Wire<Place>> {
        let card = self.line_card(line)?;
        self.check_officer(ctx, &card)?;
        self.check_sender(line, &card, &[Kind::Work, Kind::Fee])?;
        let fund = self.fund_card(card.fund.0)?;
        check_fund_open(&fund)?;
        let units = positive(amount)?;
        self.receiver((line, &card), to, card.asset, &[Kind::Work, Kind::Split])?;
        self.check_purpose(&card, &fund, purpose)?;
        let note = Note { purpose: Some(purpose), doc, ..Note::default() };
        let saying = Saying { kind: HopKind::Forward, time: ctx.time(), note };
        let moved = ledger::transfer(self, LineId(line), LineId(to), units, saying)?;
        ctx.emit(Forwarded { line, to, hop: Moved::from(&moved), amount, purpose, doc });
        Ok(Wire(moved.id))
    }

    /// Returns units of a hop to the line that sent them: by the organisation that received them,
    /// or by the payee, who brings the money along.
    pub(crate) fn do_hand_back(
        &mut self,
        ctx: &mut Ctx,
        Wire(id): Wire<Place>,
        Wire(offsets): Wire<Span>,
        reason: Hash,
    ) -> Result<Wire<Place>> {
        let hop = ledger::hop(self, id)?;
        let receiver = hop.parts.first().ok_or(Error::Broken)?.line;
        let card = self.card_of(receiver)?;
        let (by, is_paid) = (ctx.caller(), card.kind.is_sink());
        let party = if is_paid { hop.note.payee } else { Some(card.org) };
        if party != Some(by) {
            return Err(Error::Unauthorized);
        }
        if !is_paid && ledger::pending_notice(self, receiver, &card)?.is_some() {
            return Err(Error::BadState);
        }
        let brought = attached(ctx, card.asset)?;
        let note = Note { doc: Some(reason), ..Note::default() };
        let moved = ledger::hand_back(self, (id, &hop), offsets, (ctx.time(), note))?;
        let needed = if is_paid { moved.units.into() } else { Amount::ZERO };
        if brought != needed {
            return Err(Error::Attached { needed });
        }
        ctx.emit(HandedBack { line: id.line.0, by, hop: Moved::from(&moved), reason });
        Ok(Wire(moved.id))
    }

    /// Lets a line jump over what has left ahead of its turn.
    pub(crate) fn do_skip(&mut self, ctx: &mut Ctx, line: u32, most: u32) -> Result<u128> {
        self.line_card(line)?;
        let next = ledger::skip(self, LineId(line), most)?.get();
        ctx.emit(Skipped { line, next });
        Ok(next)
    }

    /// What a line has free.
    pub(crate) fn free(&self, line: u32) -> Result<weal_provenance::Units> {
        let count = self.counts.get(&line).ok_or(Error::NotFound)?;
        Ok(count.0.free())
    }
}

/// The stretch of a line between two positions; not empty.
pub(crate) fn stretch(start: u128, end: u128) -> Result<Span> {
    match start < end {
        true => Ok(Span::new(position(start)?, position(end)?)),
        false => Err(Error::Zero),
    }
}
