//! Attacks on the native stack from within one module.

use crate::assemble::{contract_with, run_abi};

/// Calls itself for ever in the smallest frame there is. Must end in `StackOverflow`.
pub fn small_frames() -> Vec<u8> {
    overflowing("(func $f (call $f))")
}

/// Calls itself with 256 values in locals and 200 on the operand stack. Must end in
/// `StackOverflow`, long before the native stack ends.
pub fn large_frames() -> Vec<u8> {
    let load = |at: u32| format!("(i64.load offset={} (i32.const 0))", at * 8);
    let sets: String =
        (0..256).map(|local| format!("(local.set {local} {})", load(local))).collect();
    let operands: String = (256..456).map(load).collect();
    let sums = "(i64.add)".repeat(199);
    let stores: String = (0..256)
        .map(|local| format!("(i64.store offset={} (i32.const 0) (local.get {local}))", local * 8))
        .collect();
    overflowing(&format!(
        "(func $f (local {}) {sets} (i32.const 0) {operands} (call $f) {sums} (i64.store) \
         {stores})",
        "i64 ".repeat(256),
    ))
}

/// Calls itself in a frame whose size the instructions do not show: hundreds of products are
/// computed before the call and the same products after it, so a compiler keeps them across the
/// call. Must end in `StackOverflow`, long before the native stack ends.
pub fn hidden_frames() -> Vec<u8> {
    let products = |out: &str| -> String {
        (0..1_000)
            .map(|at| {
                format!(
                    "(local.set {out} (i64.xor (local.get {out})
                       (i64.mul (local.get 0) (i64.const {}))))",
                    1_000_003 + 2 * at
                )
            })
            .collect()
    };
    overflowing(&format!(
        "(func $f (local i64 i64) (local.set 0 (i64.load (i32.const 0)))
           {before} (i64.store (i32.const 8) (local.get 1)) (call $f)
           {after} (i64.store (i32.const 16) (local.get 1)))",
        before = products("1"),
        after = products("1"),
    ))
}

/// Two functions call each other through the table for ever. Must end in `StackOverflow`.
pub fn indirect() -> Vec<u8> {
    overflowing(
        "(table 1 funcref) (elem (i32.const 0) $g) (type $plain (func))
         (func $f (call_indirect (type $plain) (i32.const 0))) (func $g (call $f))",
    )
}

/// Leaves functions early in every way there is, a million times, and then checks that it can still
/// go as deep as at the start: an exit that forgets to lower the counter would end in
/// `StackOverflow`. Must be applied.
pub fn early_exits() -> Vec<u8> {
    contract_with(
        &run_abi(),
        &[],
        r#"(func $exits (param i32) (result i32)
             (block $a (block $b (block $c
               (br_table $a $b $c $c (i32.and (local.get 0) (i32.const 3)))) (return (i32.const 1)))
               (br 1 (i32.const 2)))
             (i32.const 3))
           (func (export "weal.run") (local i32)
             (local.set 0 (i32.const 100000))
             (loop
               (drop (call $exits (local.get 0)))
               (br_if 0 (local.tee 0 (i32.sub (local.get 0) (i32.const 1))))))"#,
    )
}

/// A module with these fields, of which `$f` never returns.
fn overflowing(fields: &str) -> Vec<u8> {
    contract_with(&run_abi(), &[], &format!("{fields} (func (export \"weal.run\") (call $f))"))
}
