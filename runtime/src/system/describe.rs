//! Short words for writing ABI documents.
//!
//! Types are given as text, the way documents show them. A text that is no type becomes a reference
//! to a type of that name, which the document does not declare, so [`Abi::check`] refuses it by
//! name: the tests run it.

use weal_types::abi::{
    Abi, AssetRef, Auth, ErrorCase, Event, FORMAT, Field, Layout, Meaning, Method, MethodKind,
    Role, Shape, Type, TypeDefinition, Unit, Variant,
};

use super::PAGE_ENTRIES;

/// An empty document. The storage of system contracts changes with releases of the node and not by
/// upgrades, so its layout has no hash.
pub(super) fn document(contract: &str, doc: &str) -> Abi {
    Abi {
        format: FORMAT,
        contract: contract.into(),
        doc: doc.into(),
        layout: Layout { version: 1, hash: [0; 32] },
        methods: Vec::new(),
        events: Vec::new(),
        errors: Vec::new(),
        roles: Vec::new(),
        types: Vec::new(),
    }
}

/// A method that writes.
pub(super) fn call(name: &str, auth: Auth, intent: &str, doc: &str) -> Method {
    Method {
        name: name.into(),
        kind: MethodKind::Call,
        doc: doc.into(),
        intent: intent.into(),
        auth,
        accepts: Vec::new(),
        reentrant: true,
        args: Vec::new(),
        ok: Type::Unit,
        errors: Vec::new(),
        emits: Vec::new(),
        calls_out: Vec::new(),
    }
}

/// A method that reads.
pub(super) fn query(name: &str, ok: &str, doc: &str) -> Method {
    Method { kind: MethodKind::Query, ..call(name, Auth::Anyone, "", doc) }.returns(ok)
}

/// The other parts of a method.
pub(super) trait MethodExt: Sized {
    fn takes(self, args: impl IntoIterator<Item = Field>) -> Self;
    fn returns(self, ok: &str) -> Self;
    fn accepts_any(self) -> Self;
    fn refuses(self, codes: &[u32]) -> Self;
    fn emits(self, event: &str) -> Self;
}

impl MethodExt for Method {
    fn takes(mut self, args: impl IntoIterator<Item = Field>) -> Self {
        self.args = args.into_iter().collect();
        self
    }

    fn returns(mut self, ok: &str) -> Self {
        self.ok = kind(ok);
        self
    }

    fn accepts_any(mut self) -> Self {
        self.accepts = vec![AssetRef::Any];
        self
    }

    fn refuses(mut self, codes: &[u32]) -> Self {
        self.errors = codes.to_vec();
        self
    }

    fn emits(mut self, event: &str) -> Self {
        self.emits = vec![event.into()];
        self
    }
}

/// A rule of authority in words.
pub(super) fn rule(text: &str) -> Auth {
    Auth::Rule(text.into())
}

/// A type as text.
pub(super) fn kind(text: &str) -> Type {
    text.parse().unwrap_or_else(|_| Type::Named(text.into()))
}

/// A field without meaning.
pub(super) fn field(name: &str, kind_text: &str) -> Field {
    Field { name: name.into(), kind: kind(kind_text), meaning: Meaning::default() }
}

/// What a person reads at a field.
pub(super) trait FieldExt: Sized {
    fn label(self, text: &str) -> Self;
    fn doc(self, text: &str) -> Self;
    fn unit(self, unit: Unit) -> Self;
    fn between(self, min: u128, max: u128) -> Self;
    fn example(self, json: &str) -> Self;
}

impl FieldExt for Field {
    fn label(mut self, text: &str) -> Self {
        self.meaning.label = text.into();
        self
    }

    fn doc(mut self, text: &str) -> Self {
        self.meaning.doc = text.into();
        self
    }

    fn unit(mut self, unit: Unit) -> Self {
        self.meaning.unit = Some(unit);
        self
    }

    fn between(mut self, min: u128, max: u128) -> Self {
        self.meaning.min = Some(min);
        self.meaning.max = Some(max);
        self
    }

    fn example(mut self, json: &str) -> Self {
        self.meaning.example = json.into();
        self
    }
}

/// The version byte at the start of a record.
pub(super) fn version() -> Field {
    field("version", "u8").doc("Format of the record.").between(1, 1)
}

/// The arguments of a query that gives a page of a listing by id.
pub(super) fn page(id: &str) -> [Field; 2] {
    [
        field("after", &format!("Option<{id}>"))
            .label("After")
            .doc("The last id of the page before; none for the first page."),
        field("limit", "u16")
            .label("At most")
            .doc("Entries of the page.")
            .between(0, PAGE_ENTRIES.into()),
    ]
}

/// A point in time.
pub(super) fn time(name: &str) -> Field {
    field(name, "TimeMs").unit(Unit::Timestamp)
}

/// An event: the fields by which it is indexed, and the others.
pub(super) fn event(
    name: &str,
    doc: &str,
    topics: impl IntoIterator<Item = Field>,
    data: impl IntoIterator<Item = Field>,
) -> Event {
    Event {
        name: name.into(),
        doc: doc.into(),
        topics: topics.into_iter().collect(),
        data: data.into_iter().collect(),
    }
}

/// A way to refuse.
pub(super) fn error(
    code: u32,
    name: &str,
    message: &str,
    fields: impl IntoIterator<Item = Field>,
) -> ErrorCase {
    ErrorCase {
        code,
        name: name.into(),
        message: message.into(),
        fields: fields.into_iter().collect(),
    }
}

/// A role.
pub(super) fn role(name: &str, doc: &str) -> Role {
    Role { name: name.into(), doc: doc.into() }
}

/// A named struct.
pub(super) fn structure(
    name: &str,
    doc: &str,
    fields: impl IntoIterator<Item = Field>,
) -> TypeDefinition {
    let shape = Shape::Struct(fields.into_iter().collect());
    TypeDefinition { name: name.into(), doc: doc.into(), shape }
}

/// A named enum; variants are numbered from zero.
pub(super) fn choice(
    name: &str,
    doc: &str,
    variants: impl IntoIterator<Item = Variant>,
) -> TypeDefinition {
    let numbered = (0..=u8::MAX).zip(variants).map(|(index, variant)| Variant { index, ..variant });
    TypeDefinition { name: name.into(), doc: doc.into(), shape: Shape::Enum(numbered.collect()) }
}

/// A case of a [`choice`].
pub(super) fn variant(name: &str, doc: &str, fields: impl IntoIterator<Item = Field>) -> Variant {
    Variant { name: name.into(), index: 0, doc: doc.into(), fields: fields.into_iter().collect() }
}
