//! A document that is ready for use, and what it says about calls.

use std::collections::BTreeMap;

use serde_json::{Map, Value};
use weal_types::{
    abi::{Abi, AbiError, Field, Method, Shape, Type, TypeDefinition},
    limit,
};

use crate::{decode::Decoder, encode::Encoder, error::CodecError, error::Place};

/// Types around a value. With 48 of them, its JSON stays below the 128 levels that readers of JSON
/// accept.
pub const VALUE_DEPTH: usize = 48;

/// Values within a value, itself included: two for each byte of the longest call. A type can have
/// parts that take no bytes, so its length alone does not bound them.
pub const VALUE_PARTS: usize = 2 * limit::TX_BYTES;

/// The name of what is there, where `null` alone would not say which option is absent.
pub(crate) const SOME: &str = "some";

/// A checked document, indexed: it encodes and decodes the values that the document describes.
///
/// Everything here is safe to use with a document, with bytes and with JSON that strangers wrote.
#[derive(Clone, Debug)]
pub struct Codec {
    abi: Abi,
    /// Where in `abi.types` a name is declared.
    types: BTreeMap<String, usize>,
}

impl Codec {
    /// Takes a document, which must hold together ([`Abi::check`]).
    pub fn new(abi: Abi) -> Result<Self, AbiError> {
        abi.check()?;
        let named = abi.types.iter().enumerate();
        let types = named.map(|(index, definition)| (definition.name.clone(), index)).collect();
        Ok(Self { abi, types })
    }

    /// The document.
    pub const fn abi(&self) -> &Abi {
        &self.abi
    }

    /// The method called `name`.
    pub fn method(&self, name: &str) -> Result<&Method, CodecError> {
        self.abi.method(name).ok_or_else(|| {
            let known = self.abi.methods.iter().map(|method| method.name.as_str());
            unknown("method", name, known)
        })
    }

    /// Encodes the arguments of `method`: an object by name, in which an absent option may be left
    /// out, or a list by position.
    ///
    /// The result is what a call carries, at most [`limit::TX_BYTES`] long.
    pub fn encode_args(&self, method: &str, args: &Value) -> Result<Vec<u8>, CodecError> {
        let fields = &self.method(method)?.args;
        let mut encoder = Encoder::new(self, "arguments", limit::TX_BYTES);
        encoder.arguments(fields, args, &Place::root("args"))?;
        Ok(encoder.finish())
    }

    /// Decodes the arguments of a call of `method`, as an object by name.
    pub fn decode_args(&self, method: &str, bytes: &[u8]) -> Result<Value, CodecError> {
        let fields = &self.method(method)?.args;
        self.decode_fields("args", fields, bytes, limit::TX_BYTES).map(Value::Object)
    }

    /// Decodes what `method` returned, at most [`limit::RETURN_BYTES`] long.
    pub fn decode_return(&self, method: &str, bytes: &[u8]) -> Result<Value, CodecError> {
        let kind = &self.method(method)?.ok;
        self.decode_one("return", kind, bytes, limit::RETURN_BYTES)
    }

    /// Encodes one value, at most [`limit::STATE_VALUE_BYTES`] long. Names in `kind` are types of
    /// the document.
    pub fn encode_value(&self, kind: &Type, value: &Value) -> Result<Vec<u8>, CodecError> {
        let mut encoder = Encoder::new(self, "value", limit::STATE_VALUE_BYTES);
        encoder.value(kind, value, &Place::root("value"))?;
        Ok(encoder.finish())
    }

    /// Decodes one value, at most [`limit::STATE_VALUE_BYTES`] long.
    pub fn decode_value(&self, kind: &Type, bytes: &[u8]) -> Result<Value, CodecError> {
        self.decode_one("value", kind, bytes, limit::STATE_VALUE_BYTES)
    }

