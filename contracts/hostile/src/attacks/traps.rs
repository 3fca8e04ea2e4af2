//! Traps of each kind, after burning as many rounds as the argument says: a trap must cost all gas
//! of its frame, whatever the engine still remembers of it.

use super::gas::burn_then;

/// Must end in `Trap(Unreachable)`.
pub fn unreachable() -> Vec<u8> {
    burn_then("(unreachable)")
}

/// Must end in `Trap(DivisionByZero)`.
pub fn division_by_zero() -> Vec<u8> {
    burn_then("(drop (i64.div_u (i64.const 1) (local.get $rounds)))")
}

/// Must end in `Trap(DivisionByZero)`.
pub fn remainder_by_zero() -> Vec<u8> {
    burn_then("(drop (i64.rem_s (i64.const 1) (local.get $rounds)))")
}

/// Divides the smallest number by -1. Must end in `Trap(IntegerOverflow)`.
pub fn division_overflow() -> Vec<u8> {
    burn_then(
        "(drop (i64.div_s (i64.const -9223372036854775808)
                          (i64.sub (local.get $rounds) (i64.const 1))))",
    )
}

/// Reads the last byte of memory and the one after. Must end in `Trap(MemoryOutOfBounds)`.
pub fn load_out_of_bounds() -> Vec<u8> {
    burn_then("(drop (i32.load16_u (i32.const 65535)))")
}

/// Writes where pointer and offset sum up to almost 8 GiB. Must end in `Trap(MemoryOutOfBounds)`.
pub fn store_out_of_bounds() -> Vec<u8> {
    burn_then("(i64.store offset=4294967295 (i32.const -1) (local.get $rounds))")
}

/// Fills memory beyond its end. Must end in `Trap(MemoryOutOfBounds)`.
pub fn fill_out_of_bounds() -> Vec<u8> {
    burn_then("(memory.fill (i32.const 65535) (i32.const 0) (i32.const 2))")
}

/// Calls through an empty table entry. Must end in `Trap(NullFunction)`.
pub fn null_function() -> Vec<u8> {
    burn_then("(call_indirect (type $plain) (i32.const 0))")
}

/// Calls a function of another signature through the table. Must end in `Trap(BadSignature)`.
pub fn bad_signature() -> Vec<u8> {
    burn_then("(call_indirect (type $plain) (i32.const 1))")
}

/// Calls beyond the end of the table. Must end in `Trap(TableOutOfBounds)`.
pub fn table_out_of_bounds() -> Vec<u8> {
    burn_then("(call_indirect (type $plain) (i32.const 2))")
}
