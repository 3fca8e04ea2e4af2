//! The document as canonical JSON: keys in the order of the types, two spaces of indent, nothing
//! that is empty.

use alloc::string::{String, ToString};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};
use thiserror::Error;

use super::{Abi, AbiError, Type};
use crate::limit;

/// Why a text is no document.
#[derive(Debug, Error)]
pub enum JsonError {
    /// Longer than any document may be.
    #[error("{bytes} bytes of JSON exceed the limit of {} for an ABI", json_limit())]
    TooLong {
        /// Length of the text.
        bytes: usize,
    },
    /// Not JSON, or not of this shape; the text says line and column.
    #[error("not an ABI document: {0}")]
    Syntax(#[from] serde_json::Error),
    /// JSON of the right shape that does not hold together.
    #[error(transparent)]
    Abi(#[from] AbiError),
}

/// JSON repeats the field names and indents: a document of nothing but the smallest fields grows
/// about twentyfold.
const fn json_limit() -> usize {
    32 * limit::ABI_BYTES
}

impl Abi {
    /// Writes the document, with a newline at the end.
    pub fn to_json(&self) -> String {
        // Strings as keys and no fallible serializer in the types: writing cannot fail.
        let mut text = serde_json::to_string_pretty(self).unwrap_or_default();
        text.push('\n');
        text
    }

    /// Reads and checks a document.
    pub fn from_json(text: &str) -> Result<Self, JsonError> {
        if text.len() > json_limit() {
            return Err(JsonError::TooLong { bytes: text.len() });
        }
        let abi: Self = serde_json::from_str(text)?;
        abi.check()?;
        Ok(abi)
    }
}

impl Serialize for Type {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Type {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(D::Error::custom)
    }
}

/// 32 bytes as `0x…`.
pub(super) mod hex32 {
    use super::*;

    pub fn serialize<S: Serializer>(bytes: &[u8; 32], serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&format_args!("0x{}", hex::encode(bytes)))
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<[u8; 32], D::Error> {
        let text = String::deserialize(deserializer)?;
        let mut bytes = [0; 32];
        text.strip_prefix("0x")
            .and_then(|digits| hex::decode_to_slice(digits, &mut bytes).ok())
            .map(|()| bytes)
            .ok_or_else(|| D::Error::custom("expected 0x and 64 hexadecimal digits"))
    }
}

/// A number as decimal text, so that JavaScript never rounds it.
pub(super) mod optional_decimal {
    use super::*;

    pub fn serialize<S: Serializer>(
        number: &Option<u128>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        number.map(|number| number.to_string()).serialize(serializer)
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Option<u128>, D::Error> {
        let text = Option::<String>::deserialize(deserializer)?;
        text.map(|text| text.parse().map_err(D::Error::custom)).transpose()
    }
}
