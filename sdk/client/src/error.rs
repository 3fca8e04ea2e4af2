//! Why a value is refused, and where in it.

use std::fmt;

use serde_json::Value;
use thiserror::Error;

use crate::units::UnitError;

/// Why the codec refused. Whoever wrote the value, or sent the bytes, is at fault; the same input
/// is refused every time.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum CodecError {
    /// The document declares nothing of this name.
    #[error("there is no {what} `{name}`; there is {known}")]
    Unknown {
        /// Which kind of item.
        what: &'static str,
        /// What was asked for.
        name: String,
        /// What could be asked for.
        known: String,
    },
    /// A JSON value that is no value of its type.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// Bytes that are no encoding of their type.
    #[error("{path}: {reason} at byte {at}")]
    Bytes {
        /// Where in the value.
        path: String,
        /// Offset of the byte at which decoding stopped.
        at: usize,
        /// What was found and what belongs there.
        reason: String,
    },
    /// More bytes than the chain takes for this purpose.
    #[error("{what}: {bytes} bytes or more, but {limit} are the most; send less at once")]
    TooLong {
        /// What is encoded or decoded.
        what: String,
        /// Length so far.
        bytes: usize,
        /// Largest length.
        limit: usize,
    },
    /// A value that nests too deeply or has too many parts, whatever its length.
    #[error("{path}: the value has more than {limit} {what}; split it")]
    TooLarge {
        /// Where in the value.
        path: String,
        /// What was counted.
        what: &'static str,
        /// The most there may be.
        limit: usize,
    },
    /// A text that a person typed and that cannot be read.
    #[error("{path}: {error}")]
    Text {
        /// For which argument.
        path: String,
        /// Why.
        error: UnitError,
    },
}

/// A JSON value that is no value of its type: where, what was found, what belongs there, and what
/// to write.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("{path}: found {found}, expected {expected}; write {instead}")]
pub struct Refusal {
    /// Where: `args.claims[3].payee`.
    pub path: String,
    /// What stands there.
    pub found: String,
    /// What belongs there.
    pub expected: String,
    /// What to write, in JSON.
    pub instead: String,
}

/// Where in a value: a chain of steps, which becomes text only when something is refused.
#[derive(Clone, Copy)]
pub(crate) struct Place<'a> {
    parent: Option<&'a Place<'a>>,
    step: Step<'a>,
    /// Types around this place.
    pub depth: usize,
}

#[derive(Clone, Copy)]
enum Step<'a> {
    Name(&'a str),
    Index(usize),
    Stay,
}

impl<'a> Place<'a> {
    pub const fn root(name: &'a str) -> Self {
        Self { parent: None, step: Step::Name(name), depth: 0 }
    }

    /// The field called `name`.
    pub const fn field(&'a self, name: &'a str) -> Self {
        Self { parent: Some(self), step: Step::Name(name), depth: self.depth }
    }

    /// The element at `index`.
    pub const fn index(&'a self, index: usize) -> Self {
        Self { parent: Some(self), step: Step::Index(index), depth: self.depth }
    }

    /// The same place, one type further in.
    pub const fn inner(&'a self) -> Self {
        Self { parent: Some(self), step: Step::Stay, depth: self.depth + 1 }
    }

    /// Refuses what stands here.
    pub fn refuse(
        &self,
        found: impl Into<String>,
        expected: impl Into<String>,
        instead: impl Into<String>,
    ) -> CodecError {
        CodecError::Refused(Refusal {
            path: self.to_string(),
            found: found.into(),
            expected: expected.into(),
            instead: instead.into(),
        })
    }
}

impl fmt::Display for Place<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(parent) = self.parent {
            parent.fmt(f)?;
        }
        match self.step {
            Step::Name(name) if self.parent.is_none() => f.write_str(name),
            Step::Name(name) => write!(f, ".{name}"),
            Step::Index(index) => write!(f, "[{index}]"),
            Step::Stay => Ok(()),
        }
    }
}

/// Characters of a foreign text that an error repeats.
const SHOWN: usize = 48;

/// A text in quotes, cut where it is long.
pub(crate) fn quoted(text: &str) -> String {
    let mut shown: String = text.chars().take(SHOWN).collect();
    if shown.len() < text.len() {
        shown.push('…');
    }
    format!("{shown:?}")
}

/// What a JSON value is, in words.
pub(crate) fn found(value: &Value) -> String {
    match value {
        Value::Null => "null".into(),
        Value::Bool(bit) => format!("{bit}"),
        Value::Number(number) => format!("the number {number}"),
        Value::String(text) => format!("the text {}", quoted(text)),
        Value::Array(items) => format!("a list of {}", items.len()),
        Value::Object(fields) => match fields.keys().next() {
            None => "an empty object".into(),
            Some(name) if fields.len() == 1 => format!("an object with {}", quoted(name)),
            Some(name) => {
                format!("an object with {} and {} more", quoted(name), fields.len() - 1)
            }
        },
    }
}
