//! The stack counter: a private global that each function raises by the cost of its frame and
//! lowers again.
//!
//! Native stacks overflow at depths that depend on the build of the compiler; the counter overflows
//! at the same depth everywhere. A function `f` of cost `c` becomes
//!
//! ```wat
//! global.get $stack  i32.const c  i32.add  global.set $stack
//! global.get $stack  i32.const STACK_LIMIT  i32.gt_u  if  unreachable  end
//! block (result …)      ;; for the function's label: branch depths inside stay as they were
//!   …                   ;; the body, with `return` as a branch to this block
//! end
//! global.get $stack  i32.const c  i32.sub  global.set $stack
//! ```
//!
//! A trap leaves the counter raised, which is how the runtime knows what it was; instances are
//! never used again.

use wasm_encoder::{
    BlockType, ConstExpr, Encode, ExportKind, GlobalType, Instruction, Module, RawSection,
    SectionId, ValType,
};
use wasmparser::BinaryReader;

use crate::{
    function::Function,
    inspect::Inspected,
    profile::{STACK_GLOBAL, STACK_LIMIT},
};

/// Writes the module to compile. Sections are copied as they are, but for the three that the
/// counter needs.
pub(crate) fn instrument(module: &[u8], inspected: &Inspected) -> Vec<u8> {
    let stack = inspected.size.globals;
    let mut out = Module::new();
    let mut has_globals = false;
    for (id, range) in &inspected.sections {
        let data = module.get(range.clone()).unwrap_or_default();
        let is = |section: SectionId| *id == section as u8;
        let data = if is(SectionId::Global) {
            has_globals = true;
            with_item(data, &stack_global())
        } else if is(SectionId::Export) {
            if !has_globals {
                // Exports come right after globals, and every contract exports its memory.
                let data = with_item(&[0], &stack_global());
                out.section(&RawSection { id: SectionId::Global as u8, data: &data });
            }
            with_item(data, &stack_export(stack))
        } else if is(SectionId::Code) {
            code(module, &inspected.functions, stack)
        } else {
            data.to_vec()
        };
        out.section(&RawSection { id: *id, data: &data });
    }
    out.finish()
}

fn stack_global() -> Vec<u8> {
    let mut item = Vec::new();
    GlobalType { val_type: ValType::I32, mutable: true, shared: false }.encode(&mut item);
    ConstExpr::i32_const(0).encode(&mut item);
    item
}

fn stack_export(stack: u32) -> Vec<u8> {
    let mut item = Vec::new();
    STACK_GLOBAL.encode(&mut item);
    ExportKind::Global.encode(&mut item);
    stack.encode(&mut item);
    item
}

/// A section that is a counted list, with one more item at its end.
fn with_item(section: &[u8], item: &[u8]) -> Vec<u8> {
    let mut reader = BinaryReader::new(section, 0);
    // The section was validated, so it has a count.
    let count = reader.read_var_u32().unwrap_or(0);
    let mut out = Vec::with_capacity(section.len() + item.len() + 1);
    (count + 1).encode(&mut out);
    out.extend_from_slice(section.get(reader.original_position()..).unwrap_or_default());
    out.extend_from_slice(item);
    out
}

fn code(module: &[u8], functions: &[Function], stack: u32) -> Vec<u8> {
    let mut out = Vec::with_capacity(module.len());
    functions.len().encode(&mut out);
    let mut body = Vec::new();
    for function in functions {
        body.clear();
        write_body(module, function, stack, &mut body);
        body.encode(&mut out);
    }
    out
}

fn write_body(module: &[u8], function: &Function, stack: u32, out: &mut Vec<u8>) {
    // Ranges come from the parser that read this module.
    let copy = |range: std::ops::Range<usize>, out: &mut Vec<u8>| {
        out.extend_from_slice(module.get(range).unwrap_or_default());
    };
    copy(function.body.start..function.code, out);
    enter(function, stack, out);
    let mut from = function.code;
    for exit in &function.returns {
        let at = exit.offset as usize;
        copy(from..at, out);
        Instruction::Br(exit.depth).encode(out);
        from = at + 1;
    }
    // Up to and with the function's `end`, which closes the block now.
    copy(from..function.body.end, out);
    leave(function, stack, out);
}

fn enter(function: &Function, stack: u32, out: &mut Vec<u8>) {
    let block = match function.result {
        None => BlockType::Empty,
        Some(wasmparser::ValType::I64) => BlockType::Result(ValType::I64),
        Some(_) => BlockType::Result(ValType::I32),
    };
    let code = [
        Instruction::GlobalGet(stack),
        Instruction::I32Const(function.cost.cast_signed()),
        Instruction::I32Add,
        Instruction::GlobalSet(stack),
        Instruction::GlobalGet(stack),
        Instruction::I32Const(STACK_LIMIT.cast_signed()),
        Instruction::I32GtU,
        Instruction::If(BlockType::Empty),
        Instruction::Unreachable,
        Instruction::End,
        Instruction::Block(block),
    ];
    code.iter().for_each(|instruction| instruction.encode(out));
}

fn leave(function: &Function, stack: u32, out: &mut Vec<u8>) {
    let code = [
        Instruction::GlobalGet(stack),
        Instruction::I32Const(function.cost.cast_signed()),
        Instruction::I32Sub,
        Instruction::GlobalSet(stack),
        Instruction::End,
    ];
    code.iter().for_each(|instruction| instruction.encode(out));
}
