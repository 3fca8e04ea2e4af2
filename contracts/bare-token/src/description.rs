//! The ABI document.

use weal_types::abi::{
    Abi, Auth, ErrorCase, Event, FORMAT, Field, Layout, Meaning, Method, MethodKind, Type,
};

use crate::{INSUFFICIENT, OVERFLOW};

fn field(name: &str, kind: Type) -> Field {
    Field { name: name.into(), kind, meaning: Meaning::default() }
}

fn method(name: &str, kind: MethodKind, doc: &str, args: Vec<Field>, ok: Type) -> Method {
    let writes = kind == MethodKind::Call;
    Method {
        name: name.into(),
        kind,
        doc: doc.into(),
        intent: String::new(),
        auth: Auth::Anyone,
        accepts: vec![],
        reentrant: false,
        args,
        ok,
        errors: if writes { vec![INSUFFICIENT, OVERFLOW] } else { vec![] },
        emits: if writes { vec!["Transferred".into()] } else { vec![] },
        calls_out: vec![],
    }
}

/// What the contract says of itself.
pub fn abi() -> Abi {
    Abi {
        format: FORMAT,
        contract: "BareToken".into(),
        doc: "A token with a fixed supply.".into(),
        layout: Layout { version: 1, hash: [0; 32] },
        methods: vec![
            method(
                "init",
                MethodKind::Init,
                "Gives the whole supply to the deployer.",
                vec![field("supply", Type::U128)],
                Type::Unit,
            ),
            method(
                "transfer",
                MethodKind::Call,
                "Sends part of the caller's balance.",
                vec![field("to", Type::AccountId), field("amount", Type::U128)],
                Type::Unit,
            ),
            method(
                "balance",
                MethodKind::Query,
                "What an account holds.",
                vec![field("account", Type::AccountId)],
                Type::U128,
            ),
        ],
        events: vec![Event {
            name: "Transferred".into(),
            doc: "Tokens moved.".into(),
            topics: vec![field("from", Type::AccountId), field("to", Type::AccountId)],
            data: vec![field("amount", Type::U128)],
        }],
        errors: vec![
            ErrorCase {
                code: INSUFFICIENT,
                name: "Insufficient".into(),
                message: "The caller holds less than it sends.".into(),
                fields: vec![],
            },
            ErrorCase {
                code: OVERFLOW,
                name: "Overflow".into(),
                message: "The receiver would hold too much.".into(),
                fields: vec![],
            },
        ],
        roles: vec![],
        types: vec![],
    }
}
