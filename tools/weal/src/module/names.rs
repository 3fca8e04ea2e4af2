//! Names of functions: where they are kept, and which crate they come from.

use std::collections::BTreeMap;

use wasm_encoder::{CustomSection, Section};
use wasmparser::{ExternalKind, KnownCustom, Name, Parser, Payload, TypeRef};

/// The section in which linkers keep names.
const SECTION: &str = "name";

/// Returns `module` with the names of `named`, which has the same code.
pub fn add(module: &[u8], named: &[u8]) -> Vec<u8> {
    let mut out = module.to_vec();
    for payload in Parser::new(0).parse_all(named).map_while(Result::ok) {
        if let Payload::CustomSection(section) = payload
            && section.name() == SECTION
        {
            CustomSection { name: SECTION.into(), data: section.data().into() }.append_to(&mut out);
        }
    }
    out
}

/// Returns `module` with no custom sections but that of names. Linkers also write one that says
/// which features the compiler had, and tools trust it more than their own options.
pub fn only(module: &[u8]) -> Vec<u8> {
    let mut out = vec![];
    let mut end = 0;
    for payload in Parser::new(0).parse_all(module).map_while(Result::ok) {
        let next = match (&payload, payload.as_section()) {
            (Payload::Version { range, .. }, _) => range.end,
            (_, Some((_, range))) => range.end,
            _ => continue,
        };
        let is_dropped = match &payload {
            Payload::CustomSection(section) => section.name() != SECTION,
            _ => false,
        };
        if !is_dropped {
            out.extend_from_slice(module.get(end..next).unwrap_or_default());
        }
        end = next;
    }
    out
}

/// The functions of a module by index: the demangled name where there is one, else the export.
pub fn functions(module: &[u8]) -> BTreeMap<u32, String> {
    let mut found = BTreeMap::new();
    for payload in Parser::new(0).parse_all(module).map_while(Result::ok) {
        match payload {
            Payload::ExportSection(exports) => {
                for export in exports.into_iter().map_while(Result::ok) {
                    if export.kind == ExternalKind::Func {
                        found.entry(export.index).or_insert_with(|| printable(export.name));
                    }
                }
            }
            Payload::CustomSection(section) => {
                if let KnownCustom::Name(names) = section.as_known() {
                    for (index, name) in of_section(names) {
                        found.insert(index, demangled(name));
                    }
                }
            }
            _ => {}
        }
    }
    found
}

fn of_section(names: wasmparser::NameSectionReader<'_>) -> impl Iterator<Item = (u32, &str)> {
    names
        .into_iter()
        .map_while(Result::ok)
        .filter_map(|name| match name {
            Name::Function(functions) => Some(functions),
            _ => None,
        })
        .flat_map(|functions| functions.into_iter().map_while(Result::ok))
        .map(|naming| (naming.index, naming.name))
}

/// How many functions `module` imports; they come first in the numbering.
pub fn imported(module: &[u8]) -> u32 {
    let mut count = 0;
    for payload in Parser::new(0).parse_all(module).map_while(Result::ok) {
        if let Payload::ImportSection(imports) = payload {
            let functions = imports
                .into_imports()
                .map_while(Result::ok)
                .filter(|import| matches!(import.ty, TypeRef::Func(_)));
            count += u32::try_from(functions.count()).unwrap_or(u32::MAX);
        }
    }
    count
}

/// A mangled Rust name as people write it, without the hash at its end; any other name as it is.
fn demangled(name: &str) -> String {
    match rustc_demangle::try_demangle(name) {
        Ok(demangled) => printable(&format!("{demangled:#}")),
        Err(_) => printable(name),
    }
}

/// A name that cannot move the cursor.
fn printable(name: &str) -> String {
    name.chars().flat_map(char::escape_debug).collect()
}

/// The crate that a demangled name starts with: `core::fmt::write` and `<core::fmt::Arguments as …`
/// are of `core`; so is `<u8 as core::…`, by its trait. Names of C and exports are of none.
pub fn crate_of(name: &str) -> Option<&str> {
    of_path(name).or_else(|| of_path(name.split_once(" as ")?.1))
}

fn of_path(name: &str) -> Option<&str> {
    let inner = name.trim_start_matches(['<', '&', '*', '[', '(']);
    let inner = inner.strip_prefix("dyn ").unwrap_or(inner);
    let (first, _) = inner.split_once("::")?;
    let is_name = !first.is_empty() && first.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    is_name.then_some(first)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn crates_are_read_from_names() {
        for (name, expected) in [
            ("core::fmt::write", Some("core")),
            ("<core::fmt::Arguments as core::fmt::Display>::fmt", Some("core")),
            ("<&my_token::Claim as core::fmt::Debug>::fmt", Some("my_token")),
            ("<[alloc::string::String] as core::cmp::PartialEq>::eq", Some("alloc")),
            ("<dyn core::any::Any>::is", Some("core")),
            ("<T as core::any::Any>::type_id", Some("core")),
            ("<u128 as parity_scale_codec::Decode>::decode", Some("parity_scale_codec")),
            ("memcpy", None),
            ("weal.transfer", None),
            ("", None),
            ("::", None),
        ] {
            assert_eq!(crate_of(name), expected, "{name}");
        }
    }

    #[test]
    fn functions_have_names_or_exports() {
        let module = wat::parse_str(
            r#"(module
                (import "weal" "ret" (func (param i32 i32)))
                (func $_ZN4core3fmt5write17h0123456789abcdefE)
                (func (export "weal.init")))"#,
        )
        .unwrap();
        let names = functions(&module);
        assert_eq!(imported(&module), 1);
        assert_eq!(names.get(&1).map(String::as_str), Some("core::fmt::write"));
        assert_eq!(names.get(&2).map(String::as_str), Some("weal.init"));
        assert_eq!(functions(&add(&module[..8], &module)).len(), 1, "names without exports");
    }

    #[test]
    fn other_custom_sections_are_dropped() {
        let [plain, full] = ["", r#"(@custom "target_features" "x")"#]
            .map(|custom| wat::parse_str(format!("(module {custom} (func $f))")).unwrap());
        assert_ne!(full, plain);
        assert_eq!(only(&full), plain);
        assert_eq!(functions(&only(&full)).len(), 1, "names are kept");
    }

    #[test]
    fn nonsense_has_no_names() {
        assert!(functions(b"no module").is_empty());
        assert_eq!(imported(b"\0asm"), 0);
        assert_eq!(add(b"x", b"y"), b"x");
    }
}
