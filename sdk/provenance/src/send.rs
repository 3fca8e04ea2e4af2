//! Writing a hop: what was taken from one line arrives on others.

use alloc::{vec, vec::Vec};

use weal_types::{TimeMs, codec::Bounded};

use crate::{
    Error, RecordsMut,
    record::{Arrival, Hop, HopKind, In, More, Note, Out, Part, Place},
    store,
    stripe::{Plan, shares_between},
    take::Taken,
    unit::{LineId, Span, Units},
};

/// A hop as it was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Moved {
    /// Its id: the sender and the first position taken.
    pub id: Place,
    /// What was taken.
    pub runs: Vec<Span>,
    /// How many units in all.
    pub units: Units,
    /// What each receiver got, empty parts included.
    pub parts: Vec<Part>,
}

impl Moved {
    /// What the first receiver got; every hop but a split has one.
    pub fn first(&self) -> Result<Part, Error> {
        self.parts.first().copied().ok_or(Error::Broken)
    }
}

/// What a hop says about itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Saying {
    /// Which message made it.
    pub kind: HopKind,
    /// Block time.
    pub time: TimeMs,
    /// Payee, purpose, documents.
    pub note: Note,
}

impl Saying {
    /// Without payee, purpose and documents.
    pub fn plain(kind: HopKind, time: TimeMs) -> Self {
        Self { kind, time, note: Note::default() }
    }
}

/// Sends all that was taken to one line.
pub fn send(
    records: &mut impl RecordsMut,
    taken: Taken,
    to: LineId,
    saying: Saying,
) -> Result<Moved, Error> {
    let units = taken.units;
    write_hop(records, taken, vec![(to, units)], saying)
}

/// Divides what was taken by the sender's plan.
pub fn send_by_plan(
    records: &mut impl RecordsMut,
    taken: Taken,
    plan: &Plan,
    time: TimeMs,
) -> Result<Moved, Error> {
    let ordinal = taken.ordinal;
    let shares = shares_between(plan, ordinal, ordinal.plus(taken.units)?)?;
    let to = plan.shares().iter().zip(shares).map(|(share, units)| (share.line, units)).collect();
    write_hop(records, taken, to, Saying::plain(HopKind::Split { ordinal }, time))
}

/// Writes a hop of `taken` to the lines of `to` with what each gets: the departures, the arrivals
/// of parts that are not empty, and all counters.
///
/// Refuses with [`Error::Overflow`] before anything is written, and with [`Error::BadState`] if a
/// receiver is the sender or occurs twice.
pub fn write_hop(
    records: &mut impl RecordsMut,
    taken: Taken,
    to: Vec<(LineId, Units)>,
    saying: Saying,
) -> Result<Moved, Error> {
    let Taken { line, runs, units, count, .. } = taken;
    let (mut parts, mut counts) = (Vec::with_capacity(to.len()), Vec::with_capacity(to.len()));
    for (receiver, len) in to {
        let repeats = parts.iter().any(|part: &Part| part.line == receiver);
        if receiver == line || repeats {
            return Err(Error::BadState);
        }
        let mut count = store::count(records, receiver)?;
        parts.push(Part { line: receiver, start: count.received, len });
        count.received = count.received.checked_add(len).ok_or(Error::Overflow)?;
        counts.push(count);
    }
    let id = Place { line, start: runs.first().ok_or(Error::Zero)?.start };
    records.put_count(line, &count);
    for (index, (part, count)) in (0..).zip(parts.iter().zip(&counts)) {
        if part.len.is_zero() {
            continue;
        }
        records.put_count(part.line, count);
        let arrival = Arrival { len: part.len, from: id, part: index, time: saying.time };
        records.put_arrival(part.line, part.start, &In::Hop(arrival));
    }
    write_departures(records, id, &runs, &parts, saying)?;
    Ok(Moved { id, runs, units, parts })
}

/// The record of the first run, which says everything, and those of the further ones.
fn write_departures(
    records: &mut impl RecordsMut,
    id: Place,
    runs: &[Span],
    parts: &[Part],
    saying: Saying,
) -> Result<(), Error> {
    let (first, more) = runs.split_first().ok_or(Error::Zero)?;
    let hop = Hop {
        len: first.count(),
        more: Bounded::new(more.to_vec()).map_err(|_| Error::Broken)?,
        kind: saying.kind,
        parts: Bounded::new(parts.to_vec()).map_err(|_| Error::Broken)?,
        time: saying.time,
        note: saying.note,
    };
    records.put_departure(id.line, id.start, &Out::Hop(hop));
    let mut offset = first.count();
    for run in more {
        let len = run.count();
        let record = More { len, head: id.start, offset };
        records.put_departure(id.line, run.start, &Out::More(record));
        offset = offset.plus(len)?;
    }
    Ok(())
}
