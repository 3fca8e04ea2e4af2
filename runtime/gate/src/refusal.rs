//! Why a module is refused, in a form that a person can act on.

use std::fmt;

use crate::{codes::Rule, naming, profile::PROFILE};

/// A module breaks a rule. Its author is at fault, and the same bytes will always be refused: the
/// code is the same on every node, the text may change between releases.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// The rule's code, of [`crate::codes`].
    pub code: u16,
    /// The rule's name.
    pub rule: &'static str,
    /// The function, by its name in the name section, its export or its index.
    pub function: Option<String>,
    /// Where in the module, in bytes.
    pub offset: Option<usize>,
    /// What was found.
    pub message: String,
    /// What to do about it.
    pub remedy: &'static str,
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "error[E{}]: {}", self.code, self.message)?;
        match (&self.function, self.offset) {
            (Some(function), Some(offset)) => {
                write!(f, " (function `{function}`, offset {offset:#x})")?;
            }
            (Some(function), None) => write!(f, " (function `{function}`)")?,
            (None, Some(offset)) => write!(f, " (offset {offset:#x})")?,
            (None, None) => {}
        }
        write!(f, "; this chain's profile is {PROFILE}\n  next  {}", self.remedy)
    }
}

impl std::error::Error for Refusal {}

/// A refusal before the function is looked up by name, which takes another walk through the module.
#[derive(Debug)]
pub(crate) struct Finding {
    pub(crate) rule: &'static Rule,
    pub(crate) function: Option<u32>,
    pub(crate) offset: Option<usize>,
    pub(crate) message: String,
}

impl Finding {
    pub(crate) fn new(rule: &'static Rule, message: impl Into<String>) -> Self {
        Self { rule, function: None, offset: None, message: message.into() }
    }

    /// The usual sentence of a bound.
    pub(crate) fn bound(
        rule: &'static Rule,
        what: &str,
        found: impl fmt::Display,
        allowed: impl fmt::Display,
    ) -> Self {
        Self::new(rule, format!("{what}: {found}, but {allowed} are allowed"))
    }

    /// What wasmparser found, in its words.
    pub(crate) fn invalid(error: &wasmparser::Error) -> Self {
        Self::new(crate::codes::INVALID, format!("not valid: {}", error.message()))
            .at(error.offset())
    }

    pub(crate) fn at(mut self, offset: usize) -> Self {
        self.offset = self.offset.or(Some(offset));
        self
    }

    pub(crate) fn in_function(mut self, index: u32) -> Self {
        self.function = self.function.or(Some(index));
        self
    }

    /// Looks the function up in `module`.
    pub(crate) fn name(self, module: &[u8]) -> Refusal {
        Refusal {
            code: self.rule.code,
            rule: self.rule.name,
            function: self.function.map(|index| naming::function(module, index)),
            offset: self.offset,
            message: printable(&self.message, MESSAGE_CHARS),
            remedy: self.rule.remedy,
        }
    }
}

/// Characters of a message that are shown. Messages quote names, which can have 100,000.
const MESSAGE_CHARS: usize = 240;

/// At most `chars` characters of a text that quotes the module: on one line, and without characters
/// that move a terminal's cursor.
pub(crate) fn printable(text: &str, chars: usize) -> String {
    let escape = |character: char| match character {
        // Harmless, and part of what was said.
        '\'' | '"' | '\\' => character.to_string(),
        _ => character.escape_debug().collect(),
    };
    // The parser's messages can have several lines.
    let line: Vec<_> = text.split_ascii_whitespace().collect();
    line.join(" ")
        .chars()
        .map(escape)
        .scan(0, |length, shown| {
            *length += shown.chars().count();
            (*length <= chars).then_some(shown)
        })
        .collect()
}

impl From<wasmparser::Error> for Finding {
    fn from(error: wasmparser::Error) -> Self {
        Self::invalid(&error)
    }
}

/// Fails with `rule` where `found` exceeds `allowed`.
pub(crate) fn at_most<T: PartialOrd + fmt::Display>(
    rule: &'static Rule,
    what: &str,
    found: T,
    allowed: T,
) -> Result<(), Finding> {
    if found > allowed { Err(Finding::bound(rule, what, found, allowed)) } else { Ok(()) }
}
