//! Instructions and types outside the profile. The gate must refuse each of these.

use crate::assemble::idle;

/// Adds floats, whose NaN bits differ between machines.
pub fn float_arithmetic() -> Vec<u8> {
    idle("(func (drop (f64.add (f64.const 1) (f64.const 2))))")
}

/// Converts an integer to a float and back.
pub fn float_conversion() -> Vec<u8> {
    idle("(func (drop (i32.trunc_sat_f32_s (f32.convert_i32_s (i32.const 7)))))")
}

/// Has a float parameter.
pub fn float_parameter() -> Vec<u8> {
    idle("(func (param f32))")
}

/// Has a float local.
pub fn float_local() -> Vec<u8> {
    idle("(func (local f64))")
}

/// Has a float global.
pub fn float_global() -> Vec<u8> {
    idle("(global f32 (f32.const 0))")
}

/// Adds vectors.
pub fn simd() -> Vec<u8> {
    idle("(func (drop (i32x4.add (v128.const i64x2 0 0) (v128.const i64x2 0 0))))")
}

/// Waits for another thread.
pub fn threads() -> Vec<u8> {
    idle("(func (drop (memory.atomic.wait32 (i32.const 0) (i32.const 0) (i64.const -1))))")
}

/// Calls in place of returning, which the stack counter does not see.
pub fn tail_call() -> Vec<u8> {
    idle("(func $f (return_call $f))")
}

/// Grows the table.
pub fn table_grow() -> Vec<u8> {
    idle("(table 1 funcref) (func (drop (table.grow (ref.null func) (i32.const 1))))")
}

/// Has a function with two results.
pub fn multi_value() -> Vec<u8> {
    idle("(func (result i32 i32) (i32.const 1) (i32.const 2))")
}

/// Has a block with a parameter.
pub fn block_parameter() -> Vec<u8> {
    idle("(func (i32.const 1) (block (param i32) (drop)))")
}

/// Throws an exception.
pub fn exception() -> Vec<u8> {
    idle("(tag $t) (func (throw $t))")
}
