//! What must hold in a document besides its encoding: names are names, references lead somewhere, nothing is
//! declared twice.

use alloc::{collections::BTreeSet, string::String};

use thiserror::Error;

use super::{Abi, FORMAT, Field, MethodKind, Shape, Type};
use crate::{
    codec::{DecodeError, Name},
    limit,
};

/// Why a document is refused. Its author is at fault; the text says which item.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum AbiError {
    /// Not the encoding of a document.
    #[error(transparent)]
    Decode(#[from] DecodeError),
    /// Written by a newer tool.
    #[error("the ABI has format {found}, but this program reads up to {FORMAT}")]
    Format {
        /// The document's format.
        found: u32,
    },
    /// A name that is none.
    #[error("{what} `{name}` is not a name: use ASCII letters, digits and underscores, at most 64")]
    BadName {
        /// What it should name.
        what: &'static str,
        /// The text.
        name: String,
    },
    /// Two items of one kind with one name or number.
    #[error("{what} `{name}` is declared twice")]
    Twice {
        /// Which kind of item.
        what: &'static str,
        /// Its name or number.
        name: String,
    },
    /// A reference to an item that is not declared.
    #[error("`{from}` refers to {what} `{name}`, which is not declared")]
    Missing {
        /// Who refers.
        from: String,
        /// To which kind of item.
        what: &'static str,
        /// By which name or number.
        name: String,
    },
    /// A type that is nested too deeply, or contains itself without a list or an option between.
    #[error("type `{name}` is nested more than {} deep or contains itself", limit::TYPE_DEPTH)]
    TooDeep {
        /// Where.
        name: String,
    },
    /// An event with more topics than are indexed.
    #[error("event `{name}` has more than {} topics", limit::EVENT_TOPICS)]
    Topics {
        /// Which event.
        name: String,
    },
}

impl Abi {
    /// Checks the document. [`Abi::from_scale`] and [`Abi::from_json`] do so already.
    pub fn check(&self) -> Result<(), AbiError> {
        if self.format > FORMAT {
            return Err(AbiError::Format { found: self.format });
        }
        named("contract", &self.contract)?;
        self.check_declarations()?;
        for method in &self.methods {
            self.check_fields(&method.name, &method.args)?;
            self.check_type(&method.name, &method.ok, 0)?;
            for event in &method.emits {
                if !self.events.iter().any(|declared| declared.name == *event) {
                    return Err(missing(&method.name, "event", event));
                }
            }
            for code in &method.errors {
                if !self.errors.iter().any(|declared| declared.code == *code) {
                    return Err(missing(&method.name, "error", &alloc::format!("{code}")));
                }
            }
            if let super::Auth::Role(role) = &method.auth
                && !self.roles.iter().any(|declared| declared.name == *role)
            {
                return Err(missing(&method.name, "role", role));
            }
        }
        for event in &self.events {
            if event.topics.len() > limit::EVENT_TOPICS {
                return Err(AbiError::Topics { name: event.name.clone() });
            }
            self.check_fields(&event.name, &event.topics)?;
            self.check_fields(&event.name, &event.data)?;
        }
        for error in &self.errors {
            self.check_fields(&error.name, &error.fields)?;
        }
        for definition in &self.types {
            self.check_shape(&definition.name, &definition.shape, 0)?;
        }
        Ok(())
    }

    fn check_declarations(&self) -> Result<(), AbiError> {
        distinct("method", self.methods.iter().map(|method| &method.name))?;
        distinct("event", self.events.iter().map(|event| &event.name))?;
        distinct("error", self.errors.iter().map(|error| &error.name))?;
        distinct("role", self.roles.iter().map(|role| &role.name))?;
        distinct("type", self.types.iter().map(|definition| &definition.name))?;
        let mut codes = BTreeSet::new();
        if let Some(error) = self.errors.iter().find(|error| !codes.insert(error.code)) {
            return Err(AbiError::Twice {
                what: "error code",
                name: alloc::format!("{}", error.code),
            });
        }
        let mut once = BTreeSet::new();
        for method in &self.methods {
            let what = match method.kind {
                MethodKind::Init => None,
                MethodKind::Migrate(from) => Some(from),
                MethodKind::Call | MethodKind::Query => continue,
            };
            if !once.insert(what) {
                let what = if what.is_none() { "init" } else { "migration" };
                return Err(AbiError::Twice { what, name: method.name.clone() });
            }
        }
        Ok(())
    }

    fn check_fields(&self, owner: &str, fields: &[Field]) -> Result<(), AbiError> {
        distinct("field", fields.iter().map(|field| &field.name))?;
        fields.iter().try_for_each(|field| self.check_type(owner, &field.kind, 0))
    }

    fn check_shape(&self, owner: &str, shape: &Shape, depth: usize) -> Result<(), AbiError> {
        let check = |fields: &[Field]| {
            fields.iter().try_for_each(|field| self.check_type(owner, &field.kind, depth + 1))
        };
        match shape {
            Shape::Struct(fields) => {
                distinct("field", fields.iter().map(|field| &field.name))?;
                check(fields)
            }
            Shape::Alias(field) => check(core::slice::from_ref(field)),
            Shape::Enum(variants) => {
                distinct("variant", variants.iter().map(|variant| &variant.name))?;
                let mut bytes = BTreeSet::new();
                if let Some(variant) = variants.iter().find(|variant| !bytes.insert(variant.index))
                {
                    return Err(AbiError::Twice {
                        what: "variant index",
                        name: alloc::format!("{owner}::{}", variant.name),
                    });
                }
                variants.iter().try_for_each(|variant| check(&variant.fields))
            }
        }
    }

    /// Follows `kind` down to primitives. A path through named types is as long as values may nest, so the depth
    /// limit also ends types that contain themselves. The work is bounded by looking at each list element once.
    fn check_type(&self, owner: &str, kind: &Type, depth: usize) -> Result<(), AbiError> {
        if depth > limit::TYPE_DEPTH {
            return Err(AbiError::TooDeep { name: owner.into() });
        }
        match kind {
            Type::Option(inner) | Type::List(inner) | Type::Array(inner, _) => {
                self.check_type(owner, inner, depth + 1)
            }
            Type::Tuple(parts) => {
                parts.iter().try_for_each(|part| self.check_type(owner, part, depth + 1))
            }
            Type::Named(name) => match self.types.iter().any(|declared| declared.name == *name) {
                true => Ok(()),
                false => Err(missing(owner, "type", name)),
            },
            _ => Ok(()),
        }
    }
}

fn missing(from: &str, what: &'static str, name: &str) -> AbiError {
    AbiError::Missing { from: from.into(), what, name: name.into() }
}

fn named(what: &'static str, name: &str) -> Result<(), AbiError> {
    match Name::admits(name.as_bytes()) {
        true => Ok(()),
        false => Err(AbiError::BadName { what, name: name.into() }),
    }
}

fn distinct<'a>(
    what: &'static str,
    names: impl Iterator<Item = &'a String>,
) -> Result<(), AbiError> {
    let mut seen = BTreeSet::new();
    for name in names {
        named(what, name)?;
        if !seen.insert(name.as_str()) {
            return Err(AbiError::Twice { what, name: name.clone() });
        }
    }
    Ok(())
}
