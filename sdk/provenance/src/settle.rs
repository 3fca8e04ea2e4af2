//! Paying out what a closed fund has left.

use alloc::vec::Vec;

use weal_types::{AccountId, AssetId, TimeMs};

use crate::{
    Error, Records, RecordsMut,
    line::{ClosingRule, Fund, FundStatus, Kind},
    owner::owner_run,
    record::{Gift, HopKind, In, Note, Place, Round},
    send::{Moved, Saying, send},
    store,
    take::{LIMITS, Limits, Taken, take_some},
    unit::{FundId, LineId, Span, Units},
    wide::divided_product,
};

/// Units paid to a giver.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Payment {
    /// The gift that is paid; by the pro-rata rule the units may have been another's.
    pub gift: Place,
    /// To whom the tokens go.
    pub payer: AccountId,
    /// The hop.
    pub moved: Moved,
}

/// The cumulative share: the `before`-th of `weight` parts of `amount`, rounded down. A claimant
/// gets the difference between two, so shares add up exactly and each lies within 1 of exact.
///
/// `None` where `weight` is zero or less than `before`.
pub fn cumulative(amount: Units, before: Units, weight: Units) -> Option<Units> {
    let (share, _) = divided_product(before.get(), amount.get(), weight.get())?;
    Units::new(share)
}

/// The share of a claimant of weight `own` behind others of weight `before`. A leaf of a batch is a
/// claimant behind the gifts before the batch and the leaves before it.
pub fn share(amount: Units, before: Units, own: Units, weight: Units) -> Option<Units> {
    let upto = cumulative(amount, before.checked_add(own)?, weight)?;
    upto.checked_sub(cumulative(amount, before, weight)?)
}

/// Pays givers by the fund's rule, looking at up to `limit` gifts or hops, at least one.
///
/// Refuses with [`Error::BadState`] unless all lines are swept, where the rule is
/// [`ClosingRule::SimilarFund`], and where no gift has any weight; with [`Error::Zero`] where
/// nothing is left; with [`Error::Depth`], [`Error::Runs`], [`Error::Overflow`].
pub fn settle(
    records: &mut impl RecordsMut,
    (id, fund): (FundId, &Fund),
    asset: AssetId,
    limit: u32,
    now: TimeMs,
) -> Result<Vec<Payment>, Error> {
    let payer = Payer::open(records, (id, fund), asset, now)?;
    match fund.closing {
        ClosingRule::FifoOwner => payer.by_owner(records, limit.max(1)),
        ClosingRule::ProrataOriginal => payer.by_weight(records, (id, fund), asset, limit.max(1)),
        ClosingRule::SimilarFund => Err(Error::BadState),
    }
}

/// Hands what is left, as much as the limits allow, to a line of another fund. Which rule allows it
/// is for the contract to check.
///
/// Refuses with [`Error::BadState`], [`Error::Zero`], [`Error::Runs`], [`Error::Overflow`].
pub fn settle_similar(
    records: &mut impl RecordsMut,
    (id, fund): (FundId, &Fund),
    asset: AssetId,
    to: LineId,
    now: TimeMs,
) -> Result<Moved, Error> {
    let payer = Payer::open(records, (id, fund), asset, now)?;
    let taken = take_some(records, payer.closing, Units::MAX, LIMITS)?;
    send(records, taken, to, Saying::plain(HopKind::Similar, now))
}

/// Where payments of one asset come from and go to.
struct Payer {
    closing: LineId,
    refunded: LineId,
    now: TimeMs,
}

impl Payer {
    fn open(
        records: &impl Records,
        (id, fund): (FundId, &Fund),
        asset: AssetId,
        now: TimeMs,
    ) -> Result<Self, Error> {
        let is_closing = matches!(fund.status, FundStatus::Closing { .. });
        if !is_closing || fund.unswept > 0 {
            return Err(Error::BadState);
        }
        let books = records.books(id, asset)?.ok_or(Error::NotFound)?;
        let [closing, refunded] = [Kind::Closing, Kind::Refunded].map(|kind| books.line(kind));
        let (closing, refunded) = closing.zip(refunded).ok_or(Error::Broken)?;
        if store::count(records, closing)?.free().is_zero() {
            return Err(Error::Zero);
        }
        Ok(Self { closing, refunded, now })
    }

