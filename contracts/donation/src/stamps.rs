//! Stamps on what was paid.

use weal_provenance::{
    Span,
    batch::Leaf,
    ledger,
    record::{Hop, Place, Stamp},
};
use weal_sdk::prelude::*;

use crate::{
    error::{Error, Result},
    events::Acknowledged,
    keys::{KeyAction, check_key, payee_span},
    messages::KeyProof,
    people::Role,
    state::Donation,
    types::Hash,
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
        let act = (KeyAction::Acknowledge(&evidence), id.line, id.start);
        check_key(ctx, &leaf.commit, act, proof)?;
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
}
