//! Paying: from a line, in batches, and ahead from an organisation's own money.

use weal_provenance::{
    LineId,
    batch::MOST_LEAVES,
    ledger,
    line::{Advance, Kind, Line, LineStatus},
    record::{Batch, HopKind, Note, Place},
    send::{Moved, Saying},
    stripe::Plan,
};
use weal_sdk::prelude::*;

use crate::{
    checks::{attached, check_fund_open, positive},
    error::{Error, Result},
    events::{Advanced, BatchSpent, Reimbursed, Spent},
    gifts::repeated,
    messages::{BatchPayment, Payment, Prepayment},
    state::Donation,
    view::{self, Wire},
};

impl Donation {
    /// Pays one payee from a work line, or overhead from a fee line.
    pub(crate) fn do_spend(
        &mut self,
        ctx: &mut Ctx,
        line: u32,
        amount: Amount,
        payment: Payment,
    ) -> Result<Wire<Place>> {
        let message = ("spend", line, amount, &payment);
        let reference = payment.reference;
        if let Some(done) = self.seen(ctx, reference, &message)? {
            return repeated(ctx, done);
        }
        let Payment { payee, purpose, doc, tag, next, .. } = payment.clone();
        let next = next.map(|Wire(next)| next);
        let note =
            Note { payee: Some(payee), purpose: Some(purpose), doc, next, ..Note::default() };
        let moved = self.pay(ctx, line, amount, (payee, purpose), (tag, note))?;
        if let Some(tag) = tag {
            self.tags.set(&tag, &(line, moved.id.start.get()));
        }
        self.remember(ctx, reference, &message, moved.id);
        ctx.emit(Spent { line, payee, hop: view::Moved::from(&moved), amount, purpose, doc });
        Ok(Wire(moved.id))
    }

    /// Pays many payees through an agent.
    pub(crate) fn do_spend_batch(
        &mut self,
        ctx: &mut Ctx,
        line: u32,
        amount: Amount,
        batch: BatchPayment,
    ) -> Result<Wire<Place>> {
        let message = ("spend_batch", line, amount, &batch);
        if let Some(done) = self.seen(ctx, batch.reference, &message)? {
            return repeated(ctx, done);
        }
        let BatchPayment { agent, root, leaves, purpose, doc, reference } = batch;
        let list = Some(Batch { root, leaves });
        let (payee, purpose_of) = (Some(agent), Some(purpose));
        let note = Note { payee, purpose: purpose_of, doc, batch: list, ..Note::default() };
        let moved = self.pay(ctx, line, amount, (agent, purpose), (None, note))?;
        if !(1..=MOST_LEAVES).contains(&leaves) {
            return Err(Error::Limit { most: Amount(MOST_LEAVES.into()) });
        }
        let message = ("spend_batch", line, amount, &batch);
        self.remember(ctx, reference, &message, moved.id);
        let hop = view::Moved::from(&moved);
        ctx.emit(BatchSpent { line, agent, hop, amount, root, leaves, purpose, doc });
        Ok(Wire(moved.id))
    }

    /// Books a payment of a line's next units, and makes it.
    fn pay(
        &mut self,
        ctx: &mut Ctx,
        line: u32,
        amount: Amount,
        (payee, purpose): (AccountId, u32),
        (tag, note): (Option<[u8; 32]>, Note),
    ) -> Result<Moved> {
        let card = self.line_card(line)?;
        let is_related = self.check_payer(ctx, &card, payee)?;
        self.check_sender(line, &card, &[Kind::Work, Kind::Fee])?;
        let units = positive(amount)?;
        let fund = self.fund_card(card.fund.0)?;
        self.check_purpose(&card, &fund, purpose)?;
        if is_related {
            return Err(Error::RelatedParty);
        }
        if tag.is_some_and(|tag| self.tags.contains(&tag)) {
            return Err(Error::Reused);
        }
        let kind = if card.kind == Kind::Fee { Kind::Overhead } else { Kind::Delivered };
        let to = ledger::book(self, &card, kind)?;
        let saying = Saying { kind: HopKind::Spend, time: ctx.time(), note };
        let moved = ledger::transfer(self, LineId(line), to, units, saying)?;
        ctx.send(payee, card.asset, amount);
        Ok(moved)
    }

    /// Pays a payee at once from the organisation's own money, and opens the line that gifts will
    /// reimburse it by.
    pub(crate) fn do_advance(
        &mut self,
        ctx: &mut Ctx,
        line: u32,
        Prepayment { payee, purpose, doc }: Prepayment,
    ) -> Result<u32> {
        let card = self.line_card(line)?;
        let is_related = self.check_payer(ctx, &card, payee)?;
        self.check_sender(line, &card, &[Kind::Work])?;
        let fund = self.fund_card(card.fund.0)?;
        check_fund_open(&fund)?;
        let amount = attached(ctx, card.asset)?;
        let cap = positive(amount)?;
        self.check_purpose(&card, &fund, purpose)?;
        if is_related {
            return Err(Error::RelatedParty);
        }
        let id = self.next_line(card.fund.0);
        let of = LineId(line);
        let prepaid = Line {
            kind: Kind::Prepaid,
            plan: Plan::default(),
            status: LineStatus::Open,
            notice: None,
            advance: Some(Advance { cap, of, payee }),
            ..card
        };
        self.put_new(id, &prepaid);
        ctx.send(payee, prepaid.asset, amount);
        ctx.emit(Advanced { line, prepaid: id, payee, amount, purpose, doc });
        Ok(id)
    }

    /// Pays an organisation back, from the line that it paid ahead for.
    pub(crate) fn do_reimburse(
        &mut self,
        ctx: &mut Ctx,
        prepaid: u32,
        amount: Amount,
    ) -> Result<Wire<Place>> {
        let card = self.line_card(prepaid)?;
        self.check_officer(ctx, &card)?;
        let of = card.advance.ok_or(Error::BadState)?.of;
        self.check_sender(of.0, &self.card_of(of)?, &[Kind::Work])?;
        check_fund_open(&self.fund_card(card.fund.0)?)?;
        let units = positive(amount)?;
        let moved = ledger::reimburse(self, LineId(prepaid), &card, units, ctx.time())?;
        ctx.send(card.org, card.asset, amount);
        ctx.emit(Reimbursed { prepaid, org: card.org, hop: view::Moved::from(&moved), amount });
        Ok(Wire(moved.id))
    }
}
