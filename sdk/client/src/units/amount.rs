//! Amounts of an asset.

use super::{
    AssetInfo, Assets, UnitError,
    decimal::{Decimal, grouped, pointed, split},
};

/// What an amount counts when its asset is not known.
pub(super) const SMALLEST: &str = "units";

/// Reads an amount in smallest units from `1,500.50 EUR`.
///
/// A point separates decimals and commas may separate groups of three digits. The symbol is part
/// of the amount: a bare number could be meant in whole or in smallest units. `150050 units` names
/// the latter.
pub fn parse_amount(text: &str, asset: &AssetInfo) -> Result<u128, UnitError> {
    let (number, symbol) = split(text);
    let decimals = usize::from(asset.decimals);
    let like = || format!("an amount such as `{}`", example(asset));
    let refused = |problem: &str| UnitError::new(text, problem, like());
    let decimal = Decimal::parse(number).map_err(refused)?;
    if symbol == SMALLEST && asset.symbol != SMALLEST {
        return whole_units(text, decimal);
    }
    if symbol.is_empty() {
        let problem = "does not say of what: it could be whole or smallest units";
        let instead = format!("`{number} {}` or `{number} {SMALLEST}`", asset.symbol);
        return Err(UnitError::new(text, problem, instead));
    }
    if symbol != asset.symbol {
        let problem = format!("is not in {}", asset.symbol);
        return Err(refused(&problem));
    }
    if decimal.places > decimals {
        let has = |count| if count == 1 { "1 decimal".into() } else { format!("{count} decimals") };
        let problem = format!("has {}; {} has {decimals}", has(decimal.places), asset.symbol);
        return Err(refused(&problem));
    }
    if decimal.has_lone_comma && decimals >= 3 {
        let problem =
            format!("can be read in two ways, because {} has {decimals} decimals", asset.symbol);
        let [thousands, decimals] = [number.replace(',', ""), number.replace(',', ".")];
        let instead = format!("`{thousands} {0}` or `{decimals} {0}`", asset.symbol);
        return Err(UnitError::new(text, problem, instead));
    }
    decimal.scaled(decimals, 1).ok_or_else(|| refused("is too large"))
}

/// Writes an amount with all decimals of its asset: `1,500.50 EUR`.
pub fn format_amount(amount: u128, asset: &AssetInfo) -> String {
    let (whole, fraction) = pointed(amount, asset.decimals.into());
    let point = if fraction.is_empty() { "" } else { "." };
    format!("{}{point}{fraction} {}", grouped(&whole), asset.symbol)
}

/// Reads an amount of `asset` or, where that is not known, of the asset whose symbol it names.
pub(super) fn read(
    text: &str,
    asset: Option<&AssetInfo>,
    assets: &dyn Assets,
) -> Result<u128, UnitError> {
    if let Some(asset) = asset {
        return parse_amount(text, asset);
    }
    let (number, symbol) = split(text);
    if symbol == SMALLEST {
        let refused =
            |problem| UnitError::new(text, problem, "smallest units, such as `150050 units`");
        return whole_units(text, Decimal::parse(number).map_err(refused)?);
    }
    match assets.by_symbol(symbol).filter(|_| !symbol.is_empty()) {
        Some(asset) => parse_amount(text, &asset),
        None => {
            let problem = "is an amount of an asset whose decimals are not known here";
            Err(UnitError::new(text, problem, "smallest units, such as `150050 units`"))
        }
    }
}

fn whole_units(text: &str, decimal: Decimal) -> Result<u128, UnitError> {
    let whole = decimal.scaled(0, 1).filter(|_| decimal.places == 0);
    whole.ok_or_else(|| {
        let problem = "divides the smallest unit";
        UnitError::new(text, problem, "a whole number of units, such as `150050 units`")
    })
}

fn example(asset: &AssetInfo) -> String {
    let fraction = match asset.decimals {
        0 => String::new(),
        decimals => {
            format!(".{}", "50".repeat(9).chars().take(decimals.into()).collect::<String>())
        }
    };
    format!("1,500{fraction} {}", asset.symbol)
}
