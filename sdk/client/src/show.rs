//! Values as a person reads them.

use serde_json::{Map, Value};
use weal_types::{
    abi::{AssetRef, Field, Meaning, Shape, Type, Unit},
    codec::Name,
    hash::Hash,
    limit,
};

use crate::{
    codec::Codec,
    integer::{Integer, Width},
    units::{self, AssetInfo, Assets},
};

/// What a value stands among.
#[derive(Clone, Copy)]
pub struct Scope<'a> {
    /// The other arguments or fields, by name: one of them may say which asset an amount is of.
    pub values: &'a Map<String, Value>,
    /// What is known of assets.
    pub assets: &'a dyn Assets,
}

/// How texts stand in a sentence.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Quotes {
    Around,
    Without,
}

/// What a field comes down to, and what it and the aliases of its type say about it.
pub(crate) struct Measured<'a> {
    /// The type inside its options and aliases.
    pub kind: &'a Type,
    /// The outermost unit.
    pub unit: Option<&'a Unit>,
    /// The largest `min`.
    pub min: u128,
    /// The smallest `max`.
    pub max: u128,
}

impl<'a> Measured<'a> {
    fn add(&mut self, meaning: &'a Meaning) {
        self.unit = self.unit.or(meaning.unit.as_ref());
        self.min = self.min.max(meaning.min.unwrap_or(0));
        self.max = self.max.min(meaning.max.unwrap_or(u128::MAX));
    }
}

impl Codec {
    /// The value of `field` as a person reads it: `1,500.50 EUR`, `2h30m`, an address in full.
    ///
    /// [`Codec::parse_text`] reads numbers back. A value that is not of the field's type is shown
    /// as its JSON.
    pub fn show(&self, field: &Field, value: &Value, scope: Scope) -> String {
        self.show_value(field, value, scope, Quotes::Without)
    }

    pub(crate) fn show_in(&self, field: &Field, scope: Scope, quotes: Quotes) -> String {
        let value = scope.values.get(&field.name).unwrap_or(&Value::Null);
        self.show_value(field, value, scope, quotes)
    }

    fn show_value(&self, field: &Field, value: &Value, scope: Scope, quotes: Quotes) -> String {
        let Measured { kind, unit, .. } = self.measured(field);
        let number = Width::of(kind).and_then(|_| match value {
            Value::Number(number) => Integer::of_number(number),
            Value::String(text) => Integer::of_text(text),
            _ => None,
        });
        if let Some(number) = number {
            let asset = unit.and_then(|unit| self.asset_of(unit, scope));
            return units::show(number, kind, unit, asset.as_ref());
        }
        let asset = (*kind == Type::AssetId).then(|| scope.assets.by_id(&id_of(value)?)).flatten();
        match value {
            Value::Null => "none".into(),
            Value::String(id) if let Some(asset) = asset => {
                format!("{} ({})", visible(&asset.symbol), visible(id))
            }
            Value::String(text) if *kind == Type::String && quotes == Quotes::Around => {
                format!("\"{}\"", visible(&text.replace('\\', "\\\\").replace('"', "\\\"")))
            }
            Value::String(text) => visible(text),
            other => visible(&other.to_string()),
        }
    }

    /// Writes the fields' values into a template.
    pub(crate) fn sentence(
        &self,
        template: &str,
        fields: &[Field],
        scope: Scope,
        quotes: Quotes,
    ) -> String {
        fill(template, |name| {
            let field = fields.iter().find(|field| field.name == name)?;
            Some(self.show_in(field, scope, quotes))
        })
    }

    /// What a field comes down to, without options and aliases.
    pub(crate) fn measured<'a>(&'a self, field: &'a Field) -> Measured<'a> {
        let mut measured = Measured { kind: &field.kind, unit: None, min: 0, max: u128::MAX };
        measured.add(&field.meaning);
        for _ in 0..=limit::TYPE_DEPTH {
            match measured.kind {
                Type::Option(inner) => measured.kind = inner,
                Type::Named(name) => match self.definition(name).map(|named| &named.shape) {
                    Ok(Shape::Alias { kind, meaning }) => {
                        measured.kind = kind;
                        measured.add(meaning);
                    }
                    _ => break,
                },
                _ => break,
            }
        }
        measured
    }

    /// What is known of the asset that `unit` counts.
    pub(crate) fn asset_of(&self, unit: &Unit, scope: Scope) -> Option<AssetInfo> {
        let Unit::Asset(asset) = unit else { return None };
        match asset {
            AssetRef::Any => None,
            AssetRef::Literal(id) => scope.assets.by_id(id),
            AssetRef::Stored(field) => scope.assets.by_id(&scope.assets.stored(field)?),
            AssetRef::Argument(name) => scope.assets.by_id(&id_of(scope.values.get(name)?)?),
        }
    }
}

/// The 32 bytes that `value` writes in hexadecimal digits, if it does.
fn id_of(value: &Value) -> Option<Hash> {
    let mut id = [0; 32];
    hex::decode_to_slice(value.as_str()?.strip_prefix("0x")?, &mut id).ok()?;
    Some(id)
}

/// Replaces each `{name}` for which `value` knows one. Everything else stays; what is put in is not
/// read again.
pub(crate) fn fill(template: &str, value: impl Fn(&str) -> Option<String>) -> String {
    let mut sentence = String::new();
    let mut rest = template;
    while let Some((before, after)) = rest.split_once('{') {
        sentence.push_str(&visible(before));
        let named = after.split_once('}').filter(|(name, _)| Name::admits(name.as_bytes()));
        match named.and_then(|(name, after)| Some((value(name)?, after))) {
            Some((text, after)) => {
                sentence.push_str(&text);
                rest = after;
            }
            None => {
                sentence.push('{');
                rest = after;
            }
        }
    }
    sentence.push_str(&visible(rest));
    sentence
}

/// A stranger's text with every character visible: controls move a terminal's cursor, and marks of
/// writing direction swap what a reader takes for the beginning and the end.
pub(crate) fn visible(text: &str) -> String {
    let is_hidden = |c: char| {
        c.is_control()
            || matches!(
                c,
                '\u{ad}'
                    | '\u{61c}'
                    | '\u{180e}'
                    | '\u{200b}'..='\u{200f}'
                    | '\u{2028}'..='\u{202e}'
                    | '\u{2060}'..='\u{206f}'
                    | '\u{feff}'
                    | '\u{fff9}'..='\u{fffb}'
                    | '\u{e0000}'..='\u{e007f}'
            )
    };
    let mut shown = String::new();
    for c in text.chars() {
        match is_hidden(c) {
            true => shown.extend(c.escape_unicode()),
            false => shown.push(c),
        }
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn templates() {
        let value = |name: &str| (name == "claim").then(|| "{claim}".to_owned());
        for (template, expected) in [
            ("Pay claim {claim}", "Pay claim {claim}"),
            ("{claim}{claim}.", "{claim}{claim}."),
            ("{other} {} {{claim}} {", "{other} {} {{claim}} {"),
            ("}{claim", "}{claim"),
            ("a\u{202e}b\n", "a\\u{202e}b\\u{a}"),
        ] {
            assert_eq!(fill(template, value), expected);
        }
    }
}
