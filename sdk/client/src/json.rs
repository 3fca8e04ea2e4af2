//! JSON from outside: what readers of JSON let pass is refused here.

use std::fmt;

use serde::{
    Deserialize, Deserializer,
    de::{Error as _, MapAccess, SeqAccess, Visitor},
};
use serde_json::{Map, Number, Value};
use thiserror::Error;

/// Bytes of a JSON text: hexadecimal digits and names make a call's JSON several times as long as
/// its bytes.
pub const JSON_BYTES: usize = 2 * 1024 * 1024;

/// Why a text is refused before anything is encoded.
#[derive(Debug, Error)]
pub enum JsonError {
    /// Longer than [`JSON_BYTES`].
    #[error("{bytes} bytes of JSON, but {JSON_BYTES} are the most")]
    TooLong {
        /// Length of the text.
        bytes: usize,
    },
    /// Not JSON, or with a key twice in one object; the text says line and column.
    #[error("not JSON: {0}")]
    Syntax(#[from] serde_json::Error),
}

/// Reads JSON that nests less than 128 deep and has no key twice in one object. Ordinary readers
/// keep the last of two equal keys, so that two programs can understand one text differently.
pub fn read(text: &str) -> Result<Value, JsonError> {
    if text.len() > JSON_BYTES {
        return Err(JsonError::TooLong { bytes: text.len() });
    }
    let Strict(value) = serde_json::from_str(text)?;
    Ok(value)
}

struct Strict(Value);

impl<'de> Deserialize<'de> for Strict {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Reader).map(Self)
    }
}

struct Reader;

impl<'de> Visitor<'de> for Reader {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, bit: bool) -> Result<Value, E> {
        Ok(bit.into())
    }

    fn visit_u64<E>(self, number: u64) -> Result<Value, E> {
        Ok(number.into())
    }

    fn visit_i64<E>(self, number: i64) -> Result<Value, E> {
        Ok(number.into())
    }

    fn visit_f64<E>(self, number: f64) -> Result<Value, E> {
        Ok(Number::from_f64(number).map_or(Value::Null, Value::Number))
    }

    fn visit_str<E>(self, text: &str) -> Result<Value, E> {
        Ok(text.into())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let mut list = Vec::new();
        while let Some(Strict(item)) = items.next_element()? {
            list.push(item);
        }
        Ok(list.into())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Value, A::Error> {
        let mut fields = Map::new();
        while let Some(name) = entries.next_key::<String>()? {
            if fields.contains_key(&name) {
                let name = crate::error::quoted(&name);
                return Err(A::Error::custom(format!("the key {name} stands twice in one object")));
            }
            let Strict(value) = entries.next_value()?;
            fields.insert(name, value);
        }
        Ok(fields.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ordinary_json_reads_as_always() {
        let text = r#" {"a": [1, -2, 0.5, true, null, "é\n"], "b": {"a": {}}} "#;
        assert_eq!(read(text).unwrap(), serde_json::from_str::<Value>(text).unwrap());
    }

    #[test]
    fn two_equal_keys_endless_nesting_and_more_than_json_are_refused() {
        for bad in [r#"{"a": 1, "a": 1}"#, r#"[{"b": {"a": 1, "\u0061": 2}}]"#, "1 2", "", "{'a'}"]
        {
            assert!(matches!(read(bad), Err(JsonError::Syntax(_))), "{bad}");
        }
        assert!(read(&"[".repeat(100_000)).is_err());
        assert!(matches!(read(&" ".repeat(JSON_BYTES + 1)), Err(JsonError::TooLong { .. })));
        let twice = read(r#"{"a": 1, "a": 1}"#).unwrap_err().to_string();
        assert!(
            twice.contains(r#"the key "a" stands twice"#) && twice.contains("line 1"),
            "{twice}"
        );
    }
}
