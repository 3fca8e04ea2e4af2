//! Exchanging a line's money for another asset, at a rate that a bank attests.

use weal_provenance::{
    LineId, Units, ledger,
    line::Kind,
    record::{HopKind, Note, Place},
    send::Saying,
};
use weal_sdk::prelude::*;

use crate::{
    checks::{attached, positive},
    error::{Error, Result},
    events::{Converted, RateSet},
    messages::{Action, Exchange},
    people::Role,
    state::Donation,
    types::Band,
    view::{Moved, Wire},
};

impl Donation {
    /// Exchanges the next units of a line for what is attached.
    pub(crate) fn do_convert(
        &mut self,
        ctx: &mut Ctx,
        line: u32,
        amount: Amount,
        Exchange { to, payout, rate_doc, approver }: Exchange,
    ) -> Result<Wire<Place>> {
        let card = self.line_card(line)?;
        let is_related = self.check_payer(ctx, &card, payout)?;
        let receiver_asset = self.line_card(to).map(|receiver| receiver.asset);
        let received = receiver_asset.clone().ok().map(|asset| attached(ctx, asset));
        let received = received.transpose()?.unwrap_or_default();
        let action = Action::Convert { line, amount, to, received, payout };
        self.use_review(ctx, approver, &action)?;
        self.check_sender(line, &card, &[Kind::Work])?;
        let (given, got) = (positive(amount)?, positive(received)?);
        let asset = receiver_asset?;
        self.receiver((line, &card), to, asset, &[Kind::Work, Kind::Split])?;
        if asset == card.asset {
            return Err(Error::RestrictionMismatch);
        }
        if is_related {
            return Err(Error::RelatedParty);
        }
        self.check_rate(ctx.time(), (card.asset, given), (asset, got))?;
        let note = Note { payee: Some(payout), doc: Some(rate_doc), ..Note::default() };
        let saying = Saying { kind: HopKind::Convert, time: ctx.time(), note };
        let moved = ledger::convert(self, LineId(line), (LineId(to), got), given, saying)?;
        ctx.send(payout, card.asset, amount);
        let hop = Moved::from(&moved);
        ctx.emit(Converted { line, to, hop, amount, received, payout, rate_doc });
        Ok(Wire(moved.id))
    }

    /// Whether an exchange lies within the attested band.
    fn check_rate(
        &self,
        now: TimeMs,
        (from, given): (AssetId, Units),
        (to, received): (AssetId, Units),
    ) -> Result {
        let band = self.rates.get(&(from, to)).filter(|band| now < band.until);
        match band.is_some_and(|band| is_within(&band, given, received)) {
            true => Ok(()),
            false => Err(Error::RateBand),
        }
    }

    /// Attests a rate.
    pub(crate) fn do_set_rate(
        &mut self,
        ctx: &mut Ctx,
        (from, to): (AssetId, AssetId),
        band: Band,
    ) -> Result {
        let by = ctx.caller();
        self.check_role(ctx, by, Role::Bank)?;
        if band.num == 0 || band.den == 0 {
            return Err(Error::Zero);
        }
        if band.tolerance > weal_provenance::stripe::MILLION {
            return Err(Error::Limit { most: Amount(weal_provenance::stripe::MILLION.into()) });
        }
        self.rates.set(&(from, to), &band);
        ctx.emit(RateSet { from, to, by, band });
        Ok(())
    }
}

/// |received·den − given·num|·10⁶ ≤ tolerance·given·num. Products of 96 and 32 bits fit.
fn is_within(band: &Band, given: Units, received: Units) -> bool {
    const MILLION: u128 = weal_provenance::stripe::MILLION as u128;
    let got = received.get() * u128::from(band.den);
    let fair = given.get() * u128::from(band.num);
    let tolerance = u128::from(band.tolerance);
    // ⌊fair·tolerance/10⁶⌋ without a wider product; the left side is whole, so the floor decides.
    let most = fair / MILLION * tolerance + fair % MILLION * tolerance / MILLION;
    got.abs_diff(fair) <= most
}