    /// Encodes the value of one field and holds it against the field's bounds: an argument, or a
    /// topic by which events are looked up.
    pub fn encode_field(&self, field: &Field, value: &Value) -> Result<Vec<u8>, CodecError> {
        let mut encoder = Encoder::new(self, "value", limit::STATE_VALUE_BYTES);
        encoder.field(field, value, &Place::root(&field.name))?;
        Ok(encoder.finish())
    }

    pub(crate) fn decode_one(
        &self,
        root: &'static str,
        kind: &Type,
        bytes: &[u8],
        limit: usize,
    ) -> Result<Value, CodecError> {
        let mut decoder = Decoder::new(self, root, bytes, limit)?;
        let place = Place::root(root);
        let value = decoder.value(kind, &place)?;
        decoder.finish(&place)?;
        Ok(value)
    }

    /// Decodes fields that follow each other.
    pub(crate) fn decode_fields(
        &self,
        root: &'static str,
        fields: &[Field],
        bytes: &[u8],
        limit: usize,
    ) -> Result<Map<String, Value>, CodecError> {
        let mut decoder = Decoder::new(self, root, bytes, limit)?;
        let place = Place::root(root);
        let values = decoder.fields(fields, &place)?;
        decoder.finish(&place)?;
        Ok(values)
    }

    /// The type called `name`.
    pub(crate) fn definition(&self, name: &str) -> Result<&TypeDefinition, CodecError> {
        self.types.get(name).and_then(|index| self.abi.types.get(*index)).ok_or_else(|| {
            let known = self.abi.types.iter().map(|definition| definition.name.as_str());
            unknown("type", name, known)
        })
    }

    /// `kind` without the aliases around it. A checked document's aliases end.
    pub(crate) fn plain<'a>(&'a self, mut kind: &'a Type) -> &'a Type {
        for _ in 0..=limit::TYPE_DEPTH {
            let Type::Named(name) = kind else { break };
            match self.definition(name).map(|definition| &definition.shape) {
                Ok(Shape::Alias { kind: inner, .. }) => kind = inner,
                _ => break,
            }
        }
        kind
    }

    /// Whether a value of `kind` may be `null` in JSON, so that an option around it needs a form of
    /// its own.
    pub(crate) fn is_nullable(&self, kind: &Type) -> bool {
        matches!(self.plain(kind), Type::Unit | Type::Option(_))
    }

    /// Whether a field of `kind` may be left out.
    pub(crate) fn is_optional(&self, kind: &Type) -> bool {
        matches!(self.plain(kind), Type::Option(_))
    }
}

/// Says what there is instead of `name`.
pub(crate) fn unknown<'a>(
    what: &'static str,
    name: &str,
    known: impl Iterator<Item = &'a str>,
) -> CodecError {
    let name = name.chars().take(limit::NAME_BYTES).collect();
    CodecError::Unknown { what, name, known: listed(known) }
}

/// How many names an error lists.
const LISTED: usize = 24;

/// Names with commas, or that there are none.
pub(crate) fn listed<'a>(names: impl Iterator<Item = &'a str>) -> String {
    let mut names: Vec<_> = names.take(LISTED + 1).collect();
    if names.len() > LISTED {
        names.truncate(LISTED);
        names.push("…");
    }
    if names.is_empty() { "none".into() } else { names.join(", ") }
}

/// Counts down the values that a value may still have.
pub(crate) struct Parts(usize);

impl Parts {
    pub const fn new() -> Self {
        Self(VALUE_PARTS)
    }

    /// Counts one value at `place`.
    pub fn take(&mut self, place: &Place) -> Result<(), CodecError> {
        let too_large =
            |what, limit| Err(CodecError::TooLarge { path: place.to_string(), what, limit });
        if place.depth > VALUE_DEPTH {
            return too_large("levels", VALUE_DEPTH);
        }
        match self.0.checked_sub(1) {
            Some(rest) => self.0 = rest,
            None => return too_large("parts", VALUE_PARTS),
        }
        Ok(())
    }
}
