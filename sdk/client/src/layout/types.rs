//! What changed in types. Each pair of named types is compared once, however often it is used.

use std::collections::{BTreeMap, BTreeSet};

use weal_types::{
    abi::{Abi, Field, Meaning, Shape, Type, Unit, Variant},
    limit,
};

use super::{Changes, paired};
use crate::integer::Width;

/// Who writes values of a type: enums may grow where callers write, and shrink where they read.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Direction {
    /// Callers write them.
    In,
    /// Callers read them.
    Out,
}

/// Two things to compare, the old one first.
type Pair<T> = (T, T);

/// The named types of both documents, and which of them are still to be compared. They wait in a
/// list because a stranger's types may lead through thousands of others.
pub(super) struct Types<'a> {
    shapes: Pair<BTreeMap<&'a str, &'a Shape>>,
    waiting: Vec<(&'a str, &'a str, Direction)>,
    seen: BTreeSet<(&'a str, &'a str, Direction)>,
}

/// A type without the aliases around it, and what they and its field say about its numbers.
struct Plain<'a> {
    kind: &'a Type,
    unit: Option<&'a Unit>,
    min: u128,
    max: u128,
}

impl<'a> Plain<'a> {
    fn add(&mut self, meaning: &'a Meaning) {
        self.unit = self.unit.or(meaning.unit.as_ref());
        self.min = self.min.max(meaning.min.unwrap_or(0));
        self.max = self.max.min(meaning.max.unwrap_or(u128::MAX));
    }
}

impl<'a> Types<'a> {
    pub fn new(old: &'a Abi, new: &'a Abi) -> Self {
        let shapes = |abi: &'a Abi| {
            let types = abi.types.iter();
            types.map(|definition| (definition.name.as_str(), &definition.shape)).collect()
        };
        Self { shapes: (shapes(old), shapes(new)), waiting: Vec::new(), seen: BTreeSet::new() }
    }

    /// Compares fields that follow each other.
    pub fn fields(
        &mut self,
        path: &str,
        (old, new): Pair<&'a [Field]>,
        direction: Direction,
        changes: &mut Changes,
    ) {
        let names = |fields: &'a [Field]| -> Vec<&'a str> {
            fields.iter().map(|field| field.name.as_str()).collect()
        };
        let (were, are) = (names(old), names(new));
        if were != are {
            let list = |names: &[&str]| match names.is_empty() {
                true => "nothing".into(),
                false => format!("`{}`", names.join("`, `")),
            };
            changes.breaking(path, format!("was {}, is {}", list(&were), list(&are)));
        }
        for (name, pair) in paired(old, new, |field: &Field| field.name.clone()) {
            if let (Some(old), Some(new)) = pair {
                let path = format!("{path}.{name}");
                let old = plain(&self.shapes.0, &old.kind, Some(&old.meaning));
                let new = plain(&self.shapes.1, &new.kind, Some(&new.meaning));
                self.plain(&path, (old, new), direction, changes);
            }
        }
    }

    /// Compares types.
    pub fn kinds(
        &mut self,
        path: &str,
        (old, new): Pair<&'a Type>,
        direction: Direction,
        changes: &mut Changes,
    ) {
        let old = plain(&self.shapes.0, old, None);
        let new = plain(&self.shapes.1, new, None);
        self.plain(path, (old, new), direction, changes);
    }

    /// Compares the named types that have come up.
    pub fn finish(&mut self, changes: &mut Changes) {
        while let Some((old, new, direction)) = self.waiting.pop() {
            let path = format!("types.{new}");
            let shapes = (self.shapes.0.get(old).copied(), self.shapes.1.get(new).copied());
            let (Some(was), Some(is)) = shapes else { continue };
            match (was, is) {
                (Shape::Struct(old), Shape::Struct(new)) => {
                    self.fields(&path, (old, new), direction, changes);
                }
                (Shape::Enum(old), Shape::Enum(new)) => {
                    self.variants(&path, (old, new), direction, changes);
                }
                _ => changes.breaking(&path, format!("was `{old}` and is another kind of type")),
            }
        }
    }

    fn plain(
        &mut self,
        path: &str,
        (old, new): Pair<Plain<'a>>,
        direction: Direction,
        changes: &mut Changes,
    ) {
        let widths = (Width::of(old.kind), Width::of(new.kind));
        let is_same = match (old.kind, new.kind) {
            _ if widths.0.is_some() => widths.0 == widths.1,
            (Type::Option(old), Type::Option(new)) | (Type::List(old), Type::List(new)) => {
                self.kinds(path, (old, new), direction, changes);
                true
            }
            (Type::Array(old, was), Type::Array(new, is)) if was == is => {
                self.kinds(path, (old, new), direction, changes);
                true
            }
            (Type::Tuple(old), Type::Tuple(new)) if old.len() == new.len() => {
                for (index, pair) in old.iter().zip(new).enumerate() {
                    self.kinds(&format!("{path}[{index}]"), pair, direction, changes);
                }
                true
            }
            (Type::Named(old), Type::Named(new)) => {
                let pair = (old.as_str(), new.as_str(), direction);
                if self.seen.insert(pair) {
                    self.waiting.push(pair);
                }
                true
            }
            (old, new) => old == new,
        };
        if !is_same {
            let what = format!("was {}, is {}: its bytes or its JSON differ", old.kind, new.kind);
            changes.breaking(path, what);
            return;
        }
        meanings(path, (&old, &new), direction, changes);
    }

    fn variants(
        &mut self,
        path: &str,
        (old, new): Pair<&'a [Variant]>,
        direction: Direction,
        changes: &mut Changes,
    ) {
        for (name, pair) in paired(old, new, |variant: &Variant| variant.name.clone()) {
            let path = format!("{path}.{name}");
            match (pair, direction) {
                ((Some(old), Some(new)), _) => {
                    if old.index != new.index {
                        let what = format!("had the byte {}, has {}", old.index, new.index);
                        changes.breaking(&path, what);
                    }
                    self.fields(&path, (&old.fields, &new.fields), direction, changes);
                }
                ((Some(_), None), Direction::In) => {
                    changes.breaking(&path, "is gone: whoever sends it fails");
                }
                ((Some(_), None), Direction::Out) => {
                    changes.compatible(&path, "is gone from what is answered");
                }
                ((None, _), Direction::In) => changes.compatible(&path, "can be sent too"),
                ((None, _), Direction::Out) => {
                    changes.breaking(&path, "is new: whoever reads it does not know it");
                }
            }
        }
    }
}

