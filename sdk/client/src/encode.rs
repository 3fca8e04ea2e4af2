//! From JSON to bytes.

use std::collections::BTreeSet;

use parity_scale_codec::{Compact, Encode};
use serde_json::{Map, Value};
use weal_types::{
    abi::{Field, Meaning, Shape, Type, Variant},
    address::Address,
};

use crate::{
    codec::{Codec, Parts, SOME, listed},
    error::{CodecError, Place, found, quoted},
    expect::{Expected, object_with},
    integer::{Integer, Width},
};

/// What of a value a meaning can bound.
#[derive(Clone, Copy)]
pub(crate) enum Measure {
    Nothing,
    /// An integer.
    Number(Integer),
    /// Bytes of a text or of bytes, elements of a list.
    Length(usize),
}

pub(crate) struct Encoder<'a> {
    codec: &'a Codec,
    what: &'static str,
    output: Vec<u8>,
    limit: usize,
    parts: Parts,
}

impl<'a> Encoder<'a> {
    /// Makes at most `limit` bytes of `what`.
    pub const fn new(codec: &'a Codec, what: &'static str, limit: usize) -> Self {
        Self { codec, what, output: Vec::new(), limit, parts: Parts::new() }
    }

    pub fn finish(self) -> Vec<u8> {
        self.output
    }

    /// Arguments by name or by position.
    pub fn arguments(
        &mut self,
        fields: &[Field],
        args: &Value,
        place: &Place,
    ) -> Result<(), CodecError> {
        let Value::Array(values) = args else {
            return self.fields(fields, args, place);
        };
        if values.len() != fields.len() {
            let names = listed(fields.iter().map(|field| field.name.as_str()));
            let expected = format!("a list of {} arguments: {names}", fields.len());
            return Err(place.refuse(found(args), expected, "one value for each, in this order"));
        }
        for (index, (field, value)) in fields.iter().zip(values).enumerate() {
            self.field(field, value, &place.index(index))?;
        }
        Ok(())
    }

    /// An object with these fields, in their order.
    pub fn fields(
        &mut self,
        fields: &[Field],
        value: &Value,
        place: &Place,
    ) -> Result<(), CodecError> {
        let Value::Object(values) = value else {
            return Err(self.refuse_object(fields, value, place));
        };
        self.refuse_unknown(fields, values, place)?;
        for field in fields {
            let inner = place.field(&field.name);
            match values.get(&field.name) {
                Some(value) => self.field(field, value, &inner)?,
                None if self.codec.is_optional(&field.kind) => {
                    self.field(field, &Value::Null, &inner)?;
                }
                None => {
                    let Expected { is, write } = self.codec.expected(&field.kind);
                    let write = format!("\"{}\": {write}", field.name);
                    return Err(inner.refuse("nothing", is, write));
                }
            }
        }
        Ok(())
    }

    fn refuse_object(&self, fields: &[Field], value: &Value, place: &Place) -> CodecError {
        place.refuse(found(value), object_with(fields), self.codec.example_of_fields(fields))
    }

    fn refuse_unknown(
        &self,
        fields: &[Field],
        values: &Map<String, Value>,
        place: &Place,
    ) -> Result<(), CodecError> {
        let known: BTreeSet<_> = fields.iter().map(|field| field.name.as_str()).collect();
        let Some(name) = values.keys().find(|name| !known.contains(name.as_str())) else {
            return Ok(());
        };
        let found = format!("a field {}", quoted(name));
        Err(place.refuse(found, object_with(fields), "one of these names, or nothing"))
    }

    /// A value with a meaning of its own.
    pub fn field(&mut self, field: &Field, value: &Value, place: &Place) -> Result<(), CodecError> {
        let measure = self.value(&field.kind, value, place)?;
        check_bounds(&field.meaning, measure, value, place)
    }

