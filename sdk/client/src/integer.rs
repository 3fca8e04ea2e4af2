//! Integers of every width, as JSON and as bytes.

use serde_json::{Number, Value};
use weal_types::abi::Type;

/// An integer of any of the ABI's types.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Integer {
    /// Whether it is below zero; never set for zero itself.
    pub negative: bool,
    /// How far it is from zero.
    pub magnitude: u128,
}

impl Integer {
    /// A number that is not negative.
    pub const fn positive(magnitude: u128) -> Self {
        Self { negative: false, magnitude }
    }

    /// `magnitude` with a sign, which zero does not keep.
    pub const fn signed(negative: bool, magnitude: u128) -> Self {
        Self { negative: negative && magnitude != 0, magnitude }
    }

    /// Reads a number of JSON, if it is an integer that JSON holds exactly.
    pub fn of_number(number: &Number) -> Option<Self> {
        match (number.as_u64(), number.as_i64()) {
            (Some(number), _) => Some(Self::positive(number.into())),
            (None, Some(number)) => Some(Self::signed(true, number.unsigned_abs().into())),
            (None, None) => None,
        }
    }

    /// Reads decimal text in its one form: no plus, no leading zero, no `-0`.
    pub fn of_text(text: &str) -> Option<Self> {
        let digits = text.strip_prefix('-').unwrap_or(text);
        let negative = digits.len() < text.len();
        let is_canonical = digits.bytes().all(|byte| byte.is_ascii_digit())
            && (digits.len() == 1 || !digits.starts_with('0'))
            && !(negative && digits == "0");
        let magnitude = digits.parse().ok().filter(|_| is_canonical)?;
        Some(Self::signed(negative, magnitude))
    }

    /// The number as JSON: text if its type is wide.
    pub fn to_json(self, width: Width) -> Value {
        if width.is_wide() {
            return Value::String(self.to_string());
        }
        // Narrow numbers have at most 32 bits.
        let magnitude = self.magnitude as i64;
        Value::from(if self.negative { -magnitude } else { magnitude })
    }
}

impl std::fmt::Display for Integer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let sign = if self.negative { "-" } else { "" };
        write!(f, "{sign}{}", self.magnitude)
    }
}

/// How an integer type is laid out: little-endian, in two's complement if it is signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Width {
    /// Its bytes: 1, 2, 4, 8 or 16.
    pub bytes: u8,
    /// Whether it has a sign.
    pub signed: bool,
}

impl Width {
    /// The layout of `kind`, if that is an integer.
    pub const fn of(kind: &Type) -> Option<Self> {
        let (bytes, signed) = match kind {
            Type::U8 => (1, false),
            Type::U16 => (2, false),
            Type::U32 => (4, false),
            Type::U64 | Type::TimeMs | Type::Height | Type::Gas => (8, false),
            Type::U128 | Type::Amount => (16, false),
            Type::I8 => (1, true),
            Type::I16 => (2, true),
            Type::I32 => (4, true),
            Type::I64 => (8, true),
            Type::I128 => (16, true),
            _ => return None,
        };
        Some(Self { bytes, signed })
    }

    /// Whether JSON writes it as text, so that JavaScript never rounds it.
    pub const fn is_wide(self) -> bool {
        self.bytes >= 8
    }

    /// The smallest number.
    pub const fn min(self) -> Integer {
        match self.signed {
            true => Integer::signed(true, 1 << (8 * self.bytes - 1)),
            false => Integer::positive(0),
        }
    }

    /// The largest number.
    pub const fn max(self) -> Integer {
        let sign = if self.signed { 1 } else { 0 };
        Integer::positive(u128::MAX >> (128 - 8 * self.bytes as u32 + sign))
    }

    /// Whether `number` fits.
    pub const fn admits(self, number: Integer) -> bool {
        let limit = if number.negative { self.min() } else { self.max() };
        number.magnitude <= limit.magnitude
    }

    /// The bytes of `number`, which fits.
    pub fn encode(self, number: Integer, output: &mut Vec<u8>) {
        let bits = match number.negative {
            true => number.magnitude.wrapping_neg(),
            false => number.magnitude,
        };
        output.extend(bits.to_le_bytes().into_iter().take(self.bytes.into()));
    }

    /// The number that `bytes`, of this width, stand for.
    pub fn decode(self, bytes: &[u8]) -> Integer {
        let place = |bits: u128, byte: &u8| bits << 8 | u128::from(*byte);
        let bits = bytes.iter().rev().fold(0, place);
        match self.signed && bits > self.max().magnitude {
            true => {
                let mask = u128::MAX >> (128 - 8 * u32::from(self.bytes));
                Integer::signed(true, bits.wrapping_neg() & mask)
            }
            false => Integer::positive(bits),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_has_one_form() {
        for good in ["0", "7", "-7", "340282366920938463463374607431768211455"] {
            assert_eq!(Integer::of_text(good).map(|number| number.to_string()).unwrap(), good);
        }
        let beyond = "340282366920938463463374607431768211456";
        for bad in ["", "-", "+7", "07", "-0", "00", " 7", "7 ", "1_000", "1.0", "0x7", beyond] {
            assert_eq!(Integer::of_text(bad), None, "{bad:?}");
        }
    }
}