/// `kind` without aliases. Those of a checked document end.
fn plain<'a>(
    shapes: &BTreeMap<&'a str, &'a Shape>,
    kind: &'a Type,
    meaning: Option<&'a Meaning>,
) -> Plain<'a> {
    let mut plain = Plain { kind, unit: None, min: 0, max: u128::MAX };
    if let Some(meaning) = meaning {
        plain.add(meaning);
    }
    for _ in 0..=limit::TYPE_DEPTH {
        let Type::Named(name) = plain.kind else { break };
        let Some(Shape::Alias { kind, meaning }) = shapes.get(name.as_str()) else { break };
        plain.kind = kind;
        plain.add(meaning);
    }
    plain
}

fn meanings(path: &str, (old, new): Pair<&Plain>, direction: Direction, changes: &mut Changes) {
    if old.unit != new.unit {
        let name = |unit: Option<&Unit>| match unit {
            None => "no unit".into(),
            Some(Unit::Asset(asset)) => format!("an asset ({asset:?})"),
            Some(unit) => format!("{unit:?}"),
        };
        // Without a unit, people wrote the number as it is: they still may.
        let what = format!("counted {}, counts {}", name(old.unit), name(new.unit));
        match old.unit {
            None => changes.compatible(path, what),
            Some(_) => {
                changes.breaking(path, format!("{what}: the same number means another size"))
            }
        }
    }
    if (old.min, old.max) == (new.min, new.max) || direction == Direction::Out {
        return;
    }
    let range = |plain: &Plain| match plain.max {
        u128::MAX => format!("{} or more", plain.min),
        max => format!("{} to {max}", plain.min),
    };
    let what = format!("took {}, takes {}", range(old), range(new));
    match new.min > old.min || new.max < old.max {
        true => changes.breaking(path, what),
        false => changes.compatible(path, what),
    }
}
