//! Numbers as people write them, and back: `1,500.50 EUR`, `2h30m`, `2.5%`, `64 KiB`.
//!
//! Nothing is guessed and nothing is rounded. A text that could mean two numbers, or a number that
//! its unit does not hold exactly, is refused with what to write instead. Whatever is formatted
//! here is read back as the same number.

use thiserror::Error;
use weal_types::{
    abi::{Type, Unit},
    hash::Hash,
};

use crate::integer::Integer;

mod amount;
mod bytes;
mod count;
mod decimal;
mod duration;
mod ratio;
mod timestamp;

pub use amount::{format_amount, parse_amount};
pub use bytes::{format_bytes, parse_bytes};
pub use count::{format_count, parse_count};
pub use duration::{Tick, format_duration, parse_duration};
pub use ratio::{Part, format_ratio, parse_ratio};
pub use timestamp::{format_timestamp, parse_timestamp};

/// A text that is no number of its unit.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("{found} {problem}; write {instead}")]
pub struct UnitError {
    /// The text, in quotes.
    pub found: String,
    /// What is wrong with it.
    pub problem: String,
    /// What to write.
    pub instead: String,
}

impl UnitError {
    pub(crate) fn new(text: &str, problem: impl Into<String>, instead: impl Into<String>) -> Self {
        let found = crate::error::quoted(text);
        Self { found, problem: problem.into(), instead: instead.into() }
    }
}

/// What people call an asset, and where they put the point.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AssetInfo {
    /// Its id.
    pub id: Hash,
    /// Its symbol: an ASCII letter, then letters, digits and underscores.
    pub symbol: String,
    /// How many of an amount's last digits stand behind the point.
    pub decimals: u8,
}

/// What a program knows of assets. What it does not know is shown in smallest units.
///
/// Symbols are not unique on a chain: whoever implements this vouches for the ones it gives.
pub trait Assets {
    /// The asset with this id.
    fn by_id(&self, id: &Hash) -> Option<AssetInfo>;

    /// The one asset with this symbol, if it is clear which one that is.
    fn by_symbol(&self, symbol: &str) -> Option<AssetInfo>;

    /// The asset that the contract keeps in this storage field.
    fn stored(&self, field: &str) -> Option<Hash>;
}

/// Knowledge of no asset at all.
#[derive(Clone, Copy, Debug)]
pub struct NoAssets;

impl Assets for NoAssets {
    fn by_id(&self, _: &Hash) -> Option<AssetInfo> {
        None
    }

    fn by_symbol(&self, _: &str) -> Option<AssetInfo> {
        None
    }

    fn stored(&self, _: &str) -> Option<Hash> {
        None
    }
}

/// Reads a number of `kind` that counts `unit`. `asset` is what the unit counts, where it is known;
/// any other asset is looked up by its symbol.
pub(crate) fn read(
    text: &str,
    kind: &Type,
    unit: Option<&Unit>,
    asset: Option<&AssetInfo>,
    assets: &dyn Assets,
) -> Result<u128, UnitError> {
    match (unit, kind) {
        (Some(Unit::Asset(_)), _) => amount::read(text, asset, assets),
        (Some(Unit::Seconds), _) => parse_duration(text, Tick::Seconds),
        (Some(Unit::Milliseconds), _) => parse_duration(text, Tick::Milliseconds),
        (Some(Unit::Timestamp), _) | (None, Type::TimeMs) => parse_timestamp(text).map(u128::from),
        (Some(Unit::Blocks), _) | (None, Type::Height) => parse_count(text, "blocks"),
        (Some(Unit::BasisPoints), _) => parse_ratio(text, Part::BasisPoint),
        (Some(Unit::PartsPerMillion), _) => parse_ratio(text, Part::Millionth),
        (Some(Unit::Percent), _) => parse_ratio(text, Part::Percent),
        (Some(Unit::Bytes), _) => parse_bytes(text),
        (Some(Unit::Gas), _) | (None, Type::Gas) => parse_count(text, "gas"),
        (None, Type::Amount) => parse_count(text, amount::SMALLEST),
        (None, _) => Integer::of_text(text)
            .filter(|number| !number.negative)
            .map(|number| number.magnitude)
            .ok_or_else(|| {
                let instead = "a whole number without a plus or zeros before it, such as `7`";
                UnitError::new(text, "is not a number made of digits", instead)
            }),
    }
}

/// Writes a number of `kind` that counts `unit`.
pub(crate) fn show(
    number: Integer,
    kind: &Type,
    unit: Option<&Unit>,
    asset: Option<&AssetInfo>,
) -> String {
    let size = number.magnitude;
    let text = match (unit, kind) {
        (Some(Unit::Asset(_)), _) => match asset {
            Some(asset) => format_amount(size, asset),
            None => format_count(size, amount::SMALLEST),
        },
        (Some(Unit::Seconds), _) => format_duration(size, Tick::Seconds),
        (Some(Unit::Milliseconds), _) => format_duration(size, Tick::Milliseconds),
        (Some(Unit::Timestamp), _) | (None, Type::TimeMs) => format_timestamp(size),
        (Some(Unit::Blocks), _) | (None, Type::Height) => format_count(size, "blocks"),
        (Some(Unit::BasisPoints), _) => format_ratio(size, Part::BasisPoint),
        (Some(Unit::PartsPerMillion), _) => format_ratio(size, Part::Millionth),
        (Some(Unit::Percent), _) => format_ratio(size, Part::Percent),
        (Some(Unit::Bytes), _) => format_bytes(size),
        (Some(Unit::Gas), _) | (None, Type::Gas) => format_count(size, "gas"),
        (None, Type::Amount) => format_count(size, amount::SMALLEST),
        (None, _) => size.to_string(),
    };
    if number.negative { format!("-{text}") } else { text }
}
