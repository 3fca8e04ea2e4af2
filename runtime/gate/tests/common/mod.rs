//! Modules to test with.

#![allow(dead_code, reason = "each test uses its part")]

pub mod bytes;
pub mod place;

use weal_gate::{ChainProfile, CheckedModule, Refusal, check, embed_abi};
use weal_types::abi::{Abi, Auth, FORMAT, Layout, Method, MethodKind, Type};

pub const CHAIN: ChainProfile = ChainProfile { devnet: false };

/// A document with these methods, without arguments and results.
pub fn abi(methods: &[&str]) -> Abi {
    let method = |name: &&str| Method {
        name: (*name).into(),
        kind: MethodKind::Call,
        doc: String::new(),
        intent: String::new(),
        auth: Auth::Anyone,
        accepts: Vec::new(),
        reentrant: false,
        args: Vec::new(),
        ok: Type::Unit,
        errors: Vec::new(),
        emits: Vec::new(),
        calls_out: Vec::new(),
    };
    Abi {
        format: FORMAT,
        contract: "Test".into(),
        doc: String::new(),
        layout: Layout { version: 1, hash: [0; 32] },
        methods: methods.iter().map(method).collect(),
        events: Vec::new(),
        errors: Vec::new(),
        roles: Vec::new(),
        types: Vec::new(),
    }
}

/// A module with memory, the method `run` and `fields` besides.
pub fn contract(fields: &str) -> Vec<u8> {
    let text =
        format!(r#"(module {fields} (memory (export "memory") 1) (func (export "weal.run")))"#);
    with_abi(&text, &["run"])
}

/// A module whose method `run` has this body. It is the only function.
pub fn running(body: &str) -> Vec<u8> {
    let text =
        format!(r#"(module (memory (export "memory") 1) (func (export "weal.run") {body}))"#);
    with_abi(&text, &["run"])
}

/// A module like a compiler's, of 2 KiB.
pub fn token() -> Vec<u8> {
    with_abi(include_str!("token.wat"), &["mint", "burn", "supply", "kind"])
}

/// The module of a text, with an ABI of these methods.
pub fn with_abi(text: &str, methods: &[&str]) -> Vec<u8> {
    embed_abi(&wat::parse_str(text).unwrap(), &abi(methods))
}

pub fn gate(module: &[u8]) -> Result<CheckedModule, Refusal> {
    check(module, CHAIN)
}
