//! What the messages of the donation contract do to the records.
//!
//! Each function makes the checks that need records, in the contract's order, and then writes; an
//! error means that nothing was written. Who may do it, which receivers are allowed and where
//! tokens go is the contract's to decide before and after.

mod closing;
mod givers;
mod holds;

use weal_types::TimeMs;

use crate::{
    Error, Records, RecordsMut,
    line::{Kind, Line, LineStatus, after},
    record::{Gift, Hop, HopKind, In, MOST_LEVEL, Note, Out, Place, Stamp},
    send::{Moved, Saying, send, send_by_plan, write_hop},
    store,
    take::{LIMITS, take_at, take_next},
    unit::{LineId, Span, Units},
};

pub use closing::{Swept, sweep};
pub use givers::{check_refund, pending_notice, refund, repurpose};
pub use holds::{Basis, held, hold, release, renew, seize};

/// Books a gift, or a batch of them, at the end of an intake.
///
/// Refuses with [`Error::Zero`] or [`Error::Overflow`].
pub fn donate(records: &mut impl RecordsMut, line: LineId, gift: Gift) -> Result<Place, Error> {
    let mut count = store::count(records, line)?;
    let gifts = count.gifts.as_mut().ok_or(Error::BadState)?;
    if gift.len.is_zero() {
        return Err(Error::Zero);
    }
    let place = Place { line, start: count.received };
    count.received = count.received.checked_add(gift.len).ok_or(Error::Overflow)?;
    // Never more than was received, which includes what came back.
    gifts.given = gifts.given.plus(gift.len)?;
    records.put_count(line, &count);
    records.put_arrival(line, place.start, &In::Gift(gift));
    Ok(place)
}

/// Divides the next `units` of a line by its plan. For an intake, `cooling` is how many seconds a
/// gift stays before it may move.
///
/// Refuses with [`Error::Insufficient`], [`Error::Runs`], [`Error::Cooling`], [`Error::Overflow`].
pub fn split(
    records: &mut impl RecordsMut,
    line: LineId,
    card: &Line,
    units: Units,
    (cooling, now): (u64, TimeMs),
) -> Result<Moved, Error> {
    let taken = take_next(records, line, units, LIMITS)?;
    if card.kind == Kind::Intake && cooling > 0 {
        check_cool(records, line, taken.last().ok_or(Error::Zero)?, (cooling, now))?;
    }
    send_by_plan(records, taken, &card.plan, now)
}

/// Refuses with [`Error::Cooling`] where the unit arrived less than `cooling` seconds ago.
fn check_cool(
    records: &impl Records,
    line: LineId,
    at: Units,
    (cooling, now): (u64, TimeMs),
) -> Result<(), Error> {
    let (_, arrival) = records.last_arrival(line, at)?.ok_or(Error::Missing { line, at })?;
    if after(arrival.time(), cooling) > now { Err(Error::Cooling) } else { Ok(()) }
}

/// Sends the next `units` of a line to another, each staying itself: forward, spend.
///
/// Refuses with [`Error::Insufficient`], [`Error::Runs`], [`Error::Overflow`].
pub fn transfer(
    records: &mut impl RecordsMut,
    from: LineId,
    to: LineId,
    units: Units,
    saying: Saying,
) -> Result<Moved, Error> {
    let taken = take_next(records, from, units, LIMITS)?;
    send(records, taken, to, saying)
}

/// Exchanges the next `units` of a line for `received` units of another asset's line.
///
/// Refuses like [`transfer`].
pub fn convert(
    records: &mut impl RecordsMut,
    from: LineId,
    (to, received): (LineId, Units),
    units: Units,
    saying: Saying,
) -> Result<Moved, Error> {
    if received.is_zero() {
        return Err(Error::Zero);
    }
    let taken = take_next(records, from, units, LIMITS)?;
    write_hop(records, taken, [(to, received)].into(), saying)
}

/// Pays the next `units` of the line that an advance was for to the prepaid line.
///
/// Refuses with [`Error::Limit`] above the advance, then like [`transfer`].
pub fn reimburse(
    records: &mut impl RecordsMut,
    prepaid: LineId,
    card: &Line,
    units: Units,
    time: TimeMs,
) -> Result<Moved, Error> {
    let advance = card.advance.ok_or(Error::BadState)?;
    let paid = store::count(records, prepaid)?.received;
    let most = advance.cap.checked_sub(paid).unwrap_or_default();
    if units > most {
        return Err(Error::Limit { most });
    }
    let note = Note { payee: Some(card.org), ..Note::default() };
    let saying = Saying { kind: HopKind::Reimburse, time, note };
    transfer(records, advance.of, prepaid, units, saying)
}

