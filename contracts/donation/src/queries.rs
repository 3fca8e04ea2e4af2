//! Answers: cards, statements, traces.

use weal_provenance::{
    LineId, Records, Span, Units,
    back::trace_back,
    dust,
    forward::{self, Cursor, MOST_PIECES, Stretch, trace_forward},
    record::{In, Out, Place, Stamp},
    take::{LIMITS, Limits, take_some},
};
use weal_sdk::prelude::*;

use crate::{
    checks::position,
    error::{Error, Result},
    hops::stretch,
    state::Donation,
    types::{Dust, Entry, Owned, Waiting},
    view::Wire,
};

/// Entries of a page.
pub(crate) const PAGE_MOST: u32 = 100;

/// Pieces of a trace, and stretches still to be followed.
pub(crate) type Trace = (Vec<Wire<forward::Piece>>, Vec<Wire<Stretch>>);

/// Gifts by position, and where to go on.
pub(crate) type Givers = (Vec<Owned>, Option<u128>);

/// Dust by position, and where to go on.
pub(crate) type DustPage = (Vec<Dust>, Option<u128>);

impl Donation {
    /// The lines of a fund behind `after`, with what they have.
    pub(crate) fn entries(&self, fund: u32, after: Option<u32>, limit: u32) -> Result<Vec<Entry>> {
        let start = after.map_or(Bound::Included((fund, 0)), |line| Bound::Excluded((fund, line)));
        let keys = (start, Bound::Included((fund, u32::MAX)));
        let lines = self.lines_of.keys(keys, Order::Ascending, limit.min(PAGE_MOST));
        lines.into_iter().map(|(_, line)| self.entry(line)).collect()
    }

    fn entry(&self, line: u32) -> Result<Entry> {
        let card = self.line_card(line)?;
        let count = self.counts.get(&line).ok_or(Error::NotFound)?.0;
        Ok(Entry {
            line,
            org: card.org,
            kind: Wire(card.kind),
            asset: card.asset,
            received: count.received.into(),
            sent: count.sent.into(),
            carved: count.carved.into(),
            free: count.free().into(),
        })
    }

    /// Arrivals on a line from a position on.
    pub(crate) fn arrivals_from(&self, line: u32, from: u128, limit: u32) -> Vec<(u128, Wire<In>)> {
        let keys = (line, from)..=(line, u128::MAX);
        let page = self.arrivals.page(keys, Order::Ascending, limit.min(PAGE_MOST));
        page.into_iter().map(|((_, at), record)| (at, record)).collect()
    }

    /// Departures from a line from a position on.
    pub(crate) fn departures_from(
        &self,
        line: u32,
        from: u128,
        limit: u32,
    ) -> Vec<(u128, Wire<Out>)> {
        let keys = (line, from)..=(line, u128::MAX);
        let page = self.departures.page(keys, Order::Ascending, limit.min(PAGE_MOST));
        page.into_iter().map(|((_, at), record)| (at, record)).collect()
    }

    /// Stamps of a level on a sink from a position on.
    pub(crate) fn stamps_from(
        &self,
        (line, level): (u32, u8),
        from: u128,
        limit: u32,
    ) -> Vec<(u128, Wire<Stamp>)> {
        let keys = (line, level, from)..=(line, level, u128::MAX);
        let page = self.stamps.page(keys, Order::Ascending, limit.min(PAGE_MOST));
        page.into_iter().map(|((.., at), record)| (at, record)).collect()
    }

    /// What waits on a line, and since when.
    pub(crate) fn waits(&self, line: u32) -> Result<Option<Waiting>> {
        let count = self.counts.get(&line).ok_or(Error::NotFound)?.0;
        if count.free().is_zero() {
            return Ok(None);
        }
        let one_run = Limits { runs: 1, ..LIMITS };
        let taken = take_some(self, LineId(line), Units::MAX, one_run)?;
        let next = taken.runs.first().ok_or(Error::Broken)?.start;
        let (_, arrival) = self.last_arrival(LineId(line), next)?.ok_or(Error::Broken)?;
        let (free, since) = (count.free().into(), arrival.time());
        Ok(Some(Waiting { free, next: next.get(), since }))
    }

    /// Where units went, from a stretch or from where an earlier answer stopped.
    pub(crate) fn trace_on(&self, todo: Vec<Wire<Stretch>>, limit: u32) -> Result<Trace> {
        let todo = todo.into_iter().map(|Wire(stretch)| stretch).collect();
        let cursor = Cursor::new(todo).map_err(|_| Error::Limit { most: Amount(600) })?;
        let limit = (limit as usize).min(MOST_PIECES);
        let (pieces, rest) = trace_forward(self, cursor, limit)?;
        let rest = rest.into_inner().into_iter().map(Wire).collect();
        Ok((pieces.into_iter().map(Wire).collect(), rest))
    }

    /// Whose units lie in a stretch, and where to go on.
    pub(crate) fn givers(
        &self,
        line: u32,
        (start, end): (u128, u128),
        limit: u32,
    ) -> Result<Givers> {
        let count = self.counts.get(&line).ok_or(Error::NotFound)?.0;
        let span = stretch(start, end)?.within(&Span::new(Units::ZERO, count.received));
        let limit = limit.min(PAGE_MOST) as usize;
        let (found, rest) = trace_back(self, LineId(line), span, limit)?;
        let found = found.into_iter().map(owned).collect();
        Ok((found, (!rest.is_empty()).then_some(rest.start.get())))
    }

    /// What an exchange made less than one unit, and where to go on.
    pub(crate) fn dust_of(&self, hop: Wire<Place>, from: u128, limit: u32) -> Result<DustPage> {
        let limit = limit.min(PAGE_MOST) as usize;
        let (found, rest) = dust::dust(self, hop.0, position(from)?, limit)?;
        let shown = |dust: dust::Dust| Dust {
            span: Wire(dust.span),
            intake: dust.gift.line.0,
            gift: dust.gift.start.get(),
            line: dust.at.line.0,
            unit: dust.at.start.get(),
        };
        Ok((found.into_iter().map(shown).collect(), rest.map(Units::get)))
    }

    /// Whose a unit is.
    pub(crate) fn giver(&self, line: u32, unit: u128) -> Result<Owned> {
        let at = position(unit)?;
        let found = weal_provenance::owner::owner_run(self, LineId(line), at, None)?;
        Ok(owned(found))
    }
}

fn owned(found: weal_provenance::owner::Owned) -> Owned {
    Owned {
        span: Wire(found.span),
        intake: found.gift.line.0,
        gift: found.gift.start.get(),
        payer: found.record.payer,
    }
}
