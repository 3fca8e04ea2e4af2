//! Attacks on gas: work that nobody pays for, and gas of others.

use weal_types::abi::{MethodKind, Type};

use super::calls::{self, ask_self};
use crate::assemble::{abi, contract, contract_with, field, method};

/// Runs for ever. Must run out of gas.
pub fn infinite_loop() -> Vec<u8> {
    contract(&[], "(loop (br 0))")
}

/// Runs for ever in host calls that do next to nothing. Must run out of gas.
pub fn host_call_loop() -> Vec<u8> {
    contract(&["gas_left"], "(loop (drop (call $gas_left)) (br 0))")
}

/// Branches for ever through a `br_table`, the costliest of the cheap instructions. Must run out of
/// gas.
pub fn branch_loop() -> Vec<u8> {
    contract(
        &[],
        "(local i32) (loop (block (block (block (br_table 0 1 2
         (i32.and (local.get 0) (i32.const 3))))))
           (local.set 0 (i32.add (local.get 0) (i32.const 1))) (br 0))",
    )
}

/// Divides for ever, the slowest arithmetic. Must run out of gas.
pub fn division_loop() -> Vec<u8> {
    contract(
        &[],
        "(local i64) (local.set 0 (i64.const -1))
         (loop (local.set 0 (i64.div_u (i64.const -2) (i64.or (local.get 0) (i64.const 1))))
         (br 0))",
    )
}

/// Gives a callee a cap of gas, lets it burn all of it, and catches the failure. Only the cap may
/// be gone: the contract checks what is left and fails if more was taken. Must be applied.
pub fn theft_within_cap() -> Vec<u8> {
    theft(1_000_000, "(if (i64.gt_u (local.get $used) (i64.const 1100000)) (then (unreachable)))")
}

/// Gives a callee more gas than there is, lets it burn all of it, and goes on. Must run out of gas.
pub fn theft_of_everything() -> Vec<u8> {
    theft(u64::MAX, "(loop (br 0))")
}

/// Calls its own method `burn` with `cap` of gas, demands that it ran out, and goes on with `then`,
/// which finds the gas used by the call in `$used`.
fn theft(cap: u64, then: &str) -> Vec<u8> {
    let abi = abi(vec![
        method("run", MethodKind::Call, Vec::new(), true),
        method("burn", MethodKind::Call, Vec::new(), true),
    ]);
    let request = ask_self("burn", cap);
    let (error_kind, out_of_gas) = (calls::kind_offset("burn"), calls::OUT_OF_GAS);
    contract_with(
        &abi,
        &["context", "call", "gas_left"],
        &format!(
            r#"{request}
            (func (export "weal.burn") (loop (br 0)))
            (func (export "weal.run") (local $used i64)
              (local.set $used (call $gas_left))
              (call $ask_self)
              (local.set $used (i64.sub (local.get $used) (call $gas_left)))
              (if (i32.ne (i32.load8_u (i32.const {answer})) (i32.const 1)) (then (unreachable)))
              (if (i32.ne (i32.load8_u (i32.const {at})) (i32.const {out_of_gas}))
                (then (unreachable)))
              {then})"#,
            answer = calls::ANSWER,
            at = calls::ANSWER + error_kind,
        ),
    )
}

/// Burns as many rounds as its argument says, then returns. Used by tests of gas; must be applied.
pub fn burn_and_return() -> Vec<u8> {
    burn_then("")
}

/// A contract that burns rounds of a loop by its argument, a `u64`, and then does `last`.
pub(crate) fn burn_then(last: &str) -> Vec<u8> {
    let rounds = vec![field("rounds", Type::U64)];
    contract_with(
        &abi(vec![method("run", MethodKind::Call, rounds, false)]),
        &["args"],
        &format!(
            r#"(table 2 funcref) (elem (i32.const 1) $other) (type $plain (func))
            (func $other (param i32) (result i32) (local.get 0))
            (func (export "weal.run") (local $rounds i64)
              (drop (call $args (i32.const 0) (i32.const 8)))
              (local.set $rounds (i64.load (i32.const 0)))
              (block $done (loop $again
                (br_if $done (i64.eqz (local.get $rounds)))
                (local.set $rounds (i64.sub (local.get $rounds) (i64.const 1)))
                (br $again)))
              {last})"#
        ),
    )
}
