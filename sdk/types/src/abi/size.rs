//! How deep and how large values of a document's types are, before any of their lists is read.
//!
//! Clients decode values by documents that strangers wrote. So a type must end: it nests no deeper
//! than [`limit::TYPE_DEPTH`] and holds no more than [`limit::TYPE_PARTS`] parts while its lists
//! and options are empty, and an element of a list takes at least one byte, so that a list is never
//! longer than its input. Types may contain themselves through a list or an option; each turn of
//! that costs a byte.

use alloc::collections::BTreeMap;

use super::{Abi, AbiError, Field, Shape, Type, TypeDefinition};
use crate::limit;

/// Checks every type of `abi`, whose references lead somewhere.
pub(super) fn check<'a>(
    abi: &'a Abi,
    definitions: &BTreeMap<&'a str, &'a TypeDefinition>,
) -> Result<(), AbiError> {
    let mut sizes = Sizes { definitions, known: BTreeMap::new() };
    for definition in &abi.types {
        sizes.definition(&definition.name, 0)?;
    }
    let of_methods = abi.methods.iter().flat_map(|method| {
        let args = method.args.iter().map(|arg| &arg.kind);
        args.chain([&method.ok]).map(|kind| (method.name.as_str(), kind))
    });
    let of_events = abi.events.iter().flat_map(|event| {
        let fields = event.topics.iter().chain(&event.data);
        fields.map(|field| (event.name.as_str(), &field.kind))
    });
    let of_errors = abi
        .errors
        .iter()
        .flat_map(|error| error.fields.iter().map(|field| (error.name.as_str(), &field.kind)));
    for (owner, kind) in of_methods.chain(of_events).chain(of_errors) {
        sizes.kind(owner, kind, 0, Names::Follow)?;
        sizes.elements(owner, kind)?;
    }
    for definition in &abi.types {
        let owner = definition.name.as_str();
        each_type(&definition.shape, &mut |kind| sizes.elements(owner, kind))?;
    }
    Ok(())
}

/// Measures of a type.
#[derive(Clone, Copy)]
struct Size {
    /// Types below each other.
    depth: usize,
    /// Bytes and empty parts of the largest value whose lists and options are empty.
    parts: u64,
    /// Whether a value may take no bytes.
    may_be_empty: bool,
}

impl Size {
    const LEAF: Self = Self { depth: 0, parts: 1, may_be_empty: false };
    const EMPTY: Self = Self { depth: 0, parts: 1, may_be_empty: true };
    const NOTHING: Self = Self { depth: 0, parts: 0, may_be_empty: true };

    /// One after the other.
    fn and(self, next: Self) -> Self {
        Self {
            depth: self.depth.max(next.depth),
            parts: self.parts.saturating_add(next.parts),
            may_be_empty: self.may_be_empty && next.may_be_empty,
        }
    }

    /// A value around this one.
    fn wrapped(self) -> Self {
        Self { depth: self.depth + 1, parts: self.parts.saturating_add(1), ..self }
    }
}

/// What the walk does at a named type.
#[derive(Clone, Copy)]
enum Names {
    /// Measures it.
    Follow,
    /// Takes it for a leaf: below a list or an option it may be a type further up.
    Stop,
}

struct Sizes<'a, 'b> {
    definitions: &'b BTreeMap<&'a str, &'a TypeDefinition>,
    /// Each definition is measured once, so types that hold two of the next cost nothing extra.
    known: BTreeMap<&'a str, Size>,
}

