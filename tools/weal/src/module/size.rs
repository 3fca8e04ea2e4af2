//! What takes the bytes of a module.

use wasmparser::{DataKind, Operator, Parser, Payload};

use super::names;

/// The parts of a module, which add up to its length.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Parts {
    /// Instructions, with the section's head.
    pub code: usize,
    /// What memory starts with, with the section's head.
    pub data: usize,
    /// The ABI document, compressed, with the section's head.
    pub abi: usize,
    /// Types, imports, exports and the rest.
    pub other: usize,
}

impl Parts {
    /// Bytes of the module.
    pub fn total(&self) -> usize {
        self.code + self.data + self.abi + self.other
    }
}

/// A function and the bytes of its locals and instructions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Function {
    /// Its name, or `#` and its index.
    pub name: String,
    /// Where it comes from, as far as the name tells.
    pub crate_name: Option<String>,
    /// Its length.
    pub bytes: usize,
}

/// A piece of what memory starts with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Segment {
    /// Where in memory, if that is a constant.
    pub offset: Option<u32>,
    /// Its length.
    pub bytes: usize,
}

/// Measures the parts of `module`, which the gate has accepted.
pub fn parts(module: &[u8]) -> Parts {
    let mut parts = Parts::default();
    let mut end = 0;
    for payload in Parser::new(0).parse_all(module).map_while(Result::ok) {
        let Some((_, range)) = payload.as_section() else { continue };
        // A section may say that it is longer than the file.
        let next = range.end.clamp(end, module.len().max(end));
        let bytes = next - end;
        end = next;
        match &payload {
            Payload::CodeSectionStart { .. } => parts.code += bytes,
            Payload::DataSection(_) => parts.data += bytes,
            Payload::CustomSection(section) if section.name() == weal_types::host::ABI_SECTION => {
                parts.abi += bytes;
            }
            _ => parts.other += bytes,
        }
    }
    parts.other += module.len() - end.min(module.len());
    parts
}

/// The functions of `named`, a module with names, the largest first.
pub fn functions(named: &[u8]) -> Vec<Function> {
    let names = names::functions(named);
    let mut index = names::imported(named);
    let mut found = vec![];
    for payload in Parser::new(0).parse_all(named).map_while(Result::ok) {
        if let Payload::CodeSectionEntry(body) = payload {
            let name = names.get(&index).cloned().unwrap_or_else(|| format!("#{index}"));
            found.push(Function {
                crate_name: names::crate_of(&name).map(str::to_owned),
                bytes: body.range().len(),
                name,
            });
            index += 1;
        }
    }
    found.sort_by(|a, b| b.bytes.cmp(&a.bytes).then_with(|| a.name.cmp(&b.name)));
    found
}

/// The data segments of `module`, in its order.
pub fn segments(module: &[u8]) -> Vec<Segment> {
    let mut found = vec![];
    for payload in Parser::new(0).parse_all(module).map_while(Result::ok) {
        if let Payload::DataSection(segments) = payload {
            for segment in segments.into_iter().map_while(Result::ok) {
                let offset = match segment.kind {
                    DataKind::Active { offset_expr, .. } => constant(offset_expr),
                    DataKind::Passive => None,
                };
                found.push(Segment { offset, bytes: segment.data.len() });
            }
        }
    }
    found
}

fn constant(expression: wasmparser::ConstExpr<'_>) -> Option<u32> {
    match expression.get_operators_reader().read().ok()? {
        Operator::I32Const { value } => Some(value.cast_unsigned()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        /// A file that is called a module may hold anything.
        #[test]
        fn parts_of_broken_modules_add_up_too(at: usize, byte: u8, cut in 1..200_usize) {
            let mut module = wat::parse_str(MODULE).unwrap();
            let at = at % module.len();
            module[at] = byte;
            module.truncate(cut);
            prop_assert_eq!(parts(&module).total(), module.len());
            let (functions, segments) = (functions(&module), segments(&module));
            let bytes: usize = functions.iter().map(|function| function.bytes).sum();
            prop_assert!(bytes <= module.len() && segments.len() <= module.len());
        }
    }

    const MODULE: &str = r#"(module
        (import "weal" "ret" (func (param i32 i32)))
        (memory (export "memory") 1)
        (func $small)
        (func $large (result i32) (i32.add (i32.const 1) (i32.const 2)))
        (data (i32.const 16) "twelve bytes")
        (data (i32.const 64) "four"))"#;

    #[test]
    fn parts_add_up() {
        let module = wat::parse_str(MODULE).unwrap();
        let parts = parts(&module);
        assert_eq!(parts.total(), module.len());
        assert!(parts.code > 0 && parts.data > 16 && parts.other > 8, "{parts:?}");
        assert_eq!(parts.abi, 0);
        let cut = &module[..module.len() - 1];
        assert_eq!(super::parts(cut).total(), cut.len());
        assert_eq!(super::parts(b"nonsense").total(), 8);
    }

    #[test]
    fn functions_are_sorted_by_length() {
        let module = wat::parse_str(MODULE).unwrap();
        let functions = functions(&module);
        let names: Vec<_> = functions.iter().map(|function| function.name.as_str()).collect();
        assert_eq!(names, ["large", "small"]);
        assert!(functions[0].bytes > functions[1].bytes);
    }

    #[test]
    fn segments_tell_where_they_lie() {
        let module = wat::parse_str(MODULE).unwrap();
        let found =
            [(16, 12), (64, 4)].map(|(offset, bytes)| Segment { offset: Some(offset), bytes });
        assert_eq!(segments(&module), found);
    }
}
