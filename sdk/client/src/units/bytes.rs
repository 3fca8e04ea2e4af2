//! Sizes.

use super::{
    UnitError,
    decimal::{Decimal, split},
};

/// What sizes are written in. `KB` is missing because some mean 1,000 and some 1,024 by it.
const UNITS: [(&str, u128); 9] = [
    ("TiB", 1 << 40),
    ("GiB", 1 << 30),
    ("MiB", 1 << 20),
    ("KiB", 1 << 10),
    ("B", 1),
    ("kB", 1_000),
    ("MB", 1_000_000),
    ("GB", 1_000_000_000),
    ("TB", 1_000_000_000_000),
];

/// Reads bytes from `64 KiB`, `1.5 MiB`, `2 kB` or `512 B`.
pub fn parse_bytes(text: &str) -> Result<u128, UnitError> {
    let refused = |problem: &str| {
        UnitError::new(text, problem, "a size in B, KiB, MiB, kB or MB, such as `64 KiB`")
    };
    let (number, unit) = split(text);
    let decimal = Decimal::parse(number).map_err(refused)?;
    let factor = match UNITS.iter().find(|(name, _)| *name == unit) {
        Some((_, factor)) => *factor,
        None if unit.is_empty() => return Err(refused("does not say what it counts")),
        None if unit == "KB" => return Err(refused("could mean 1,000 (kB) or 1,024 (KiB) bytes")),
        None => return Err(refused("is not in a unit of sizes")),
    };
    decimal.scaled(0, factor).ok_or_else(|| refused("is not a whole number of bytes"))
}

/// Writes bytes in the largest unit of powers of 1,024 that holds them exactly: `64 KiB`, `1000 B`.
pub fn format_bytes(count: u128) -> String {
    let exact = UNITS.iter().find(|(_, factor)| count >= *factor && count.is_multiple_of(*factor));
    let (name, factor) = exact.copied().unwrap_or(("B", 1));
    format!("{} {name}", count / factor)
}
