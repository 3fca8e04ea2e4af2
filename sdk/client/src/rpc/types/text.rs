//! Values that JSON has no type for, each with its one spelling.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use thiserror::Error;
use weal_types::{AccountId, AssetId, ContractId, address::Address};

/// Why a text is no value of its type. Whoever wrote it is at fault.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum TextError {
    /// Not hexadecimal digits after `0x`.
    #[error("{0} is not bytes: write 0x and two hexadecimal digits per byte")]
    Hex(String),
    /// Not 32 bytes.
    #[error("{text} has {bytes} bytes, not 32: write 0x and 64 hexadecimal digits")]
    Length {
        /// The text.
        text: String,
        /// Bytes in it.
        bytes: usize,
    },
    /// Not an address.
    #[error("{text} is no address: {error}; write {instead}")]
    Address {
        /// The text.
        text: String,
        /// What is wrong.
        error: String,
        /// What to write.
        instead: &'static str,
    },
    /// Not a number that fits.
    #[error("{text} is no whole number from 0 to {max}: write digits in quotes")]
    Number {
        /// The text.
        text: String,
        /// The largest.
        max: u128,
    },
}

/// Bytes: `"0x…"`.
#[derive(Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Hex(pub Vec<u8>);

impl Hex {
    /// Reads `0x` and pairs of hexadecimal digits of either case.
    pub fn parse(text: &str) -> Result<Self, TextError> {
        let digits = text.strip_prefix("0x");
        let bytes = digits.and_then(|digits| hex::decode(digits).ok());
        bytes.map(Self).ok_or_else(|| TextError::Hex(crate::error::quoted(text)))
    }
}

/// 32 bytes, a hash mostly: `"0x…"` with 64 digits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Hex32(pub [u8; 32]);

impl Hex32 {
    /// Reads `0x` and 64 hexadecimal digits of either case.
    pub fn parse(text: &str) -> Result<Self, TextError> {
        let mut bytes = [0; 32];
        let digits = text.strip_prefix("0x");
        match digits.map(|digits| hex::decode_to_slice(digits, &mut bytes)) {
            Some(Ok(())) => Ok(Self(bytes)),
            Some(Err(hex::FromHexError::InvalidStringLength)) => {
                let bytes = text.len().saturating_sub(2) / 2;
                Err(TextError::Length { text: crate::error::quoted(text), bytes })
            }
            _ => Err(TextError::Hex(crate::error::quoted(text))),
        }
    }
}

/// An account: `"weal1…"`. Contracts hold assets too, so a contract's address is read as well, and
/// so is `0x` with 64 digits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct AccountAddress(pub AccountId);

impl AccountAddress {
    /// Reads an address.
    pub fn parse(text: &str) -> Result<Self, TextError> {
        if text.starts_with("0x") {
            return Hex32::parse(text).map(|id| Self(AccountId(id.0)));
        }
        match Address::parse(text) {
            Ok(address) => Ok(Self(address.account())),
            Err(error) => Err(refused(text, error.to_string(), "weal1… or wealc1…")),
        }
    }
}

/// A contract: `"wealc1…"`; `0x` with 64 digits is read as well.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct ContractAddress(pub ContractId);

impl ContractAddress {
    /// Reads an address.
    pub fn parse(text: &str) -> Result<Self, TextError> {
        const INSTEAD: &str = "wealc1…";
        if text.starts_with("0x") {
            return Hex32::parse(text).map(|id| Self(ContractId(id.0)));
        }
        match Address::parse(text) {
            Ok(Address::Contract(id)) => Ok(Self(id)),
            Ok(_) => Err(refused(text, "it names an account, not a contract".into(), INSTEAD)),
            Err(error) => Err(refused(text, error.to_string(), INSTEAD)),
        }
    }
}

fn refused(text: &str, error: String, instead: &'static str) -> TextError {
    TextError::Address { text: crate::error::quoted(text), error, instead }
}

