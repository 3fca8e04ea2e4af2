//! What must hold in a document besides its encoding: names are names, references lead somewhere,
//! nothing is declared twice.
//!
//! The document comes from a stranger, so each look-up is by index: the check takes time in
//! proportion to the document.

use alloc::{
    collections::{BTreeMap, BTreeSet},
    format,
    string::String,
};

use parity_scale_codec::Encode;
use thiserror::Error;

use super::{
    Abi, AssetRef, Auth, Choices, ErrorCase, Event, FORMAT, Field, Method, MethodKind, Role, Shape,
    Type, TypeDefinition, Unit, size,
};
use crate::{
    codec::{DecodeError, Name},
    limit,
};

/// Why a document is refused. Its author is at fault; the text says which item.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum AbiError {
    /// Not the encoding of a document, or too long for one.
    #[error(transparent)]
    Decode(#[from] DecodeError),
    /// Written by a newer tool, or by none.
    #[error("the ABI has format {found}, but this program reads 1 to {FORMAT}")]
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
    /// A type with the name of a built-in one: its text would mean the other.
    #[error("type `{name}` has the name of a built-in type")]
    Reserved {
        /// The name.
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
    /// A tuple of none or one: the first is written `()`, the second is its only part.
    #[error("`{name}` has a tuple of fewer than two types")]
    ShortTuple {
        /// Where.
        name: String,
    },
    /// A type that is nested too deeply, or contains itself without a list or an option between.
    #[error("type `{name}` is nested more than {} deep or contains itself", limit::TYPE_DEPTH)]
    TooDeep {
        /// Where.
        name: String,
    },
    /// A type whose values are large before any of their lists has an element.
    #[error("values of `{name}` have more than {} parts", limit::TYPE_PARTS)]
    TooLarge {
        /// Where.
        name: String,
    },
    /// A list that could be longer than its bytes.
    #[error("`{name}` has a list whose elements may take no bytes")]
    EmptyElements {
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
    /// Checks the document. [`Abi::from_scale`] and `Abi::from_json` do so already.
    pub fn check(&self) -> Result<(), AbiError> {
        if self.format == 0 || self.format > FORMAT {
            return Err(AbiError::Format { found: self.format });
        }
        let bytes = self.encoded_size();
        if bytes > limit::ABI_BYTES {
            let limit = limit::ABI_BYTES;
            return Err(DecodeError::TooLong { what: "ABI document", bytes, limit }.into());
        }
        named("contract", &self.contract)?;
        let index = Index::of(self)?;
        self.methods.iter().try_for_each(|method| index.check_method(method))?;
        self.events.iter().try_for_each(|event| index.check_event(event))?;
        self.errors.iter().try_for_each(|error| {
            index.check_fields(&error.name, error.fields.iter()).map(|_| ())
        })?;
        self.types.iter().try_for_each(|definition| index.check_definition(definition))?;
        size::check(self, &index.types)
    }
}

/// What a document declares, by name.
struct Index<'a> {
    methods: BTreeMap<&'a str, &'a Method>,
    events: BTreeMap<&'a str, &'a Event>,
    errors: BTreeSet<u32>,
    roles: BTreeMap<&'a str, &'a Role>,
    types: BTreeMap<&'a str, &'a TypeDefinition>,
}

impl<'a> Index<'a> {
    fn of(abi: &'a Abi) -> Result<Self, AbiError> {
        by_name("error", &abi.errors, |error: &ErrorCase| &error.name)?;
        let mut once = BTreeSet::new();
        for method in &abi.methods {
            let (what, from) = match method.kind {
                MethodKind::Init => ("init", None),
                MethodKind::Migrate(from) => ("migration", Some(from)),
                MethodKind::Call | MethodKind::Query => continue,
            };
            if !once.insert(from) {
                return Err(AbiError::Twice { what, name: method.name.clone() });
            }
        }
        Ok(Self {
            methods: by_name("method", &abi.methods, |method: &Method| &method.name)?,
            events: by_name("event", &abi.events, |event: &Event| &event.name)?,
            errors: distinct("error code", abi.errors.iter().map(|error| error.code))?,
            roles: by_name("role", &abi.roles, |role: &Role| &role.name)?,
            types: by_name("type", &abi.types, |kind: &TypeDefinition| &kind.name)?,
        })
    }

    fn check_method(&self, method: &'a Method) -> Result<(), AbiError> {
        let name = method.name.as_str();
        let args = self.check_fields(name, method.args.iter())?;
        self.check_type(name, &method.ok)?;
        match &method.auth {
            Auth::Role(role) => declared(name, "role", role, self.roles.contains_key(&**role))?,
            Auth::Argument(arg) => declared(name, "argument", arg, args.contains_key(&**arg))?,
            Auth::Stored(field) => named("storage field", field)?,
            Auth::Anyone | Auth::Owner | Auth::Governance | Auth::Rule(_) => {}
        }
        for asset in &method.accepts {
            check_asset(name, asset, &args)?;
        }
        for event in distinct("emitted event", method.emits.iter().map(String::as_str))? {
            declared(name, "event", event, self.events.contains_key(event))?;
        }
        for code in distinct("error code", method.errors.iter().copied())? {
            declared(name, "error", &format!("{code}"), self.errors.contains(&code))?;
        }
        for call in &method.calls_out {
            let parts = call.split_once('.');
            let is_call = |(interface, method): (&str, &str)| {
                Name::admits(interface.as_bytes()) && Name::admits(method.as_bytes())
            };
            if !parts.is_some_and(is_call) {
                return Err(AbiError::BadName { what: "outgoing call", name: call.clone() });
            }
        }
        Ok(())
    }

    fn check_event(&self, event: &'a Event) -> Result<(), AbiError> {
        if event.topics.len() > limit::EVENT_TOPICS {
            return Err(AbiError::Topics { name: event.name.clone() });
        }
        // One list, because an event is shown as one object.
        self.check_fields(&event.name, event.topics.iter().chain(&event.data)).map(|_| ())
    }

    fn check_definition(&self, definition: &'a TypeDefinition) -> Result<(), AbiError> {
        let owner = definition.name.as_str();
        if owner.parse() != Ok(Type::Named(owner.into())) {
            return Err(AbiError::Reserved { name: owner.into() });
        }
        match &definition.shape {
            Shape::Struct(fields) => self.check_fields(owner, fields.iter()).map(|_| ()),
            Shape::Alias { kind, meaning } => {
                if let Some(choices) = &meaning.choices {
                    self.check_choices(owner, choices)?;
                }
                self.check_type(owner, kind)
            }
            Shape::Enum(variants) => {
                by_name("variant", variants, |variant| &variant.name)?;
                distinct("variant index", variants.iter().map(|variant| variant.index))?;
                variants.iter().try_for_each(|variant| {
                    self.check_fields(owner, variant.fields.iter()).map(|_| ())
                })
            }
        }
    }

    /// Checks the fields of one item, and gives them by name.
    fn check_fields(
        &self,
        owner: &str,
        fields: impl Iterator<Item = &'a Field> + Clone,
    ) -> Result<BTreeMap<&'a str, &'a Field>, AbiError> {
        let neighbours = by_name("field", fields.clone(), |field| &field.name)?;
        for field in fields {
            self.check_type(owner, &field.kind)?;
            if let Some(Unit::Asset(asset)) = &field.meaning.unit {
                check_asset(owner, asset, &neighbours)?;
            }
            if let Some(choices) = &field.meaning.choices {
                self.check_choices(owner, choices)?;
            }
        }
        Ok(neighbours)
    }

    fn check_type(&self, owner: &str, kind: &Type) -> Result<(), AbiError> {
        match kind {
            Type::Option(inner) | Type::List(inner) | Type::Array(inner, _) => {
                self.check_type(owner, inner)
            }
            Type::Tuple(parts) if parts.len() < 2 => {
                Err(AbiError::ShortTuple { name: owner.into() })
            }
            Type::Tuple(parts) => parts.iter().try_for_each(|part| self.check_type(owner, part)),
            Type::Named(name) => declared(owner, "type", name, self.types.contains_key(&**name)),
            _ => Ok(()),
        }
    }

    /// The query exists, takes nothing, and lists structs that have both fields.
    fn check_choices(&self, owner: &str, choices: &Choices) -> Result<(), AbiError> {
        let query = self.methods.get(&*choices.query);
        let query = query.filter(|query| query.kind == MethodKind::Query && query.args.is_empty());
        declared(owner, "query without arguments", &choices.query, query.is_some())?;
        let rows = query.and_then(|query| self.fields_of_rows(&query.ok)).unwrap_or_default();
        for column in [&choices.value, &choices.text] {
            let exists = rows.iter().any(|field| field.name == *column);
            declared(owner, "field", &format!("{}.{column}", choices.query), exists)?;
        }
        Ok(())
    }

    /// The fields of the struct that `kind` lists.
    fn fields_of_rows(&self, kind: &Type) -> Option<&'a [Field]> {
        let Type::List(inner) = kind else { return None };
        let Type::Named(name) = &**inner else { return None };
        match &self.types.get(&**name)?.shape {
            Shape::Struct(fields) => Some(fields),
            Shape::Enum(_) | Shape::Alias { .. } => None,
        }
    }
}

