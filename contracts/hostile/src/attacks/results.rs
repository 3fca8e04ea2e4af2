//! Results and reasons that are too large.

use crate::assemble::contract;

/// Returns a byte more than allowed. Must end in `LimitExceeded`.
pub fn huge_return() -> Vec<u8> {
    contract(
        &["ret"],
        "(drop (memory.grow (i32.const 1))) (call $ret (i32.const 0) (i32.const 65537))",
    )
}

/// Reverts with a byte more than allowed. Must end in `LimitExceeded`.
pub fn huge_revert() -> Vec<u8> {
    contract(&["revert"], "(call $revert (i32.const 1) (i32.const 0) (i32.const 1025))")
}

/// Panics with a megabyte. Must end in `LimitExceeded`.
pub fn huge_panic() -> Vec<u8> {
    contract(
        &["panic"],
        "(drop (memory.grow (i32.const 16))) (call $panic (i32.const 0) (i32.const 1048576))",
    )
}

/// Panics with bytes that are no text. Must end in `Panic` with these bytes, or be refused; nothing
/// may break.
pub fn panic_without_text() -> Vec<u8> {
    contract(
        &["panic"],
        "(i32.store (i32.const 0) (i32.const -1)) (call $panic (i32.const 0) (i32.const 4))",
    )
}

/// Reverts, and goes on as if `revert` had returned. Must end in the revert.
pub fn life_after_revert() -> Vec<u8> {
    contract(&["revert"], "(call $revert (i32.const 7) (i32.const 0) (i32.const 0)) (loop (br 0))")
}
