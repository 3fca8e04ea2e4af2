//! Checks that most messages share, each with its place in the order of [`crate::Error`].

use weal_provenance::{
    LineId, Units, ledger,
    line::{Fund, FundStatus, Kind, Line, LineStatus},
    stripe::keeps_fee,
};
use weal_sdk::{codec::Encode, prelude::*};
use weal_types::Tag;

use crate::{
    error::{Error, Result},
    state::Donation,
    types::{Done, Hash, Reference},
    view::Wire,
};

/// An amount that the algebra can count.
pub(crate) fn units(amount: Amount) -> Result<Units> {
    Ok(Units::try_from(amount)?)
}

/// A position.
pub(crate) fn position(at: u128) -> Result<Units> {
    Units::new(at).ok_or(Error::NotFound)
}

/// An amount of at least one unit.
pub(crate) fn positive(amount: Amount) -> Result<Units> {
    match amount {
        Amount::ZERO => Err(Error::Zero),
        _ => units(amount),
    }
}

/// A fund that is not being wound down.
pub(crate) fn check_fund_open(fund: &Fund) -> Result {
    match fund.status {
        FundStatus::Open => Ok(()),
        FundStatus::Closing { .. } => Err(Error::FundClosed),
    }
}

/// How much of `asset` is attached; nothing else may be.
pub(crate) fn attached(ctx: &Ctx, asset: AssetId) -> Result<Amount> {
    let mut sum = Amount::ZERO;
    for part in ctx.attached() {
        if part.asset != asset {
            return Err(Error::RestrictionMismatch);
        }
        sum = sum.plus(part.amount);
    }
    Ok(sum)
}

/// `H(tag, parts)` as the whole chain hashes, by the host.
pub(crate) fn tagged(ctx: &View, tag: Tag, parts: &[&[u8]]) -> Hash {
    let text = tag.text().as_bytes();
    let mut bytes = Vec::from([text.len() as u8]);
    bytes.extend(text);
    parts.iter().for_each(|part| bytes.extend(*part));
    ctx.sha256(&bytes)
}

impl Donation {
    /// A fund's card.
    pub(crate) fn fund_card(&self, fund: u32) -> Result<Fund> {
        self.funds.get(&fund).map(|Wire(card)| card).ok_or(Error::NotFound)
    }

    /// A line's card.
    pub(crate) fn line_card(&self, line: u32) -> Result<Line> {
        self.lines.get(&line).map(|Wire(card)| card).ok_or(Error::NotFound)
    }

    /// Whether a line is of one of these kinds, open, and not under notice.
    pub(crate) fn check_sender(&self, line: u32, card: &Line, kinds: &[Kind]) -> Result {
        let is_open = kinds.contains(&card.kind) && card.status == LineStatus::Open;
        if !is_open || ledger::pending_notice(self, LineId(line), card)?.is_some() {
            return Err(Error::BadState);
        }
        Ok(())
    }

    /// The card of a line that may receive from `card` within its fund, in `asset`.
    pub(crate) fn receiver(
        &self,
        (line, card): (u32, &Line),
        to: u32,
        asset: AssetId,
        kinds: &[Kind],
    ) -> Result<Line> {
        let receiver = self.line_card(to)?;
        if line == to {
            return Err(Error::SameLine);
        }
        if receiver.fund != card.fund || receiver.asset != asset {
            return Err(Error::RestrictionMismatch);
        }
        check_receiver(&receiver, kinds)?;
        // Fees have been taken of what a fee line has, so it owes no line a promise.
        if card.kind != Kind::Fee && receiver.fee_so_far < card.fee_so_far {
            return Err(Error::FeeCeiling);
        }
        Ok(receiver)
    }

    /// Whether a line may pay for a purpose.
    pub(crate) fn check_purpose(&self, card: &Line, fund: &Fund, purpose: u32) -> Result {
        let allows = |list: &[u32]| list.is_empty() || list.contains(&purpose);
        if allows(&card.purposes) && allows(&fund.purposes) { Ok(()) } else { Err(Error::Purpose) }
    }

    /// What a caller's reference already stands for, if it was given; the message must be the same.
    pub(crate) fn seen(
        &self,
        ctx: &Ctx,
        reference: Option<Reference>,
        message: &impl Encode,
    ) -> Result<Option<Done>> {
        let done = reference.and_then(|reference| self.refs.get(&(ctx.caller(), reference)));
        match done {
            Some(done) if done.payload != ctx.sha256(&message.encode()) => Err(Error::DupRef),
            done => Ok(done),
        }
    }

    /// Notes what was done under a caller's reference.
    pub(crate) fn remember(
        &mut self,
        ctx: &Ctx,
        reference: Option<Reference>,
        message: &impl Encode,
        place: weal_provenance::record::Place,
    ) {
        if let Some(reference) = reference {
            let payload = ctx.sha256(&message.encode());
            let (line, start) = (place.line.0, place.start.get());
            self.refs.set(&(ctx.caller(), reference), &Done { payload, line, start });
        }
    }

    /// The asset and kind of a line that records name.
    pub(crate) fn card_of(&self, line: LineId) -> Result<Line> {
        self.line_card(line.0)
    }
}

/// Whether a line is of one of these kinds and accepted, so that it may receive.
pub(crate) fn check_receiver(receiver: &Line, kinds: &[Kind]) -> Result {
    match receiver.status {
        _ if !kinds.contains(&receiver.kind) => Err(Error::BadState),
        LineStatus::Closed => Err(Error::BadState),
        LineStatus::Proposed => Err(Error::LineNotAccepted),
        LineStatus::Open => Ok(()),
    }
}

/// Whether a plan keeps the promises of the lines that receive by it.
pub(crate) fn check_fees(own: u32, fees: u32, receivers: &[&Line]) -> Result {
    let is_kept = |line: &&Line| line.kind == Kind::Fee || keeps_fee(own, fees, line.fee_so_far);
    if receivers.iter().all(is_kept) { Ok(()) } else { Err(Error::FeeCeiling) }
}
