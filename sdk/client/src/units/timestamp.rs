//! Points in time.

use time::{OffsetDateTime, UtcOffset, format_description::well_known::Rfc3339};

use super::UnitError;

/// Nanoseconds of a millisecond.
const MS: i128 = 1_000_000;

/// Reads milliseconds since 1970-01-01 UTC from RFC 3339, `2026-12-31T18:00:00+01:00`, or from
/// `1798736400000 ms`. The offset is part of it: without one, a time could be anywhere.
pub fn parse_timestamp(text: &str) -> Result<u64, UnitError> {
    let refused = |problem: &str| {
        let instead = "date, time and offset, such as `2026-12-31T18:00:00Z`";
        UnitError::new(text, problem, instead)
    };
    let text = text.trim();
    if let Some(number) = text.strip_suffix("ms").map(str::trim_end) {
        let is_whole = !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
        let number = number.parse().ok().filter(|_| is_whole);
        return number.ok_or_else(|| refused("is not a whole number of 64 bits"));
    }
    if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(refused("does not say whether it counts seconds or milliseconds"));
    }
    let moment = OffsetDateTime::parse(text, &Rfc3339)
        .map_err(|_| refused("is not a time of RFC 3339 with an offset"))?;
    let nanoseconds = moment.unix_timestamp_nanos();
    if nanoseconds % MS != 0 {
        return Err(refused("is finer than milliseconds"));
    }
    u64::try_from(nanoseconds / MS).map_err(|_| refused("lies before 1970"))
}

/// Writes milliseconds since 1970-01-01 UTC in RFC 3339, or as `… ms` beyond the year 9999.
pub fn format_timestamp(ms: u128) -> String {
    let moment = i128::try_from(ms)
        .ok()
        .and_then(|ms| ms.checked_mul(MS))
        .and_then(|ns| OffsetDateTime::from_unix_timestamp_nanos(ns).ok())
        .and_then(|moment| moment.to_offset(UtcOffset::UTC).format(&Rfc3339).ok());
    moment.unwrap_or_else(|| format!("{ms} ms"))
}