/// The hop with this id, or [`Error::NotFound`].
pub fn hop(records: &impl Records, id: Place) -> Result<Hop, Error> {
    match records.departure(id.line, id.start)? {
        Some(Out::Hop(hop)) => Ok(hop),
        _ => Err(Error::NotFound),
    }
}

/// The line where units for `line` arrive: itself, or once it is closed the closing book.
pub fn arrives_at(records: &impl Records, line: LineId) -> Result<LineId, Error> {
    let card = store::card(records, line)?;
    match card.status {
        LineStatus::Closed => book(records, &card, Kind::Closing),
        _ => Ok(line),
    }
}

/// The book of this kind that a line's fund has in the line's asset.
pub fn book(records: &impl Records, card: &Line, kind: Kind) -> Result<LineId, Error> {
    let missing = Error::NoCard { line: LineId(0) };
    let books = records.books(card.fund, card.asset)?.ok_or(missing)?;
    books.line(kind).ok_or(missing)
}

/// Returns what is still there of the units with these offsets of a forward or a payment, given by
/// [`hop`], to the end of its sender's line.
///
/// Refuses with [`Error::BadState`], [`Error::Zero`], [`Error::NotFound`] beyond the hop's units,
/// [`Error::NotFree`], [`Error::Runs`], [`Error::Overflow`].
pub fn hand_back(
    records: &mut impl RecordsMut,
    (id, hop): (Place, &Hop),
    offsets: Span,
    (time, note): (TimeMs, Note),
) -> Result<Moved, Error> {
    if !matches!(hop.kind, HopKind::Forward | HopKind::Spend) {
        return Err(Error::BadState);
    }
    let (line, span) = landed(hop, offsets)?;
    let to = arrives_at(records, id.line)?;
    let taken = take_at(records, line, span, LIMITS)?;
    send(records, taken, to, Saying { kind: HopKind::Back, time, note })
}

/// Where the units with these offsets of a hop with one part arrived, unchanged.
fn landed(hop: &Hop, offsets: Span) -> Result<(LineId, Span), Error> {
    if hop.parts.len() != 1 {
        return Err(Error::BadState);
    }
    let part = hop.part(0)?;
    if offsets.is_empty() {
        return Err(Error::Zero);
    }
    if offsets.end > part.len {
        return Err(Error::NotFound);
    }
    Ok((part.line, Span::new(part.start.plus(offsets.start)?, part.start.plus(offsets.end)?)))
}

/// Lets a line's next position jump over up to `most` departures that start at it, so that taking
/// need not step over them.
///
/// Refuses with [`Error::Zero`] where there is none.
pub fn skip(records: &mut impl RecordsMut, line: LineId, most: u32) -> Result<Units, Error> {
    let mut count = store::count(records, line)?;
    let from = count.next;
    for _ in 0..most.min(LIMITS.records) {
        match records.departure(line, count.next)? {
            Some(out) => count.next = count.next.plus(out.len())?,
            None => break,
        }
    }
    if count.next == from {
        return Err(Error::Zero);
    }
    records.put_count(line, &count);
    Ok(count.next)
}

/// Stamps the units with these offsets of a payment, given by [`hop`], and says where they lie.
///
/// Refuses with [`Error::BadState`] unless they lie in a sink and no stamp of the level covers one
/// of them, with [`Error::Zero`], and with [`Error::NotFound`] beyond the hop's units.
pub fn acknowledge(
    records: &mut impl RecordsMut,
    hop: &Hop,
    offsets: Span,
    level: u8,
    stamp: Stamp,
) -> Result<(LineId, Span), Error> {
    let (line, span) = landed(hop, offsets)?;
    let is_level = (1..=MOST_LEVEL).contains(&level);
    if !is_level || !store::card(records, line)?.kind.is_sink() {
        return Err(Error::BadState);
    }
    let last = span.end.minus(Units::new(1).unwrap_or_default())?;
    if let Some((start, other)) = records.last_stamp(line, level, last)?
        && Span::at(start, other.len)?.end > span.start
    {
        return Err(Error::BadState);
    }
    records.put_stamp(line, level, span.start, &Stamp { len: span.count(), ..stamp });
    Ok((line, span))
}
