//! A gift's whole way, as it can be proven.
//!
//! A node runs [`Trace`] over its records and notes what it read; whoever has these records, each
//! proven to be in the state, runs the same code over them and sees the same. Records of departures
//! are shown, so where units went is proven step by step. That units are *still* somewhere is an
//! absence, which a proof of single keys cannot show; counters can:
//!
//! - below D, the next position to send, all has left: a missing record is an error;
//! - from D on, as many units have left as the counters say, K − (D − S). If that is none, all are
//!   there. Otherwise the departures from D on are shown until they add up to it.
//!
//! Where more than [`MOST_SHOWN`] departures would be needed, [`Rest::is_shown`] is false: no
//! record of the units' leaving was given, which does not prove that there is none. The same holds
//! for stamps, always: those that are listed are true, and others may exist.

use alloc::{collections::BTreeMap, vec::Vec};

use parity_scale_codec::{Decode, Encode};
use weal_types::{TimeMs, codec::Bounded};

use crate::{
    Error, Records,
    batch::{Hasher, Leaf},
    forward::{Ahead, MOST_PIECES, MOST_TODO, Passage, Stretch, ahead},
    line::{Kind, Line},
    record::{Gift, HopKind, In, MOST_LEVEL, Note, Origin, Place, Stamp},
    store,
    unit::{LineId, Span, Units},
};

/// Departures that are shown to prove that units are still there.
pub const MOST_SHOWN: usize = 64;
/// Stamps of one level that are listed for units at rest.
pub const MOST_STAMPS: usize = 8;

/// A stretch still to be followed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
pub struct Todo {
    /// Where the units arrived.
    pub at: Stretch,
    /// When.
    pub since: TimeMs,
    /// By which stop's departure, and as which of its parts; `None` for the gift itself.
    pub from: Option<(u32, u8)>,
}

/// What is left to follow, the next stretch last.
pub type Rests = Bounded<Todo, 0, MOST_TODO>;

/// Units that stayed together on one line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stop {
    /// Where, how they came there, and when.
    pub arrived: Todo,
    /// What became of them.
    pub fate: Fate,
}

/// What became of units on a line.
#[allow(clippy::large_enum_variant, reason = "most leave; a box would be one more allocation")]
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fate {
    /// A hop took them on.
    Left(Departure),
    /// They are there.
    Rests(Rest),
}

/// How units left.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Departure {
    /// The hop's id.
    pub hop: Place,
    /// Which message.
    pub kind: HopKind,
    /// When.
    pub time: TimeMs,
    /// Which of the hop's units they are: for a payment to many, where their payees are.
    pub offsets: Span,
    /// Payee, purpose and documents.
    pub note: Note,
    /// What became of them, part by part. Empty where a part got none; in an exchange, that is less
    /// than one unit, and it lies in the unit at which the stretch starts.
    pub images: Vec<Stretch>,
}

/// Units that are where they are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rest {
    /// Whether the records prove that they have not left.
    pub is_shown: bool,
    /// In a sink, acknowledgements of some of them, by level and position.
    pub stamps: Vec<Stamped>,
}

/// A stamp, and where it lies.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stamped {
    /// The level, from 1.
    pub level: u8,
    /// The units that it covers.
    pub span: Span,
    /// The stamp.
    pub stamp: Stamp,
}

/// The way of a gift, or of a leaf of one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trace {
    /// The gift's id.
    pub gift: Place,
    /// The gift.
    pub record: Gift,
    /// The units that are followed: the gift's, or the leaf's.
    pub span: Span,
    /// The cards of all lines that they came to.
    pub lines: BTreeMap<LineId, Line>,
    /// Where they were, each stop behind the one it came from.
    pub stops: Vec<Stop>,
    /// What was not followed yet; empty for the whole way.
    pub todo: Vec<Todo>,
}

impl Trace {
    /// Starts at a gift; with `leaf`, at one giver's part of a batch.
    ///
    /// Refuses with [`Error::Missing`] or [`Error::NotFound`] without such a gift, and with
    /// [`Error::BatchSum`] if the leaf is none of its.
    pub fn start(
        records: &impl Records,
        hasher: &impl Hasher,
        gift: Place,
        leaf: Option<&Leaf>,
    ) -> Result<Self, Error> {
        let missing = Error::Missing { line: gift.line, at: gift.start };
        let arrival = records.arrival(gift.line, gift.start)?.ok_or(missing)?;
        let In::Gift(record) = arrival else { return Err(Error::NotFound) };
        let span = match leaf {
            None => Span::at(gift.start, record.len)?,
            Some(leaf) => {
                let place = match record.origin {
                    Origin::Batch(batch) => {
                        leaf.find(hasher, &batch.root, batch.leaves, record.len)
                    }
                    Origin::Single { .. } => None,
                };
                let place = place.ok_or(Error::BatchSum)?;
                Span::at(gift.start.plus(place.start)?, place.count())?
            }
        };
        let at = Stretch { line: gift.line, span };
        let todo = [Todo { at, since: record.time, from: None }].into();
        Ok(Self { gift, record, span, lines: BTreeMap::new(), stops: Vec::new(), todo })
    }