    /// A value of `kind`, and what it measures.
    pub fn value(
        &mut self,
        kind: &Type,
        value: &Value,
        place: &Place,
    ) -> Result<Measure, CodecError> {
        self.parts.take(place)?;
        if let Some(width) = Width::of(kind) {
            return self.integer(kind, width, value, place).map(Measure::Number);
        }
        match (kind, value) {
            (Type::Unit, Value::Null) => {}
            (Type::Bool, Value::Bool(bit)) => self.push(&[u8::from(*bit)])?,
            (Type::String, Value::String(text)) => return self.sequence(text.as_bytes()),
            (Type::Bytes, Value::String(text)) => {
                let bytes = self.hex(kind, text, None, place)?;
                return self.sequence(&bytes);
            }
            (Type::FixedBytes(length), Value::String(text)) => {
                let bytes = self.hex(kind, text, Some(*length as usize), place)?;
                self.push(&bytes)?;
            }
            (_, Value::String(text)) if is_id(kind) => {
                let id = self.id(kind, text, place)?;
                self.push(&id)?;
            }
            (Type::Option(inner), _) => return self.option(inner, value, place),
            (Type::List(inner), Value::Array(items)) => {
                self.length(items.len())?;
                self.items(inner, items, place)?;
                return Ok(Measure::Length(items.len()));
            }
            (Type::Array(inner, length), Value::Array(items))
                if items.len() == *length as usize =>
            {
                self.items(inner, items, place)?;
            }
            (Type::Tuple(kinds), Value::Array(items)) if items.len() == kinds.len() => {
                for (index, (kind, item)) in kinds.iter().zip(items).enumerate() {
                    self.value(kind, item, &place.inner().index(index))?;
                }
            }
            (Type::Named(name), _) => return self.named(name, value, place),
            _ => return Err(self.refuse(kind, value, place)),
        }
        Ok(Measure::Nothing)
    }

    fn refuse(&self, kind: &Type, value: &Value, place: &Place) -> CodecError {
        let Expected { is, write } = self.codec.expected(kind);
        place.refuse(found(value), is, write)
    }

    fn integer(
        &mut self,
        kind: &Type,
        width: Width,
        value: &Value,
        place: &Place,
    ) -> Result<Integer, CodecError> {
        let number = match value {
            Value::Number(number) => Integer::of_number(number),
            Value::String(text) if width.is_wide() => Integer::of_text(text),
            _ => None,
        };
        let Some(number) = number.filter(|number| width.admits(*number)) else {
            return Err(self.refuse(kind, value, place));
        };
        let mut bytes = Vec::new();
        width.encode(number, &mut bytes);
        self.push(&bytes)?;
        Ok(number)
    }

    fn hex(
        &self,
        kind: &Type,
        text: &str,
        length: Option<usize>,
        place: &Place,
    ) -> Result<Vec<u8>, CodecError> {
        text.strip_prefix("0x")
            .and_then(|digits| hex::decode(digits).ok())
            .filter(|bytes| length.is_none_or(|length| length == bytes.len()))
            .ok_or_else(|| self.refuse(kind, &Value::from(text), place))
    }

    fn id(&self, kind: &Type, text: &str, place: &Place) -> Result<[u8; 32], CodecError> {
        if text.starts_with("0x") || !matches!(kind, Type::AccountId | Type::ContractId) {
            let bytes = self.hex(kind, text, Some(32), place)?;
            return bytes.try_into().map_err(|_| self.refuse(kind, &Value::from(text), place));
        }
        if text.trim() != text {
            return Err(self.refuse(kind, &Value::from(text), place));
        }
        match (Address::parse(text), kind) {
            (Ok(Address::Contract(id)), Type::ContractId) => Ok(id.0),
            (Ok(address), Type::AccountId) => Ok(address.account().0),
            (Ok(_), _) => Err(self.refuse(kind, &Value::from(text), place)),
            (Err(error), _) => {
                let Expected { is, write } = self.codec.expected(kind);
                let found = format!("{} ({error})", found(&Value::from(text)));
                Err(place.refuse(found, is, write))
            }
        }
    }

    fn option(
        &mut self,
        inner: &Type,
        value: &Value,
        place: &Place,
    ) -> Result<Measure, CodecError> {
        if value.is_null() {
            self.push(&[0])?;
            return Ok(Measure::Nothing);
        }
        self.push(&[1])?;
        if !self.codec.is_nullable(inner) {
            return self.value(inner, value, &place.inner());
        }
        let only = value.as_object().filter(|fields| fields.len() == 1);
        match only.and_then(|fields| fields.get(SOME)) {
            Some(value) => self.value(inner, value, &place.inner().field(SOME)),
            None => {
                let write = self.codec.expected(inner).write;
                let write = format!("null or {{\"{SOME}\": {write}}}");
                let expected = format!("null or an object with `{SOME}`, because {inner} has null");
                Err(place.refuse(found(value), expected, write))
            }
        }
    }

