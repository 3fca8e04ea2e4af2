//! The checklist. Each section is looked at by its own function before wasmparser validates it,
//! because our rules say more to a person than validation does.

use std::ops::Range;

use wasmparser::{
    CompositeInnerType, Export, FuncType, FuncValidatorAllocations, FunctionSectionReader,
    GlobalSectionReader, MemorySectionReader, MemoryType, Parser, Payload, RecGroup, TableInit,
    TableSectionReader, TypeSectionReader, ValType, ValidPayload, Validator,
};
use weal_types::{abi::Abi, host::ABI_SECTION};

use crate::{
    ChainProfile, ModuleSize, abi_section, codes,
    constant::const_value,
    flow::Flow,
    function::{self, Function},
    profile,
    refusal::{Finding, at_most},
    segment, surface,
    work::Work,
};

/// What is known of a module that passed.
pub(crate) struct Inspected {
    pub(crate) abi: Abi,
    pub(crate) size: ModuleSize,
    pub(crate) may_optimise: bool,
    pub(crate) functions: Vec<Function>,
    /// Identifier and contents of each section but the custom ones, in the module's order.
    pub(crate) sections: Vec<(u8, Range<usize>)>,
}

/// What has been read of a module so far.
#[derive(Default)]
pub(crate) struct Survey<'a> {
    pub(crate) chain: ChainProfile,
    pub(crate) types: Vec<FuncType>,
    /// The type of every function, imports first.
    pub(crate) function_types: Vec<u32>,
    pub(crate) imported: u32,
    pub(crate) memories: u32,
    pub(crate) exports: Vec<Export<'a>>,
    pub(crate) size: ModuleSize,
    functions: Vec<Function>,
    work: Work,
    sections: Vec<(u8, Range<usize>)>,
    abi: Option<&'a [u8]>,
}

/// Applies every rule of the profile.
pub(crate) fn inspect(module: &[u8], chain: ChainProfile) -> Result<Inspected, Finding> {
    at_most(codes::MODULE_BYTES, "bytes of module", module.len(), profile::MODULE_BYTES)?;
    let mut survey = Survey { chain, ..Survey::default() };
    // The limit above keeps lengths far below 4 GiB.
    survey.size.module_bytes = module.len() as u32;
    let mut validator = Validator::new_with_features(profile::FEATURES);
    let mut allocations = FuncValidatorAllocations::default();
    let mut flow = Flow::default();
    let mut parser = Parser::new(0);
    parser.set_features(profile::FEATURES);

    for payload in parser.parse_all(module) {
        let payload = payload?;
        survey.look(&payload)?;
        if let ValidPayload::Func(function, body) = validator.payload(&payload)? {
            let index = function.index;
            let mut validator = function.into_validator(allocations);
            let checked = function::check(&mut validator, &body, &survey, &mut flow)
                .map_err(|finding| finding.in_function(index))?;
            allocations = validator.into_allocations();
            survey.add(index, checked)?;
        }
    }
    survey.finish()
}

impl<'a> Survey<'a> {
    fn look(&mut self, payload: &Payload<'a>) -> Result<(), Finding> {
        match payload {
            Payload::TypeSection(types) => self.types(types)?,
            Payload::ImportSection(imports) => surface::imports(self, imports)?,
            Payload::FunctionSection(functions) => self.function_section(functions)?,
            Payload::TableSection(tables) => self.tables(tables)?,
            Payload::MemorySection(memories) => self.memories(memories)?,
            Payload::GlobalSection(globals) => self.globals(globals)?,
            Payload::ExportSection(exports) => self.exports = surface::read_exports(exports)?,
            Payload::StartSection { range, .. } => {
                return Err(
                    Finding::new(codes::START, "the module has a start function").at(range.start)
                );
            }
            Payload::ElementSection(elements) => {
                segment::elements(elements, self.size.table_entries)?;
            }
            Payload::DataSection(data) => {
                self.size.data_bytes = segment::data(data, self.size.initial_pages)?;
            }
            Payload::TagSection(tags) => return Err(outside("tags", tags.range())),
            Payload::DataCountSection { range, .. } => {
                return Err(outside("a data count", range.clone()));
            }
            Payload::UnknownSection { id, range, .. } => {
                return Err(outside(&format!("a section {id}"), range.clone()));
            }
            Payload::CustomSection(section)
                if section.name() == ABI_SECTION && self.abi.replace(section.data()).is_some() =>
            {
                return Err(abi_section::twice().at(section.data_offset()));
            }
            _ => {}
        }
        match payload.as_section() {
            Some((id, range)) if id != 0 => self.sections.push((id, range)),
            _ => {}
        }
        Ok(())
    }

    fn types(&mut self, types: &TypeSectionReader<'a>) -> Result<(), Finding> {
        at_most(codes::TYPES, "signatures", types.count(), profile::TYPES)
            .map_err(|finding| finding.at(types.range().start))?;
        for group in types.clone().into_iter_with_offsets() {
            let (offset, group) = group?;
            let signature = signature(group).map_err(|finding| finding.at(offset))?;
            self.types.push(signature);
        }
        Ok(())
    }

