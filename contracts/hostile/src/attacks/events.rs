//! Events that are too large, too many, or none.

use crate::assemble::{EVENT, contract_with, run_abi};

/// Emits an event with a byte more data than allowed. Must end in `LimitExceeded`.
pub fn too_large() -> Vec<u8> {
    emitting("(call $noise (i32.const 1) (i32.const 16385))")
}

/// Emits small events for ever. Must end in `LimitExceeded`, or out of gas before.
pub fn too_many() -> Vec<u8> {
    emitting("(loop (call $noise (i32.const 1) (i32.const 2)) (br 0))")
}

/// Emits large events until a receipt could not hold them. Must end in `LimitExceeded`, or out of
/// gas before.
pub fn too_much() -> Vec<u8> {
    emitting("(loop (call $noise (i32.const 1) (i32.const 16384)) (br 0))")
}

/// Emits an event with 5 topics. Must be refused as a bad host call or an exceeded limit.
pub fn too_many_topics() -> Vec<u8> {
    // A list of five empty byte strings.
    emitting(
        "(i32.store8 (i32.const 512) (i32.const 20)) (call $noise (i32.const 6) (i32.const 2))",
    )
}

/// Emits an event whose topics claim to be a list of 2^30. Must be refused as a bad host call or an
/// exceeded limit.
pub fn topics_bomb() -> Vec<u8> {
    emitting("(i32.store (i32.const 512) (i32.const -2)) (call $noise (i32.const 4) (i32.const 2))")
}

/// Emits an event whose name has a megabyte. Must be refused as a bad host call or an exceeded
/// limit.
pub fn long_name() -> Vec<u8> {
    emitting(
        "(drop (memory.grow (i32.const 20)))
         (call $emit (i32.const 0) (i32.const 1048576) (i32.const 512) (i32.const 1)
                     (i32.const 1024) (i32.const 1))",
    )
}

/// Emits an event whose name is no text. Must be refused as a bad host call.
pub fn name_without_text() -> Vec<u8> {
    emitting(
        "(i32.store (i32.const 300) (i32.const -1))
         (call $emit (i32.const 300) (i32.const 4) (i32.const 512) (i32.const 1)
                     (i32.const 1024) (i32.const 1))",
    )
}

/// A contract with a function `$noise` that emits the event of the ABI, given the bytes of its
/// topics and its data.
fn emitting(body: &str) -> Vec<u8> {
    let length = EVENT.len();
    contract_with(
        &run_abi(),
        &["emit"],
        &format!(
            r#"(data (i32.const 0) "{EVENT}")
            (func $noise (param $topics i32) (param $data i32)
              (call $emit (i32.const 0) (i32.const {length}) (i32.const 512) (local.get $topics)
                          (i32.const 1024) (local.get $data)))
            (func (export "weal.run") {body})"#
        ),
    )
}
