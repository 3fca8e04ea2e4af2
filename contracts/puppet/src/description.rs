//! The ABI document.

use weal_types::abi::{
    Abi, AssetRef, Auth, ErrorCase, Event, FORMAT, Field, Layout, Meaning, Method, MethodKind, Type,
};

fn method(name: &str, kind: MethodKind, reentrant: bool) -> Method {
    Method {
        name: name.into(),
        kind,
        doc: "Does what the script says; returns what its steps appended.".into(),
        intent: String::new(),
        auth: Auth::Anyone,
        accepts: if kind == MethodKind::Call { vec![AssetRef::Any] } else { vec![] },
        reentrant,
        args: vec![Field { name: "script".into(), kind: Type::Bytes, meaning: Meaning::default() }],
        ok: Type::Bytes,
        errors: vec![1],
        emits: vec!["Said".into()],
        calls_out: vec![],
    }
}

/// What the contract says of itself.
pub fn abi() -> Abi {
    Abi {
        format: FORMAT,
        contract: "Puppet".into(),
        doc: "Does what it is told.".into(),
        layout: Layout { version: 1, hash: [0; 32] },
        methods: vec![
            method("run", MethodKind::Call, false),
            method("run_again", MethodKind::Call, true),
            method("ask", MethodKind::Query, false),
        ],
        events: vec![Event {
            name: "Said".into(),
            doc: "Told to.".into(),
            topics: vec![],
            data: vec![Field {
                name: "bytes".into(),
                kind: Type::Bytes,
                meaning: Meaning::default(),
            }],
        }],
        errors: vec![ErrorCase {
            code: 1,
            name: "CallFailed".into(),
            message: "A call failed, and the script says to pass that on.".into(),
            fields: vec![],
        }],
        roles: vec![],
        types: vec![],
    }
}
