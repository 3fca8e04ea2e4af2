//! Makes large modules of many equal functions.

use wasm_encoder::{
    BlockType, CodeSection, ConstExpr, ElementSection, Elements, ExportKind, ExportSection,
    Function, FunctionSection, Instruction, MemArg, MemorySection, MemoryType, Module, RefType,
    TableSection, TableType, TypeSection, ValType,
};
use weal_gate::{ChainProfile, CheckedModule, check, embed_abi, profile};

use crate::assemble::run_abi;

/// Instructions of a function, as bytes.
#[derive(Default)]
pub(crate) struct Code(Vec<u8>);

impl Code {
    pub fn op(&mut self, instruction: Instruction<'_>) -> &mut Self {
        wasm_encoder::Encode::encode(&instruction, &mut self.0);
        self
    }

    pub fn get(&mut self, local: u32) -> &mut Self {
        self.op(Instruction::LocalGet(local))
    }

    pub fn set(&mut self, local: u32) -> &mut Self {
        self.op(Instruction::LocalSet(local))
    }

    pub fn constant(&mut self, value: i32) -> &mut Self {
        self.op(Instruction::I32Const(value))
    }

    pub fn block(&mut self) -> &mut Self {
        self.op(Instruction::Block(BlockType::Empty))
    }

    pub fn enter_loop(&mut self) -> &mut Self {
        self.op(Instruction::Loop(BlockType::Empty))
    }

    pub fn enter_if(&mut self) -> &mut Self {
        self.op(Instruction::If(BlockType::Empty))
    }

    pub fn end(&mut self) -> &mut Self {
        self.op(Instruction::End)
    }

    pub fn load(&mut self, offset: u32) -> &mut Self {
        self.constant(0).op(Instruction::I32Load(memory(offset)))
    }

    /// Stores the value that `value` pushes.
    pub fn store(&mut self, offset: u32, value: impl FnOnce(&mut Self)) -> &mut Self {
        self.constant(0);
        value(self);
        self.op(Instruction::I32Store(memory(offset)))
    }
}

fn memory(offset: u32) -> MemArg {
    MemArg { offset: u64::from(offset) * 4, align: 0, memory_index: 0 }
}

/// A function `() -> ()` with `locals` locals of type i32.
pub(crate) struct Body {
    pub locals: u32,
    pub code: Code,
}

impl Body {
    /// A function of about `length` bytes: `head`, as many `unit`s as fit, `tail`. A unit is given
    /// its number. There is at least one.
    pub fn filled(
        locals: u32,
        length: usize,
        head: impl Fn(&mut Code),
        unit: impl Fn(&mut Code, u32),
        tail: impl Fn(&mut Code),
    ) -> Self {
        let mut end = Code::default();
        tail(&mut end);
        let mut code = Code::default();
        head(&mut code);
        for number in 0.. {
            let before = code.0.len();
            unit(&mut code, number);
            let fits = code.0.len() + end.0.len() < length && code.0.len() > before;
            if !fits && number > 0 {
                code.0.truncate(before);
                break;
            }
        }
        code.0.append(&mut end.0);
        code.end();
        Self { locals, code }
    }

    /// The same, with `live` locals that come from memory and go back to it, so that each of them
    /// is alive from end to end.
    pub fn alive(live: u32, length: usize, unit: impl Fn(&mut Code, u32)) -> Self {
        let head = |code: &mut Code| {
            (0..live).for_each(|local| {
                code.load(local).set(local);
            });
        };
        let tail = |code: &mut Code| {
            (0..live).for_each(|local| {
                code.store(local, |code| {
                    code.get(local);
                });
            });
        };
        Self::filled(live, length, head, unit, tail)
    }
}

/// A module of `count` functions like `body`, and `run`, which does nothing. Its table has one
/// entry.
pub(crate) fn copies(body: &Body, count: u32) -> Vec<u8> {
    let mut types = TypeSection::new();
    types.ty().function([], []);
    let mut functions = FunctionSection::new();
    (0..=count).for_each(|_| {
        functions.function(0);
    });
    let mut tables = TableSection::new();
    tables.table(TableType {
        element_type: RefType::FUNCREF,
        table64: false,
        minimum: 1,
        maximum: None,
        shared: false,
    });
    let mut memories = MemorySection::new();
    memories.memory(MemoryType {
        minimum: 1,
        maximum: None,
        memory64: false,
        shared: false,
        page_size_log2: None,
    });
    let mut exports = ExportSection::new();
    exports.export(profile::MEMORY_EXPORT, ExportKind::Memory, 0);
    exports.export("weal.run", ExportKind::Func, 0);
    let mut elements = ElementSection::new();
    elements.active(None, &ConstExpr::i32_const(0), Elements::Functions((&[0u32][..]).into()));
    let mut code = CodeSection::new();
    let mut run = Function::new([]);
    run.instruction(&Instruction::End);
    code.function(&run);
    (0..count).for_each(|_| {
        let mut function = Function::new([(body.locals, ValType::I32)]);
        function.raw(body.code.0.iter().copied());
        code.function(&function);
    });
    let mut module = Module::new();
    module.section(&types).section(&functions).section(&tables).section(&memories);
    module.section(&exports).section(&elements).section(&code);
    embed_abi(&module.finish(), &run_abi())
}

/// The module with as many functions like `body` as the gate lets pass, at least one.
pub(crate) fn largest(body: &Body) -> Vec<u8> {
    most_copies(body, |module| check(module, ChainProfile::default()).is_ok())
}

/// The module with as many functions like `body` as are still optimised, at least one.
pub(crate) fn largest_optimised(body: &Body) -> Vec<u8> {
    let is_optimised = |checked: CheckedModule| checked.may_optimise;
    most_copies(body, |module| check(module, ChainProfile::default()).is_ok_and(is_optimised))
}

fn most_copies(body: &Body, may: impl Fn(&[u8]) -> bool) -> Vec<u8> {
    let passes = |count| may(&copies(body, count));
    let (mut passing, mut refused) = (1, profile::FUNCTIONS);
    while passing + 1 < refused {
        let middle = passing.midpoint(refused);
        if passes(middle) { passing = middle } else { refused = middle }
    }
    copies(body, passing)
}
