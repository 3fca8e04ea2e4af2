//! Host calls with pointers and lengths that lead out of memory.

use weal_types::host::ValueType;

use crate::assemble::{contract, row};

/// Calls a host function with every pointer at the last byte of the address space and every length
/// 16. Must end in `BadHostCall`.
pub fn pointers(function: &str) -> Vec<u8> {
    calling(function, -1, 16)
}

/// The same with every pointer 8 bytes before the end of memory, so that only the end lies outside.
pub fn across_the_end(function: &str) -> Vec<u8> {
    calling(function, 65_536 - 8, 16)
}

/// Calls a host function with every length 4 GiB. Must fail: as a bad host call, an exceeded limit,
/// or out of gas, if bytes are charged before they are looked for.
pub fn lengths(function: &str) -> Vec<u8> {
    calling(function, 0, -1)
}

/// Calls a host function that only writes, with a pointer at the last byte of the address space and
/// room for all it has to say. Must end in `BadHostCall`.
pub fn writing(function: &str) -> Vec<u8> {
    calling(function, -1, 65_536)
}

/// Calls `function` once. Parameters that are neither pointers nor lengths are zero.
fn calling(function: &str, pointer: i32, length: i32) -> Vec<u8> {
    let row = row(function);
    let arguments: String = row
        .params
        .iter()
        .map(|(name, kind)| match kind {
            ValueType::I64 => "(i64.const 0)".into(),
            ValueType::I32 => {
                let value = match *name {
                    "code" | "flags" => 0,
                    "limit" => 1,
                    name if name.ends_with("len") || name == "cap" => length,
                    _ => pointer,
                };
                format!("(i32.const {value})")
            }
        })
        .collect();
    let drop = if row.result.is_some() { "(drop)" } else { "" };
    contract(&[function], &format!("{arguments} (call ${function}) {drop}"))
}
