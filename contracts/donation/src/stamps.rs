//! Stamps on what was paid, and objections.

use weal_provenance::{
    Span,
    batch::Leaf,
    ledger,
    record::{Hop, Place, Stamp},
};
use weal_sdk::prelude::*;

use crate::{
    error::{Error, Result},
    events::{Acknowledged, Disputed},
    hops::stretch,
    messages::KeyProof,
    people::Role,
    refunds::{KeyAction, check_key, payee_span},
    state::Donation,
    types::{Dispute, Hash},
    view::Wire,
};

/// Levels of stamps.
const BANK: u8 = 1;
const DELIVERY: u8 = 2;
const PAYEE: u8 = 3;
const OUTCOME: u8 = 4;

impl Donation {
    /// Stamps units of a payment.
    pub(crate) fn do_acknowledge(
        &mut self,
        ctx: &mut Ctx,
        Wire(id): Wire<Place>,
        Wire(offsets): Wire<Span>,
        (level, evidence): (u8, Hash),
    ) -> Result {
        let hop = ledger::hop(self, id)?;
        let by = ctx.caller();
        match level {
            BANK => self.check_role(ctx, by, Role::Bank)?,
            DELIVERY => self.check_role(ctx, by, Role::DeliveryAttester)?,
            OUTCOME => self.check_role(ctx, by, Role::OutcomeAttester)?,
            PAYEE if hop.note.payee == Some(by) && hop.note.batch.is_none() => {}
            PAYEE => return Err(Error::Unauthorized),
            _ => return Err(Error::BadState),
        }
        if matches!(level, DELIVERY | OUTCOME) {
            self.check_unrelated(ctx, by, self.card_of(id.line)?.org)?;
        }
        self.stamp(ctx, (id, &hop), offsets, (level, evidence))
    }

    /// Stamps a payee's part of a batch, for the payee's key.
    pub(crate) fn do_acknowledge_part(
        &mut self,
        ctx: &mut Ctx,
        Wire(id): Wire<Place>,
        Wire(leaf): Wire<Leaf>,
        proof: &KeyProof,
        evidence: Hash,
    ) -> Result {
        let hop = ledger::hop(self, id)?;
        let batch = hop.note.batch.ok_or(Error::NotFound)?;
        check_key(ctx, &leaf.commit, (KeyAction::Acknowledge, id.line.0, id.start), proof)?;
        let span = payee_span(ctx, &leaf, (&batch.root, batch.leaves, hop.taken()?))?;
        self.stamp(ctx, (id, &hop), span, (PAYEE, evidence))
    }

    fn stamp(
        &mut self,
        ctx: &mut Ctx,
        (id, hop): (Place, &Hop),
        offsets: Span,
        (level, evidence): (u8, Hash),
    ) -> Result {
        let (by, time) = (ctx.caller(), ctx.time());
        let stamp = Stamp { len: offsets.count(), by, evidence, time };
        let (line, span) = ledger::acknowledge(self, hop, offsets, level, stamp)?;
        let (start, end) = (span.start.get(), span.end.get());
        let (sender, hop) = (id.line.0, id.start.get());
        ctx.emit(Acknowledged { line: line.0, by, level, start, end, sender, hop, evidence });
        Ok(())
    }

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
        let (by, key) = (ctx.caller(), (line, start, ctx.time()));
        if self.disputes.contains(&key) {
            return Err(Error::DupRef);
        }
        self.disputes.set(&key, &Dispute { by, end, doc });
        ctx.emit(Disputed { line, by, start, end, doc });
        Ok(())
    }
}
