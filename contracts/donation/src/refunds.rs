//! Refunds: a giver takes units back, by account or by gift key; money goes to who paid.

use weal_provenance::{
    LineId, Span, Units,
    batch::Leaf,
    ledger,
    owner::{Owned, owner_run},
    record::{Gift, Origin, Place},
};
use weal_sdk::prelude::*;
use weal_types::Tag;

use crate::{
    checks::{position, tagged},
    error::{Error, Result},
    events::Refunded,
    messages::KeyProof,
    state::Donation,
    types::Hash,
    view::{Moved, Wire},
};

/// What a gift key signs for: a byte in the signed bytes.
#[derive(Clone, Copy)]
pub(crate) enum KeyAction {
    /// Taking units back.
    Refund = 0,
    /// Acknowledging a payment.
    Acknowledge = 1,
}

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
        let at = position(unit)?;
        ledger::check_refund(self, LineId(line), &card, at)?;
        let leaf = leaf.map(|Wire(leaf)| leaf);
        let owned = self.claimed(ctx, LineId(line), at, leaf.as_ref())?;
        check_claim(ctx, &owned, leaf.as_ref(), (KeyAction::Refund, line, at), proof)?;
        let fund = self.fund_card(card.fund.0)?;
        let cooling = (fund.cooling, ctx.time());
        let moved = ledger::refund(self, (LineId(line), &card), &owned, cooling)?;
        let (payer, amount) = (owned.record.payer, moved.units.into());
        ctx.send(payer, card.asset, amount);
        let (intake, gift) = (owned.gift.line.0, owned.gift.start.get());
        ctx.emit(Refunded { line, payer, hop: Moved::from(&moved), amount, intake, gift });
        Ok(Wire(moved.id))
    }

    /// The gift or the leaf that a unit is of.
    fn claimed(&self, ctx: &View, line: LineId, at: Units, leaf: Option<&Leaf>) -> Result<Owned> {
        let Some(leaf) = leaf else { return Ok(owner_run(self, line, at, None)?) };
        let whole = owner_run(self, line, at, None)?;
        let span = leaf_span(ctx, leaf, &whole.record)?;
        Ok(owner_run(self, line, at, Some(span))?)
    }
}

/// Where a leaf's units lie in a batch, counted from 0.
fn leaf_span(ctx: &View, leaf: &Leaf, gift: &Gift) -> Result<Span> {
    let Origin::Batch(batch) = gift.origin else { return Err(Error::BatchSum) };
    let hasher = |tag: Tag, parts: &[&[u8]]| tagged(ctx, tag, parts);
    leaf.find(&hasher, &batch.root, batch.leaves, gift.len).ok_or(Error::BatchSum)
}

/// Whether the caller is who paid, or shows the gift key.
fn check_claim(
    ctx: &View,
    owned: &Owned,
    leaf: Option<&Leaf>,
    act: (KeyAction, u32, Units),
    proof: Option<KeyProof>,
) -> Result {
    let Some(proof) = proof else {
        let is_payer = ctx.caller() == owned.record.payer;
        return if is_payer { Ok(()) } else { Err(Error::Unauthorized) };
    };
    let commit = match (leaf, owned.record.origin) {
        (Some(leaf), _) => leaf.commit,
        (None, Origin::Single { commit }) => commit,
        // A batch as a whole is its gateway's.
        (None, Origin::Batch(_)) => return Err(Error::Unauthorized),
    };
    check_key(ctx, &commit, act, &proof)
}

/// Whether a commitment opens to the key shown, and the key has signed this action in time.
pub(crate) fn check_key(
    ctx: &View,
    commit: &Hash,
    (action, line, at): (KeyAction, u32, Units),
    proof: &KeyProof,
) -> Result {
    let (chain, contract) = (ctx.chain(), ctx.contract());
    let opened = [&chain.0[..], &contract.0, &proof.key.0, &proof.memo];
    if ctx.time() >= proof.valid_until || tagged(ctx, Tag::Gift, &opened) != *commit {
        return Err(Error::Unauthorized);
    }
    let (line, at) = (line.to_le_bytes(), at.get().to_le_bytes());
    let until = proof.valid_until.0.to_le_bytes();
    let said = [&chain.0[..], &contract.0, &[action as u8], &line, &at, &until];
    let message = tagged(ctx, Tag::GiftAction, &said);
    match ctx.sr25519_verify(&proof.key.0, &message, &proof.signature) {
        true => Ok(()),
        false => Err(Error::Unauthorized),
    }
}

/// The leaf's stretch of a payment's batch, counted from the payment's first unit.
pub(crate) fn payee_span(
    ctx: &View,
    leaf: &Leaf,
    (root, leaves, total): (&Hash, u32, Units),
) -> Result<Span> {
    let hasher = |tag: Tag, parts: &[&[u8]]| tagged(ctx, tag, parts);
    leaf.find(&hasher, root, leaves, total).ok_or(Error::BatchSum)
}
