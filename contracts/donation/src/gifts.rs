//! Gifts: this runs for every giver, so it asks nobody and writes two entries.

use weal_provenance::{
    LineId, Units,
    batch::MOST_LEAVES,
    ledger,
    line::Fund,
    record::{Batch, Gift, Origin, Place},
};
use weal_sdk::prelude::*;

use crate::{
    checks::{attached, check_fund_open, positive},
    error::{Error, Result},
    events::{BatchDonated, Donated, Repeated},
    messages::GiftBatch,
    people::Role,
    state::Donation,
    types::{Done, Hash, Reference},
    view::Wire,
};

impl Donation {
    /// Books one giver's gift.
    pub(crate) fn do_donate(
        &mut self,
        ctx: &mut Ctx,
        fund: u32,
        commit: Hash,
        reference: Option<Reference>,
    ) -> Result<Wire<Place>> {
        let card = self.fund_card(fund)?;
        let amount = attached(ctx, card.asset)?;
        let message = ("donate", fund, commit, amount);
        if let Some(done) = self.seen(ctx, reference, &message)? {
            return self.give_back(ctx, card.asset, amount, done);
        }
        let (intake, len) = gift_to(&card, amount, ctx.time())?;
        let (payer, time) = (ctx.caller(), ctx.time());
        let origin = Origin::Single { commit };
        let gift = Gift { len, payer, origin, time, back: Units::ZERO };
        let place = ledger::donate(self, intake, gift)?;
        self.remember(ctx, reference, &message, place);
        let start = place.start.get();
        ctx.emit(Donated { fund, payer, line: intake.0, start, amount, commit });
        Ok(Wire(place))
    }

    /// Books a batch that a gateway has collected.
    pub(crate) fn do_donate_batch(
        &mut self,
        ctx: &mut Ctx,
        fund: u32,
        GiftBatch { root, leaves, reference }: GiftBatch,
    ) -> Result<Wire<Place>> {
        let card = self.fund_card(fund)?;
        let (amount, payer) = (attached(ctx, card.asset)?, ctx.caller());
        let message = ("donate_batch", fund, root, leaves, amount);
        if let Some(done) = self.seen(ctx, reference, &message)? {
            return self.give_back(ctx, card.asset, amount, done);
        }
        self.check_role(ctx, payer, Role::Gateway)?;
        if self.broken.contains(&payer) {
            return Err(Error::Frozen);
        }
        let (intake, len) = gift_to(&card, amount, ctx.time())?;
        if !(1..=MOST_LEAVES).contains(&leaves) {
            return Err(Error::Limit { most: Amount(MOST_LEAVES.into()) });
        }
        let origin = Origin::Batch(Batch { root, leaves });
        let gift = Gift { len, payer, origin, time: ctx.time(), back: Units::ZERO };
        let place = ledger::donate(self, intake, gift)?;
        self.remember(ctx, reference, &message, place);
        let start = place.start.get();
        ctx.emit(BatchDonated { fund, payer, line: intake.0, start, amount, root, leaves });
        Ok(Wire(place))
    }

    /// Answers a repeated gift with the first, and returns what came with it.
    fn give_back(
        &self,
        ctx: &mut Ctx,
        asset: AssetId,
        amount: Amount,
        done: Done,
    ) -> Result<Wire<Place>> {
        if amount != Amount::ZERO {
            ctx.send(ctx.caller(), asset, amount);
        }
        repeated(ctx, done)
    }
}

/// Answers a repeated message with what it did the first time.
pub(crate) fn repeated(ctx: &mut Ctx, Done { line, start, .. }: Done) -> Result<Wire<Place>> {
    ctx.emit(Repeated { by: ctx.caller(), line, start });
    let start = Units::new(start).ok_or(Error::Broken)?;
    Ok(Wire(Place { line: LineId(line), start }))
}

/// Where a gift goes, and how many units it is.
fn gift_to(fund: &Fund, amount: Amount, now: TimeMs) -> Result<(LineId, Units)> {
    check_fund_open(fund)?;
    let intake = fund.intake.ok_or(Error::FundClosed)?;
    let len = positive(amount)?;
    if len < fund.min_gift {
        return Err(Error::Limit { most: fund.min_gift.into() });
    }
    if now > fund.report_due {
        return Err(Error::ReportOverdue);
    }
    Ok((intake, len))
}
