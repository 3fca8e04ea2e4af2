//! From bytes to JSON.

use parity_scale_codec::{Compact, Decode};
use serde_json::{Map, Value};
use weal_types::{
    AccountId, ContractId,
    abi::{Field, Shape, Type, Variant},
    address::Address,
};

use crate::{
    codec::{Codec, Parts, SOME},
    encode::is_id,
    error::{CodecError, Place},
    integer::Width,
};

pub(crate) struct Decoder<'a> {
    codec: &'a Codec,
    rest: &'a [u8],
    length: usize,
    parts: Parts,
}

impl<'a> Decoder<'a> {
    /// Reads `bytes`, of which there may be at most `limit`.
    pub fn new(
        codec: &'a Codec,
        what: &'static str,
        bytes: &'a [u8],
        limit: usize,
    ) -> Result<Self, CodecError> {
        if bytes.len() > limit {
            return Err(CodecError::TooLong { what: what.into(), bytes: bytes.len(), limit });
        }
        Ok(Self { codec, rest: bytes, length: bytes.len(), parts: Parts::new() })
    }

    /// Refuses bytes that nothing has used.
    pub fn finish(self, place: &Place) -> Result<(), CodecError> {
        match self.rest.len() {
            0 => Ok(()),
            left => Err(self.refuse(place, format!("{} left over", bytes_are(left)))),
        }
    }

    /// Fields after each other.
    pub fn fields(
        &mut self,
        fields: &[Field],
        place: &Place,
    ) -> Result<Map<String, Value>, CodecError> {
        let mut values = Map::new();
        for field in fields {
            let value = self.value(&field.kind, &place.field(&field.name))?;
            values.insert(field.name.clone(), value);
        }
        Ok(values)
    }

    /// A value of `kind`.
    pub fn value(&mut self, kind: &Type, place: &Place) -> Result<Value, CodecError> {
        self.parts.take(place)?;
        if let Some(width) = Width::of(kind) {
            let bytes = self.take(width.bytes.into(), place)?;
            return Ok(width.decode(bytes).to_json(width));
        }
        match kind {
            Type::Unit => Ok(Value::Null),
            Type::Bool => self.bit("a bool", place).map(Value::Bool),
            Type::String => self.text(place),
            Type::Bytes => {
                let length = self.count(place)?;
                self.take(length, place).map(hex_text)
            }
            Type::FixedBytes(length) => self.take(*length as usize, place).map(hex_text),
            _ if is_id(kind) => self.id(kind, place),
            Type::Option(inner) => self.option(inner, place),
            Type::List(inner) => {
                let count = self.count(place)?;
                self.items(inner, count, place)
            }
            Type::Array(inner, count) => self.items(inner, *count as usize, place),
            Type::Tuple(kinds) => {
                let mut items = Vec::new();
                for (index, kind) in kinds.iter().enumerate() {
                    items.push(self.value(kind, &place.inner().index(index))?);
                }
                Ok(Value::Array(items))
            }
            Type::Named(name) => self.named(name, place),
            _ => Err(self.refuse(place, format!("no values of {kind} are known"))),
        }
    }

    fn refuse(&self, place: &Place, reason: impl Into<String>) -> CodecError {
        let at = self.length - self.rest.len();
        CodecError::Bytes { path: place.to_string(), at, reason: reason.into() }
    }

    fn take(&mut self, count: usize, place: &Place) -> Result<&'a [u8], CodecError> {
        let Some((taken, rest)) = self.rest.split_at_checked(count) else {
            let left = self.rest.len();
            return Err(self.refuse(place, format!("{} needed, {left} left", bytes_are(count))));
        };
        self.rest = rest;
        Ok(taken)
    }

    fn byte(&mut self, place: &Place) -> Result<u8, CodecError> {
        let Some((byte, rest)) = self.rest.split_first() else {
            return Err(self.refuse(place, "1 byte is needed, 0 left"));
        };
        self.rest = rest;
        Ok(*byte)
    }

    fn bit(&mut self, what: &str, place: &Place) -> Result<bool, CodecError> {
        match self.byte(place)? {
            0 => Ok(false),
            1 => Ok(true),
            byte => Err(self.refuse(place, format!("{what} starts with 00 or 01, not {byte:02x}"))),
        }
    }

    /// The length of what follows. Nothing is allocated for it.
    fn count(&mut self, place: &Place) -> Result<usize, CodecError> {
        let mut rest = self.rest;
        let Ok(Compact(count)) = Compact::<u32>::decode(&mut rest) else {
            return Err(self.refuse(place, "a length is a compact integer in its shortest form"));
        };
        self.rest = rest;
        Ok(count as usize)
    }

    fn text(&mut self, place: &Place) -> Result<Value, CodecError> {
        let length = self.count(place)?;
        let bytes = self.take(length, place)?;
        match std::str::from_utf8(bytes) {
            Ok(text) => Ok(text.into()),
            Err(error) => Err(self.refuse(place, format!("text is UTF-8: {error}"))),
        }
    }

    fn id(&mut self, kind: &Type, place: &Place) -> Result<Value, CodecError> {
        let taken = self.take(32, place)?;
        let Ok(bytes) = <[u8; 32]>::try_from(taken) else { return Ok(hex_text(taken)) };
        Ok(match kind {
            Type::AccountId => Address::Account(AccountId(bytes)).to_text().into(),
            Type::ContractId => Address::Contract(ContractId(bytes)).to_text().into(),
            _ => hex_text(taken),
        })
    }

    fn option(&mut self, inner: &Type, place: &Place) -> Result<Value, CodecError> {
        if !self.bit("an option", place)? {
            return Ok(Value::Null);
        }
        match self.codec.is_nullable(inner) {
            false => self.value(inner, &place.inner()),
            true => {
                let value = self.value(inner, &place.inner().field(SOME))?;
                Ok(Value::Object(Map::from_iter([(SOME.into(), value)])))
            }
        }
    }

    fn items(&mut self, kind: &Type, count: usize, place: &Place) -> Result<Value, CodecError> {
        let mut items = Vec::new();
        for index in 0..count {
            items.push(self.value(kind, &place.inner().index(index))?);
        }
        Ok(Value::Array(items))
    }

    fn named(&mut self, name: &str, place: &Place) -> Result<Value, CodecError> {
        let codec = self.codec;
        match &codec.definition(name)?.shape {
            Shape::Struct(fields) => self.fields(fields, &place.inner()).map(Value::Object),
            Shape::Alias { kind, .. } => self.value(kind, &place.inner()),
            Shape::Enum(variants) => self.variant(name, variants, &place.inner()),
        }
    }

    fn variant(
        &mut self,
        name: &str,
        variants: &[Variant],
        place: &Place,
    ) -> Result<Value, CodecError> {
        let index = self.byte(place)?;
        let Some(variant) = variants.iter().find(|variant| variant.index == index) else {
            return Err(self.refuse(place, format!("{name} has no case with the byte {index:02x}")));
        };
        if variant.fields.is_empty() {
            return Ok(variant.name.as_str().into());
        }
        let fields = self.fields(&variant.fields, &place.field(&variant.name))?;
        Ok(Value::Object(Map::from_iter([(variant.name.clone(), Value::Object(fields))])))
    }
}

fn bytes_are(count: usize) -> String {
    if count == 1 { "1 byte is".into() } else { format!("{count} bytes are") }
}

fn hex_text(bytes: &[u8]) -> Value {
    Value::String(format!("0x{}", hex::encode(bytes)))
}