/// A number of 64 bits: decimal digits in quotes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct U64(pub u64);

impl U64 {
    /// Reads decimal digits without a sign or zeros before them.
    pub fn parse(text: &str) -> Result<Self, TextError> {
        digits(text).ok_or_else(|| number(text, u64::MAX.into())).map(Self)
    }
}

/// A number of 128 bits, an amount mostly: decimal digits in quotes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct U128(pub u128);

impl U128 {
    /// Reads decimal digits without a sign or zeros before them.
    pub fn parse(text: &str) -> Result<Self, TextError> {
        digits(text).ok_or_else(|| number(text, u128::MAX)).map(Self)
    }
}

fn digits<T: std::str::FromStr>(text: &str) -> Option<T> {
    let has_one_spelling = text == "0" || !text.starts_with(['0', '+']);
    has_one_spelling.then(|| text.parse().ok()).flatten()
}

fn number(text: &str, max: u128) -> TextError {
    TextError::Number { text: crate::error::quoted(text), max }
}

/// Gives a type with `parse` and `Display` its serde implementations. `$number` says how an
/// unquoted number becomes the type, where one may.
macro_rules! as_text {
    ($($name:ident, $pattern:literal, $number:expr;)*) => {$(
        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                struct Reader;

                impl de::Visitor<'_> for Reader {
                    type Value = $name;

                    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                        f.write_str(concat!("a text of the form ", $pattern))
                    }

                    fn visit_str<E: de::Error>(self, text: &str) -> Result<$name, E> {
                        $name::parse(text).map_err(E::custom)
                    }

                    fn visit_u64<E: de::Error>(self, number: u64) -> Result<$name, E> {
                        let read: fn(u64) -> Option<$name> = $number;
                        read(number).ok_or_else(|| {
                            E::invalid_type(de::Unexpected::Unsigned(number), &self)
                        })
                    }
                }

                deserializer.deserialize_any(Reader)
            }
        }

        impl std::str::FromStr for $name {
            type Err = TextError;

            fn from_str(text: &str) -> Result<Self, TextError> {
                Self::parse(text)
            }
        }

        #[cfg(feature = "schema")]
        impl schemars::JsonSchema for $name {
            fn schema_name() -> std::borrow::Cow<'static, str> {
                stringify!($name).into()
            }

            fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
                schemars::json_schema!({ "type": "string", "pattern": $pattern })
            }
        }
    )*};
}

as_text! {
    Hex, "^0x([0-9a-fA-F]{2})*$", |_| None;
    Hex32, "^0x[0-9a-fA-F]{64}$", |_| None;
    AccountAddress, "^(wealc?1[02-9ac-hj-np-z]+|0x[0-9a-fA-F]{64})$", |_| None;
    ContractAddress, "^(wealc1[02-9ac-hj-np-z]+|0x[0-9a-fA-F]{64})$", |_| None;
    U64, "^(0|[1-9][0-9]{0,19})$", |number| Some(U64(number));
    U128, "^(0|[1-9][0-9]{0,38})$", |number| Some(U128(number.into()));
}

impl fmt::Display for Hex {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "0x{}", hex::encode(&self.0))
    }
}

impl fmt::Display for Hex32 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut digits = [0; 64];
        // The buffer has the length that is needed, the only error there is.
        hex::encode_to_slice(self.0, &mut digits).map_err(|_| fmt::Error)?;
        f.write_str("0x")?;
        f.write_str(std::str::from_utf8(&digits).map_err(|_| fmt::Error)?)
    }
}

impl fmt::Display for AccountAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&Address::Account(self.0).to_text())
    }
}

impl fmt::Display for ContractAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&Address::Contract(self.0).to_text())
    }
}

impl fmt::Display for U64 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Display for U128 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Debug for Hex {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Hex({self})")
    }
}

impl fmt::Debug for Hex32 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Hex32({self})")
    }
}