    fn function_section(&mut self, functions: &FunctionSectionReader<'a>) -> Result<(), Finding> {
        at_most(codes::FUNCTIONS, "functions", functions.count(), profile::FUNCTIONS)
            .map_err(|finding| finding.at(functions.range().start))?;
        for kind in functions.clone() {
            self.function_types.push(kind?);
        }
        self.size.functions = functions.count();
        Ok(())
    }

    fn tables(&mut self, tables: &TableSectionReader<'a>) -> Result<(), Finding> {
        at_most(codes::TABLES, "tables", tables.count(), 1)
            .map_err(|finding| finding.at(tables.range().start))?;
        for table in tables.clone().into_iter_with_offsets() {
            let (offset, table) = table?;
            let entries = table.ty.initial;
            at_most(codes::TABLES, "table entries", entries, profile::TABLE_ENTRIES)
                .map_err(|finding| finding.at(offset))?;
            if let TableInit::Expr(_) = table.init {
                return Err(
                    Finding::new(codes::TABLES, "the table has an initial value").at(offset)
                );
            }
            // The limit is far below 4 Gi.
            self.size.table_entries = entries as u32;
        }
        Ok(())
    }

    fn memories(&mut self, memories: &MemorySectionReader<'a>) -> Result<(), Finding> {
        self.memories = memories.count();
        at_most(codes::MEMORY, "memories", memories.count(), 1)
            .map_err(|finding| finding.at(memories.range().start))?;
        for memory in memories.clone().into_iter_with_offsets() {
            let (offset, memory) = memory?;
            self.memory(&memory).map_err(|finding| finding.at(offset))?;
        }
        Ok(())
    }

    fn memory(&mut self, memory: &MemoryType) -> Result<(), Finding> {
        if memory.memory64 || memory.shared || memory.page_size_log2.is_some() {
            let message = "the memory is 64-bit, shared or has pages of another size";
            return Err(Finding::new(codes::MEMORY, message));
        }
        let allowed = profile::INITIAL_PAGES;
        at_most(codes::MEMORY_INITIAL, "pages of initial memory", memory.initial, allowed)?;
        let maximum = memory.maximum.unwrap_or(0);
        let allowed = profile::MAXIMUM_PAGES;
        at_most(codes::MEMORY_MAXIMUM, "pages of maximum memory", maximum, allowed)?;
        // The limit is far below 4 Gi.
        self.size.initial_pages = memory.initial as u32;
        Ok(())
    }

    fn globals(&mut self, globals: &GlobalSectionReader<'a>) -> Result<(), Finding> {
        at_most(codes::GLOBALS, "globals", globals.count(), profile::GLOBALS)
            .map_err(|finding| finding.at(globals.range().start))?;
        for global in globals.clone().into_iter_with_offsets() {
            let (offset, global) = global?;
            integer("a global", global.ty.content_type).map_err(|finding| finding.at(offset))?;
            const_value(&global.init_expr)?;
        }
        self.size.globals = globals.count();
        Ok(())
    }

    fn add(&mut self, index: u32, function: Function) -> Result<(), Finding> {
        self.size.branch_targets += function.branch_targets;
        self.work.add(index, function.work)?;
        self.functions.push(function);
        Ok(())
    }

    fn finish(self) -> Result<Inspected, Finding> {
        if self.memories == 0 {
            return Err(Finding::new(codes::MEMORY, "the module has no memory of its own"));
        }
        let abi = abi_section::decode(self.abi.ok_or_else(abi_section::missing)?)?;
        surface::exports(&self, &abi)?;
        Ok(Inspected {
            abi,
            size: self.size,
            may_optimise: self.work.may_optimise(),
            functions: self.functions,
            sections: self.sections,
        })
    }
}

fn outside(what: &str, range: Range<usize>) -> Finding {
    Finding::new(codes::SECTION, format!("the module has {what}")).at(range.start)
}

/// The one plain function type of a group.
fn signature(group: RecGroup) -> Result<FuncType, Finding> {
    let other = || Finding::new(codes::TYPE, "the module declares a type that is no signature");
    let mut members = group.into_types();
    let (Some(member), None) = (members.next(), members.next()) else {
        return Err(other());
    };
    if !member.is_final || member.supertype_idx.is_some() {
        return Err(other());
    }
    let CompositeInnerType::Func(signature) = member.composite_type.inner else {
        return Err(other());
    };
    at_most(codes::PARAMS, "parameters", signature.params().len(), profile::PARAMS)?;
    at_most(codes::RESULTS, "results", signature.results().len(), profile::RESULTS)?;
    for kind in signature.params().iter().chain(signature.results()) {
        integer("a signature", *kind)?;
    }
    Ok(signature)
}

/// Refuses a type other than i32 and i64.
pub(crate) fn integer(what: &str, kind: ValType) -> Result<(), Finding> {
    match kind {
        ValType::I32 | ValType::I64 => Ok(()),
        _ => Err(Finding::new(codes::TYPE, format!("wasm uses {kind} in {what}"))),
    }
}

impl Survey<'_> {
    /// The signature of a function, imports counted first.
    pub(crate) fn signature(&self, function: u32) -> Option<&FuncType> {
        let kind = self.function_types.get(function as usize)?;
        self.types.get(*kind as usize)
    }
}
