//! A description as text for people.

use std::fmt::Write;

use weal_types::abi::{Abi, AssetRef, Auth, Event, Field, Method, MethodKind, Shape, Type};

use crate::text::{Align, BOLD, hash, table, wrapped};

/// Columns of running text.
const COLUMNS: usize = 96;

/// Writes methods with who may call them, then events, errors, roles and types.
pub fn text(abi: &Abi) -> String {
    let mut text = format!("{BOLD}{}{BOLD:#}  layout {}\n", abi.contract, abi.layout.version);
    if !abi.doc.is_empty() {
        text += &wrapped(&abi.doc, "  ", COLUMNS);
    }
    text += &section("methods", abi.methods.iter().map(|method| method_text(abi, method)));
    text += &section("events", abi.events.iter().map(event_text));
    text += &errors(abi);
    let roles = abi.roles.iter().map(|role| described(&role.name, &role.doc));
    text += &section("roles", roles);
    let types = abi.types.iter().map(|definition| {
        let name = &definition.name;
        let head = match &definition.shape {
            Shape::Struct(members) => format!("{name} {{ {} }}", fields(members)),
            Shape::Alias { kind, .. } => format!("{name} = {kind}"),
            Shape::Enum(variants) => {
                let variants = variants.iter().map(|variant| match variant.fields.is_empty() {
                    true => variant.name.clone(),
                    false => format!("{} {{ {} }}", variant.name, fields(&variant.fields)),
                });
                format!("{name} = {}", variants.collect::<Vec<_>>().join(" | "))
            }
        };
        described(&head, &definition.doc)
    });
    text + &section("types", types)
}

fn section(title: &str, items: impl Iterator<Item = String>) -> String {
    let items: String = items.collect();
    if items.is_empty() { items } else { format!("\n{BOLD}{title}{BOLD:#}\n{items}") }
}

fn described(head: &str, doc: &str) -> String {
    let mut text = wrapped(head, "  ", COLUMNS);
    if !doc.is_empty() {
        text += &wrapped(doc, "      ", COLUMNS);
    }
    text
}

fn fields(fields: &[Field]) -> String {
    let fields = fields.iter().map(|field| format!("{}: {}", field.name, field.kind));
    fields.collect::<Vec<_>>().join(", ")
}

fn method_text(abi: &Abi, method: &Method) -> String {
    let kind = match method.kind {
        MethodKind::Init => "init".to_owned(),
        MethodKind::Call => "call".to_owned(),
        MethodKind::Query => "query".to_owned(),
        MethodKind::Migrate(from) => format!("migrate from {from}"),
    };
    let mut head = format!("{kind} {}({})", method.name, fields(&method.args));
    if method.ok != Type::Unit {
        let _ = write!(head, " -> {}", method.ok);
    }
    let mut text = described(&head, &method.doc);
    let mut line = |word: &str, rest: String| {
        if !rest.is_empty() {
            let _ = writeln!(text, "      {word:<8} {rest}");
        }
    };
    line("signs", method.intent.clone());
    if method.kind != MethodKind::Query {
        line("by", auth(&method.auth));
    }
    line("accepts", method.accepts.iter().map(asset).collect::<Vec<_>>().join(", "));
    let errors = method.errors.iter().map(|code| {
        let case = abi.errors.iter().find(|case| case.code == *code);
        case.map_or_else(|| code.to_string(), |case| case.name.clone())
    });
    line("errors", errors.collect::<Vec<_>>().join(", "));
    line("emits", method.emits.join(", "));
    line("calls", method.calls_out.join(", "));
    text
}

/// Who may call, in words.
pub fn auth(auth: &Auth) -> String {
    match auth {
        Auth::Anyone => "anyone".into(),
        Auth::Owner => "the owner".into(),
        Auth::Governance => "the chain's governance".into(),
        Auth::Role(role) => format!("role {role}"),
        Auth::Stored(field) => format!("the account in storage field {field}"),
        Auth::Argument(name) => format!("the account in argument {name}"),
        Auth::Rule(rule) => rule.clone(),
    }
}

/// Which asset, in words.
pub fn asset(asset: &AssetRef) -> String {
    match asset {
        AssetRef::Any => "any asset".into(),
        AssetRef::Literal(id) => format!("asset {}", hash(id)),
        AssetRef::Stored(field) => format!("the asset in storage field {field}"),
        AssetRef::Argument(name) => format!("the asset in argument {name}"),
    }
}

fn event_text(event: &Event) -> String {
    let topics = event.topics.iter().map(|field| format!("#{}: {}", field.name, field.kind));
    let data = event.data.iter().map(|field| format!("{}: {}", field.name, field.kind));
    let all: Vec<_> = topics.chain(data).collect();
    described(&format!("{}({})", event.name, all.join(", ")), &event.doc)
}

fn errors(abi: &Abi) -> String {
    if abi.errors.is_empty() {
        return String::new();
    }
    let mut rows = vec![["code", "error", "message"].map(str::to_owned).to_vec()];
    for case in &abi.errors {
        let name = match case.fields.is_empty() {
            true => case.name.clone(),
            false => format!("{}({})", case.name, fields(&case.fields)),
        };
        rows.push(vec![case.code.to_string(), name, case.message.clone()]);
    }
    format!("\n{}", table(&[Align::Right, Align::Left, Align::Left], &rows))
}