impl fmt::Debug for AccountAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "AccountAddress({self})")
    }
}

impl fmt::Debug for ContractAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ContractAddress({self})")
    }
}

impl From<AccountId> for AccountAddress {
    fn from(id: AccountId) -> Self {
        Self(id)
    }
}

impl From<ContractId> for ContractAddress {
    fn from(id: ContractId) -> Self {
        Self(id)
    }
}

impl From<Hex32> for AssetId {
    fn from(id: Hex32) -> Self {
        Self(id.0)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{from_value, json};

    use super::*;

    #[test]
    fn values_are_written_in_one_way() {
        let contract = ContractId::system(2);
        let cases = [
            (json!(Hex(vec![0, 255])), json!("0x00ff")),
            (json!(Hex::default()), json!("0x")),
            (json!(Hex32([1; 32])), json!(format!("0x{}", "01".repeat(32)))),
            (json!(U64(u64::MAX)), json!("18446744073709551615")),
            (json!(U128(7)), json!("7")),
            (
                json!(AccountAddress(AccountId([7; 32]))),
                json!(Address::Account(AccountId([7; 32])).to_text()),
            ),
            (json!(ContractAddress(contract)), json!(Address::Contract(contract).to_text())),
        ];
        for (written, expected) in cases {
            assert_eq!(written, expected);
        }
    }

    #[test]
    fn what_is_written_is_read() {
        let contract = ContractId::system(2);
        assert_eq!(from_value::<Hex>(json!("0x00FF")).unwrap(), Hex(vec![0, 255]));
        assert_eq!(from_value::<Hex32>(json!(Hex32([1; 32]))).unwrap(), Hex32([1; 32]));
        assert_eq!(from_value::<U64>(json!("12")).unwrap(), U64(12));
        assert_eq!(from_value::<U64>(json!(12)).unwrap(), U64(12));
        assert_eq!(from_value::<U128>(json!(u128::MAX.to_string())).unwrap(), U128(u128::MAX));
        let address = json!(ContractAddress(contract));
        assert_eq!(from_value::<ContractAddress>(address.clone()).unwrap().0, contract);
        assert_eq!(from_value::<AccountAddress>(address).unwrap().0, contract.account());
        let hex = json!(Hex32(contract.0));
        assert_eq!(from_value::<ContractAddress>(hex).unwrap().0, contract);
    }

    #[test]
    fn other_spellings_are_refused_with_what_to_write() {
        let account = Address::Account(AccountId([7; 32])).to_text();
        let cases = [
            (Hex::parse("00ff").map(|_| ()), "write 0x and two hexadecimal digits"),
            (Hex::parse("0x0").map(|_| ()), "write 0x and two"),
            (Hex::parse("0xé0").map(|_| ()), "write 0x and two"),
            (Hex32::parse("0x00").map(|_| ()), "has 1 bytes, not 32"),
            (Hex32::parse(&"0".repeat(64)).map(|_| ()), "is not bytes"),
            (ContractAddress::parse(&account).map(|_| ()), "names an account"),
            (AccountAddress::parse(&account[1..]).map(|_| ()), "write weal1… or wealc1…"),
            (U64::parse("01").map(|_| ()), "from 0 to 18446744073709551615"),
            (U64::parse("+1").map(|_| ()), "is no whole number"),
            (U64::parse("").map(|_| ()), "is no whole number"),
            (U128::parse("-1").map(|_| ()), "is no whole number"),
            (U128::parse("340282366920938463463374607431768211456").map(|_| ()), "digits"),
        ];
        for (refused, expected) in cases {
            let message = refused.unwrap_err().to_string();
            assert!(message.contains(expected), "{message}");
        }
        for bad in [json!(1.5), json!(-1), json!(null), json!([])] {
            assert!(from_value::<U64>(bad).is_err());
        }
        assert!(from_value::<Hex>(json!(1)).is_err());
    }
}
