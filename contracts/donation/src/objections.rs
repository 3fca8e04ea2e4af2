//! Objections to what became of units: anyone's by account, and a giver's by gift key.

use weal_provenance::LineId;
use weal_sdk::prelude::*;

use crate::{
    checks::position,
    error::{Error, Result},
    events::Disputed,
    hops::stretch,
    keys::{KeyAction, check_claim, signed},
    messages::Claim,
    queries::PAGE_MOST,
    state::Donation,
    types::{Dispute, Hash},
    view::Wire,
};

impl Donation {
    /// Records an objection to what became of units.
    pub(crate) fn do_dispute(
        &mut self,
        ctx: &mut Ctx,
        line: u32,
        (start, end): (u128, u128),
        doc: Hash,
    ) -> Result {
        let count = self.counts.get(&line).ok_or(Error::NotFound)?;
        let span = stretch(start, end)?;
        if span.end > count.0.received {
            return Err(Error::NotFound);
        }
        let by = ctx.caller();
        self.object(ctx, (line, start), Dispute { by, end, doc, commit: None })
    }

    /// Records a giver's objection, about all units of the line that are the gift's, or the leaf's,
    /// by the same way as the one that was signed for. What was signed counts once.
    pub(crate) fn do_dispute_by_key(
        &mut self,
        ctx: &mut Ctx,
        line: u32,
        Claim { unit, leaf, proof }: Claim,
        doc: Hash,
    ) -> Result {
        self.line_card(line)?;
        let (id, at) = (LineId(line), position(unit)?);
        let proof = proof.ok_or(Error::Unauthorized)?;
        let act = (KeyAction::Object(&doc), id, at);
        let said = signed(ctx, act, proof.valid_until);
        if self.objected.contains(&said) {
            return Err(Error::DupRef);
        }
        let leaf = leaf.map(|Wire(leaf)| leaf);
        let owned = self.claimed(ctx, id, at, leaf.as_ref())?;
        let commit = check_claim(ctx, &owned, leaf.as_ref(), act, Some(&proof))?;
        let (by, start, end) = (ctx.caller(), owned.span.start.get(), owned.span.end.get());
        self.object(ctx, (line, start), Dispute { by, end, doc, commit })?;
        self.objected.set(&said, &());
        Ok(())
    }

    fn object(&mut self, ctx: &mut Ctx, (line, start): (u32, u128), said: Dispute) -> Result {
        let key = (line, start, ctx.time());
        if self.disputes.contains(&key) {
            return Err(Error::DupRef);
        }
        self.disputes.set(&key, &said);
        let Dispute { by, end, doc, commit } = said;
        ctx.emit(Disputed { line, by, start, end, doc, commit });
        Ok(())
    }

    /// Objections about a line by their first unit, from a position on.
    pub(crate) fn disputes_from(
        &self,
        line: u32,
        from: u128,
        limit: u32,
    ) -> Vec<(u128, TimeMs, Dispute)> {
        let keys = (line, from, TimeMs::ZERO)..=(line, u128::MAX, TimeMs(u64::MAX));
        let page = self.disputes.page(keys, Order::Ascending, limit.min(PAGE_MOST));
        page.into_iter().map(|((_, at, time), dispute)| (at, time, dispute)).collect()
    }
}
