//! Where units went.

use alloc::vec::Vec;

use parity_scale_codec::{Decode, Encode};
use weal_types::codec::Bounded;

use crate::{
    Error, Records,
    owner::MOST_HOPS,
    record::{Hop, Out, Part, Place},
    store,
    stripe::{MOST_PARTS, Plan},
    unit::{LineId, Span, Units},
};

/// Pieces of one answer.
pub const MOST_PIECES: usize = 150;
/// Stretches that wait for their turn. What a piece became is followed first, so each hop on the
/// way leaves what lies behind the piece and its other parts: four, and 1,000 hops are followed.
pub const MOST_TODO: usize = MOST_PARTS * MOST_HOPS;

/// A stretch of a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Encode, Decode)]
pub struct Stretch {
    /// The line.
    pub line: LineId,
    /// Its positions.
    pub span: Span,
}

/// Units that stayed together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
pub struct Piece {
    /// Where they are, or were.
    pub at: Stretch,
    /// The hop that took them on; `None` where they lie.
    pub hop: Option<Place>,
}

/// Stretches still to be followed, the next one last. Give it back to go on.
pub type Cursor = Bounded<Stretch, 0, MOST_TODO>;

/// What follows from the start of a stretch.
#[allow(clippy::large_enum_variant, reason = "most leave; a box would be one more allocation")]
pub(crate) enum Ahead {
    /// The first units left together.
    Left(Passage),
    /// The first units are still there: up to the next departure that is known.
    Here(Span),
}

/// Units that left by one run of a hop.
pub(crate) struct Passage {
    /// The units.
    pub(crate) span: Span,
    /// The hop's id.
    pub(crate) id: Place,
    /// The hop.
    pub(crate) hop: Hop,
    /// Their offsets within the hop.
    pub(crate) offsets: Span,
}

/// Looks at the start of `span`, which is not empty.
pub(crate) fn ahead(records: &impl Records, line: LineId, span: Span) -> Result<Ahead, Error> {
    if let Some((start, out)) = records.last_departure(line, span.start)? {
        let run = Span::at(start, out.len())?;
        if run.contains(span.start) {
            return passage(records, line, (run, out), span.within(&run)).map(Ahead::Left);
        }
    }
    let next = records.first_departure(line, span.start)?;
    let end = next.map_or(span.end, |(start, _)| start.min(span.end));
    Ok(Ahead::Here(Span::new(span.start, end)))
}

fn passage(
    records: &impl Records,
    line: LineId,
    (run, out): (Span, Out),
    span: Span,
) -> Result<Passage, Error> {
    let (head, before, hop) = match out {
        Out::Hop(hop) => (run.start, Units::ZERO, hop),
        Out::More(more) => {
            let missing = Error::Missing { line, at: more.head };
            let Out::Hop(hop) = records.departure(line, more.head)?.ok_or(missing)? else {
                return Err(Error::Broken);
            };
            (more.head, more.offset, hop)
        }
    };
    let first = before.plus(span.start.minus(run.start)?)?;
    let offsets = Span::at(first, span.count())?;
    Ok(Passage { span, id: Place { line, start: head }, hop, offsets })
}

impl Passage {
    /// What became of the units, part by part; empty where the part got none of them.
    pub(crate) fn images(&self, records: &impl Records) -> Result<Vec<Stretch>, Error> {
        let plan = match self.hop.is_split() {
            true => store::card(records, self.id.line)?.plan,
            false => Plan::default(),
        };
        let image = |(index, part): (usize, &Part)| {
            let image = self.hop.map(index, &plan)?.image_of(self.offsets)?;
            let span = Span::new(part.start.plus(image.start)?, part.start.plus(image.end)?);
            Ok(Stretch { line: part.line, span })
        };
        self.hop.parts.iter().enumerate().map(image).collect()
    }
}

/// Follows units from hop to hop: for each stretch of `cursor`, the last first, up to `limit`
/// pieces by position; what a piece became is followed before what lies behind it, part by part.
/// The stretches that are left come back.
///
/// Units between departures are still there; in a sink, for good.
pub fn trace_forward(
    records: &impl Records,
    cursor: Cursor,
    limit: usize,
) -> Result<(Vec<Piece>, Cursor), Error> {
    let (mut todo, mut pieces) = (cursor.into_inner(), Vec::new());
    while pieces.len() < limit.min(MOST_PIECES) {
        let Some(Stretch { line, span }) = todo.pop() else { break };
        if span.is_empty() {
            continue;
        }
        let (done, hop, images) = match ahead(records, line, span)? {
            Ahead::Here(span) => (span, None, Vec::new()),
            Ahead::Left(passage) => (passage.span, Some(passage.id), passage.images(records)?),
        };
        pieces.push(Piece { at: Stretch { line, span: done }, hop });
        todo.push(Stretch { line, span: Span::new(done.end, span.end) });
        todo.extend(images.into_iter().rev());
        todo.retain(|stretch| !stretch.span.is_empty());
    }
    Ok((pieces, Cursor::new(todo).map_err(|_| Error::Broken)?))
}
