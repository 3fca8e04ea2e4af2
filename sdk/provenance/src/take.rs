//! Taking units from a line: in order, or a stretch by name.
//!
//! Nothing is written here. What was taken becomes a hop in [`crate::send`].

use alloc::vec::Vec;

use crate::{
    Error, Records,
    line::Count,
    record::MOST_RUNS,
    store,
    unit::{LineId, Span, Units},
};

/// How far one taking may go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Runs of the hop; at most [`MOST_RUNS`].
    pub runs: usize,
    /// Departures stepped over.
    pub records: u32,
}

/// The limits of every hop: what a message can cost stays bounded.
pub const LIMITS: Limits = Limits { runs: MOST_RUNS, records: 256 };

/// Units taken from a line, not yet sent anywhere.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Taken {
    /// The line.
    pub line: LineId,
    /// Which units, ascending, none empty.
    pub runs: Vec<Span>,
    /// How many.
    pub units: Units,
    /// S before them: where a splitter's stripes go on.
    pub ordinal: Units,
    /// The line's counters after them.
    pub count: Count,
}

impl Taken {
    /// The highest of the units; `None` if there are none.
    pub fn last(&self) -> Option<Units> {
        self.runs.last()?.end.checked_sub(Units::new(1)?)
    }
}

/// What is found of the units that are wanted.
struct Found {
    runs: Vec<Span>,
    units: Units,
    /// Whether that is all, or the limits came first.
    is_all: bool,
}

/// The next free units in order, up to `wanted` of them, which the line must have.
fn gather(
    records: &impl Records,
    (line, count): (LineId, &Count),
    wanted: Units,
    limits: Limits,
) -> Result<Found, Error> {
    let (mut at, mut ahead, mut left) = (count.next, count.carved_ahead(), wanted);
    let (mut runs, mut stepped) = (Vec::new(), 0);
    let mut is_all = true;
    while !left.is_zero() {
        // Where nothing is carved ahead, all that follows is free.
        let barrier = match ahead.is_zero() {
            true => None,
            false => departure_from(records, line, at)?,
        };
        let free = Span::new(at, barrier.map_or(count.received, |barrier| barrier.start)).count();
        if !free.is_zero() {
            if runs.len() >= limits.runs {
                is_all = false;
                break;
            }
            let run = Span::at(at, free.min(left))?;
            runs.push(run);
            left = left.minus(run.count())?;
        }
        if left.is_zero() {
            break;
        }
        if stepped >= limits.records {
            is_all = false;
            break;
        }
        let barrier = barrier.ok_or(Error::Broken)?;
        stepped += 1;
        ahead = ahead.minus(barrier.count())?;
        at = barrier.end;
    }
    Ok(Found { runs, units: wanted.minus(left)?, is_all })
}

/// The stretch of the first departure at or after `at`.
fn departure_from(records: &impl Records, line: LineId, at: Units) -> Result<Option<Span>, Error> {
    let found = records.first_departure(line, at)?;
    found.map(|(start, out)| Span::at(start, out.len())).transpose()
}

/// The counters after the units of `found` were sent in order.
fn sent(line: LineId, count: Count, found: Found) -> Result<Taken, Error> {
    let next = found.runs.last().map_or(count.next, |run| run.end);
    let after = Count { next, sent: count.sent.plus(found.units)?, ..count };
    Ok(Taken { line, runs: found.runs, units: found.units, ordinal: count.sent, count: after })
}

/// Takes the next `units` in order, first in, first out.
///
/// Refuses with [`Error::Zero`], [`Error::Insufficient`] or [`Error::Runs`], in this order.
pub fn take_next(
    records: &impl Records,
    line: LineId,
    units: Units,
    limits: Limits,
) -> Result<Taken, Error> {
    let count = store::count(records, line)?;
    if units.is_zero() {
        return Err(Error::Zero);
    }
    if units > count.free() {
        return Err(Error::Insufficient { free: count.free() });
    }
    let found = gather(records, (line, &count), units, limits)?;
    match found.is_all {
        true => sent(line, count, found),
        false => Err(Error::Runs { most: found.units }),
    }
}

/// Takes the next units in order, as many of `most` as the line has and the limits allow.
///
/// Refuses with [`Error::Zero`] where the line has none, and with [`Error::Runs`] where not one
/// comes within the limits; [`crate::ledger::skip`] helps then.
pub fn take_some(
    records: &impl Records,
    line: LineId,
    most: Units,
    limits: Limits,
) -> Result<Taken, Error> {
    let count = store::count(records, line)?;
    let wanted = most.min(count.free());
    if wanted.is_zero() {
        return Err(Error::Zero);
    }
    let found = gather(records, (line, &count), wanted, limits)?;
    match found.units.is_zero() {
        true => Err(Error::Runs { most: Units::ZERO }),
        false => sent(line, count, found),
    }
}

/// Carves out all free units of `span`, of which there must be one.
///
/// Refuses with [`Error::NotFree`] or [`Error::Runs`].
pub fn take_at(
    records: &impl Records,
    line: LineId,
    span: Span,
    limits: Limits,
) -> Result<Taken, Error> {
    let count = store::count(records, line)?;
    let span = span.within(&Span::new(count.next, count.received));
    if span.is_empty() {
        return Err(Error::NotFree);
    }
    let mut runs = Vec::new();
    if count.carved_ahead().is_zero() {
        runs.push(span);
    } else {
        free_within(records, line, span, limits, &mut runs)?;
    }
    let units = total(&runs)?;
    if units.is_zero() {
        return Err(Error::NotFree);
    }
    let after = Count { carved: count.carved.plus(units)?, ..count };
    Ok(Taken { line, runs, units, ordinal: count.sent, count: after })
}

/// The free stretches of `span`, which lies at or above D.
fn free_within(
    records: &impl Records,
    line: LineId,
    span: Span,
    limits: Limits,
    runs: &mut Vec<Span>,
) -> Result<(), Error> {
    let mut at = span.start;
    if let Some((start, out)) = records.last_departure(line, at)? {
        at = at.max(Span::at(start, out.len())?.end);
    }
    let mut stepped = 0;
    while at < span.end {
        let barrier = departure_from(records, line, at)?;
        let free = Span::new(at, barrier.map_or(span.end, |barrier| barrier.start.min(span.end)));
        if (!free.is_empty() && runs.len() >= limits.runs) || stepped >= limits.records {
            return Err(Error::Runs { most: total(runs)? });
        }
        if !free.is_empty() {
            runs.push(free);
        }
        let Some(barrier) = barrier else { break };
        stepped += 1;
        at = barrier.end;
    }
    Ok(())
}

fn total(runs: &[Span]) -> Result<Units, Error> {
    runs.iter().try_fold(Units::ZERO, |sum, run| sum.plus(run.count()))
}
