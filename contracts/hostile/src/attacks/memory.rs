//! Attacks on memory: more than allowed, and pages that nobody pays for.

use crate::assemble::{contract, run_abi, whole};

/// Grows memory page by page until it is refused, and demands that this happens at 64 pages. Must
/// be applied.
pub fn grow_to_the_limit() -> Vec<u8> {
    contract(
        &[],
        "(loop (br_if 0 (i32.ne (memory.grow (i32.const 1)) (i32.const -1))))
         (if (i32.ne (memory.size) (i32.const 64)) (then (unreachable)))",
    )
}

/// Grows memory by 4 GiB at once, which must be refused without harm. Must be applied.
pub fn grow_at_once() -> Vec<u8> {
    contract(
        &[],
        "(if (i32.ne (memory.grow (i32.const 65535)) (i32.const -1)) (then (unreachable)))",
    )
}

/// Grows beyond what it declares itself, which must be refused without harm. Must be applied.
pub fn grow_past_own() -> Vec<u8> {
    whole(
        r#"(module (memory (export "memory") 1 2) (func (export "weal.run")
             (if (i32.ne (memory.grow (i32.const 1)) (i32.const 1)) (then (unreachable)))
             (if (i32.ne (memory.grow (i32.const 1)) (i32.const -1)) (then (unreachable)))))"#,
        &run_abi(),
    )
}

/// Grows by nothing and by too much for ever. Must run out of gas.
pub fn grow_loop() -> Vec<u8> {
    contract(
        &[],
        "(loop (drop (memory.grow (i32.const 0))) (drop (memory.grow (i32.const 65))) (br 0))",
    )
}

/// Takes all memory and touches a byte of each page for ever. Must run out of gas.
pub fn touch_loop() -> Vec<u8> {
    contract(
        &[],
        "(local i32) (drop (memory.grow (i32.const 63)))
         (loop
           (i32.store8 (local.get 0) (i32.const 1))
           (local.set 0 (i32.and (i32.add (local.get 0) (i32.const 4096)) (i32.const 4194303)))
           (br 0))",
    )
}

/// Starts with more memory than a module may. The gate must refuse it.
pub fn initial_memory() -> Vec<u8> {
    with_memory("17")
}

/// Declares a larger maximum than a module may. The gate must refuse it.
pub fn maximum_memory() -> Vec<u8> {
    with_memory("1 65")
}

/// Has two memories. The gate must refuse it.
pub fn two_memories() -> Vec<u8> {
    whole(
        r#"(module (memory (export "memory") 1) (memory 1) (func (export "weal.run")))"#,
        &run_abi(),
    )
}

/// Has a memory that is addressed with 64 bits. The gate must refuse it.
pub fn memory64() -> Vec<u8> {
    with_memory("i64 1")
}

fn with_memory(limits: &str) -> Vec<u8> {
    whole(
        &format!(r#"(module (memory (export "memory") {limits}) (func (export "weal.run")))"#),
        &run_abi(),
    )
}
