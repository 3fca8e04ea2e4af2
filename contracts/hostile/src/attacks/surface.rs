//! Modules that are callable otherwise than their ABI says. The gate must refuse each of these.

use wasm_encoder::{CustomSection, Section};
use weal_gate::embed_abi;
use weal_types::{abi::MethodKind, host::ABI_SECTION};

use crate::assemble::{abi, idle, method, run_abi, whole};

/// Runs code while it is set up, when nobody has paid yet.
pub fn start_function() -> Vec<u8> {
    idle("(func $start (loop (br 0))) (start $start)")
}

/// Exports a method that its ABI does not have.
pub fn undeclared_export() -> Vec<u8> {
    idle(r#"(func (export "weal.backdoor"))"#)
}

/// Exports a function under the name of the stack counter.
pub fn stack_counter_export() -> Vec<u8> {
    idle(r#"(global (export "weal:stack") (mut i32) (i32.const 0))"#)
}

/// Declares a method that it does not export.
pub fn missing_export() -> Vec<u8> {
    let run = method("run", MethodKind::Call, Vec::new(), false);
    let gone = method("gone", MethodKind::Call, Vec::new(), false);
    whole(
        r#"(module (memory (export "memory") 1) (func (export "weal.run")))"#,
        &abi(vec![run, gone]),
    )
}

/// Exports a method that takes a parameter.
pub fn method_with_parameter() -> Vec<u8> {
    whole(
        r#"(module (memory (export "memory") 1) (func (export "weal.run") (param i32)))"#,
        &run_abi(),
    )
}

/// Exports a global in place of a method.
pub fn global_as_method() -> Vec<u8> {
    whole(
        r#"(module (memory (export "memory") 1) (global (export "weal.run") i32 (i32.const 0)))"#,
        &run_abi(),
    )
}

/// Keeps its memory to itself.
pub fn hidden_memory() -> Vec<u8> {
    whole(r#"(module (memory 1) (func (export "weal.run")))"#, &run_abi())
}

/// Says nothing about itself.
pub fn no_abi() -> Vec<u8> {
    wat::parse_str(r#"(module (memory (export "memory") 1) (func (export "weal.run")))"#)
        .expect("the text is a module")
}

/// Says two things about itself.
pub fn two_abis() -> Vec<u8> {
    let mut module = idle("");
    let section = CustomSection { name: ABI_SECTION.into(), data: (&[0u8; 4][..]).into() };
    section.append_to(&mut module);
    module
}

/// Has data that reaches beyond its memory, so that it cannot be set up.
pub fn data_out_of_bounds() -> Vec<u8> {
    idle(r#"(data (i32.const 65535) "ab")"#)
}

/// Fills a table beyond its end.
pub fn elements_out_of_bounds() -> Vec<u8> {
    idle("(func $f) (table 1 funcref) (elem (i32.const 1) $f)")
}

/// Has a good module and, as its ABI, a document of another contract.
pub fn foreign_abi() -> Vec<u8> {
    embed_abi(&idle(""), &abi(vec![method("other", MethodKind::Call, Vec::new(), false)]))
}
