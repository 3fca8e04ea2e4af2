//! What changed between two documents of a contract, and whether callers notice.
//!
//! A change is *breaking* if somebody who was written for the old document can fail or be misled:
//! a contract that calls, a client that sends JSON by name, a reader of results and events, or the
//! chain when it is asked to upgrade. Everything else that changes is *compatible*. Words for
//! people only (labels, docs, messages, examples) are not compared.

use std::{collections::BTreeMap, fmt};

use weal_types::abi::{Abi, Auth, ErrorCase, Event, Method, MethodKind, Role};

mod types;

use types::{Direction, Types};

/// Whether a change can disappoint somebody who knows the old document only.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Effect {
    /// It can.
    Breaking,
    /// It cannot.
    Compatible,
}

/// One difference.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Change {
    /// Whom it concerns.
    pub effect: Effect,
    /// Where in the document: `methods.pay.args.claim`.
    pub path: String,
    /// What is different, and what follows from it.
    pub what: String,
}

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let effect = match self.effect {
            Effect::Breaking => "breaking",
            Effect::Compatible => "compatible",
        };
        write!(f, "{effect}: {}: {}", self.path, self.what)
    }
}

/// Compares two checked documents. Breaking changes come first; within each kind, paths ascend.
pub fn diff(old: &Abi, new: &Abi) -> Vec<Change> {
    let mut changes = Changes(Vec::new());
    let mut types = Types::new(old, new);
    header(old, new, &mut changes);
    let name = |method: &'_ Method| method.name.clone();
    for (name, pair) in paired(&old.methods, &new.methods, name) {
        let path = format!("methods.{name}");
        match pair {
            (Some(old), Some(new)) => method(&path, old, new, &mut types, &mut changes),
            (Some(old), None) => removed_method(&path, old, &mut changes),
            (None, _) => changes.compatible(&path, "is new"),
        }
    }
    for (name, pair) in paired(&old.events, &new.events, |event: &Event| event.name.clone()) {
        let path = format!("events.{name}");
        match pair {
            (Some(old), Some(new)) => event(&path, old, new, &mut types, &mut changes),
            (Some(_), None) => {
                changes.breaking(&path, "is gone: whoever waits for it waits forever")
            }
            (None, _) => changes.compatible(&path, "is new"),
        }
    }
    errors(old, new, &mut types, &mut changes);
    for (name, pair) in paired(&old.roles, &new.roles, |role: &Role| role.name.clone()) {
        let path = format!("roles.{name}");
        match pair {
            (Some(_), None) => changes.breaking(&path, "is gone: whoever holds it may do less"),
            (None, Some(_)) => changes.compatible(&path, "is new"),
            _ => {}
        }
    }
    types.finish(&mut changes);
    changes.0.sort();
    changes.0.dedup();
    changes.0
}

/// What has been found.
struct Changes(Vec<Change>);

impl Changes {
    fn push(&mut self, effect: Effect, path: &str, what: impl Into<String>) {
        self.0.push(Change { effect, path: path.into(), what: what.into() });
    }

    fn breaking(&mut self, path: &str, what: impl Into<String>) {
        self.push(Effect::Breaking, path, what);
    }

    fn compatible(&mut self, path: &str, what: impl Into<String>) {
        self.push(Effect::Compatible, path, what);
    }
}

/// Items of the old and of the new document that have the same key.
type Pairs<'a, K, T> = BTreeMap<K, (Option<&'a T>, Option<&'a T>)>;

fn paired<'a, K: Ord, T>(old: &'a [T], new: &'a [T], key: impl Fn(&T) -> K) -> Pairs<'a, K, T> {
    let mut pairs: Pairs<K, T> = BTreeMap::new();
    for item in old {
        pairs.entry(key(item)).or_default().0 = Some(item);
    }
    for item in new {
        pairs.entry(key(item)).or_default().1 = Some(item);
    }
    pairs
}

/// Name and layout.
fn header(old: &Abi, new: &Abi, changes: &mut Changes) {
    if old.contract != new.contract {
        changes.compatible("contract", format!("was `{}`, is `{}`", old.contract, new.contract));
    }
    let (was, is) = (old.layout, new.layout);
    let has_migration =
        new.methods.iter().any(|method| method.kind == MethodKind::Migrate(was.version));
    if is.version < was.version {
        let what = format!("the version falls from {} to {}: raise it", was.version, is.version);
        changes.breaking("layout", what);
    } else if is.version == was.version && is.hash != was.hash {
        let what = format!(
            "the storage changes but its version is still {0}: the chain refuses the upgrade; set \
             the version to {1} and add a migration from {0}, or restore the fields",
            was.version,
            was.version.saturating_add(1)
        );
        changes.breaking("layout", what);
    } else if is.version > was.version && !has_migration {
        let what = format!(
            "the version rises to {}, but nothing migrates from {}",
            is.version, was.version
        );
        changes.breaking("layout", what);
    } else if is.version > was.version {
        changes.compatible("layout", format!("migrates from version {}", was.version));
    }
}

