//! What givers may take back, and what happens to the rest when a purpose changes.

use weal_types::TimeMs;

use super::book;
use crate::{
    Error, Records, RecordsMut,
    line::{Kind, Line, Notice, after},
    owner::Owned,
    record::{HopKind, In, Note, Place},
    send::{Moved, Saying, send},
    store,
    take::{LIMITS, Taken, take_at, take_some},
    unit::{LineId, Span, Units},
};

/// Whether unit `at` of a line may be taken back by its giver, the time aside: it lies on an
/// intake, or a notice concerns it.
///
/// Refuses with [`Error::NotFound`] or [`Error::BadState`]. Next, [`crate::owner::owner_run`] finds
/// the gift; then [`refund`].
pub fn check_refund(
    records: &impl Records,
    line: LineId,
    card: &Line,
    at: Units,
) -> Result<(), Error> {
    let count = store::count(records, line)?;
    if at >= count.received {
        return Err(Error::NotFound);
    }
    let is_concerned = card.pending_notice(count.next).is_some_and(|notice| at < notice.upto);
    if card.kind == Kind::Intake || is_concerned { Ok(()) } else { Err(Error::BadState) }
}

/// Gives what is still there of `owned`, a stretch of `line`, back to who paid; the tokens are the
/// contract's to send. `cooling` counts in seconds and matters on an intake.
///
/// Refuses with [`Error::Expired`], [`Error::NotFree`], [`Error::Runs`], [`Error::Overflow`].
pub fn refund(
    records: &mut impl RecordsMut,
    (line, card): (LineId, &Line),
    owned: &Owned,
    (cooling, now): (u64, TimeMs),
) -> Result<Moved, Error> {
    let gift = &owned.record;
    if card.kind == Kind::Intake && after(gift.time, cooling) <= now {
        return Err(Error::Expired);
    }
    let to = book(records, card, Kind::Refunded)?;
    let taken = take_at(records, line, owned.span, LIMITS)?;
    let note = Note { payee: Some(gift.payer), gift: Some(owned.gift), ..Note::default() };
    let moved = send(records, taken, to, Saying { kind: HopKind::Refund, time: now, note })?;
    if card.asset == store::card(records, owned.gift.line)?.asset {
        take_back(records, owned, moved.units)?;
    }
    Ok(moved)
}

/// Notes at a gift that units of it were taken back. An exchange there and back can make a gift
/// grow, so no more than the gift is noted.
fn take_back(records: &mut impl RecordsMut, owned: &Owned, units: Units) -> Result<(), Error> {
    let Place { line, start } = owned.gift;
    let mut gift = owned.record.clone();
    let noted = gift.len.minus(gift.back)?.min(units);
    gift.back = gift.back.plus(noted)?;
    let mut count = store::count(records, line)?;
    let gifts = count.gifts.as_mut().ok_or(Error::Broken)?;
    gifts.taken_back = gifts.taken_back.plus(noted)?;
    records.put_count(line, &count);
    records.put_arrival(line, start, &In::Gift(gift));
    Ok(())
}

/// The notice that is pending on a line.
pub fn pending_notice(
    records: &impl Records,
    line: LineId,
    card: &Line,
) -> Result<Option<Notice>, Error> {
    if card.notice.is_none() {
        return Ok(None);
    }
    Ok(card.pending_notice(store::count(records, line)?.next))
}

/// Sends the next `units` below a notice's position to where the notice said.
///
/// Refuses with [`Error::BadState`], [`Error::Zero`], [`Error::TooEarly`], [`Error::Limit`],
/// [`Error::Runs`], [`Error::Overflow`].
pub fn repurpose(
    records: &mut impl RecordsMut,
    line: LineId,
    card: &Line,
    units: Units,
    now: TimeMs,
) -> Result<Moved, Error> {
    let notice = pending_notice(records, line, card)?.ok_or(Error::BadState)?;
    if units.is_zero() {
        return Err(Error::Zero);
    }
    if now < notice.until {
        return Err(Error::TooEarly);
    }
    let taken = match take_some(records, line, units, LIMITS) {
        Err(Error::Zero) => return Err(Error::Limit { most: Units::ZERO }),
        taken => taken?,
    };
    check_upto(&taken, notice.upto, units)?;
    send(records, taken, notice.to, Saying::plain(HopKind::Repurpose, now))
}

/// Whether `taken` is all of `wanted` and lies below `upto`.
fn check_upto(taken: &Taken, upto: Units, wanted: Units) -> Result<(), Error> {
    let below = |run: &Span| Span::new(run.start, run.end.min(upto)).count();
    let most = taken.runs.iter().try_fold(Units::ZERO, |sum, run| sum.plus(below(run)))?;
    let has_all = taken.count.free().is_zero();
    match most < taken.units || (taken.units < wanted && has_all) {
        true => Err(Error::Limit { most }),
        false if taken.units < wanted => Err(Error::Runs { most: taken.units }),
        false => Ok(()),
    }
}