fn check_asset(
    owner: &str,
    asset: &AssetRef,
    neighbours: &BTreeMap<&str, &Field>,
) -> Result<(), AbiError> {
    match asset {
        AssetRef::Any | AssetRef::Literal(_) => Ok(()),
        AssetRef::Stored(field) => named("storage field", field),
        AssetRef::Argument(name) => {
            declared(owner, "argument or field", name, neighbours.contains_key(&**name))
        }
    }
}

fn declared(from: &str, what: &'static str, name: &str, exists: bool) -> Result<(), AbiError> {
    match exists {
        true => Ok(()),
        false => Err(AbiError::Missing { from: from.into(), what, name: name.into() }),
    }
}

fn named(what: &'static str, name: &str) -> Result<(), AbiError> {
    match Name::admits(name.as_bytes()) {
        true => Ok(()),
        false => Err(AbiError::BadName { what, name: name.into() }),
    }
}

/// Indexes `items` by names, which must be names and differ.
fn by_name<'a, T>(
    what: &'static str,
    items: impl IntoIterator<Item = &'a T>,
    name: impl Fn(&'a T) -> &'a String,
) -> Result<BTreeMap<&'a str, &'a T>, AbiError> {
    let mut index = BTreeMap::new();
    for item in items {
        let text = name(item);
        named(what, text)?;
        if index.insert(text.as_str(), item).is_some() {
            return Err(AbiError::Twice { what, name: text.clone() });
        }
    }
    Ok(index)
}

/// Collects `items`, which must differ.
fn distinct<T: Copy + Ord + core::fmt::Display>(
    what: &'static str,
    items: impl Iterator<Item = T>,
) -> Result<BTreeSet<T>, AbiError> {
    let mut set = BTreeSet::new();
    for item in items {
        if !set.insert(item) {
            return Err(AbiError::Twice { what, name: format!("{item}") });
        }
    }
    Ok(set)
}