    /// Follows up to `most` further stops, at most [`MOST_PIECES`].
    pub fn follow(&mut self, records: &impl Records, most: usize) -> Result<(), Error> {
        for _ in 0..most.min(MOST_PIECES) {
            let Some(next) = self.todo.pop() else { break };
            self.stop(records, next)?;
        }
        Ok(())
    }

    /// What is left to follow, for a later question.
    pub fn rests(&self) -> Result<Rests, Error> {
        Rests::new(self.todo.clone()).map_err(|_| Error::Broken)
    }

    /// How many units rest on lines of each kind and asset; complete once nothing is left to
    /// follow.
    pub fn totals(&self) -> Result<BTreeMap<([u8; 32], Kind), Units>, Error> {
        let mut totals = BTreeMap::new();
        for stop in self.stops.iter().filter(|stop| matches!(stop.fate, Fate::Rests(_))) {
            let line = stop.arrived.at.line;
            let card = self.lines.get(&line).ok_or(Error::NoCard { line })?;
            let total: &mut Units = totals.entry((card.asset.0, card.kind)).or_default();
            *total = total.plus(stop.arrived.at.span.count())?;
        }
        Ok(totals)
    }

    /// One stop at the start of a stretch; what lies behind it is left to follow.
    fn stop(&mut self, records: &impl Records, next: Todo) -> Result<(), Error> {
        let Stretch { line, span } = next.at;
        if span.is_empty() {
            return Ok(());
        }
        let card = self.card(records, line)?;
        let (done, fate, images) = match ahead(records, line, span)? {
            Ahead::Left(passage) => {
                let images = passage.images(records)?;
                (passage.span, Fate::Left(departure(passage, images.clone())), images)
            }
            Ahead::Here(span) => {
                let rest = rest(records, (line, card.kind), span)?;
                (span, Fate::Rests(rest), Vec::new())
            }
        };
        let index = u32::try_from(self.stops.len()).map_err(|_| Error::Broken)?;
        let behind = Span::new(done.end, span.end);
        if !behind.is_empty() {
            self.todo.push(Todo { at: Stretch { line, span: behind }, ..next });
        }
        if let Fate::Left(Departure { time: since, .. }) = fate {
            let todo = |(part, at): (u8, Stretch)| Todo { at, since, from: Some((index, part)) };
            let filled = (0..).zip(images).filter(|(_, at)| !at.span.is_empty());
            let images: Vec<_> = filled.map(todo).collect();
            self.todo.extend(images.into_iter().rev());
        }
        let at = Stretch { line, span: done };
        self.stops.push(Stop { arrived: Todo { at, ..next }, fate });
        Ok(())
    }

    fn card(&mut self, records: &impl Records, line: LineId) -> Result<Line, Error> {
        if let Some(card) = self.lines.get(&line) {
            return Ok(card.clone());
        }
        let card = store::card(records, line)?;
        self.lines.insert(line, card.clone());
        Ok(card)
    }
}

fn departure(passage: Passage, images: Vec<Stretch>) -> Departure {
    let Passage { id, hop, offsets, .. } = passage;
    Departure { hop: id, kind: hop.kind, time: hop.time, offsets, note: hop.note, images }
}

fn rest(records: &impl Records, (line, kind): (LineId, Kind), span: Span) -> Result<Rest, Error> {
    let count = store::count(records, line)?;
    // Everything below D has left, so a record of it is missing.
    if span.start < count.next {
        return Err(Error::Missing { line, at: span.start });
    }
    let is_shown = span.end <= count.received
        && are_all_shown(records, line, count.next, count.carved_ahead())?;
    let stamps = if kind.is_sink() { stamps(records, line, span)? } else { Vec::new() };
    Ok(Rest { is_shown, stamps })
}

/// Whether the departures from `next` on that the records show add up to `carved`.
fn are_all_shown(
    records: &impl Records,
    line: LineId,
    next: Units,
    carved: Units,
) -> Result<bool, Error> {
    let (mut at, mut left) = (next, carved);
    for _ in 0..MOST_SHOWN {
        if left.is_zero() {
            return Ok(true);
        }
        let Some((start, out)) = records.first_departure(line, at)? else { return Ok(false) };
        let Some(rest) = left.checked_sub(out.len()) else { return Ok(false) };
        (at, left) = (Span::at(start, out.len())?.end, rest);
    }
    Ok(left.is_zero())
}

/// The first stamps of each level on units of `span`.
fn stamps(records: &impl Records, line: LineId, span: Span) -> Result<Vec<Stamped>, Error> {
    let mut stamps = Vec::new();
    for level in 1..=MOST_LEVEL {
        let mut next = records.last_stamp(line, level, span.start)?;
        if next.is_none() {
            next = records.first_stamp(line, level, span.start)?;
        }
        for _ in 0..MOST_STAMPS {
            let Some((start, stamp)) = next else { break };
            let covered = Span::at(start, stamp.len)?;
            if covered.start >= span.end {
                break;
            }
            if !covered.within(&span).is_empty() {
                stamps.push(Stamped { level, span: covered, stamp });
            }
            // A stamp covers a unit or more; one that says otherwise must not hold us here.
            let behind = covered.end.max(start.plus(Units::new(1).unwrap_or_default())?);
            next = records.first_stamp(line, level, behind)?;
        }
    }
    Ok(stamps)
}
