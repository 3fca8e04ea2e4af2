//! Refunds: a giver takes units back, by account or by gift key; money goes to who paid.

use weal_provenance::{LineId, batch::Leaf, ledger, record::Place};
use weal_sdk::prelude::*;

use crate::{
    checks::position,
    error::Result,
    events::Refunded,
    keys::{KeyAction, check_claim},
    messages::KeyProof,
    state::Donation,
    view::{Moved, Wire},
};

impl Donation {
    /// Gives back what is still there of a gift, or of one leaf of a batch, around unit `unit`.
    pub(crate) fn do_refund(
        &mut self,
        ctx: &mut Ctx,
        (line, unit): (u32, u128),
        leaf: Option<Wire<Leaf>>,
        proof: Option<KeyProof>,
    ) -> Result<Wire<Place>> {
        let card = self.line_card(line)?;
        let (id, at) = (LineId(line), position(unit)?);
        ledger::check_refund(self, id, &card, at)?;
        let leaf = leaf.map(|Wire(leaf)| leaf);
        let owned = self.claimed(ctx, id, at, leaf.as_ref())?;
        let act = (KeyAction::Refund, id, at);
        check_claim(ctx, &owned, leaf.as_ref(), act, proof.as_ref())?;
        let fund = self.fund_card(card.fund.0)?;
        let cooling = (fund.cooling, ctx.time());
        let moved = ledger::refund(self, (id, &card), &owned, cooling)?;
        let (payer, amount) = (owned.record.payer, moved.units.into());
        ctx.send(payer, card.asset, amount);
        let (intake, gift) = (owned.gift.line.0, owned.gift.start.get());
        ctx.emit(Refunded { line, payer, hop: Moved::from(&moved), amount, intake, gift });
        Ok(Wire(moved.id))
    }
}
