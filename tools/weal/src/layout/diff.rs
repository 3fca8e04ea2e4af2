//! Compares two layouts, field by field, and says what an author has to do.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use weal_types::{
    abi::{Shape, Type, TypeDefinition},
    layout::{FieldShape, StorageLayout},
};

/// A field that is not as it was.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// Its name.
    pub field: String,
    /// What happened to it.
    pub what: String,
    /// What a new version needs because of it.
    pub next: String,
}

/// Why the chain would refuse an upgrade.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused {
    /// What is wrong.
    pub message: String,
    /// What to do.
    pub next: String,
}

/// What lies between two layouts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Comparison {
    /// The old version.
    pub from: u32,
    /// The new version.
    pub to: u32,
    /// Fields that differ, ascending by name.
    pub changes: Vec<Change>,
    /// Whether an upgrade would be refused.
    pub refusal: Option<Refused>,
}

impl Comparison {
    /// Compares `old` with `new`.
    pub fn new(old: &StorageLayout, new: &StorageLayout) -> Self {
        let changes = changes(old, new);
        let mut comparison = Self { from: old.version, to: new.version, refusal: None, changes };
        comparison.refusal = comparison.find_refusal(old, new);
        comparison
    }

    fn find_refusal(&self, old: &StorageLayout, new: &StorageLayout) -> Option<Refused> {
        let Self { from, to, .. } = self;
        if to < from {
            return Some(Refused {
                message: format!("the layout's version went back from {from} to {to}"),
                next: format!("set version = {from} or a higher one"),
            });
        }
        if let Some(name) = reused(old, new) {
            return Some(Refused {
                message: format!("stored field `{name}` has a name that is retired"),
                next: "choose another name: old values still lie at its keys".into(),
            });
        }
        let is_gone = |name: &&str| {
            !new.fields.iter().any(|field| field.name == **name)
                && !new.retired.iter().any(|retired| retired == *name)
        };
        let lost = old.fields.iter().map(|field| field.name.as_str()).find(is_gone);
        if let Some(name) = lost.filter(|_| to > from) {
            return Some(Refused {
                message: format!("stored field `{name}` is gone, and its name is not retired"),
                next: format!("add retired(\"{name}\"), so that no field reuses its keys"),
            });
        }
        if to > from || (old.hash() == new.hash() && old.retired == new.retired) {
            return None;
        }
        let fields: Vec<_> = self
            .changes
            .iter()
            .map(|change| format!("`{}` ({})", change.field, change.what))
            .collect();
        // A type that no field uses any more counts, and so do retired names.
        let what = match fields.is_empty() {
            true => "types or retired names".into(),
            false => fields.join(", "),
        };
        Some(Refused {
            message: format!("the upgrade changes stored {what}, but version is still {to}"),
            next: format!(
                "set version = {} and add #[migrate(from = {to})], or restore the layout",
                to.saturating_add(1)
            ),
        })
    }

    /// One sentence on an upgrade that is not refused.
    pub fn verdict(&self) -> String {
        let Self { from, to, .. } = self;
        match (self.changes.is_empty(), to > from) {
            (true, false) => format!("no difference: both store what version {to} stores"),
            (_, true) => format!("version {to} needs #[migrate(from = {from})]"),
            (false, false) => format!("version {to} stores the same"),
        }
    }

    /// As data.
    pub fn json(&self) -> Value {
        let changes = self.changes.iter().map(
            |change| json!({ "field": change.field, "change": change.what, "next": change.next }),
        );
        json!({ "from": self.from, "to": self.to, "changes": changes.collect::<Vec<_>>() })
    }
}

