//! A contract's description of itself: what can be called, with what, by whom, and what may come of
//! it.
//!
//! One document in two encodings. SCALE travels with the code (see `weal-gate` for the section that
//! holds it); canonical JSON (feature `json`) is for people and other languages. Structure and
//! meaning are separate layers: [`Type`] says how bytes decode, [`Meaning`] says how a person reads
//! them. A reader that does not know a meaning falls back to the plain type.

use alloc::{boxed::Box, string::String, vec::Vec};

use parity_scale_codec::{Decode, Encode};
#[cfg(feature = "json")]
use serde::{Deserialize, Serialize};

use crate::{
    codec::decode,
    hash::{Hash, Tag, hash},
    id::AbiHash,
    limit,
};

mod check;
#[cfg(feature = "json")]
mod json;
mod meaning;
mod size;
mod text;

pub use check::AbiError;
#[cfg(feature = "json")]
pub use json::JsonError;
pub use meaning::{AssetRef, Choices, Meaning, Unit};
pub use text::TypeTextError;

/// The format that this crate writes; raised on any change.
pub const FORMAT: u32 = 1;

/// The document.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cfg_attr(feature = "json", derive(Serialize, Deserialize), serde(deny_unknown_fields))]
pub struct Abi {
    /// Which format; readers refuse a higher one.
    pub format: u32,
    /// The contract's name, a type name.
    pub contract: String,
    /// What it is for.
    #[cfg_attr(feature = "json", serde(default, skip_serializing_if = "String::is_empty"))]
    pub doc: String,
    /// What its storage looks like.
    pub layout: Layout,
    /// What can be called, in the order of the source.
    pub methods: Vec<Method>,
    /// What it may emit.
    #[cfg_attr(feature = "json", serde(default, skip_serializing_if = "Vec::is_empty"))]
    pub events: Vec<Event>,
    /// How it may refuse.
    #[cfg_attr(feature = "json", serde(default, skip_serializing_if = "Vec::is_empty"))]
    pub errors: Vec<ErrorCase>,
    /// Roles that `auth` may name.
    #[cfg_attr(feature = "json", serde(default, skip_serializing_if = "Vec::is_empty"))]
    pub roles: Vec<Role>,
    /// Named types, which [`Type::Named`] refers to.
    #[cfg_attr(feature = "json", serde(default, skip_serializing_if = "Vec::is_empty"))]
    pub types: Vec<TypeDefinition>,
}

/// The shape of a contract's storage. The chain refuses an upgrade that changes the hash but not
/// the version.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
#[cfg_attr(feature = "json", derive(Serialize, Deserialize), serde(deny_unknown_fields))]
pub struct Layout {
    /// Raised by the author with each change; 1 at first.
    pub version: u32,
    /// Hash of the storage fields' names and types.
    #[cfg_attr(feature = "json", serde(with = "json::hex32"))]
    pub hash: Hash,
}

/// Something that can be called.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cfg_attr(feature = "json", derive(Serialize, Deserialize), serde(deny_unknown_fields))]
pub struct Method {
    /// Its name; the Wasm export is `weal.` and this.
    pub name: String,
    /// What it may do.
    pub kind: MethodKind,
    /// What it does.
    #[cfg_attr(feature = "json", serde(default, skip_serializing_if = "String::is_empty"))]
    pub doc: String,
    /// One sentence for the person who signs, with `{argument}` in it: `Pay claim {claim}`.
    #[cfg_attr(feature = "json", serde(default, skip_serializing_if = "String::is_empty"))]
    pub intent: String,
    /// Who may call it; queries are for anyone.
    pub auth: Auth,
    /// Assets that may be attached. The contract checks this itself; the chain refuses assets where
    /// it is empty.
    #[cfg_attr(feature = "json", serde(default, skip_serializing_if = "Vec::is_empty"))]
    pub accepts: Vec<AssetRef>,
    /// Whether it may be entered while the contract is already running further up.
    #[cfg_attr(feature = "json", serde(default, skip_serializing_if = "core::ops::Not::not"))]
    pub reentrant: bool,
    /// The arguments in order.
    #[cfg_attr(feature = "json", serde(default, skip_serializing_if = "Vec::is_empty"))]
    pub args: Vec<Field>,
    /// What it returns.
    pub ok: Type,
    /// Codes of [`Abi::errors`] with which it may refuse.
    #[cfg_attr(feature = "json", serde(default, skip_serializing_if = "Vec::is_empty"))]
    pub errors: Vec<u32>,
    /// Names of [`Abi::events`] that it may emit.
    #[cfg_attr(feature = "json", serde(default, skip_serializing_if = "Vec::is_empty"))]
    pub emits: Vec<String>,
    /// `interface.method` of the calls it makes.
    #[cfg_attr(feature = "json", serde(default, skip_serializing_if = "Vec::is_empty"))]
    pub calls_out: Vec<String>,
}

