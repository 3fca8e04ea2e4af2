//! Queries that try to write. Each must end in `WriteInQuery`.

use weal_types::abi::MethodKind;

use super::calls::{self, ask_self};
use crate::assemble::{abi, contract_with, method};

/// The method of these modules.
pub(crate) const PEEK: &str = "peek";

/// Writes its storage.
pub fn put() -> Vec<u8> {
    query("put", "(call $put (i32.const 0) (i32.const 1) (i32.const 0) (i32.const 1))")
}

/// Removes from its storage.
pub fn remove() -> Vec<u8> {
    query("remove", "(call $remove (i32.const 0) (i32.const 1))")
}

/// Emits an event.
pub fn emit() -> Vec<u8> {
    query(
        "emit",
        "(i32.store8 (i32.const 8) (i32.const 65))
         (call $emit (i32.const 8) (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 0)
           (i32.const 1))",
    )
}

/// Sends money.
pub fn transfer() -> Vec<u8> {
    query("transfer", "(drop (call $transfer (i32.const 0) (i32.const 32) (i32.const 64)))")
}

/// Calls a method of itself that writes, in the hope that permission is not handed down. Ends in a
/// revert if the call was refused, which is right, and is applied if it was not.
pub fn through_a_call() -> Vec<u8> {
    let abi = abi(vec![
        method(PEEK, MethodKind::Query, Vec::new(), true),
        method("write", MethodKind::Call, Vec::new(), true),
    ]);
    contract_with(
        &abi,
        &["context", "call", "put", "revert"],
        &format!(
            r#"{request}
            (func (export "weal.write")
              (call $put (i32.const 0) (i32.const 1) (i32.const 0) (i32.const 1)))
            (func (export "weal.peek")
              (call $ask_self)
              (if (i32.load8_u (i32.const {answer})) (then
                (call $revert (i32.add (i32.const 100) (i32.load8_u (i32.const {kind})))
                              (i32.const 0) (i32.const 0)))))"#,
            request = ask_self("write", u64::MAX),
            answer = calls::ANSWER,
            kind = calls::ANSWER + calls::kind_offset("write"),
        ),
    )
}

fn query(import: &str, body: &str) -> Vec<u8> {
    contract_with(
        &abi(vec![method(PEEK, MethodKind::Query, Vec::new(), false)]),
        &[import],
        &format!("(func (export \"weal.peek\") {body})"),
    )
}
