//! Whose units lie in a stretch.

use alloc::vec::Vec;

use crate::{
    Error, Records,
    owner::{Owned, owner_run},
    unit::{LineId, Span},
};

/// The gifts whose units lie in `span` of `line`, by position, up to `limit` stretches, and what is
/// left to be looked at. Each stretch is cut to `span`.
///
/// Stripes interleave gifts, so each unit's own way is followed; the hull of a stretch's parents
/// would name givers who have nothing in it.
pub fn trace_back(
    records: &impl Records,
    line: LineId,
    span: Span,
    limit: usize,
) -> Result<(Vec<Owned>, Span), Error> {
    let (mut found, mut rest) = (Vec::new(), span);
    while found.len() < limit && !rest.is_empty() {
        let mut owned = owner_run(records, line, rest.start, None)?;
        owned.span = owned.span.within(&rest);
        if owned.span.is_empty() {
            return Err(Error::Broken);
        }
        rest.start = owned.span.end;
        found.push(owned);
    }
    Ok((found, rest))
}