/// What a method may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
#[cfg_attr(feature = "json", derive(Serialize, Deserialize), serde(rename_all = "snake_case"))]
pub enum MethodKind {
    /// Runs once, at deployment.
    Init,
    /// May write.
    Call,
    /// May not write.
    Query,
    /// Runs within an upgrade, from this layout version.
    Migrate(u32),
}

/// Who may call a method.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cfg_attr(feature = "json", derive(Serialize, Deserialize), serde(rename_all = "snake_case"))]
pub enum Auth {
    /// Anyone.
    Anyone,
    /// The owner of the contract instance.
    Owner,
    /// The chain's governance account.
    Governance,
    /// Holders of a role of [`Abi::roles`].
    Role(String),
    /// The account in a storage field.
    Stored(String),
    /// The account in this argument of the method.
    Argument(String),
    /// The contract decides; the text says how.
    Rule(String),
}

/// An argument, a field of a struct, an event or an error.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cfg_attr(feature = "json", derive(Serialize, Deserialize), serde(deny_unknown_fields))]
pub struct Field {
    /// Its name.
    pub name: String,
    /// How its bytes decode.
    #[cfg_attr(feature = "json", serde(rename = "type"))]
    pub kind: Type,
    /// How a person reads it.
    #[cfg_attr(feature = "json", serde(default, skip_serializing_if = "Meaning::is_empty"))]
    pub meaning: Meaning,
}

/// Something that a contract may emit.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cfg_attr(feature = "json", derive(Serialize, Deserialize), serde(deny_unknown_fields))]
pub struct Event {
    /// Its name.
    pub name: String,
    /// What it says.
    #[cfg_attr(feature = "json", serde(default, skip_serializing_if = "String::is_empty"))]
    pub doc: String,
    /// Fields by which it is indexed; at most 4.
    #[cfg_attr(feature = "json", serde(default, skip_serializing_if = "Vec::is_empty"))]
    pub topics: Vec<Field>,
    /// The other fields.
    #[cfg_attr(feature = "json", serde(default, skip_serializing_if = "Vec::is_empty"))]
    pub data: Vec<Field>,
}

/// A way to refuse.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cfg_attr(feature = "json", derive(Serialize, Deserialize), serde(deny_unknown_fields))]
pub struct ErrorCase {
    /// The number in receipts; never reused.
    pub code: u32,
    /// Its name.
    pub name: String,
    /// A sentence with `{field}` in it.
    pub message: String,
    /// What the payload holds.
    #[cfg_attr(feature = "json", serde(default, skip_serializing_if = "Vec::is_empty"))]
    pub fields: Vec<Field>,
}

/// A role.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cfg_attr(feature = "json", derive(Serialize, Deserialize), serde(deny_unknown_fields))]
pub struct Role {
    /// Its name.
    pub name: String,
    /// What it may do.
    #[cfg_attr(feature = "json", serde(default, skip_serializing_if = "String::is_empty"))]
    pub doc: String,
}