fn removed_method(path: &str, old: &Method, changes: &mut Changes) {
    match old.kind {
        // The chain alone calls it, and only while it upgrades.
        MethodKind::Migrate(_) => changes.compatible(path, "a migration is gone"),
        MethodKind::Init => changes.breaking(path, "is gone: deployments that call it fail"),
        MethodKind::Call | MethodKind::Query => {
            changes.breaking(path, "is gone: whoever calls it fails");
        }
    }
}

fn method<'a>(
    path: &str,
    old: &'a Method,
    new: &'a Method,
    types: &mut Types<'a>,
    changes: &mut Changes,
) {
    match (old.kind, new.kind) {
        (was, is) if was == is => {}
        (MethodKind::Call, MethodKind::Query) => {
            changes.compatible(path, "no longer writes: it is a query");
        }
        (MethodKind::Query, MethodKind::Call) => {
            changes.breaking(path, "was a query and may write now: queries cannot call it");
        }
        _ => changes.breaking(path, "is of another kind"),
    }
    types.fields(&format!("{path}.args"), (&old.args, &new.args), Direction::In, changes);
    types.kinds(&format!("{path}.ok"), (&old.ok, &new.ok), Direction::Out, changes);
    auth(&format!("{path}.auth"), &old.auth, &new.auth, changes);
    for asset in &old.accepts {
        if !new.accepts.contains(asset) {
            let what = "takes an asset no longer: whoever attaches it fails";
            changes.breaking(&format!("{path}.accepts"), what);
        }
    }
    if new.accepts.iter().any(|asset| !old.accepts.contains(asset)) {
        changes.compatible(&format!("{path}.accepts"), "takes another asset too");
    }
    match (old.reentrant, new.reentrant) {
        (true, false) => changes.breaking(path, "can no longer be entered again while it runs"),
        (false, true) => changes.compatible(path, "can be entered again while it runs"),
        _ => {}
    }
    let (emits, errors) = (format!("{path}.emits"), format!("{path}.errors"));
    for event in old.emits.iter().filter(|event| !new.emits.contains(event)) {
        changes.breaking(&emits, format!("`{event}` is emitted no longer"));
    }
    for event in new.emits.iter().filter(|event| !old.emits.contains(event)) {
        changes.compatible(&emits, format!("`{event}` may be emitted too"));
    }
    for code in new.errors.iter().filter(|code| !old.errors.contains(code)) {
        changes.compatible(&errors, format!("may refuse with code {code} too"));
    }
}

fn auth(path: &str, old: &Auth, new: &Auth, changes: &mut Changes) {
    if old == new {
        return;
    }
    let what = format!("was {}, is {}", who(old), who(new));
    match new {
        Auth::Anyone => changes.compatible(path, format!("{what}: make sure that this is meant")),
        _ => changes.breaking(path, format!("{what}: others are refused")),
    }
}

fn who(auth: &Auth) -> String {
    match auth {
        Auth::Anyone => "anyone".into(),
        Auth::Owner => "the owner".into(),
        Auth::Governance => "governance".into(),
        Auth::Role(role) => format!("the role `{role}`"),
        Auth::Stored(field) => format!("the account in the storage field `{field}`"),
        Auth::Argument(name) => format!("the account in the argument `{name}`"),
        Auth::Rule(rule) => format!("a rule ({rule})"),
    }
}

fn event<'a>(
    path: &str,
    old: &'a Event,
    new: &'a Event,
    types: &mut Types<'a>,
    changes: &mut Changes,
) {
    let topics = format!("{path}.topics");
    types.fields(&topics, (&old.topics, &new.topics), Direction::Out, changes);
    types.fields(&format!("{path}.data"), (&old.data, &new.data), Direction::Out, changes);
}

fn errors<'a>(old: &'a Abi, new: &'a Abi, types: &mut Types<'a>, changes: &mut Changes) {
    for (code, pair) in paired(&old.errors, &new.errors, |case: &ErrorCase| case.code) {
        let path = format!("errors.{code}");
        match pair {
            (Some(old), Some(new)) if old.name != new.name => {
                let what = format!(
                    "meant `{}`, means `{}`: old receipts are misread; take a new code",
                    old.name, new.name
                );
                changes.breaking(&path, what);
            }
            (Some(old), Some(new)) => {
                types.fields(&path, (&old.fields, &new.fields), Direction::Out, changes);
            }
            (Some(old), None) => {
                let what = format!("`{}` is gone; its code stays taken", old.name);
                changes.compatible(&path, what);
            }
            (None, _) => changes.compatible(&path, "is new"),
        }
    }
    let by_name = |case: &ErrorCase| case.name.clone();
    for (name, pair) in paired(&old.errors, &new.errors, by_name) {
        if let (Some(old), Some(new)) = pair
            && old.code != new.code
        {
            let what = format!("`{name}` had this code and has {} now", new.code);
            changes.breaking(&format!("errors.{}", old.code), what);
        }
    }
}