    fn pay(
        &self,
        records: &mut impl RecordsMut,
        taken: Taken,
        gift: Place,
        payer: AccountId,
    ) -> Result<Payment, Error> {
        let note = Note { payee: Some(payer), gift: Some(gift), ..Note::default() };
        let saying = Saying { kind: HopKind::Close, time: self.now, note };
        Ok(Payment { gift, payer, moved: send(records, taken, self.refunded, saying)? })
    }

    /// Each unit to the gift that it is of.
    fn by_owner(&self, records: &mut impl RecordsMut, limit: u32) -> Result<Vec<Payment>, Error> {
        let mut payments = Vec::new();
        let one_run = Limits { runs: 1, ..LIMITS };
        for _ in 0..limit {
            let taken = match take_some(records, self.closing, Units::MAX, one_run) {
                // What was paid so far stands; the rest is for the next call.
                Err(Error::Zero | Error::Runs { .. }) if !payments.is_empty() => break,
                taken => taken?,
            };
            let run = *taken.runs.first().ok_or(Error::Broken)?;
            let owned = match owner_run(records, self.closing, run.start, None) {
                Err(Error::Depth) if !payments.is_empty() => break,
                owned => owned?,
            };
            let taken = cut(taken, run, owned.span.end)?;
            payments.push(self.pay(records, taken, owned.gift, owned.record.payer)?);
        }
        Ok(payments)
    }

    /// Each giver by what they gave and did not take back.
    fn by_weight(
        &self,
        records: &mut impl RecordsMut,
        (id, fund): (FundId, &Fund),
        asset: AssetId,
        limit: u32,
    ) -> Result<Vec<Payment>, Error> {
        let intake = fund.intake.ok_or(Error::BadState)?;
        let mut round = match records.round(id, asset)? {
            Some(round) => round,
            None => self.new_round(records, intake)?,
        };
        let mut payments = Vec::new();
        for _ in 0..limit {
            if round.before >= round.weight {
                break;
            }
            let arrival = records.arrival(intake, round.cursor)?;
            match arrival.ok_or(Error::Missing { line: intake, at: round.cursor })? {
                In::Hop(arrival) => round.cursor = round.cursor.plus(arrival.len)?,
                In::Gift(gift) => match self.pay_share(records, &mut round, intake, &gift) {
                    Err(Error::Runs { .. }) if !payments.is_empty() => break,
                    payment => payments.extend(payment?),
                },
            }
        }
        let is_over = round.before >= round.weight;
        records.put_round(id, asset, (!is_over).then_some(&round));
        Ok(payments)
    }

    fn new_round(&self, records: &impl Records, intake: LineId) -> Result<Round, Error> {
        let gifts = store::count(records, intake)?.gifts.ok_or(Error::Broken)?;
        let weight = gifts.given.minus(gifts.taken_back)?;
        if weight.is_zero() {
            return Err(Error::BadState);
        }
        let amount = store::count(records, self.closing)?.free();
        let zero = Units::ZERO;
        Ok(Round { amount, weight, cursor: zero, before: zero, part: zero })
    }

    /// Pays the next gift of a round its share, or as much of it as one hop can carry.
    fn pay_share(
        &self,
        records: &mut impl RecordsMut,
        round: &mut Round,
        intake: LineId,
        gift: &Gift,
    ) -> Result<Option<Payment>, Error> {
        let own = gift.len.minus(gift.back)?;
        let share = share(round.amount, round.before, own, round.weight).ok_or(Error::Broken)?;
        let left = share.minus(round.part)?;
        let mut payment = None;
        if !left.is_zero() {
            let taken = take_some(records, self.closing, left, LIMITS)?;
            round.part = round.part.plus(taken.units)?;
            let place = Place { line: intake, start: round.cursor };
            payment = Some(self.pay(records, taken, place, gift.payer)?);
        }
        if round.part == share {
            round.before = round.before.plus(own)?;
            round.cursor = round.cursor.plus(gift.len)?;
            round.part = Units::ZERO;
        }
        Ok(payment)
    }
}

/// What was taken as `run`, but only up to `end`.
fn cut(taken: Taken, run: Span, end: Units) -> Result<Taken, Error> {
    let run = Span::new(run.start, run.end.min(end));
    if run.is_empty() {
        return Err(Error::Broken);
    }
    let mut count = taken.count;
    count.next = run.end;
    count.sent = taken.ordinal.plus(run.count())?;
    Ok(Taken { runs: [run].into(), units: run.count(), count, ..taken })
}
