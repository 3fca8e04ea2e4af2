//! Bulk instructions that move MiBs for the price of one instruction.

use crate::assemble::contract;

/// Copies 2 MiB for ever. Must run out of gas.
pub fn copy_loop() -> Vec<u8> {
    with_all_memory("(memory.copy (i32.const 0) (i32.const 2097152) (i32.const 2097152))")
}

/// Copies 2 MiB onto themselves, one byte further, for ever. Must run out of gas.
pub fn overlapping_copy_loop() -> Vec<u8> {
    with_all_memory("(memory.copy (i32.const 1) (i32.const 0) (i32.const 2097152))")
}

/// Fills 4 MiB for ever. Must run out of gas.
pub fn fill_loop() -> Vec<u8> {
    with_all_memory("(memory.fill (i32.const 0) (i32.const 170) (i32.const 4194304))")
}

/// Copies nothing for ever: each call of the host's copy routine costs time. Must run out of gas.
pub fn empty_copy_loop() -> Vec<u8> {
    with_all_memory("(memory.copy (i32.const 0) (i32.const 0) (i32.const 0))")
}

/// Copies 4 GiB, which is out of bounds, in the hope that bytes are paid for afterwards or counted
/// in 32 bits. Must run out of gas or end in a memory trap.
pub fn copy_of_everything() -> Vec<u8> {
    with_all_memory("(memory.copy (i32.const 0) (i32.const 0) (i32.const -1))")
}

fn with_all_memory(instruction: &str) -> Vec<u8> {
    contract(&[], &format!("(drop (memory.grow (i32.const 63))) (loop {instruction} (br 0))"))
}