/// A named type.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cfg_attr(feature = "json", derive(Serialize, Deserialize), serde(deny_unknown_fields))]
pub struct TypeDefinition {
    /// Its name.
    pub name: String,
    /// What it is.
    #[cfg_attr(feature = "json", serde(default, skip_serializing_if = "String::is_empty"))]
    pub doc: String,
    /// What it is made of.
    pub shape: Shape,
}

/// What a named type is made of.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cfg_attr(
    feature = "json",
    derive(Serialize, Deserialize),
    serde(rename_all = "snake_case", deny_unknown_fields)
)]
pub enum Shape {
    /// Fields after each other.
    Struct(Vec<Field>),
    /// One byte, and the fields of the variant it names.
    Enum(Vec<Variant>),
    /// Another name for a type, with a meaning of its own.
    Alias {
        /// The type.
        #[cfg_attr(feature = "json", serde(rename = "type"))]
        kind: Type,
        /// How a person reads it.
        #[cfg_attr(feature = "json", serde(default, skip_serializing_if = "Meaning::is_empty"))]
        meaning: Box<Meaning>,
    },
}

/// One case of an enum.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cfg_attr(feature = "json", derive(Serialize, Deserialize), serde(deny_unknown_fields))]
pub struct Variant {
    /// Its name.
    pub name: String,
    /// Its byte.
    pub index: u8,
    /// What it means.
    #[cfg_attr(feature = "json", serde(default, skip_serializing_if = "String::is_empty"))]
    pub doc: String,
    /// Its fields.
    #[cfg_attr(feature = "json", serde(default, skip_serializing_if = "Vec::is_empty"))]
    pub fields: Vec<Field>,
}

/// How a value's bytes decode. In JSON and in tools it is written as text: `Option<Vec<u32>>`.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub enum Type {
    /// Nothing: `()`.
    Unit,
    /// `bool`.
    Bool,
    /// `u8`.
    U8,
    /// `u16`.
    U16,
    /// `u32`.
    U32,
    /// `u64`.
    U64,
    /// `u128`.
    U128,
    /// `i8`.
    I8,
    /// `i16`.
    I16,
    /// `i32`.
    I32,
    /// `i64`.
    I64,
    /// `i128`.
    I128,
    /// UTF-8 text: `String`.
    String,
    /// Bytes: `Bytes`.
    Bytes,
    /// That many bytes: `[u8; 32]` is written `Bytes32`.
    FixedBytes(u32),
    /// `AccountId`.
    AccountId,
    /// `ContractId`.
    ContractId,
    /// `AssetId`.
    AssetId,
    /// `PublicKey`.
    PublicKey,
    /// `CodeHash`.
    CodeHash,
    /// `Hash`.
    Hash,
    /// `Amount`.
    Amount,
    /// `TimeMs`.
    TimeMs,
    /// `Height`.
    Height,
    /// `Gas`.
    Gas,
    /// `Option<T>`.
    Option(Box<Type>),
    /// `Vec<T>`.
    List(Box<Type>),
    /// `[T; n]`.
    Array(Box<Type>, u32),
    /// `(A, B)`; at least two.
    Tuple(Vec<Type>),
    /// A type of [`Abi::types`].
    Named(String),
}

impl Abi {
    /// Decodes and checks a document from outside.
    pub fn from_scale(bytes: &[u8]) -> Result<Self, AbiError> {
        let abi: Self = decode("ABI document", bytes, limit::ABI_BYTES)?;
        abi.check()?;
        Ok(abi)
    }

    /// Encodes the document.
    pub fn to_scale(&self) -> Vec<u8> {
        self.encode()
    }

    /// Names the document.
    pub fn hash(&self) -> AbiHash {
        AbiHash(hash(Tag::Abi, &[&self.encode()]))
    }

    /// The method called `name`.
    pub fn method(&self, name: &str) -> Option<&Method> {
        self.methods.iter().find(|method| method.name == name)
    }

    /// The constructor, if there is one.
    pub fn init(&self) -> Option<&Method> {
        self.methods.iter().find(|method| method.kind == MethodKind::Init)
    }
}
