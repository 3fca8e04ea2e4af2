//! Attacks on storage.

use crate::assemble::contract;

/// Writes under a key of 257 bytes. Must end in `LimitExceeded`.
pub fn long_key() -> Vec<u8> {
    contract(&["put"], "(call $put (i32.const 0) (i32.const 257) (i32.const 0) (i32.const 1))")
}

/// Looks for a key of 257 bytes. Must end in `LimitExceeded`.
pub fn long_key_read() -> Vec<u8> {
    contract(
        &["get"],
        "(drop (call $get (i32.const 0) (i32.const 257) (i32.const 0) (i32.const 1)))",
    )
}

/// Writes a value of more than a megabyte. Must end in `LimitExceeded`, or out of gas before.
pub fn long_value() -> Vec<u8> {
    contract(
        &["put"],
        "(drop (memory.grow (i32.const 16)))
         (call $put (i32.const 0) (i32.const 1) (i32.const 0) (i32.const 1048577))",
    )
}

/// Writes new keys for ever. Must run out of gas.
pub fn key_flood() -> Vec<u8> {
    contract(
        &["put"],
        "(loop
           (i32.store (i32.const 0) (i32.add (i32.load (i32.const 0)) (i32.const 1)))
           (call $put (i32.const 0) (i32.const 4) (i32.const 0) (i32.const 1024))
           (br 0))",
    )
}

/// Writes and removes one key for ever, in the hope of being paid for it. Must run out of gas.
pub fn churn() -> Vec<u8> {
    contract(
        &["put", "remove"],
        "(loop
           (call $put (i32.const 0) (i32.const 4) (i32.const 0) (i32.const 64))
           (call $remove (i32.const 0) (i32.const 4))
           (br 0))",
    )
}

/// Asks for ranges of 4 billion entries for ever. Must run out of gas.
pub fn range_flood() -> Vec<u8> {
    contract(
        &["range"],
        "(loop
           (drop (call $range (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0)
                              (i32.const 0) (i32.const -1) (i32.const 0) (i32.const 0)))
           (br 0))",
    )
}
