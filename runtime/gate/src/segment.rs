//! Data and element segments: laid out at every instantiation, so they are few, and so placed that
//! this cannot fail.

use wasmparser::{
    DataKind, DataSectionReader, ElementItems, ElementKind, ElementSectionReader, SectionLimited,
};

use crate::{
    codes,
    constant::offset,
    profile,
    refusal::{Finding, at_most},
};

/// Returns the bytes of all data segments.
pub(crate) fn data(segments: &DataSectionReader<'_>, pages: u32) -> Result<u32, Finding> {
    count("data segments", segments)?;
    let mut bytes = 0;
    for segment in segments.clone() {
        let segment = segment?;
        let DataKind::Active { offset_expr, .. } = segment.kind else {
            let message = "a data segment is passive, and no instruction of the profile can use it";
            return Err(Finding::new(codes::SEGMENT_BOUNDS, message).at(segment.range.start));
        };
        let end = offset(&offset_expr)? + segment.data.len() as u64;
        let room = u64::from(pages) * profile::PAGE_BYTES;
        at_most(codes::SEGMENT_BOUNDS, "end of a data segment", end, room)
            .map_err(|finding| finding.at(segment.range.start))?;
        // Segments lie behind each other in a module of at most 512 KiB.
        bytes += segment.data.len() as u32;
    }
    Ok(bytes)
}

/// Checks the segments that fill a table of `entries`.
pub(crate) fn elements(segments: &ElementSectionReader<'_>, entries: u32) -> Result<(), Finding> {
    count("element segments", segments)?;
    let mut total = 0;
    for segment in segments.clone() {
        let segment = segment?;
        let at = segment.range.start;
        let (ElementKind::Active { offset_expr, .. }, ElementItems::Functions(items)) =
            (segment.kind, segment.items)
        else {
            let message = "an element segment is passive, declared or made of expressions";
            return Err(Finding::new(codes::SEGMENT_BOUNDS, message).at(at));
        };
        let end = offset(&offset_expr)? + u64::from(items.count());
        at_most(codes::SEGMENT_BOUNDS, "end of an element segment", end, u64::from(entries))
            .map_err(|finding| finding.at(at))?;
        // Segments may overlap, so the table's size does not bound their sum.
        total += u64::from(items.count());
        at_most(codes::SEGMENT_COUNT, "elements", total, profile::TABLE_ENTRIES)
            .map_err(|finding| finding.at(at))?;
    }
    Ok(())
}

fn count<T>(what: &str, segments: &SectionLimited<'_, T>) -> Result<(), Finding> {
    at_most(codes::SEGMENT_COUNT, what, segments.count(), profile::SEGMENTS)
        .map_err(|finding| finding.at(segments.range().start))
}
