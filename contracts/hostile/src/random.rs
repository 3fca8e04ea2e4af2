//! Random modules, each from a seed.

use arbitrary::{Arbitrary, Unstructured};
use wasm_encoder::{
    CodeSection, EntityType, ExportKind, ExportSection, FunctionSection, ImportSection, RawSection,
};
use wasm_smith::{Config, Module};
use wasmparser::{FuncType, Parser, Payload, ValType};
use weal_gate::embed_abi;
use weal_types::{
    abi::{Abi, MethodKind},
    host::{Access, HOST_FUNCTIONS, HostFunction, ValueType},
};

use crate::assemble::{abi, method};

/// Random bytes (SplitMix64, Steele, Lea and Flood 2014).
pub struct Bytes(u64);

impl Bytes {
    /// The bytes of a seed.
    pub fn of(seed: u64) -> Self {
        Self(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number below `bound`, which is not 0.
    pub fn below(&mut self, bound: usize) -> usize {
        (self.next() % bound as u64) as usize
    }

    fn take(&mut self, words: usize) -> Vec<u8> {
        (0..words).flat_map(|_| self.next().to_le_bytes()).collect()
    }
}

/// A module of any proposal, every other one with a document.
pub fn wild(seed: u64) -> Vec<u8> {
    let bytes = Bytes::of(seed).take(512);
    let mut source = Unstructured::new(&bytes);
    let config = Config::arbitrary(&mut source).expect("the bytes suffice for a configuration");
    let module = Module::new(config, &mut source).expect("the bytes suffice for a module");
    let module = module.to_bytes();
    match seed % 2 {
        0 => module,
        _ => embed_abi(&module, &document(&[])),
    }
}

/// A module near the profile, and what it has to do with the host.
pub struct Near {
    /// The module, with its ABI embedded.
    pub bytes: Vec<u8>,
    /// How many host functions it imports.
    pub imports: usize,
    /// Its methods, all without arguments.
    pub methods: Vec<String>,
}

/// A module within most of the profile's rules.
pub fn near(seed: u64) -> Near {
    let bytes = Bytes::of(seed).take(1_024);
    let mut source = Unstructured::new(&bytes);
    let config = Config {
        allow_floats: false,
        allow_start_export: false,
        disallow_traps: seed.is_multiple_of(2),
        // These bring segments and constants that the profile refuses.
        bulk_memory_enabled: seed.is_multiple_of(8),
        extended_const_enabled: seed.is_multiple_of(4),
        exceptions_enabled: false,
        gc_enabled: false,
        memory64_enabled: false,
        multi_value_enabled: false,
        reference_types_enabled: false,
        relaxed_simd_enabled: false,
        saturating_float_to_int_enabled: false,
        simd_enabled: false,
        tail_call_enabled: false,
        threads_enabled: false,
        const_expr_fuel: 8,
        min_memories: 1,
        max_memory32_bytes: 1 << 20,
        max_table_elements: 64,
        max_imports: 0,
        max_exports: 0,
        max_tags: 0,
        max_funcs: 24,
        min_funcs: 8,
        min_types: 4,
        max_type_size: 6,
        max_globals: 24,
        max_data_segments: 4,
        max_element_segments: 4,
        ..Config::default()
    };
    let module = Module::new(config, &mut source).expect("the bytes suffice for a module");
    dressed(&module.to_bytes())
}

/// Gives a module an outside: its first functions become imports where the host has their
/// signature, those without parameters and result become methods, and a document names them.
fn dressed(module: &[u8]) -> Near {
    let (types, functions) = signatures(module);
    let rows: Vec<_> = functions
        .iter()
        .map_while(|kind| row(&types[*kind as usize]))
        .take(functions.len().saturating_sub(1))
        .collect();
    let mut imports = ImportSection::new();
    for (row, kind) in rows.iter().zip(&functions) {
        imports.import("weal", row.name, EntityType::Function(*kind));
    }
    let mut defined = FunctionSection::new();
    functions.iter().skip(rows.len()).for_each(|kind| {
        defined.function(*kind);
    });
    let mut code = CodeSection::new();
    bodies(module).into_iter().skip(rows.len()).for_each(|body| {
        code.raw(body);
    });
    let mut exports = ExportSection::new();
    exports.export("memory", ExportKind::Memory, 0);
    let mut methods = Vec::new();
    for (index, kind) in functions.iter().enumerate().skip(rows.len()) {
        let signature = &types[*kind as usize];
        if signature.params().is_empty() && signature.results().is_empty() {
            let name = format!("m{index}");
            exports.export(&format!("weal.{name}"), ExportKind::Func, index as u32);
            methods.push(name);
        }
    }
    let mut out = wasm_encoder::Module::new();
    // In the order that sections must have.
    for id in [1, 2, 3, 4, 5, 6, 7, 9, 12, 10, 11] {
        match id {
            2 if rows.is_empty() => &mut out,
            2 => out.section(&imports),
            3 => out.section(&defined),
            7 => out.section(&exports),
            10 => out.section(&code),
            _ => match section(module, id) {
                Some(data) => out.section(&RawSection { id, data }),
                None => &mut out,
            },
        };
    }
    let bytes = embed_abi(&out.finish(), &document(&methods));
    Near { bytes, imports: rows.len(), methods }
}

/// A document with these methods, without arguments and results.
fn document(methods: &[String]) -> Abi {
    let method = |name: &String| method(name, MethodKind::Call, Vec::new(), false);
    abi(methods.iter().map(method).collect())
}

/// The contents of the section with this number.
fn section(module: &[u8], id: u8) -> Option<&[u8]> {
    let sections = payloads(module).filter_map(|payload| payload.as_section());
    let found = sections.into_iter().find(|(found, _)| *found == id);
    found.map(|(_, range)| &module[range])
}

/// The bodies of the functions.
fn bodies(module: &[u8]) -> Vec<&[u8]> {
    let bodies = payloads(module).filter_map(|payload| match payload {
        Payload::CodeSectionEntry(body) => Some(&module[body.range()]),
        _ => None,
    });
    bodies.collect()
}

fn payloads(module: &[u8]) -> impl Iterator<Item = Payload<'_>> {
    Parser::new(0).parse_all(module).map(|payload| payload.expect("a valid module"))
}

/// The types of a module, and the type of each of its functions.
fn signatures(module: &[u8]) -> (Vec<FuncType>, Vec<u32>) {
    let (mut types, mut functions) = (Vec::new(), Vec::new());
    for payload in payloads(module) {
        match payload {
            Payload::TypeSection(section) => {
                types.extend(section.into_iter_err_on_gc_types().map(Result::unwrap));
            }
            Payload::FunctionSection(section) => {
                functions.extend(section.into_iter().map(Result::unwrap));
            }
            _ => {}
        }
    }
    (types, functions)
}

/// A host function with this signature.
fn row(signature: &FuncType) -> Option<&'static HostFunction> {
    let same = |kind: ValueType, found: &ValType| match kind {
        ValueType::I32 => *found == ValType::I32,
        ValueType::I64 => *found == ValType::I64,
    };
    HOST_FUNCTIONS.iter().filter(|row| row.access != Access::Devnet).find(|row| {
        row.params.len() == signature.params().len()
            && row
                .params
                .iter()
                .zip(signature.params())
                .all(|((_, kind), found)| same(*kind, found))
            && usize::from(row.result.is_some()) == signature.results().len()
            && row.result.iter().zip(signature.results()).all(|(kind, found)| same(*kind, found))
    })
}
