//! [`Type`] as text and back.

use alloc::{
    boxed::Box,
    string::{String, ToString},
    vec::Vec,
};
use core::{fmt, str::FromStr};

use thiserror::Error;

use super::Type;
use crate::{codec::Name, limit};

/// A text that is no type.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("`{text}` is not a type: expected {expected} at byte {at}")]
pub struct TypeTextError {
    /// The whole text.
    pub text: String,
    /// Where reading stopped.
    pub at: usize,
    /// What could have followed.
    pub expected: &'static str,
}

/// Types that are one word.
const WORDS: &[(&str, Type)] = &[
    ("bool", Type::Bool),
    ("u8", Type::U8),
    ("u16", Type::U16),
    ("u32", Type::U32),
    ("u64", Type::U64),
    ("u128", Type::U128),
    ("i8", Type::I8),
    ("i16", Type::I16),
    ("i32", Type::I32),
    ("i64", Type::I64),
    ("i128", Type::I128),
    ("String", Type::String),
    ("Bytes", Type::Bytes),
    ("AccountId", Type::AccountId),
    ("ContractId", Type::ContractId),
    ("AssetId", Type::AssetId),
    ("PublicKey", Type::PublicKey),
    ("CodeHash", Type::CodeHash),
    ("Hash", Type::Hash),
    ("Amount", Type::Amount),
    ("TimeMs", Type::TimeMs),
    ("Height", Type::Height),
    ("Gas", Type::Gas),
];

impl fmt::Display for Type {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unit => f.write_str("()"),
            Self::FixedBytes(length) => write!(f, "Bytes{length}"),
            Self::Option(inner) => write!(f, "Option<{inner}>"),
            Self::List(inner) => write!(f, "Vec<{inner}>"),
            Self::Array(inner, length) => write!(f, "[{inner}; {length}]"),
            Self::Tuple(parts) => {
                let parts: Vec<_> = parts.iter().map(ToString::to_string).collect();
                write!(f, "({})", parts.join(", "))
            }
            Self::Named(name) => f.write_str(name),
            word => match WORDS.iter().find(|(_, kind)| kind == word) {
                Some((text, _)) => f.write_str(text),
                None => Err(fmt::Error),
            },
        }
    }
}

impl FromStr for Type {
    type Err = TypeTextError;

    fn from_str(text: &str) -> Result<Self, TypeTextError> {
        let mut reader = Reader { text, at: 0 };
        let kind = reader.kind(0)?;
        match reader.rest().is_empty() {
            true => Ok(kind),
            false => Err(reader.expected("the end")),
        }
    }
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Reader<'a> {
    fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn expected(&self, expected: &'static str) -> TypeTextError {
        TypeTextError { text: self.text.into(), at: self.at, expected }
    }

    /// Takes `token`, and spaces after it, if it comes next.
    fn take(&mut self, token: &str) -> bool {
        let found = self.rest().starts_with(token);
        if found {
            self.at += token.len();
            self.at += self.rest().len() - self.rest().trim_start_matches(' ').len();
        }
        found
    }

    fn need(&mut self, token: &'static str) -> Result<(), TypeTextError> {
        if self.take(token) { Ok(()) } else { Err(self.expected(token)) }
    }

    fn word(&mut self) -> &'a str {
        let rest = self.rest();
        let end = rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(rest.len());
        self.at += end;
        rest.get(..end).unwrap_or_default()
    }

    fn kind(&mut self, depth: usize) -> Result<Type, TypeTextError> {
        if depth > limit::TYPE_DEPTH {
            return Err(self.expected("a type that is nested less deeply"));
        }
        if self.take("(") {
            return self.tuple(depth);
        }
        if self.take("[") {
            let inner = self.kind(depth + 1)?;
            self.need(";")?;
            let length = self.word().parse().map_err(|_| self.expected("a length"))?;
            self.need("]")?;
            return Ok(Type::Array(Box::new(inner), length));
        }
        let word = self.word();
        if let Some((_, kind)) = WORDS.iter().find(|(text, _)| *text == word) {
            return Ok(kind.clone());
        }
        if let Some(Ok(length)) = word.strip_prefix("Bytes").map(str::parse) {
            return Ok(Type::FixedBytes(length));
        }
        match word {
            "Option" | "Vec" => {
                self.need("<")?;
                let inner = Box::new(self.kind(depth + 1)?);
                self.need(">")?;
                Ok(if word == "Vec" { Type::List(inner) } else { Type::Option(inner) })
            }
            _ if Name::admits(word.as_bytes()) => Ok(Type::Named(word.into())),
            _ => Err(self.expected("a type")),
        }
    }

    fn tuple(&mut self, depth: usize) -> Result<Type, TypeTextError> {
        let mut parts = Vec::new();
        if self.take(")") {
            return Ok(Type::Unit);
        }
        loop {
            parts.push(self.kind(depth + 1)?);
            if !self.take(",") {
                break;
            }
        }
        self.need(")")?;
        match parts.len() {
            1 => Err(self.expected("a tuple of at least two types")),
            _ => Ok(Type::Tuple(parts)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_round_trip_through_text() {
        for text in [
            "()",
            "bool",
            "u128",
            "Bytes",
            "Bytes32",
            "Option<Vec<u32>>",
            "[u8; 4]",
            "(u8, Vec<Claim>)",
            "AccountId",
            "Claim",
        ] {
            assert_eq!(text.parse::<Type>().map(|kind| kind.to_string()), Ok(text.into()));
        }
        for (text, _) in WORDS {
            assert_eq!(text.parse::<Type>().map(|kind| kind.to_string()), Ok((*text).into()));
        }
    }

    #[test]
    fn bad_texts_say_where() {
        let at = |text: &str| text.parse::<Type>().unwrap_err().at;
        assert_eq!(at(""), 0);
        assert_eq!(at("Vec<u8"), 6);
        assert_eq!(at("Vec u8"), 3);
        assert_eq!(at("(u8)"), 4);
        assert_eq!(at("u8 "), 2);
        assert_eq!(at("[u8; x]"), 6);
        assert!("Vec<".repeat(1_000).parse::<Type>().is_err());
    }
}