    fn items(&mut self, kind: &Type, items: &[Value], place: &Place) -> Result<(), CodecError> {
        for (index, item) in items.iter().enumerate() {
            self.value(kind, item, &place.inner().index(index))?;
        }
        Ok(())
    }

    fn named(&mut self, name: &str, value: &Value, place: &Place) -> Result<Measure, CodecError> {
        let codec = self.codec;
        match &codec.definition(name)?.shape {
            Shape::Struct(fields) => self.fields(fields, value, &place.inner())?,
            Shape::Enum(variants) => self.variant(name, variants, value, &place.inner())?,
            Shape::Alias { kind, meaning } => {
                let measure = self.value(kind, value, &place.inner())?;
                check_bounds(meaning, measure, value, place)?;
                return Ok(measure);
            }
        }
        Ok(Measure::Nothing)
    }

    fn variant(
        &mut self,
        name: &str,
        variants: &[Variant],
        value: &Value,
        place: &Place,
    ) -> Result<(), CodecError> {
        let (case, fields) = match value {
            Value::String(case) => (case, None),
            Value::Object(only) if only.len() == 1 => match only.iter().next() {
                Some((case, fields)) => (case, Some(fields)),
                None => return Err(self.refuse_variant(name, value, place)),
            },
            _ => return Err(self.refuse_variant(name, value, place)),
        };
        let Some(variant) = variants.iter().find(|variant| variant.name == *case) else {
            return Err(self.refuse_variant(name, value, place));
        };
        self.push(&[variant.index])?;
        let place = place.field(&variant.name);
        match fields {
            Some(fields) => self.fields(&variant.fields, fields, &place),
            None if variant.fields.is_empty() => Ok(()),
            None => {
                let expected = format!("`{}` with its fields", variant.name);
                let write = self.codec.example_of_variant(variant);
                Err(place.refuse("only its name", expected, write))
            }
        }
    }

    fn refuse_variant(&self, name: &str, value: &Value, place: &Place) -> CodecError {
        self.refuse(&Type::Named(name.into()), value, place)
    }

    /// Bytes after their length.
    fn sequence(&mut self, bytes: &[u8]) -> Result<Measure, CodecError> {
        self.length(bytes.len())?;
        self.push(bytes)?;
        Ok(Measure::Length(bytes.len()))
    }

    fn length(&mut self, length: usize) -> Result<(), CodecError> {
        // What does not fit into 32 bits is beyond every limit.
        let compact = Compact(u32::try_from(length).unwrap_or(u32::MAX));
        self.push(&compact.encode())
    }

    fn push(&mut self, bytes: &[u8]) -> Result<(), CodecError> {
        let length = self.output.len().saturating_add(bytes.len());
        if length > self.limit {
            let (what, limit) = (self.what.into(), self.limit);
            return Err(CodecError::TooLong { what, bytes: length, limit });
        }
        self.output.extend_from_slice(bytes);
        Ok(())
    }
}

/// Whether `kind` is 32 bytes that name something.
pub(crate) const fn is_id(kind: &Type) -> bool {
    matches!(
        kind,
        Type::AccountId
            | Type::ContractId
            | Type::AssetId
            | Type::PublicKey
            | Type::CodeHash
            | Type::Hash
    )
}

/// Holds what a value measures against the bounds that its author gave.
fn check_bounds(
    meaning: &Meaning,
    measure: Measure,
    value: &Value,
    place: &Place,
) -> Result<(), CodecError> {
    let (what, size) = match measure {
        Measure::Nothing => return Ok(()),
        Measure::Number(number) => ("a number", number),
        Measure::Length(length) => ("a length", Integer::positive(length as u128)),
    };
    let above_min = meaning.min.is_none_or(|min| !size.negative && size.magnitude >= min);
    let below_max = meaning.max.is_none_or(|max| size.negative || size.magnitude <= max);
    if above_min && below_max {
        return Ok(());
    }
    let bounds = match (meaning.min, meaning.max) {
        (Some(min), Some(max)) => format!("{what} from {min} to {max}"),
        (Some(min), None) => format!("{what} of {min} or more"),
        (None, max) => format!("{what} of {} or less", max.unwrap_or(u128::MAX)),
    };
    let found = match measure {
        Measure::Length(length) => format!("{} with length {length}", found(value)),
        Measure::Number(_) | Measure::Nothing => found(value),
    };
    Err(place.refuse(found, bounds, "one within these bounds"))
}
