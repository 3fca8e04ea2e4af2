//! Attacks through calls between contracts.

use parity_scale_codec::Encode;
use weal_types::{
    AccountId, ChainId, ContractId, Gas, Height, TimeMs,
    abi::MethodKind,
    codec::{Bounded, Bytes, Name},
    host::{CallContext, CallRequest},
    receipt::{CallError, FailureKind},
    transaction::Call,
};

use crate::assemble::{abi, contract_with, literal, method};

/// Where [`ask_self`] puts the answer of `call`.
pub(crate) const ANSWER: u32 = 4_096;

/// Where it puts the request.
const REQUEST: u32 = 1_024;

/// Where it puts the context.
const CONTEXT: u32 = 2_048;

/// The first byte of an encoded `FailureKind::OutOfGas`.
pub(crate) const OUT_OF_GAS: u8 = 2;

/// What [`passes_on`] adds to the first byte of an encoded failure to make an error code.
const CODE: u32 = 100;

/// Calls itself until calls are too deep. Must end in a revert that passes `CallDepth` on.
pub fn deep_calls() -> Vec<u8> {
    passes_on("run", true)
}

/// Calls a method of itself that does not allow re-entry. Must end in a revert that passes
/// `Reentry` on.
pub fn reentry() -> Vec<u8> {
    passes_on("run", false)
}

/// Calls a method that it does not have. Must end in a revert that passes `UnknownMethod` on.
pub fn unknown_method() -> Vec<u8> {
    passes_on("nothing", true)
}

/// Sends a call request that is no encoding of one. Must end in `BadHostCall`.
pub fn bad_request() -> Vec<u8> {
    crate::assemble::contract(
        &["call"],
        "(drop (call $call (i32.const 0) (i32.const 7) (i32.const 0) (i32.const 0)))",
    )
}

/// Whether a receipt shows a failure that [`passes_on`] has passed on.
pub(crate) fn passed_on(kind: &FailureKind, failure: &FailureKind) -> bool {
    let first = failure.encode().first().copied().unwrap_or_default();
    matches!(kind, FailureKind::Revert { code, .. } if *code == CODE + u32::from(first))
}

/// Calls `callee` of itself. If that fails, it reverts with a code for the failure, or with the
/// callee's code if it reverted.
fn passes_on(callee: &str, reentrant: bool) -> Vec<u8> {
    let request = ask_self(callee, u64::MAX);
    let at = ANSWER + kind_offset(callee);
    contract_with(
        &abi(vec![method("run", MethodKind::Call, Vec::new(), reentrant)]),
        &["context", "call", "revert"],
        &format!(
            r#"{request}
            (func (export "weal.run") (local $code i32)
              (call $ask_self)
              (if (i32.load8_u (i32.const {ANSWER})) (then
                (local.set $code (i32.load8_u (i32.const {at})))
                (call $revert
                  (select (i32.load (i32.const {code_at}))
                          (i32.add (local.get $code) (i32.const {CODE}))
                          (i32.eqz (local.get $code)))
                  (i32.const 0) (i32.const 0)))))"#,
            code_at = at + 1,
        ),
    )
}

/// Fields of a module that imports `context` and `call`: a function `$ask_self` that calls `method`
/// of the running contract with at most `gas`, and leaves the answer at [`ANSWER`].
pub(crate) fn ask_self(method: &str, gas: u64) -> String {
    let me = ContractId([0xee; 32]);
    let request = CallRequest {
        call: Call {
            to: me,
            method: name(method),
            args: Bytes::default(),
            attach: Bounded::default(),
        },
        gas: Gas(gas),
    };
    let context = CallContext {
        chain: ChainId([0; 32]),
        height: Height(0),
        time: TimeMs(0),
        caller: AccountId([0; 32]),
        contract: me,
        top_level: false,
    };
    let (request, context) = (request.encode(), context.encode());
    format!(
        r#"(data (i32.const {REQUEST}) "{data}")
        (func $ask_self
          (drop (call $context (i32.const {CONTEXT}) (i32.const 256)))
          (memory.copy (i32.const {to}) (i32.const {from}) (i32.const 32))
          (drop (call $call (i32.const {REQUEST}) (i32.const {length})
                            (i32.const {ANSWER}) (i32.const 2048))))"#,
        data = literal(&request),
        to = REQUEST + position(&request, &me),
        from = CONTEXT + position(&context, &me),
        length = request.len(),
    )
}

/// How far into the encoded answer of a failed call of `method` the kind of the failure begins.
pub(crate) fn kind_offset(method: &str) -> u32 {
    let error = CallError {
        contract: ContractId([0; 32]),
        method: name(method),
        kind: FailureKind::CallDepth,
    };
    // One byte says that it is an error; the kind is one byte long.
    error.encode().len() as u32
}

fn name(method: &str) -> Name {
    Name::new(method).unwrap_or_else(|_| panic!("{method} is no name"))
}

fn position(bytes: &[u8], id: &ContractId) -> u32 {
    let found = bytes.windows(id.0.len()).position(|window| window == id.0);
    found.unwrap_or_else(|| panic!("the encoding has no contract in it")) as u32
}
