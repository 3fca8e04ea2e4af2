//! Dust: units that an exchange made less than one unit of the other asset.
//!
//! An exchange of x units into y < x maps the offset w to g(w) = ⌊w·y/x⌋, so a stretch [a, b) of
//! one giver's units can map to nothing. What it was worth lies in the unit g(a) of what came: that
//! unit begins at or before the stretch and ends behind it. Where y ≥ x there is no dust.

use alloc::vec::Vec;

use crate::{
    Error, Records,
    hop::offsets,
    owner::owner_run,
    record::{Hop, HopKind, Out, Place},
    stripe::Plan,
    unit::{Span, Units},
};

/// Units of one gift that became dust in an exchange.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Dust {
    /// The units, on the line that gave them away: one gift's by one way, in one run of the hop.
    pub span: Span,
    /// The gift.
    pub gift: Place,
    /// The line that received, and the unit of it that contains them.
    pub at: Place,
}

/// Where the units in `span` lie if `hop`, which lies at `id`, made dust of them: the line that
/// received, and the unit of it that contains them. `span` lies in one run of the hop.
pub fn dust_of(hop: &Hop, id: Place, span: Span) -> Result<Option<Place>, Error> {
    if hop.kind != HopKind::Convert || span.is_empty() {
        return Ok(None);
    }
    let (part, plan) = (hop.part(0)?, Plan::default());
    let image = hop.map(0, &plan)?.image_of(offsets(hop.runs(id.start), span)?)?;
    if !image.is_empty() {
        return Ok(None);
    }
    Ok(Some(Place { line: part.line, start: part.start.plus(image.start)? }))
}

/// Dust of the hop `id`, by position: looks at up to `most` stretches of one gift each, from the
/// sender's position `from` on, and returns the position to go on from; `None` at the end.
///
/// Refuses with [`Error::NotFound`] without such a hop.
pub fn dust(
    records: &impl Records,
    id: Place,
    from: Units,
    most: usize,
) -> Result<(Vec<Dust>, Option<Units>), Error> {
    let Some(Out::Hop(hop)) = records.departure(id.line, id.start)? else {
        return Err(Error::NotFound);
    };
    let (mut found, mut looked) = (Vec::new(), 0);
    if hop.kind != HopKind::Convert || hop.part(0)?.len >= hop.taken()? {
        return Ok((found, None));
    }
    for run in hop.runs(id.start) {
        let mut next = run.start.max(from);
        while next < run.end {
            if looked == most {
                return Ok((found, Some(next)));
            }
            looked += 1;
            let owned = owner_run(records, id.line, next, None)?;
            // The whole stretch, even if `from` lies in it: a part of it alone could seem dust.
            let span = owned.span.within(&run);
            if !span.contains(next) {
                return Err(Error::Broken);
            }
            let at = dust_of(&hop, id, span)?;
            found.extend(at.map(|at| Dust { span, gift: owned.gift, at }));
            next = span.end;
        }
    }
    Ok((found, None))
}
