//! The shape of a contract's storage: what a committed `layout/N.json` holds, and what the layout
//! hash of an ABI document covers.
//!
//! A field lives under keys that start with the hash of its *name* ([`field_key`]), so the order of
//! fields means nothing, and the document lists them by name. Labels, units and texts are left out:
//! they may change without a new version.

use alloc::{string::String, vec::Vec};

use parity_scale_codec::{Decode, Encode};
#[cfg(feature = "json")]
use serde::{Deserialize, Serialize};

use crate::{
    abi::{Meaning, Shape, Type, TypeDefinition},
    hash::{Hash, Tag, hash},
};

/// Bytes with which all keys of a storage field start.
pub const FIELD_KEY_BYTES: usize = 4;

/// The bytes with which all keys of the storage field `name` start. Two fields of one contract that
/// agree in them are refused when the contract is compiled.
pub fn field_key(name: &str) -> [u8; FIELD_KEY_BYTES] {
    let [a, b, c, d, ..] = hash(Tag::StorageField, &[name.as_bytes()]);
    [a, b, c, d]
}

/// The shape of a contract's storage.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cfg_attr(feature = "json", derive(Serialize, Deserialize), serde(deny_unknown_fields))]
pub struct StorageLayout {
    /// The contract's name, a type name.
    pub contract: String,
    /// Raised by the author with each change; 1 at first.
    pub version: u32,
    /// What is stored, ascending by name.
    pub fields: Vec<StoredField>,
    /// Names that earlier versions used and no later one may use, ascending.
    #[cfg_attr(feature = "json", serde(default, skip_serializing_if = "Vec::is_empty"))]
    pub retired: Vec<String>,
    /// Types that [`Type::Named`] refers to, ascending by name, without texts and meanings.
    #[cfg_attr(feature = "json", serde(default, skip_serializing_if = "Vec::is_empty"))]
    pub types: Vec<TypeDefinition>,
}

/// A field of a contract's storage.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cfg_attr(feature = "json", derive(Serialize, Deserialize), serde(deny_unknown_fields))]
pub struct StoredField {
    /// The name whose hash starts its keys: the first that it had.
    pub name: String,
    /// What lies there.
    pub shape: FieldShape,
}

/// What a storage field holds.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cfg_attr(feature = "json", derive(Serialize, Deserialize), serde(rename_all = "snake_case"))]
pub enum FieldShape {
    /// One value, at the field's key.
    Item(Type),
    /// Values at the field's key followed by the SCALE encoding of theirs.
    Map {
        /// What they are found by.
        key: Type,
        /// The values.
        value: Type,
    },
    /// Values at the field's key followed by an encoding of theirs that keeps its order.
    OrderedMap {
        /// What they are found by.
        key: Type,
        /// The values.
        value: Type,
    },
    /// An empty value at the field's key, the byte of a role and an account for each holder; the
    /// roles in the order of their bytes.
    Roles(Vec<String>),
}

impl StorageLayout {
    /// Puts fields and types in order, and drops what the shape does not depend on.
    pub fn new(
        contract: &str,
        version: u32,
        mut fields: Vec<StoredField>,
        mut retired: Vec<String>,
        types: Vec<TypeDefinition>,
    ) -> Self {
        let mut types: Vec<_> = types.into_iter().map(bare).collect();
        fields.sort_by(|a, b| a.name.cmp(&b.name));
        retired.sort();
        types.sort_by(|a, b| a.name.cmp(&b.name));
        Self { contract: contract.into(), version, fields, retired, types }
    }

    /// What the chain compares when a contract is upgraded: it follows from fields and types alone.
    pub fn hash(&self) -> Hash {
        hash(Tag::Layout, &[&(&self.fields, &self.types).encode()])
    }
}

/// A definition without its texts and meanings.
fn bare(mut definition: TypeDefinition) -> TypeDefinition {
    definition.doc = String::new();
    match &mut definition.shape {
        Shape::Struct(fields) => fields.iter_mut().for_each(|field| field.meaning = clean()),
        Shape::Enum(variants) => {
            for variant in variants {
                variant.doc = String::new();
                variant.fields.iter_mut().for_each(|field| field.meaning = clean());
            }
        }
        Shape::Alias { meaning, .. } => **meaning = clean(),
    }
    definition
}

fn clean() -> Meaning {
    Meaning::default()
}

#[cfg(feature = "json")]
impl StorageLayout {
    /// Writes the document, with a newline at the end.
    pub fn to_json(&self) -> String {
        // Strings as keys and no fallible serializer in the types: writing cannot fail.
        let mut text = serde_json::to_string_pretty(self).unwrap_or_default();
        text.push('\n');
        text
    }

    /// Reads a document of the author's own; the error says line and column.
    pub fn from_json(text: &str) -> Result<Self, serde_json::Error> {
        serde_json::from_str(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::abi::Field;

    fn field(name: &str, shape: FieldShape) -> StoredField {
        StoredField { name: name.into(), shape }
    }

    fn claim(doc: &str, kind: Type) -> TypeDefinition {
        let meaning = Meaning { label: doc.into(), ..Meaning::default() };
        let fields = alloc::vec![Field { name: "payee".into(), kind, meaning }];
        TypeDefinition { name: "Claim".into(), doc: doc.into(), shape: Shape::Struct(fields) }
    }

    fn layout(fields: Vec<StoredField>, claim: TypeDefinition) -> StorageLayout {
        StorageLayout::new("Campaign", 1, fields, alloc::vec![], alloc::vec![claim])
    }

    #[test]
    fn order_and_texts_do_not_matter_but_names_and_types_do() {
        let fields =
            [field("a", FieldShape::Item(Type::U8)), field("b", FieldShape::Item(Type::U8))];
        let [a, b] = fields.clone();
        let one = layout(fields.into(), claim("One.", Type::AccountId));
        let two = layout(alloc::vec![b.clone(), a.clone()], claim("Two.", Type::AccountId));
        assert_eq!(one, two);
        let other_type = layout(alloc::vec![a.clone(), b], claim("One.", Type::U8));
        assert_ne!(one.hash(), other_type.hash());
        let fewer = layout(alloc::vec![a], claim("One.", Type::AccountId));
        assert_ne!(one.hash(), fewer.hash());
    }

    #[test]
    fn keys_follow_from_names() {
        assert_eq!(field_key("count"), hash(Tag::StorageField, &[b"count"])[..FIELD_KEY_BYTES]);
        assert_ne!(field_key("count"), field_key("counts"));
    }

    #[cfg(feature = "json")]
    #[test]
    fn documents_round_trip() {
        let map = FieldShape::OrderedMap { key: Type::U32, value: Type::Named("Claim".into()) };
        let document =
            layout(alloc::vec![field("claims", map)], claim("One.", Type::List(Type::U8.into())));
        assert_eq!(StorageLayout::from_json(&document.to_json()).ok(), Some(document));
    }
}
