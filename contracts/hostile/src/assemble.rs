//! What every hostile module needs: an ABI, a memory, imports as the host declares them.

use weal_gate::embed_abi;
use weal_types::{
    abi::{Abi, Auth, Event, FORMAT, Field, Layout, Meaning, Method, MethodKind, Type},
    host::{HostFunction, ValueType, host_function},
};

/// The method of modules that have one.
pub(crate) const RUN: &str = "run";

/// The event that modules may emit: no topics, bytes as data.
pub(crate) const EVENT: &str = "Noise";

/// A method without result.
pub(crate) fn method(name: &str, kind: MethodKind, args: Vec<Field>, reentrant: bool) -> Method {
    Method {
        name: name.into(),
        kind,
        doc: String::new(),
        intent: String::new(),
        auth: Auth::Anyone,
        accepts: Vec::new(),
        reentrant,
        args,
        ok: Type::Unit,
        errors: Vec::new(),
        emits: Vec::new(),
        calls_out: Vec::new(),
    }
}

/// An argument or a field.
pub(crate) fn field(name: &str, kind: Type) -> Field {
    Field { name: name.into(), kind, meaning: Meaning::default() }
}

/// A document of these methods.
pub(crate) fn abi(methods: Vec<Method>) -> Abi {
    Abi {
        format: FORMAT,
        contract: "Hostile".into(),
        doc: "Attacks its host.".into(),
        layout: Layout { version: 1, hash: [0; 32] },
        methods,
        events: vec![Event {
            name: EVENT.into(),
            doc: String::new(),
            topics: Vec::new(),
            data: vec![field("data", Type::Bytes)],
        }],
        errors: Vec::new(),
        roles: Vec::new(),
        types: Vec::new(),
    }
}

/// The document of a module with [`RUN`] alone.
pub(crate) fn run_abi() -> Abi {
    abi(vec![method(RUN, MethodKind::Call, Vec::new(), false)])
}

/// Assembles a text that is a whole module, and embeds `abi`.
pub(crate) fn whole(text: &str, abi: &Abi) -> Vec<u8> {
    let module = wat::parse_str(text).unwrap_or_else(|error| panic!("{error}\n{text}"));
    embed_abi(&module, abi)
}

/// A module of these host functions and `fields`, one page of memory, and `abi`.
pub(crate) fn contract_with(abi: &Abi, imports: &[&str], fields: &str) -> Vec<u8> {
    let imports: String = imports.iter().map(|name| import(name)).collect();
    whole(&format!("(module {imports} (memory (export \"memory\") 1) {fields})"), abi)
}

/// A module whose method [`RUN`] has this body.
pub(crate) fn contract(imports: &[&str], body: &str) -> Vec<u8> {
    contract_with(&run_abi(), imports, &format!("(func (export \"weal.run\") {body})"))
}

/// A text module with `fields` and an empty [`RUN`].
pub(crate) fn idle(fields: &str) -> Vec<u8> {
    let text =
        format!("(module {fields} (memory (export \"memory\") 1) (func (export \"weal.run\")))");
    whole(&text, &run_abi())
}

/// Imports a host function under its own name.
fn import(name: &str) -> String {
    let row = row(name);
    let params: String =
        row.params.iter().map(|(_, kind)| format!(" (param {})", text(*kind))).collect();
    let result = row.result.map(|kind| format!(" (result {})", text(kind))).unwrap_or_default();
    format!("(import \"weal\" \"{name}\" (func ${name}{params}{result}))\n")
}

/// The host's row of a function.
pub(crate) fn row(name: &str) -> &'static HostFunction {
    host_function(name).unwrap_or_else(|| panic!("the host has no function {name}"))
}

fn text(kind: ValueType) -> &'static str {
    match kind {
        ValueType::I32 => "i32",
        ValueType::I64 => "i64",
    }
}

/// Bytes as the content of a text literal.
pub(crate) fn literal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("\\{byte:02x}")).collect()
}
