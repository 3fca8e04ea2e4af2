//! What people type, as JSON of its type.

use serde_json::{Map, Value};
use weal_types::abi::{Field, Shape, Type, Unit};

use crate::{
    codec::Codec,
    encode::is_id,
    error::{CodecError, Place},
    integer::{Integer, Width},
    json,
    show::{Measured, Scope},
    units::{self, Assets, UnitError},
};

impl Codec {
    /// Reads what a person typed for one argument.
    ///
    /// | type | text |
    /// |---|---|
    /// | an integer with a unit, `TimeMs`, `Gas`, `Height`, `Amount` | as in [`units`](mod@units) |
    /// | another integer | digits |
    /// | `bool` | `true` or `false` |
    /// | `String` | the text itself |
    /// | `Bytes`, ids | `0x…`, an address, or the symbol of a known asset |
    /// | an enum | the name of a case without fields, or JSON |
    /// | an option | what is in it; leave the argument out for none |
    /// | anything else | JSON |
    ///
    /// The result is checked in full, bounds included, and fits [`Codec::encode_args`].
    pub fn parse_text(&self, field: &Field, text: &str, scope: Scope) -> Result<Value, CodecError> {
        let refused = |error| CodecError::Text { path: field.name.clone(), error };
        let value = self.typed(field, text, scope).map_err(refused)?;
        self.encode_field(field, &value)?;
        Ok(value)
    }

    /// Reads what a person typed for the arguments of `method`, in any order, into the object that
    /// [`Codec::encode_args`] takes. An argument that names an asset gives the amounts beside it
    /// their decimals.
    pub fn parse_args(
        &self,
        method: &str,
        texts: &[(&str, &str)],
        assets: &dyn Assets,
    ) -> Result<Value, CodecError> {
        let fields = &self.method(method)?.args;
        let mut values = Map::new();
        let is_amount = |field: &Field| matches!(self.measured(field).unit, Some(Unit::Asset(_)));
        for amounts in [false, true] {
            for (name, text) in texts {
                let Some(field) = fields.iter().find(|field| field.name == *name) else {
                    let known = fields.iter().map(|field| field.name.as_str());
                    return Err(crate::codec::unknown("argument", name, known));
                };
                if is_amount(field) != amounts {
                    continue;
                }
                let value = self.parse_text(field, text, Scope { values: &values, assets })?;
                if values.insert(field.name.clone(), value).is_some() {
                    let place = Place::root("args");
                    return Err(place.field(name).refuse("two values", "one", "it once"));
                }
            }
        }
        Ok(Value::Object(values))
    }

    fn typed(&self, field: &Field, text: &str, scope: Scope) -> Result<Value, UnitError> {
        let measured = self.measured(field);
        let kind = measured.kind;
        if self.is_option_of_nullable(&field.kind) {
            return as_json(text);
        }
        if let Some(width) = Width::of(kind) {
            return self.number(&measured, width, text, scope);
        }
        match kind {
            Type::Bool => match text.trim() {
                "true" => Ok(true.into()),
                "false" => Ok(false.into()),
                _ => Err(UnitError::new(text, "is neither yes nor no", "`true` or `false`")),
            },
            Type::String => Ok(text.into()),
            Type::Bytes | Type::FixedBytes(_) => Ok(text.trim().into()),
            Type::AssetId => Ok(match scope.assets.by_symbol(text.trim()) {
                Some(asset) => format!("0x{}", hex::encode(asset.id)).into(),
                None => text.trim().into(),
            }),
            _ if is_id(kind) => Ok(text.trim().into()),
            Type::Named(name) if self.has_plain_case(name, text.trim()) => Ok(text.trim().into()),
            _ => as_json(text),
        }
    }

    fn number(
        &self,
        measured: &Measured,
        width: Width,
        text: &str,
        scope: Scope,
    ) -> Result<Value, UnitError> {
        let Measured { kind, unit, min, max } = *measured;
        let asset = unit.and_then(|unit| self.asset_of(unit, scope));
        let unsigned = text.trim().strip_prefix('-').filter(|_| width.signed);
        let size = units::read(unsigned.unwrap_or(text), kind, unit, asset.as_ref(), scope.assets)
            .map_err(|error| UnitError::new(text, error.problem, error.instead))?;
        let number = Integer::signed(unsigned.is_some(), size);
        if !width.admits(number) {
            let range = format!("a number from {} to {}", width.min(), width.max());
            return Err(UnitError::new(text, format!("does not fit into {kind}"), range));
        }
        // The codec holds it against these too, but says so in smallest units.
        if (min > 0 && (number.negative || size < min)) || (!number.negative && size > max) {
            let show = |number| units::show(Integer::positive(number), kind, unit, asset.as_ref());
            let range = match max {
                u128::MAX => format!("{} or more", show(min)),
                max => format!("{} to {}", show(min), show(max)),
            };
            return Err(UnitError::new(text, "is out of bounds", range));
        }
        Ok(number.to_json(width))
    }

    /// Whether `name` is an enum with a case `text` that has no fields.
    fn has_plain_case(&self, name: &str, text: &str) -> bool {
        match self.definition(name).map(|definition| &definition.shape) {
            Ok(Shape::Enum(variants)) => variants.iter().any(|variant| variant.name == text),
            _ => false,
        }
    }

    /// Whether a value of `kind` is an option whose content has a form of its own in JSON.
    fn is_option_of_nullable(&self, kind: &Type) -> bool {
        matches!(self.plain(kind), Type::Option(inner) if self.is_nullable(inner))
    }
}

fn as_json(text: &str) -> Result<Value, UnitError> {
    json::read(text).map_err(|error| UnitError::new(text, format!("is {error}"), "a value in JSON"))
}
