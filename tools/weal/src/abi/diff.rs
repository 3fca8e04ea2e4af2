//! What a new description means to those who call by the old one.
//!
//! Callers know names, types and codes. They encode arguments, decode results, events and errors,
//! and rely on what they may do. A change is *breaking* if one of these goes wrong for a caller
//! that worked before; whoever deploys anew reads the new description, so constructors do not count.

use serde_json::{Value, json};
use weal_types::abi::{
    Abi, Auth, ErrorCase, Event, Field, Layout, Meaning, Method, MethodKind, Shape, TypeDefinition,
    Variant,
};

use super::table::{asset, auth};

/// One difference.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// Whether a caller of the old description may go wrong.
    pub is_breaking: bool,
    /// What changed: `method pay`.
    pub item: String,
    /// How, for a person.
    pub what: String,
}

impl Change {
    /// As data.
    pub fn json(&self) -> Value {
        json!({ "breaking": self.is_breaking, "item": self.item, "change": self.what })
    }
}

/// Every difference, in the order of the documents: the contract, methods, events, errors, types.
pub fn diff(old: &Abi, new: &Abi) -> Vec<Change> {
    let mut changes = Changes(vec![]);
    if old.contract != new.contract {
        let what = format!("`{}` is now called `{}`", old.contract, new.contract);
        changes.compatible("contract", what);
    }
    changes.texts("contract", &old.doc, &new.doc);
    changes.layout(old.layout, new);
    let by_name = |method: &Method| method.name.clone();
    changes.each("method", &old.methods, &new.methods, by_name, Changes::method);
    let by_name = |event: &Event| event.name.clone();
    changes.each("event", &old.events, &new.events, by_name, Changes::event);
    let by_code = |case: &ErrorCase| case.code.to_string();
    changes.each("error", &old.errors, &new.errors, by_code, Changes::error);
    changes.names("role", old.roles.iter().map(|r| &r.name), new.roles.iter().map(|r| &r.name));
    let by_name = |definition: &TypeDefinition| definition.name.clone();
    changes.each("type", &old.types, &new.types, by_name, Changes::definition);
    changes.0
}

/// Collects differences.
struct Changes(Vec<Change>);

impl Changes {
    fn push(&mut self, is_breaking: bool, item: &str, what: impl Into<String>) {
        self.0.push(Change { is_breaking, item: item.into(), what: what.into() });
    }

    fn breaking(&mut self, item: &str, what: impl Into<String>) {
        self.push(true, item, what);
    }

    fn compatible(&mut self, item: &str, what: impl Into<String>) {
        self.push(false, item, what);
    }

    fn texts(&mut self, item: &str, old: &str, new: &str) {
        if old != new {
            self.compatible(item, "its text changed");
        }
    }

    /// Pairs items by `key` and compares pairs with `compare`.
    fn each<T>(
        &mut self,
        kind: &str,
        old: &[T],
        new: &[T],
        key: impl Fn(&T) -> String,
        compare: impl Fn(&mut Self, &str, &T, &T),
    ) {
        for item in old {
            let name = format!("{kind} {}", key(item));
            match new.iter().find(|other| key(other) == key(item)) {
                Some(other) => compare(self, &name, item, other),
                // A type that is gone shows where it was used, an error in receipts only.
                None => self.push(matches!(kind, "method" | "event"), &name, "removed"),
            }
        }
        for item in new {
            if !old.iter().any(|other| key(other) == key(item)) {
                self.compatible(&format!("{kind} {}", key(item)), "added");
            }
        }
    }