fn changes(old: &StorageLayout, new: &StorageLayout) -> Vec<Change> {
    let mut found = vec![];
    let mut push = |field: &str, what: String, next: String| {
        found.push(Change { field: field.into(), what, next });
    };
    for field in &old.fields {
        let name = field.name.as_str();
        let Some(other) = new.fields.iter().find(|other| other.name == name) else {
            let next = match new.retired.iter().any(|retired| retired == name) {
                true => "nothing: its name is retired".into(),
                false => format!("add retired(\"{name}\"), so that no field reuses its keys"),
            };
            push(name, "removed".into(), next);
            continue;
        };
        let (was, is) = (shape_text(&field.shape), shape_text(&other.shape));
        if was != is {
            push(name, format!("was {was}, is {is}"), "rewrite it in the migration".into());
            continue;
        }
        let changed = changed_types(&field.shape, old, new);
        if !changed.is_empty() {
            let what = format!("holds {is}, and type {} changed", changed.join(", "));
            push(name, what, "rewrite it in the migration".into());
        }
    }
    for field in &new.fields {
        if !old.fields.iter().any(|other| other.name == field.name) {
            let what = format!("added: {}", shape_text(&field.shape));
            let next = match field.shape {
                FieldShape::Item(_) => "set it in the migration",
                _ => "nothing: it starts empty",
            };
            push(&field.name, what, next.into());
        }
    }
    found.sort_by(|a, b| a.field.cmp(&b.field));
    found
}

/// A new field under a name that the old layout had retired.
fn reused<'a>(old: &StorageLayout, new: &'a StorageLayout) -> Option<&'a str> {
    let field = new.fields.iter().find(|field| old.retired.contains(&field.name))?;
    Some(&field.name)
}

/// `Map<AccountId, Amount>`.
pub fn shape_text(shape: &FieldShape) -> String {
    match shape {
        FieldShape::Item(kind) => format!("{kind}"),
        FieldShape::Map { key, value } => format!("Map<{key}, {value}>"),
        FieldShape::OrderedMap { key, value } => format!("OrderedMap<{key}, {value}>"),
        FieldShape::Roles(names) => format!("Roles<{}>", names.join(" | ")),
    }
}

/// The named types below a field whose definitions differ.
fn changed_types(shape: &FieldShape, old: &StorageLayout, new: &StorageLayout) -> Vec<String> {
    let mut pending: Vec<&str> = vec![];
    match shape {
        FieldShape::Item(kind) => names(kind, &mut pending),
        FieldShape::Map { key, value } | FieldShape::OrderedMap { key, value } => {
            names(key, &mut pending);
            names(value, &mut pending);
        }
        FieldShape::Roles(_) => {}
    }
    let mut seen = BTreeSet::new();
    let mut changed = BTreeSet::new();
    while let Some(name) = pending.pop() {
        if !seen.insert(name) {
            continue;
        }
        let [before, after] = [old, new].map(|layout| definition(layout, name));
        if before != after {
            changed.insert(name.to_owned());
        }
        if let Some(definition) = before {
            each_type(&definition.shape, &mut |kind| names(kind, &mut pending));
        }
    }
    changed.into_iter().collect()
}

fn definition<'a>(layout: &'a StorageLayout, name: &str) -> Option<&'a TypeDefinition> {
    layout.types.iter().find(|definition| definition.name == name)
}

fn names<'a>(kind: &'a Type, found: &mut Vec<&'a str>) {
    match kind {
        Type::Named(name) => found.push(name),
        Type::Option(inner) | Type::List(inner) | Type::Array(inner, _) => names(inner, found),
        Type::Tuple(parts) => parts.iter().for_each(|part| names(part, found)),
        _ => {}
    }
}

fn each_type<'a>(shape: &'a Shape, visit: &mut dyn FnMut(&'a Type)) {
    match shape {
        Shape::Struct(fields) => fields.iter().for_each(|field| visit(&field.kind)),
        Shape::Enum(variants) => {
            variants.iter().flat_map(|variant| &variant.fields).for_each(|field| visit(&field.kind))
        }
        Shape::Alias { kind, .. } => visit(kind),
    }
}

#[cfg(test)]
mod tests;
