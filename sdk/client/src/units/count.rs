//! Things that are only counted: blocks, gas, smallest units.

use super::{
    UnitError,
    decimal::{Decimal, grouped, split},
};

/// Reads a whole number, which may say what it counts: `1,200 gas` or `1200`.
pub fn parse_count(text: &str, counted: &str) -> Result<u128, UnitError> {
    let refused = |problem: &str| {
        UnitError::new(text, problem, format!("a whole number, such as `1200` or `1200 {counted}`"))
    };
    let (number, unit) = split(text);
    let decimal = Decimal::parse(number).map_err(refused)?;
    if !unit.is_empty() && unit != counted {
        return Err(refused("counts something else"));
    }
    let whole = decimal.scaled(0, 1).filter(|_| decimal.places == 0);
    whole.ok_or_else(|| refused("is not a whole number"))
}

/// Writes a number and what it counts: `1,200 gas`.
pub fn format_count(count: u128, counted: &str) -> String {
    format!("{} {counted}", grouped(&count.to_string()))
}
