//! From what a compiler writes to what is uploaded.

use wasm_encoder::{ExportKind, ExportSection, RawSection, Section};
use wasmparser::{BinaryReaderError, ExternalKind, Parser, Payload};
use weal_types::{abi::Abi, host::EXPORT_PREFIX};

use crate::embed_abi;

/// Returns `module` as it is uploaded: without the custom sections that compilers write (names,
/// producers), without exports that are neither methods nor the memory (linkers export
/// `__heap_base` and `__data_end`), and with `abi`.
///
/// Fails where `module` is no WebAssembly module; whether it is a good one is for [`crate::check`]
/// to say.
pub fn package(module: &[u8], abi: &Abi) -> Result<Vec<u8>, BinaryReaderError> {
    let mut out = wasm_encoder::Module::HEADER.to_vec();
    for payload in Parser::new(0).parse_all(module) {
        let payload = payload?;
        match &payload {
            Payload::CustomSection(_) => {}
            Payload::ExportSection(reader) => {
                let mut kept = ExportSection::new();
                for export in reader.clone() {
                    let export = export?;
                    let kind = match export.kind {
                        ExternalKind::Func if export.name.starts_with(EXPORT_PREFIX) => {
                            ExportKind::Func
                        }
                        ExternalKind::Memory => ExportKind::Memory,
                        _ => continue,
                    };
                    kept.export(export.name, kind, export.index);
                }
                kept.append_to(&mut out);
            }
            other => {
                if let Some((id, range)) = other.as_section() {
                    let data = module.get(range).unwrap_or_default();
                    RawSection { id, data }.append_to(&mut out);
                }
            }
        }
    }
    Ok(embed_abi(&out, abi))
}
