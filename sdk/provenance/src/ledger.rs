//! What the messages of the donation contract do to the records.
//!
//! Each function makes the checks that need records, in the contract's order, and then writes; an
//! error means that nothing was written. Who may do it, which receivers are allowed and where
//! tokens go is the contract's to decide before and after.

use weal_types::{AccountId, Hash, TimeMs};

use crate::{
    Error, Records, RecordsMut,
    line::{Fund, FundStatus, Kind, Line, LineStatus, Notice, after},
    owner::Owned,
    record::{Gift, Hold, Hop, HopKind, In, MOST_LEVEL, Note, Out, Place, Stamp},
    send::{Moved, Saying, send, send_by_plan, write_hop},
    store,
    take::{LIMITS, Limits, Taken, take_at, take_next, take_some},
    unit::{LineId, Span, Units},
};

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

/// Returns all that a hold has left to the end of its line, and ends the hold.
///
/// Refuses with [`Error::NotFound`], [`Error::Overflow`].
pub fn release(records: &mut impl RecordsMut, id: u32, now: TimeMs) -> Result<Moved, Error> {
    let hold = records.hold(id)?.ok_or(Error::NotFound)?;
    let held = held_book(records, &hold)?;
    let to = arrives_at(records, hold.line)?;
    let taken = take_at(records, held, Span::at(hold.start, hold.len)?, LIMITS)?;
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

fn held_book(records: &impl Records, hold: &Hold) -> Result<LineId, Error> {
    book(records, &store::card(records, hold.line)?, Kind::Held)
}

/// Whether unit `at` of a line may be taken back by its giver, the time aside: it lies on an intake,
/// or a notice concerns it.
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

/// What a sweep did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Swept {
    /// The hop to the closing book; `None` where nothing was left.
    pub moved: Option<Moved>,
    /// Whether the line has nothing left: then it is closed. Otherwise, sweep again.
    pub is_closed: bool,
}

/// Moves what a line of a closing fund has left, as much as the limits allow, to the closing book.
/// Once nothing is left the line is closed and the fund has one line less to sweep.
///
/// Refuses with [`Error::BadState`], [`Error::TooEarly`], [`Error::Runs`], [`Error::Cooling`],
/// [`Error::Overflow`].
pub fn sweep(
    records: &mut impl RecordsMut,
    line: LineId,
    card: &mut Line,
    fund: &mut Fund,
    (now, limits): (TimeMs, Limits),
) -> Result<Swept, Error> {
    let FundStatus::Closing { since } = fund.status else { return Err(Error::BadState) };
    let is_swept = matches!(card.kind, Kind::Intake | Kind::Split | Kind::Work);
    if !is_swept || card.status == LineStatus::Closed {
        return Err(Error::BadState);
    }
    if now < after(since, fund.wind_down) {
        return Err(Error::TooEarly);
    }
    let count = store::count(records, line)?;
    let newest = Units::new(1).and_then(|one| count.received.checked_sub(one));
    let taken = match take_some(records, line, Units::MAX, limits) {
        Err(Error::Zero) => None,
        taken => Some(taken?),
    };
    if let (Kind::Intake, Some(newest)) = (card.kind, newest) {
        check_cool(records, line, newest, (fund.cooling, now))?;
    }
    let is_closed = taken.as_ref().is_none_or(|taken| taken.count.free().is_zero());
    let closing = book(records, card, Kind::Closing)?;
    let saying = Saying::plain(HopKind::Sweep, now);
    let moved = taken.map(|taken| send(records, taken, closing, saying)).transpose()?;
    if is_closed {
        card.status = LineStatus::Closed;
        card.notice = None;
        fund.unswept = fund.unswept.saturating_sub(1);
        records.put_line(line, card);
        records.put_fund(card.fund, fund);
    }
    Ok(Swept { moved, is_closed })
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
