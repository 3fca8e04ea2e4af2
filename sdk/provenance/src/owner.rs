//! Whose gift a unit is: from parent to parent back to the intake, and forward along the same way.

use alloc::vec::Vec;

use crate::{
    Error, Records,
    hop::{offsets, position},
    record::{Gift, Hop, In, Out, Place},
    store,
    stripe::Plan,
    unit::{LineId, Span, Units},
};

/// Hops from a gift to a unit that are followed. Money that circled more often is settled as a
/// whole, with the similar fund.
pub const MOST_HOPS: usize = 1_000;

/// A hop on the way from a gift to a unit.
#[derive(Clone, Debug)]
pub struct Step {
    /// Where the hop lies.
    pub id: Place,
    /// The hop.
    pub hop: Hop,
    /// Which of its parts the way takes.
    pub part: usize,
    /// The sender's plan; empty unless the hop is a split.
    plan: Plan,
}

/// The way from a gift to a unit.
#[derive(Clone, Debug)]
pub struct Way {
    /// The gift's id.
    pub gift: Place,
    /// The gift.
    pub record: Gift,
    /// Which unit of the intake became the one that was asked for.
    pub unit: Units,
    /// The hops, the last first.
    pub steps: Vec<Step>,
}

/// The gift whose units lie in a stretch, and how far the stretch reaches.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Owned {
    /// The gift's id.
    pub gift: Place,
    /// The gift.
    pub record: Gift,
    /// The units of the line that are the gift's by the same way; or the leaf's.
    pub span: Span,
}

/// The way by which unit `at` came to `line`.
///
/// Refuses with [`Error::Missing`] where no arrival covers a unit, and with [`Error::Depth`].
pub fn owner(records: &impl Records, line: LineId, at: Units) -> Result<Way, Error> {
    let mut here = Place { line, start: at };
    let mut steps = Vec::new();
    loop {
        let missing = Error::Missing { line: here.line, at: here.start };
        let (start, arrival) = records.last_arrival(here.line, here.start)?.ok_or(missing)?;
        if !Span::at(start, arrival.len())?.contains(here.start) {
            return Err(missing);
        }
        match arrival {
            In::Gift(record) => {
                let gift = Place { line: here.line, start };
                return Ok(Way { gift, record, unit: here.start, steps });
            }
            In::Hop(arrival) => {
                if steps.len() >= MOST_HOPS {
                    return Err(Error::Depth);
                }
                let step = step(records, arrival.from, arrival.part.into())?;
                let part = step.hop.part(step.part)?;
                if (part.line, part.start) != (here.line, start) {
                    return Err(Error::Broken);
                }
                let map = step.hop.map(step.part, &step.plan)?;
                let parent = map.parent(here.start.minus(start)?)?;
                let unit = position(step.hop.runs(step.id.start), parent)?;
                here = Place { line: step.id.line, start: unit };
                steps.push(step);
            }
        }
    }
}

fn step(records: &impl Records, id: Place, part: usize) -> Result<Step, Error> {
    let missing = Error::Missing { line: id.line, at: id.start };
    let Out::Hop(hop) = records.departure(id.line, id.start)?.ok_or(missing)? else {
        return Err(Error::Broken);
    };
    let plan = match hop.is_split() {
        true => store::card(records, id.line)?.plan,
        false => Plan::default(),
    };
    Ok(Step { id, hop, part, plan })
}

impl Way {
    /// What becomes of a stretch of the intake along this way: one stretch of the line where the
    /// way ends.
    pub fn follow(&self, span: Span) -> Result<Span, Error> {
        let mut span = span;
        for step in self.steps.iter().rev() {
            let taken = offsets(step.hop.runs(step.id.start), span)?;
            let image = step.hop.map(step.part, &step.plan)?.image_of(taken)?;
            let first = step.hop.part(step.part)?.start;
            span = Span::new(first.plus(image.start)?, first.plus(image.end)?);
        }
        Ok(span)
    }
}

/// The gift whose unit `at` of `line` is, and all units that are its by the same way: one stretch,
/// in which `at` lies.
///
/// With `leaf`, the positions that a leaf has in its batch, counted from 0, the stretch is the
/// leaf's; [`Error::NotOwner`] if `at` is another's.
pub fn owner_run(
    records: &impl Records,
    line: LineId,
    at: Units,
    leaf: Option<Span>,
) -> Result<Owned, Error> {
    let way = owner(records, line, at)?;
    let whole = Span::at(way.gift.start, way.record.len)?;
    let source = match leaf {
        None => whole,
        Some(leaf) => {
            let start = whole.start.plus(leaf.start)?;
            let span = Span::at(start, leaf.count())?.within(&whole);
            if !span.contains(way.unit) {
                return Err(Error::NotOwner);
            }
            span
        }
    };
    Ok(Owned { gift: way.gift, span: way.follow(source)?, record: way.record })
}