    /// Names that were added or removed, neither of which breaks a caller by itself.
    fn names<'a>(
        &mut self,
        kind: &str,
        old: impl Iterator<Item = &'a String>,
        new: impl Iterator<Item = &'a String>,
    ) {
        let (old, new): (Vec<_>, Vec<_>) = (old.collect(), new.collect());
        for name in old.iter().filter(|name| !new.contains(name)) {
            self.compatible(&format!("{kind} {name}"), "removed");
        }
        for name in new.iter().filter(|name| !old.contains(name)) {
            self.compatible(&format!("{kind} {name}"), "added");
        }
    }

    fn layout(&mut self, old: Layout, new: &Abi) {
        let (from, to) = (old.version, new.layout.version);
        let has_migration =
            new.methods.iter().any(|method| method.kind == MethodKind::Migrate(from));
        if to < from {
            self.breaking("layout", format!("version went back from {from} to {to}"));
        } else if to == from && old.hash != new.layout.hash {
            let what = format!("changed, but its version is still {to}: the chain refuses (E1203)");
            self.breaking("layout", what);
        } else if to > from && !has_migration {
            self.breaking("layout", format!("version {to} has no migration from {from}"));
        } else if to > from {
            self.compatible("layout", format!("version {from} is migrated to {to}"));
        }
    }

    fn method(&mut self, item: &str, old: &Method, new: &Method) {
        self.texts(
            item,
            &format!("{}\0{}", old.doc, old.intent),
            &format!("{}\0{}", new.doc, new.intent),
        );
        if old.kind != new.kind {
            self.breaking(item, format!("was {}, is {}", kind(old.kind), kind(new.kind)));
        }
        let is_for_deployers = matches!(old.kind, MethodKind::Init | MethodKind::Migrate(_));
        let before = self.0.len();
        self.fields(item, "argument", &old.args, &new.args);
        if old.ok != new.ok {
            self.breaking(item, format!("returned {}, returns {}", old.ok, new.ok));
        }
        self.permissions(item, old, new);
        if is_for_deployers {
            self.0.iter_mut().skip(before).for_each(|change| change.is_breaking = false);
        }
    }

    /// Who may call, with what, and what a caller may see.
    fn permissions(&mut self, item: &str, old: &Method, new: &Method) {
        if old.auth != new.auth {
            let what = format!("was for {}, is for {}", auth(&old.auth), auth(&new.auth));
            self.push(new.auth != Auth::Anyone, item, what);
        }
        for gone in old.accepts.iter().filter(|asset| !new.accepts.contains(asset)) {
            self.breaking(item, format!("no longer accepts {}", asset(gone)));
        }
        for more in new.accepts.iter().filter(|asset| !old.accepts.contains(asset)) {
            self.compatible(item, format!("also accepts {}", asset(more)));
        }
        match (old.reentrant, new.reentrant) {
            (true, false) => self.breaking(item, "may no longer be entered while it runs"),
            (false, true) => self.compatible(item, "may be entered while it runs"),
            _ => {}
        }
        for gone in old.emits.iter().filter(|name| !new.emits.contains(name)) {
            self.breaking(item, format!("no longer emits {gone}"));
        }
        for more in new.emits.iter().filter(|name| !old.emits.contains(name)) {
            self.compatible(item, format!("may also emit {more}"));
        }
        for more in new.errors.iter().filter(|code| !old.errors.contains(code)) {
            self.compatible(item, format!("may also fail with error {more}"));
        }
    }

    fn event(&mut self, item: &str, old: &Event, new: &Event) {
        self.texts(item, &old.doc, &new.doc);
        self.fields(item, "topic", &old.topics, &new.topics);
        self.fields(item, "field", &old.data, &new.data);
    }

    fn error(&mut self, item: &str, old: &ErrorCase, new: &ErrorCase) {
        if old.name != new.name {
            self.breaking(item, format!("meant {}, means {}: use a new code", old.name, new.name));
        }
        self.texts(item, &old.message, &new.message);
        self.fields(item, "field", &old.fields, &new.fields);
    }

    fn definition(&mut self, item: &str, old: &TypeDefinition, new: &TypeDefinition) {
        self.texts(item, &old.doc, &new.doc);
        match (&old.shape, &new.shape) {
            (Shape::Struct(old), Shape::Struct(new)) => self.fields(item, "field", old, new),
            (Shape::Enum(old), Shape::Enum(new)) => self.variants(item, old, new),
            (
                Shape::Alias { kind: old, meaning: old_meaning },
                Shape::Alias { kind: new, meaning: new_meaning },
            ) => {
                if old != new {
                    self.breaking(item, format!("was {old}, is {new}"));
                }
                self.meaning(item, "it", old_meaning, new_meaning);
            }
            _ => self.breaking(item, "is made differently"),
        }
    }

    fn variants(&mut self, item: &str, old: &[Variant], new: &[Variant]) {
        for variant in old {
            let name = format!("{item}::{}", variant.name);
            let Some(other) = new.iter().find(|other| other.name == variant.name) else {
                self.breaking(&name, "removed");
                continue;
            };
            if variant.index != other.index {
                self.breaking(&name, format!("its byte was {}, is {}", variant.index, other.index));
            }
            self.fields(&name, "field", &variant.fields, &other.fields);
        }
        for variant in new {
            if !old.iter().any(|other| other.name == variant.name) {
                let name = format!("{item}::{}", variant.name);
                self.breaking(&name, "added: readers of the old ABI do not know it");
            }
        }
    }

    /// Fields are bytes after each other: their order and types are what callers know, and their
    /// names are how callers pass them.
    fn fields(&mut self, item: &str, what: &str, old: &[Field], new: &[Field]) {
        let signature = |fields: &[Field]| {
            let fields = fields.iter().map(|field| format!("{}: {}", field.name, field.kind));
            fields.collect::<Vec<_>>().join(", ")
        };
        let (before, after) = (signature(old), signature(new));
        if before != after {
            self.breaking(item, format!("{what}s were ({before}), are ({after})"));
            return;
        }
        for (old, new) in old.iter().zip(new) {
            self.meaning(item, &format!("{what} {}", old.name), &old.meaning, &new.meaning);
        }
    }

    fn meaning(&mut self, item: &str, what: &str, old: &Meaning, new: &Meaning) {
        if old == new {
            return;
        }
        if old.unit != new.unit {
            self.breaking(
                item,
                format!("{what} counts something else: the bytes stay, not the sense"),
            );
        }
        let is_narrower = new.min.unwrap_or(0) > old.min.unwrap_or(0)
            || new.max.unwrap_or(u128::MAX) < old.max.unwrap_or(u128::MAX);
        if is_narrower {
            self.breaking(item, format!("{what} has narrower bounds"));
        }
        if old.unit == new.unit && !is_narrower {
            self.compatible(item, format!("{what} is described differently"));
        }
    }
}

fn kind(kind: MethodKind) -> String {
    match kind {
        MethodKind::Init => "a constructor".into(),
        MethodKind::Call => "a call".into(),
        MethodKind::Query => "a query".into(),
        MethodKind::Migrate(from) => format!("the migration from {from}"),
    }
}

#[cfg(test)]
mod tests;
