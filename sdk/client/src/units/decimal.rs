//! Decimal numbers with commas between groups of three digits.

/// A number that is not negative, exactly: `digits / 10^places`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Decimal {
    /// Its digits, before and behind the point.
    pub digits: u128,
    /// How many of them stand behind the point.
    pub places: usize,
    /// Whether it was written with one comma, three digits behind that, and no point: a number that
    /// half of the world reads as having three decimals.
    pub has_lone_comma: bool,
}

/// Splits a text where its number ends: `1,500.50 EUR` into `1,500.50` and `EUR`. Spaces between
/// the two do not matter.
pub fn split(text: &str) -> (&str, &str) {
    let text = text.trim();
    let end = text.find(|c: char| !matches!(c, '0'..='9' | '.' | ',')).unwrap_or(text.len());
    let (number, rest) = text.split_at(end);
    (number, rest.trim_start_matches(' '))
}

impl Decimal {
    /// Reads digits, with or without commas between groups of three, and digits behind a point.
    pub fn parse(text: &str) -> Result<Self, &'static str> {
        let (whole, fraction) = match text.split_once('.') {
            Some((whole, fraction)) => (whole, Some(fraction)),
            None => (text, None),
        };
        let is_digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
        let groups: Vec<_> = whole.split(',').collect();
        let is_grouped = groups.len() > 1;
        if !groups.iter().all(|group| is_digits(group)) {
            return Err("does not start with a number");
        }
        let first = groups.first().map_or(0, |group| group.len());
        if is_grouped && (first > 3 || groups.iter().skip(1).any(|group| group.len() != 3)) {
            return Err("has commas that do not separate groups of three digits");
        }
        let fraction = fraction.unwrap_or("0");
        if !is_digits(fraction) {
            return Err("has a point that is not followed by digits alone");
        }
        let fraction = if text.contains('.') { fraction } else { "" };
        let whole = groups.concat();
        if whole.len() > 1 && whole.starts_with('0') {
            return Err("starts with a zero that means nothing");
        }
        let digits = format!("{whole}{fraction}").parse().map_err(|_| "is too large")?;
        let has_lone_comma = groups.len() == 2 && fraction.is_empty();
        Ok(Self { digits, places: fraction.len(), has_lone_comma })
    }

    /// The number times 10^`places` times `factor`, if that is whole and below 2¹²⁸.
    pub fn scaled(self, places: usize, factor: u128) -> Option<u128> {
        let ten = |exponent: usize| 10_u128.checked_pow(u32::try_from(exponent).ok()?);
        let (digits, missing) = match places.checked_sub(self.places) {
            Some(missing) => (self.digits, missing),
            None => {
                let divisor = ten(self.places - places)?;
                // The factor can make up for the digits that are too many: 1.5 KiB are whole.
                let product = self.digits.checked_mul(factor)?;
                return (product % divisor == 0).then(|| product / divisor);
            }
        };
        if digits == 0 {
            return Some(0);
        }
        digits.checked_mul(ten(missing)?)?.checked_mul(factor)
    }
}

/// Digits with commas between groups of three.
pub fn grouped(digits: &str) -> String {
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// A number with `places` digits behind the point, as (before the point, behind it).
pub fn pointed(number: u128, places: usize) -> (String, String) {
    let digits = format!("{number:0>width$}", width = places + 1);
    let (whole, fraction) = digits.split_at(digits.len() - places);
    (whole.into(), fraction.into())
}
