//! Import smuggling: what is not in the host's table must not be linked.

use crate::assemble::idle;

/// Imports from another module. The gate must refuse it.
pub fn wrong_module() -> Vec<u8> {
    idle(
        r#"(import "wasi_snapshot_preview1" "fd_write" (func (param i32 i32 i32 i32) (result
         i32)))"#,
    )
}

/// Imports a host function from the module `env`. The gate must refuse it.
pub fn right_name_in_wrong_module() -> Vec<u8> {
    idle(r#"(import "env" "get" (func (param i32 i32 i32 i32) (result i32)))"#)
}

/// Imports a function that the host does not have. The gate must refuse it.
pub fn unknown_name() -> Vec<u8> {
    idle(r#"(import "weal" "exec" (func))"#)
}

/// Imports a host function with one parameter less. The gate must refuse it.
pub fn wrong_parameters() -> Vec<u8> {
    idle(r#"(import "weal" "get" (func (param i32 i32 i32) (result i32)))"#)
}

/// Imports a host function with a result of another type. The gate must refuse it.
pub fn wrong_result() -> Vec<u8> {
    idle(r#"(import "weal" "gas_left" (func (result i32)))"#)
}

/// Imports a memory. The gate must refuse it.
pub fn memory() -> Vec<u8> {
    idle(r#"(import "weal" "memory" (memory 1))"#)
}

/// Imports a table. The gate must refuse it.
pub fn table() -> Vec<u8> {
    idle(r#"(import "weal" "get" (table 1 funcref))"#)
}

/// Imports a global. The gate must refuse it.
pub fn global() -> Vec<u8> {
    idle(r#"(import "weal" "gas_left" (global (mut i64)))"#)
}

/// Imports the function for debugging on a chain that is no devnet. The gate must refuse it.
pub fn devnet_only() -> Vec<u8> {
    idle(r#"(import "weal" "log" (func (param i32 i32)))"#)
}

/// Imports one function more often than any linker would. The gate must refuse it.
pub fn too_many() -> Vec<u8> {
    idle(&r#"(import "weal" "gas_left" (func (result i64)))"#.repeat(129))
}