impl<'a> Sizes<'a, '_> {
    /// Measures `kind`, which lies `depth` types below the value's root.
    fn kind(
        &mut self,
        owner: &str,
        kind: &'a Type,
        depth: usize,
        names: Names,
    ) -> Result<Size, AbiError> {
        if depth > limit::TYPE_DEPTH {
            return Err(AbiError::TooDeep { name: owner.into() });
        }
        let size = match kind {
            Type::Unit => Size::EMPTY,
            Type::FixedBytes(length) => {
                Size { parts: u64::from(*length).max(1), may_be_empty: *length == 0, ..Size::LEAF }
            }
            Type::Option(inner) | Type::List(inner) => {
                let inner = self.kind(owner, inner, depth + 1, Names::Stop)?;
                Size { depth: inner.depth + 1, ..Size::LEAF }
            }
            Type::Array(inner, length) => {
                let one = self.kind(owner, inner, depth + 1, names)?;
                let parts = one.parts.saturating_mul(u64::from(*length));
                let may_be_empty = one.may_be_empty || *length == 0;
                Size { parts, may_be_empty, ..one }.wrapped()
            }
            Type::Tuple(parts) => {
                let mut all = Size::NOTHING;
                for part in parts {
                    all = all.and(self.kind(owner, part, depth + 1, names)?);
                }
                all.wrapped()
            }
            Type::Named(name) => match names {
                Names::Follow => self.definition(name, depth)?,
                Names::Stop => Size::LEAF,
            },
            _ => Size::LEAF,
        };
        match size.parts > limit::TYPE_PARTS {
            true => Err(AbiError::TooLarge { name: owner.into() }),
            false => Ok(size),
        }
    }

    /// Measures the type called `name`. A cycle ends at the greatest depth, which is small.
    fn definition(&mut self, name: &'a str, depth: usize) -> Result<Size, AbiError> {
        let too_deep = || AbiError::TooDeep { name: name.into() };
        if let Some(size) = self.known.get(name) {
            let fits = depth + size.depth <= limit::TYPE_DEPTH;
            return if fits { Ok(*size) } else { Err(too_deep()) };
        }
        if depth > limit::TYPE_DEPTH {
            return Err(too_deep());
        }
        // `check` has found every name declared.
        let Some(definition) = self.definitions.get(name) else { return Ok(Size::LEAF) };
        let size = match &definition.shape {
            Shape::Struct(fields) => self.fields(name, fields, depth)?,
            Shape::Alias { kind, .. } => self.kind(name, kind, depth + 1, Names::Follow)?,
            Shape::Enum(variants) => {
                let mut largest = Size::LEAF;
                for variant in variants {
                    let size = self.fields(name, &variant.fields, depth)?;
                    largest.depth = largest.depth.max(size.depth);
                    largest.parts = largest.parts.max(size.parts);
                }
                largest
            }
        };
        let size = size.wrapped();
        if size.parts > limit::TYPE_PARTS {
            return Err(AbiError::TooLarge { name: name.into() });
        }
        self.known.insert(name, size);
        Ok(size)
    }

    fn fields(&mut self, owner: &str, fields: &'a [Field], depth: usize) -> Result<Size, AbiError> {
        let mut all = Size::NOTHING;
        for field in fields {
            all = all.and(self.kind(owner, &field.kind, depth + 1, Names::Follow)?);
        }
        Ok(all)
    }

    /// Checks the elements of every list in `kind`; all named types are known by now.
    fn elements(&mut self, owner: &str, kind: &'a Type) -> Result<(), AbiError> {
        match kind {
            Type::List(inner) => match self.kind(owner, inner, 0, Names::Follow)?.may_be_empty {
                true => Err(AbiError::EmptyElements { name: owner.into() }),
                false => self.elements(owner, inner),
            },
            Type::Option(inner) | Type::Array(inner, _) => self.elements(owner, inner),
            Type::Tuple(parts) => parts.iter().try_for_each(|part| self.elements(owner, part)),
            _ => Ok(()),
        }
    }
}

/// Shows `visit` the types that a definition writes down.
fn each_type<'a>(
    shape: &'a Shape,
    visit: &mut dyn FnMut(&'a Type) -> Result<(), AbiError>,
) -> Result<(), AbiError> {
    match shape {
        Shape::Struct(fields) => fields.iter().try_for_each(|field| visit(&field.kind)),
        Shape::Alias { kind, .. } => visit(kind),
        Shape::Enum(variants) => {
            let fields = variants.iter().flat_map(|variant| &variant.fields);
            fields.map(|field| &field.kind).try_for_each(visit)
        }
    }
}
