//! Parts of a whole.

use super::{
    UnitError,
    decimal::{Decimal, pointed, split},
};

/// What a ratio is counted in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// Hundredths.
    Percent,
    /// Hundredths of a percent.
    BasisPoint,
    /// Millionths.
    Millionth,
}

impl Part {
    /// Its digits behind the point of a percentage.
    const fn places(self) -> usize {
        match self {
            Self::Percent => 0,
            Self::BasisPoint => 2,
            Self::Millionth => 4,
        }
    }
}

/// Reads a ratio from `2.5%`, `250 bp` or `25000 ppm`, if `part` holds it exactly.
pub fn parse_ratio(text: &str, part: Part) -> Result<u128, UnitError> {
    let refused = |problem: &str| {
        UnitError::new(
            text,
            problem,
            "a share of the whole, such as `2.5%`, `250 bp` or `25000 ppm`",
        )
    };
    let (number, unit) = split(text);
    let decimal = Decimal::parse(number).map_err(refused)?;
    // In percent, each of these has its point moved left by as many places.
    let moved = match unit {
        "%" => 0,
        "bp" | "bps" => 2,
        "ppm" => 4,
        "" => return Err(refused("does not say what it counts")),
        _ => return Err(refused("counts something else than a share")),
    };
    let percent = Decimal { places: decimal.places + moved, ..decimal };
    percent.scaled(part.places(), 1).ok_or_else(|| {
        let finest = match part {
            Part::Percent => "is not a whole number of percent",
            Part::BasisPoint => "is not a whole number of basis points, hundredths of a percent",
            Part::Millionth => "is not a whole number of millionths",
        };
        refused(finest)
    })
}

/// Writes a ratio in percent, with no more decimals than it has: `2.5%`.
pub fn format_ratio(count: u128, part: Part) -> String {
    let (whole, fraction) = pointed(count, part.places());
    match fraction.trim_end_matches('0') {
        "" => format!("{whole}%"),
        fraction => format!("{whole}.{fraction}%"),
    }
}
