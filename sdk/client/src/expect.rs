//! What to write for a type: the half of a refusal that helps.

use weal_types::abi::{Field, Shape, Type, Variant};

use crate::{
    codec::{Codec, SOME, listed},
    encode::is_id,
    integer::Width,
};

/// What belongs somewhere, and an example of it.
pub(crate) struct Expected {
    /// In words.
    pub is: String,
    /// In JSON.
    pub write: String,
}

/// Fields that an example writes out.
const EXAMPLE_FIELDS: usize = 6;

/// An object with these fields, in words.
pub(crate) fn object_with(fields: &[Field]) -> String {
    match fields.is_empty() {
        true => "an object without fields".into(),
        false => {
            let names = listed(fields.iter().map(|field| field.name.as_str()));
            format!("an object with the fields: {names}")
        }
    }
}

impl Codec {
    /// What to write for a value of `kind`.
    pub(crate) fn expected(&self, kind: &Type) -> Expected {
        Expected { is: self.words(kind), write: self.example(kind, 0) }
    }

    fn words(&self, kind: &Type) -> String {
        if let Some(width) = Width::of(kind) {
            let quotes = if width.is_wide() { "in quotes" } else { "without quotes" };
            return format!(
                "{kind}, a whole number from {} to {} {quotes}",
                width.min(),
                width.max()
            );
        }
        match kind {
            Type::Unit => "null".into(),
            Type::Bool => "true or false".into(),
            Type::String => "text".into(),
            Type::Bytes => "bytes: `0x` and two hexadecimal digits for each".into(),
            Type::FixedBytes(length) => {
                format!("{length} bytes: `0x` and two hexadecimal digits for each")
            }
            Type::AccountId => "an account: its address, or `0x` and 64 digits".into(),
            Type::ContractId => "a contract: its address, or `0x` and 64 digits".into(),
            _ if is_id(kind) => format!("{kind}: `0x` and 64 hexadecimal digits"),
            Type::Option(inner) => format!("null or {}", self.words(inner)),
            Type::List(inner) => format!("a list of {inner}"),
            Type::Array(inner, length) => format!("a list of exactly {length} {inner}"),
            Type::Tuple(kinds) => format!("a list of exactly {} values: {kind}", kinds.len()),
            Type::Named(name) => self.words_of(name),
            _ => kind.to_string(),
        }
    }

    fn words_of(&self, name: &str) -> String {
        match self.definition(name).map(|definition| &definition.shape) {
            Ok(Shape::Struct(fields)) => format!("{name}, {}", object_with(fields)),
            Ok(Shape::Enum(variants)) => {
                let names = listed(variants.iter().map(|variant| variant.name.as_str()));
                format!("one case of {name}: {names}")
            }
            Ok(Shape::Alias { kind, .. }) => match self.plain(kind) {
                Type::Named(other) if other == name => name.into(),
                Type::Option(inner) | Type::List(inner) => format!("{name} of {inner}"),
                plain => format!("{name}: {}", self.words(plain)),
            },
            Err(_) => name.into(),
        }
    }

    /// JSON of a value of `kind`; types below the second level are left open.
    fn example(&self, kind: &Type, depth: usize) -> String {
        if let Some(width) = Width::of(kind) {
            return if width.is_wide() { "\"7\"" } else { "7" }.into();
        }
        if depth > 1 {
            return "…".into();
        }
        match kind {
            Type::Unit => "null".into(),
            Type::Bool => "true".into(),
            Type::String => "\"text\"".into(),
            Type::Bytes => "\"0x00ff\"".into(),
            Type::FixedBytes(length) if *length <= 4 => {
                format!("\"0x{}\"", "00".repeat(*length as usize))
            }
            Type::AccountId => "\"weal1…\"".into(),
            Type::ContractId => "\"wealc1…\"".into(),
            Type::FixedBytes(_) => "\"0x…\"".into(),
            _ if is_id(kind) => "\"0x…\"".into(),
            Type::Option(inner) => match self.is_nullable(inner) {
                true => format!("null or {{\"{SOME}\": {}}}", self.example(inner, depth + 1)),
                false => self.example(inner, depth + 1),
            },
            Type::List(inner) => format!("[{}]", self.example(inner, depth + 1)),
            Type::Array(inner, _) => format!("[{}, …]", self.example(inner, depth + 1)),
            Type::Tuple(kinds) => {
                let shown = kinds.iter().take(EXAMPLE_FIELDS);
                let parts: Vec<_> = shown.map(|kind| self.example(kind, depth + 1)).collect();
                format!("[{}]", parts.join(", "))
            }
            Type::Named(name) => match self.definition(name).map(|definition| &definition.shape) {
                Ok(Shape::Struct(fields)) => self.example_of(fields, depth + 1),
                Ok(Shape::Enum(variants)) => match variants.first() {
                    Some(variant) => self.example_of_variant(variant),
                    None => "nothing: it has no case".into(),
                },
                Ok(Shape::Alias { kind, .. }) => self.example(kind, depth + 1),
                Err(_) => "…".into(),
            },
            _ => "…".into(),
        }
    }

    /// JSON of an object with these fields.
    pub(crate) fn example_of_fields(&self, fields: &[Field]) -> String {
        self.example_of(fields, 1)
    }

    fn example_of(&self, fields: &[Field], depth: usize) -> String {
        let shown = fields.iter().take(EXAMPLE_FIELDS);
        let mut parts: Vec<_> = shown
            .map(|field| format!("\"{}\": {}", field.name, self.example(&field.kind, depth)))
            .collect();
        if fields.len() > EXAMPLE_FIELDS {
            parts.push("…".into());
        }
        format!("{{{}}}", parts.join(", "))
    }

    /// JSON of an enum's value.
    pub(crate) fn example_of_variant(&self, variant: &Variant) -> String {
        match variant.fields.is_empty() {
            true => format!("\"{}\"", variant.name),
            false => format!("{{\"{}\": {}}}", variant.name, self.example_of(&variant.fields, 2)),
        }
    }
}
