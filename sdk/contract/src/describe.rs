//! How contract code becomes an ABI document; native builds only.

use weal_types::abi::{
    Abi, AssetRef, ErrorCase, FORMAT, Field, Layout, Meaning, Method, Role, Shape, Type,
    TypeDefinition, Unit, Variant,
};

use crate::{Storage, Value, failure};

/// The named types of a document, collected while it is described.
#[derive(Clone, Debug, Default)]
pub struct Types {
    definitions: Vec<TypeDefinition>,
    /// Names whose definitions are under way, innermost last: a type may contain itself.
    pending: Vec<String>,
}

impl Types {
    /// Names the type `name`, and defines it by `build` if nobody has yet.
    ///
    /// Two types of one name both stay in the document, whose check then refuses it.
    pub fn named(&mut self, name: &str, build: impl FnOnce(&mut Self) -> TypeDefinition) -> Type {
        if !self.pending.iter().any(|pending| pending == name) {
            self.pending.push(name.into());
            let definition = build(self);
            self.pending.pop();
            if !self.definitions.contains(&definition) {
                self.definitions.push(definition);
            }
        }
        Type::Named(name.into())
    }

    /// The definitions, in the order in which they were finished.
    pub fn into_definitions(self) -> Vec<TypeDefinition> {
        self.definitions
    }
}

/// A field of type `T`.
pub fn field<T: Value>(types: &mut Types, name: &str, meaning: Meaning) -> Field {
    Field { name: name.into(), kind: T::describe(types), meaning }
}

/// A struct or enum.
pub fn definition(name: &str, doc: &str, shape: Shape) -> TypeDefinition {
    TypeDefinition { name: name.into(), doc: doc.into(), shape }
}

/// A case of an enum.
pub fn variant(name: &str, index: u8, doc: &str, fields: Vec<Field>) -> Variant {
    Variant { name: name.into(), index, doc: doc.into(), fields }
}

/// What a contract declares about itself besides its storage.
#[derive(Debug, Default)]
pub struct Parts {
    /// The contract's name.
    pub name: &'static str,
    /// Its methods in order.
    pub methods: Vec<Method>,
    /// Its events.
    pub events: Vec<weal_types::abi::Event>,
    /// Its own errors.
    pub errors: Vec<ErrorCase>,
}

/// The document of a contract with storage `S`.
pub fn contract<S: Storage>(parts: Parts, types: Types) -> Abi {
    let Parts { name, methods, events, errors } = parts;
    let mut abi = Abi {
        format: FORMAT,
        contract: name.into(),
        doc: S::doc().into(),
        layout: Layout { version: S::VERSION, hash: S::layout().hash() },
        methods,
        events,
        errors,
        roles: S::roles(),
        types: types.into_definitions(),
    };
    abi.errors.extend(failure::cases());
    name_stored_fields::<S>(&mut abi);
    abi
}

/// Codes of the errors called `names`.
pub fn codes(errors: &[ErrorCase], names: &[&str]) -> Vec<u32> {
    let named = |error: &&ErrorCase| names.contains(&error.name.as_str());
    errors.iter().filter(named).map(|error| error.code).collect()
}

/// Storage fields are referred to by the name that their keys follow from, so that whoever reads
/// the document finds them in the state.
fn name_stored_fields<S: Storage>(abi: &mut Abi) {
    let rename = |asset: &mut AssetRef| {
        if let AssetRef::Stored(name) = asset {
            *name = S::stored_name(name).into();
        }
    };
    for method in &mut abi.methods {
        method.accepts.iter_mut().for_each(rename);
        if let weal_types::abi::Auth::Stored(name) = &mut method.auth {
            *name = S::stored_name(name).into();
        }
    }
    each_field(abi, &mut |field| {
        if let Some(Unit::Asset(asset)) = &mut field.meaning.unit {
            rename(asset);
        }
    });
}

fn each_field(abi: &mut Abi, visit: &mut dyn FnMut(&mut Field)) {
    abi.methods.iter_mut().flat_map(|method| &mut method.args).for_each(&mut *visit);
    for event in &mut abi.events {
        event.topics.iter_mut().chain(&mut event.data).for_each(&mut *visit);
    }
    abi.errors.iter_mut().flat_map(|error| &mut error.fields).for_each(&mut *visit);
    for definition in &mut abi.types {
        match &mut definition.shape {
            Shape::Struct(fields) => fields.iter_mut().for_each(&mut *visit),
            Shape::Enum(variants) => {
                variants.iter_mut().flat_map(|case| &mut case.fields).for_each(&mut *visit);
            }
            Shape::Alias { .. } => {}
        }
    }
}

/// A role.
pub fn role(name: &str, doc: &str) -> Role {
    Role { name: name.into(), doc: doc.into() }
}

fn plain(name: &str, kind: Type) -> Field {
    Field { name: name.into(), kind, meaning: Meaning::default() }
}

/// `weal_types::receipt::CallError`.
pub(crate) fn call_error(types: &mut Types) -> Type {
    types.named("CallError", |types| {
        let fields = vec![
            plain("contract", Type::ContractId),
            plain("method", Type::String),
            plain("kind", failure_kind(types)),
        ];
        let doc = "How a call to another contract failed; the contract named may lie below it.";
        definition("CallError", doc, Shape::Struct(fields))
    })
}

/// `weal_types::receipt::FailureKind`, whose bytes a test compares.
pub(crate) fn failure_kind(types: &mut Types) -> Type {
    const BARE: [(u8, &str); 17] = [
        (2, "OutOfGas"),
        (4, "StackOverflow"),
        (5, "CallDepth"),
        (6, "Reentry"),
        (7, "NoContract"),
        (8, "Paused"),
        (9, "CodeNotReady"),
        (10, "UnknownMethod"),
        (11, "BadArguments"),
        (12, "AttachedRefused"),
        (13, "InsufficientBalance"),
        (14, "WriteInQuery"),
        (15, "BadHostCall"),
        (16, "LimitExceeded"),
        (17, "SpendLimit"),
        (18, "Unauthorised"),
        (19, "MemoryLimit"),
    ];
    types.named("FailureKind", |types| {
        let revert = vec![plain("code", Type::U32), plain("payload", Type::Bytes)];
        let trap = vec![plain("kind", trap_kind(types))];
        let mut variants = vec![
            variant("Revert", 0, "The contract refused.", revert),
            variant("Panic", 1, "The contract panicked.", vec![plain("location", Type::Bytes)]),
            variant("Trap", 3, "The module did what WebAssembly forbids.", trap),
        ];
        variants.extend(BARE.map(|(index, name)| variant(name, index, "", vec![])));
        variants.sort_by_key(|variant| variant.index);
        definition("FailureKind", "How a frame failed.", Shape::Enum(variants))
    })
}

/// `weal_types::receipt::TrapKind`.
pub(crate) fn trap_kind(types: &mut Types) -> Type {
    const NAMES: [&str; 7] = [
        "Unreachable",
        "MemoryOutOfBounds",
        "TableOutOfBounds",
        "NullFunction",
        "BadSignature",
        "IntegerOverflow",
        "DivisionByZero",
    ];
    types.named("TrapKind", |_| {
        let variants = (0..).zip(NAMES).map(|(index, name)| variant(name, index, "", vec![]));
        definition("TrapKind", "What WebAssembly forbade.", Shape::Enum(variants.collect()))
    })
}
