//! What a module shows and what it asks for: exports against the ABI, imports against the host's
//! table.

use std::collections::BTreeMap;

use wasmparser::{
    Export, ExportSectionReader, ExternalKind, FuncType, ImportSectionReader, TypeRef, ValType,
};
use weal_types::{
    abi::Abi,
    host::{Access, EXPORT_PREFIX, HostFunction, IMPORT_MODULE, ValueType, host_function},
};

use crate::{
    codes,
    inspect::Survey,
    profile,
    refusal::{Finding, at_most},
};

/// Checks the imports and counts them as functions.
pub(crate) fn imports<'a>(
    survey: &mut Survey<'a>,
    imports: &ImportSectionReader<'a>,
) -> Result<(), Finding> {
    at_most(codes::IMPORTS, "imports", imports.count(), profile::IMPORTS)
        .map_err(|finding| finding.at(imports.range().start))?;
    for import in imports.clone().into_imports_with_offsets() {
        let (offset, import) = import?;
        let row = (import.module == IMPORT_MODULE).then(|| host_function(import.name)).flatten();
        let unknown = |what: &str| {
            let message = format!("wasm imports {what} `{}.{}`", import.module, import.name);
            Finding::new(codes::IMPORT_UNKNOWN, message).at(offset)
        };
        let kind = match import.ty {
            TypeRef::Func(kind) => kind,
            TypeRef::Table(_) => return Err(unknown("a table")),
            TypeRef::Memory(_) => return Err(unknown("a memory")),
            TypeRef::Global(_) => return Err(unknown("a global")),
            TypeRef::Tag(_) | TypeRef::FuncExact(_) => return Err(unknown("something else")),
        };
        let row = row.ok_or_else(|| unknown("an unknown function"))?;
        if row.access == Access::Devnet && !survey.chain.devnet {
            let message = format!("wasm imports `{}`, which exists on a devnet only", row.name);
            return Err(Finding::new(codes::IMPORT_DEVNET, message).at(offset));
        }
        let matches =
            survey.types.get(kind as usize).is_some_and(|found| has_signature(row, found));
        if !matches {
            let message = format!("wasm imports `{}` with another signature", row.name);
            return Err(Finding::new(codes::IMPORT_SIGNATURE, message).at(offset));
        }
        survey.function_types.push(kind);
        survey.imported += 1;
    }
    Ok(())
}

fn has_signature(row: &HostFunction, found: &FuncType) -> bool {
    let same = |kind: ValueType, found: &ValType| match kind {
        ValueType::I32 => *found == ValType::I32,
        ValueType::I64 => *found == ValType::I64,
    };
    row.params.len() == found.params().len()
        && row.params.iter().zip(found.params()).all(|((_, kind), found)| same(*kind, found))
        && usize::from(row.result.is_some()) == found.results().len()
        && row.result.iter().zip(found.results()).all(|(kind, found)| same(*kind, found))
}

/// Reads as many exports as an ABI can name.
pub(crate) fn read_exports<'a>(
    exports: &ExportSectionReader<'a>,
) -> Result<Vec<Export<'a>>, Finding> {
    // One more for `memory`.
    let allowed = profile::ABI_ITEMS as u32 + 1;
    at_most(codes::EXPORT_EXTRA, "exports", exports.count(), allowed)
        .map_err(|finding| finding.at(exports.range().start))?;
    Ok(exports.clone().into_iter().collect::<Result<_, _>>()?)
}

/// Exports and methods must be the same set, and `memory` besides.
pub(crate) fn exports(survey: &Survey<'_>, abi: &Abi) -> Result<(), Finding> {
    // Validation has refused two exports of one name.
    let mut exports: BTreeMap<&str, &Export<'_>> =
        survey.exports.iter().map(|export| (export.name, export)).collect();
    match exports.remove(profile::MEMORY_EXPORT) {
        Some(memory) if memory.kind == ExternalKind::Memory => {}
        _ => return Err(Finding::new(codes::MEMORY, "the module exports no memory as `memory`")),
    }
    for method in &abi.methods {
        let name = format!("{EXPORT_PREFIX}{}", method.name);
        let Some(export) = exports.remove(name.as_str()) else {
            let message =
                format!("the ABI has method `{}`, but nothing exports `{name}`", method.name);
            return Err(Finding::new(codes::EXPORT_MISSING, message));
        };
        let signature = match export.kind {
            ExternalKind::Func => survey.signature(export.index),
            _ => None,
        };
        if !signature.is_some_and(|found| found.params().is_empty() && found.results().is_empty()) {
            let message = format!("the export `{name}` is no function `() -> ()`");
            return Err(Finding::new(codes::EXPORT_SIGNATURE, message));
        }
    }
    match exports.keys().next() {
        Some(name) => {
            let message = format!("the export `{name}` is no method of the ABI");
            Err(Finding::new(codes::EXPORT_EXTRA, message))
        }
        None => Ok(()),
    }
}
