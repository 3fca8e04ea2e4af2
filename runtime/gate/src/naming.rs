//! Names for people: of functions, from what the module says about itself, and of instructions.

use wasmparser::{ExternalKind, KnownCustom, Name, Operator, Parser, Payload};

use weal_types::host::EXPORT_PREFIX;

use crate::refusal::printable;

/// Characters of a function's name that are shown; mangled Rust names can have hundreds.
const NAME_CHARS: usize = 80;

/// Calls a function by its entry in the name section, else by its export, else by its number.
pub(crate) fn function(module: &[u8], index: u32) -> String {
    let mut exported = None;
    // What cannot be read has no name: the module has been refused already.
    for payload in Parser::new(0).parse_all(module).map_while(Result::ok) {
        match payload {
            Payload::ExportSection(exports) if exported.is_none() => {
                exported = exports
                    .into_iter()
                    .map_while(Result::ok)
                    .find(|export| export.kind == ExternalKind::Func && export.index == index)
                    .map(|export| export.name);
            }
            Payload::CustomSection(section) => {
                if let KnownCustom::Name(names) = section.as_known()
                    && let Some(name) = named(names, index)
                {
                    return printable(name, NAME_CHARS);
                }
            }
            _ => {}
        }
    }
    match exported {
        Some(name) => printable(name.strip_prefix(EXPORT_PREFIX).unwrap_or(name), NAME_CHARS),
        None => format!("#{index}"),
    }
}

fn named<'a>(names: wasmparser::NameSectionReader<'a>, index: u32) -> Option<&'a str> {
    let functions = names.into_iter().map_while(Result::ok).find_map(|name| match name {
        Name::Function(functions) => Some(functions),
        _ => None,
    })?;
    let named = functions.into_iter().map_while(Result::ok).find(|name| name.index == index)?;
    Some(named.name)
}

/// The first part of instruction names in the text format that have a dot after it.
const SPACES: [&str; 20] = [
    "i32", "i64", "f32", "f64", "v128", "i8x16", "i16x8", "i32x4", "i64x2", "f32x4", "f64x2",
    "local", "global", "memory", "table", "data", "elem", "ref", "struct", "array",
];

macro_rules! describe {
    ($(@$proposal:ident $op:ident $({ $($payload:tt)* })? => $visit:ident ($($ann:tt)*))*) => {
        /// The proposal that brought an instruction, and the name of its visitor.
        fn origin(operator: &Operator<'_>) -> (&'static str, &'static str) {
            match operator {
                $(Operator::$op { .. } => (stringify!($proposal), stringify!($visit)),)*
                _ => ("unknown", "visit_unknown"),
            }
        }
    };
}

wasmparser::for_each_operator!(describe);

/// The name of an instruction that lies outside the profile.
pub(crate) fn outside_profile(operator: &Operator<'_>) -> Option<String> {
    let (proposal, visit) = origin(operator);
    let inside = match proposal {
        "mvp" => !visit.contains("_f32") && !visit.contains("_f64"),
        "sign_extension" => true,
        "bulk_memory" => {
            matches!(operator, Operator::MemoryCopy { .. } | Operator::MemoryFill { .. })
        }
        _ => false,
    };
    if inside { None } else { Some(text_name(visit)) }
}

/// `visit_i32_trunc_sat_f64_u` is `i32.trunc_sat_f64_u`.
fn text_name(visit: &str) -> String {
    let name = visit.strip_prefix("visit_").unwrap_or(visit);
    match name.split_once('_') {
        Some((space, rest)) if SPACES.contains(&space) => format!("{space}.{rest}"),
        _ => name.into(),
    }
}
