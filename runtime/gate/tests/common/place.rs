//! Where a refusal must point to.

use wasmparser::{FunctionBody, Parser, Payload};

use super::bytes::sections;

/// A place in a module. Functions are counted without imports, all else from zero.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum At {
    /// The refusal names no place: what is wrong is missing, or all over the module.
    Nowhere,
    /// Wherever wasmparser says, inside the module or at its end.
    Within,
    /// This byte.
    Byte(usize),
    /// The content of the first section with this identifier.
    Section(u8),
    /// An item of the section with this identifier.
    Item(u8, usize),
    /// The content of a custom section, behind its name.
    Custom(usize),
    /// The body of a function.
    Body(usize),
    /// A declaration of locals in a function.
    Locals(usize, usize),
    /// An instruction of a function.
    Operator(usize, usize),
}

impl At {
    /// Whether `offset` is this place in `module`.
    pub fn is(self, module: &[u8], offset: Option<usize>) -> bool {
        match self {
            Self::Within => offset.is_some_and(|offset| offset <= module.len()),
            _ => offset == self.offset(module),
        }
    }

    /// The offset of this place, if it is a certain one.
    pub fn offset(self, module: &[u8]) -> Option<usize> {
        match self {
            Self::Nowhere | Self::Within => None,
            Self::Byte(offset) => Some(offset),
            Self::Section(id) => {
                let found = sections(module).into_iter().find(|(found, _)| *found == id);
                Some(found.expect("the section is there").1.start)
            }
            Self::Item(id, item) => Some(items(module, id)[item]),
            Self::Custom(at) => {
                let custom = payloads(module).into_iter().filter_map(|payload| match payload {
                    Payload::CustomSection(section) => Some(section.data_offset()),
                    _ => None,
                });
                custom.collect::<Vec<_>>().get(at).copied()
            }
            Self::Body(function) => Some(bodies(module)[function].range().start),
            Self::Locals(function, at) => {
                let mut locals = bodies(module)[function].get_locals_reader().unwrap();
                for _ in 0..at {
                    locals.read().unwrap();
                }
                Some(locals.original_position())
            }
            Self::Operator(function, at) => {
                let operators = bodies(module)[function].get_operators_reader().unwrap();
                let (_, offset) = operators.into_iter_with_offsets().nth(at).unwrap().unwrap();
                Some(offset)
            }
        }
    }
}

/// What can be read of a module before its first error.
fn payloads(module: &[u8]) -> Vec<Payload<'_>> {
    Parser::new(0).parse_all(module).map_while(Result::ok).collect()
}

/// The bodies of the module's functions.
pub fn bodies(module: &[u8]) -> Vec<FunctionBody<'_>> {
    let bodies = payloads(module).into_iter().filter_map(|payload| match payload {
        Payload::CodeSectionEntry(body) => Some(body),
        _ => None,
    });
    bodies.collect()
}

/// Where each item of the section begins.
fn items(module: &[u8], id: u8) -> Vec<usize> {
    fn offsets<'a, T: wasmparser::FromReader<'a>>(
        section: wasmparser::SectionLimited<'a, T>,
    ) -> Vec<usize> {
        section.into_iter_with_offsets().map(|item| item.unwrap().0).collect()
    }
    let found = payloads(module).into_iter().find_map(|payload| match (id, payload) {
        (1, Payload::TypeSection(section)) => Some(offsets(section)),
        (2, Payload::ImportSection(section)) => Some(offsets(section)),
        (4, Payload::TableSection(section)) => Some(offsets(section)),
        (5, Payload::MemorySection(section)) => Some(offsets(section)),
        (6, Payload::GlobalSection(section)) => Some(offsets(section)),
        (9, Payload::ElementSection(section)) => Some(offsets(section)),
        (11, Payload::DataSection(section)) => Some(offsets(section)),
        _ => None,
    });
    found.expect("the section is there")
}
