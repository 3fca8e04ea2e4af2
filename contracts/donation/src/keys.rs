//! What givers and payees do without an account: they sign by key, and anyone may carry it.

use weal_provenance::{
    LineId, Span, Units,
    batch::Leaf,
    owner::{Owned, owner_run},
    record::{Gift, Origin},
};
use weal_sdk::prelude::*;
use weal_types::Tag;

use crate::{
    checks::tagged,
    error::{Error, Result},
    messages::KeyProof,
    state::Donation,
    types::Hash,
};

/// What a key signs for: a byte in the signed bytes, and the document that the message brings, so
/// that whoever carries it cannot exchange that.
#[derive(Clone, Copy)]
pub(crate) enum KeyAction<'a> {
    /// 0: taking units back.
    Refund,
    /// 1: acknowledging a payment, with the evidence.
    Acknowledge(&'a Hash),
    /// 2: objecting to what became of units, with the reasons.
    Object(&'a Hash),
    /// 3: appealing against a hold, with the reasons.
    Appeal(&'a Hash),
}

impl KeyAction<'_> {
    fn signed(&self) -> (u8, &[u8]) {
        match self {
            Self::Refund => (0, &[]),
            Self::Acknowledge(evidence) => (1, *evidence),
            Self::Object(doc) => (2, *doc),
            Self::Appeal(doc) => (3, *doc),
        }
    }
}

/// An action, and where: the line and the unit.
pub(crate) type Act<'a> = (KeyAction<'a>, LineId, Units);

impl Donation {
    /// The gift or the leaf that a unit is of.
    pub(crate) fn claimed(
        &self,
        ctx: &View,
        line: LineId,
        at: Units,
        leaf: Option<&Leaf>,
    ) -> Result<Owned> {
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

/// Whether the caller is who paid, or shows the gift key; then, the commitment that it opens.
pub(crate) fn check_claim(
    ctx: &View,
    owned: &Owned,
    leaf: Option<&Leaf>,
    act: Act<'_>,
    proof: Option<&KeyProof>,
) -> Result<Option<Hash>> {
    let Some(proof) = proof else {
        let is_payer = ctx.caller() == owned.record.payer;
        return if is_payer { Ok(None) } else { Err(Error::Unauthorized) };
    };
    let commit = match (leaf, owned.record.origin) {
        (Some(leaf), _) => leaf.commit,
        (None, Origin::Single { commit }) => commit,
        // A batch as a whole is its gateway's.
        (None, Origin::Batch(_)) => return Err(Error::Unauthorized),
    };
    check_key(ctx, &commit, act, proof)?;
    Ok(Some(commit))
}

/// Whether a commitment opens to the key shown, and the key has signed this action in time.
pub(crate) fn check_key(ctx: &View, commit: &Hash, act: Act<'_>, proof: &KeyProof) -> Result {
    let (chain, contract) = (ctx.chain(), ctx.contract());
    let opened = [&chain.0[..], &contract.0, &proof.key.0, &proof.memo];
    if ctx.time() >= proof.valid_until || tagged(ctx, Tag::Gift, &opened) != *commit {
        return Err(Error::Unauthorized);
    }
    let message = signed(ctx, act, proof.valid_until);
    match ctx.sr25519_verify(&proof.key.0, &message, &proof.signature) {
        true => Ok(()),
        false => Err(Error::Unauthorized),
    }
}

/// What a key signs for an action.
pub(crate) fn signed(ctx: &View, (action, line, at): Act<'_>, valid_until: TimeMs) -> Hash {
    let (chain, contract) = (ctx.chain(), ctx.contract());
    let (action, doc) = action.signed();
    let (line, at) = (line.0.to_le_bytes(), at.get().to_le_bytes());
    let until = valid_until.0.to_le_bytes();
    let said = [&chain.0[..], &contract.0, &[action], &line, &at, &until, doc];
    tagged(ctx, Tag::GiftAction, &said)
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
