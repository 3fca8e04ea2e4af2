//! Lengths of time.

use super::{UnitError, decimal::split};

/// What a duration is counted in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tick {
    /// Seconds.
    Seconds,
    /// Milliseconds.
    Milliseconds,
}

/// Parts of a duration from long to short, with their milliseconds. Months and years are missing
/// because they differ in length.
const PARTS: [(&str, u128); 6] = [
    ("w", 604_800_000),
    ("d", 86_400_000),
    ("h", 3_600_000),
    ("m", 60_000),
    ("s", 1_000),
    ("ms", 1),
];

impl Tick {
    const fn milliseconds(self) -> u128 {
        match self {
            Self::Seconds => 1_000,
            Self::Milliseconds => 1,
        }
    }
}

/// Reads a duration from `30d` or `2h30m`: whole numbers with `w`, `d`, `h`, `m` (minutes), `s` or
/// `ms`, each at most once, from long to short.
pub fn parse_duration(text: &str, tick: Tick) -> Result<u128, UnitError> {
    let refused = |problem: &str| {
        UnitError::new(text, problem, "numbers with w, d, h, m, s or ms, such as `30d` or `2h30m`")
    };
    let mut rest = text.trim();
    let mut parts = PARTS.iter();
    let mut total = 0_u128;
    if rest.is_empty() {
        return Err(refused("is no duration"));
    }
    while !rest.is_empty() {
        let (number, after) = split(rest);
        let end = after.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(after.len());
        let (word, after) = after.split_at(end);
        if word.is_empty() && !number.is_empty() {
            return Err(refused("has a number without a unit"));
        }
        if !PARTS.iter().any(|(name, _)| *name == word) {
            return Err(refused("is no duration"));
        }
        let Some((_, length)) = parts.by_ref().find(|(name, _)| *name == word) else {
            return Err(refused("has its units twice or not from long to short"));
        };
        let is_whole = !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
        let count = number.parse::<u128>().ok().filter(|_| is_whole);
        let count = count.ok_or_else(|| refused("is not made of whole numbers"))?;
        // In ticks at once, so that the longest duration does not overflow in milliseconds.
        let (times, divisor) = match *length >= tick.milliseconds() {
            true => (length / tick.milliseconds(), 1),
            false => (1, tick.milliseconds() / length),
        };
        if count % divisor != 0 {
            let problem = "is not a whole number of seconds";
            return Err(UnitError::new(text, problem, "a duration without `ms`"));
        }
        let sum = (count / divisor).checked_mul(times).and_then(|part| total.checked_add(part));
        total = sum.ok_or_else(|| refused("is too long"))?;
        rest = after.trim_start_matches(' ');
    }
    Ok(total)
}

/// Writes a duration in days, hours, minutes, seconds and milliseconds: `30d`, `2h30m`, `0s`.
pub fn format_duration(count: u128, tick: Tick) -> String {
    let (mut rest, start) = (count, tick.milliseconds());
    let mut text = String::new();
    // Days come first: weeks are read, but not written.
    for (name, length) in PARTS.iter().skip(1).filter(|(_, length)| *length >= start) {
        let ticks = length / start;
        if rest >= ticks {
            text.push_str(&format!("{}{name}", rest / ticks));
            rest %= ticks;
        }
    }
    if text.is_empty() { "0s".into() } else { text }
}
