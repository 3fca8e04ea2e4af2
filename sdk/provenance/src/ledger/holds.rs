//! Holds: an authority stops units, and releases or seizes them.

use weal_types::{AccountId, Hash, TimeMs};

use super::{arrives_at, book};
use crate::{
    Error, Records, RecordsMut,
    forward::Stretch,
    line::{Kind, Line},
    record::{Hold, HopKind, Note},
    send::{Moved, Saying, send},
    store,
    take::{LIMITS, take_at},
    unit::{LineId, Span, Units},
};

/// Whose hold it is, on what basis, and until when.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Basis {
    /// The authority.
    pub authority: AccountId,
    /// Commitment to the legal basis.
    pub legal: Hash,
    /// Until when.
    pub until: TimeMs,
}

/// Moves the free units of a stretch to the book of held units, as the hold `id`.
///
/// Refuses with [`Error::BadState`], [`Error::NotFree`], [`Error::Runs`], [`Error::Overflow`].
pub fn hold(
    records: &mut impl RecordsMut,
    id: u32,
    (line, card): (LineId, &Line),
    span: Span,
    (basis, now): (Basis, TimeMs),
) -> Result<Moved, Error> {
    let is_free = match card.kind {
        Kind::Intake | Kind::Split | Kind::Work | Kind::Fee => true,
        Kind::Closing => records.round(card.fund, card.asset)?.is_none(),
        _ => false,
    };
    if !is_free {
        return Err(Error::BadState);
    }
    let held = book(records, card, Kind::Held)?;
    let taken = take_at(records, line, span, LIMITS)?;
    let moved = send(records, taken, held, Saying::plain(HopKind::Hold, now))?;
    let Basis { authority, legal, until } = basis;
    let (start, len) = (moved.first()?.start, moved.units);
    records.put_hold(id, Some(&Hold { line, start, len, authority, legal, until }));
    Ok(moved)
}

/// Puts a hold on another basis, for instance for longer. No unit moves.
///
/// Refuses with [`Error::NotFound`].
pub fn renew(records: &mut impl RecordsMut, id: u32, basis: Basis) -> Result<(), Error> {
    let hold = records.hold(id)?.ok_or(Error::NotFound)?;
    let Basis { authority, legal, until } = basis;
    records.put_hold(id, Some(&Hold { authority, legal, until, ..hold }));
    Ok(())
}

/// Returns all that a hold has left to the end of its line, and ends the hold.
///
/// Refuses with [`Error::NotFound`], [`Error::Overflow`].
pub fn release(records: &mut impl RecordsMut, id: u32, now: TimeMs) -> Result<Moved, Error> {
    let hold = records.hold(id)?.ok_or(Error::NotFound)?;
    let held = held(records, &hold)?;
    let to = arrives_at(records, hold.line)?;
    let taken = take_at(records, held.line, held.span, LIMITS)?;
    let moved = send(records, taken, to, Saying::plain(HopKind::Release, now))?;
    records.put_hold(id, None);
    Ok(moved)
}

/// Moves the first `units` of a hold to the book of seized units. A hold that has none left ends.
///
/// Refuses with [`Error::NotFound`], [`Error::Zero`], [`Error::Insufficient`], [`Error::Overflow`].
pub fn seize(
    records: &mut impl RecordsMut,
    id: u32,
    units: Units,
    (now, note): (TimeMs, Note),
) -> Result<Moved, Error> {
    let hold = records.hold(id)?.ok_or(Error::NotFound)?;
    if units.is_zero() {
        return Err(Error::Zero);
    }
    let left = hold.len.checked_sub(units).ok_or(Error::Insufficient { free: hold.len })?;
    let card = store::card(records, hold.line)?;
    let [held, seized] = [Kind::Held, Kind::Seized].map(|kind| book(records, &card, kind));
    let taken = take_at(records, held?, Span::at(hold.start, units)?, LIMITS)?;
    let moved = send(records, taken, seized?, Saying { kind: HopKind::Seize, time: now, note })?;
    let rest = Hold { start: hold.start.plus(units)?, len: left, ..hold };
    records.put_hold(id, (!left.is_zero()).then_some(&rest));
    Ok(moved)
}

/// Where the units lie that a hold has left.
pub fn held(records: &impl Records, hold: &Hold) -> Result<Stretch, Error> {
    let line = book(records, &store::card(records, hold.line)?, Kind::Held)?;
    Ok(Stretch { line, span: Span::at(hold.start, hold.len)? })
}
