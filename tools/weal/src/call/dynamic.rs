//! A command line whose options are a method's arguments.

use std::{ffi::OsString, fmt::Write, path::PathBuf};

use clap::{Arg, ArgAction, ArgMatches, Command, CommandFactory};
use serde_json::json;
use weal_client::Codec;
use weal_types::abi::{Field, Meaning, Method, MethodKind, Type, Unit};

use crate::{
    abi::table::{asset, auth},
    args::{Arguments, Connection},
    codes,
    outcome::{Failure, Report},
};

/// What the second reading found.
pub enum Read {
    /// Somebody asked for help.
    Help(Report),
    /// The options, and the method's arguments.
    Matches(ArgMatches, Found),
}

/// What a person typed for a method's arguments.
pub struct Found {
    /// Name and text, in the order of the method.
    pub texts: Vec<(String, String)>,
}

/// Before the ids of a method's arguments, so that they meet none of ours.
const MARK: char = '@';

/// What stands behind the subcommand `name`.
pub fn line(name: &str) -> Vec<String> {
    let words = std::env::args_os().skip(1).map(|word| word.to_string_lossy().into_owned());
    words.skip_while(|word| word != name).skip(1).collect()
}

/// The value of an option anywhere on the line, as `--name value` or `--name=value`.
pub fn peek(line: &[String], name: &str) -> Option<String> {
    line.iter().enumerate().find_map(|(index, word)| match word.strip_prefix(name) {
        Some("") => line.get(index + 1).cloned(),
        Some(rest) => rest.strip_prefix('=').map(str::to_owned),
        None => None,
    })
}

/// [`peek`] for a path.
pub fn path(line: &[String], name: &str) -> Option<PathBuf> {
    peek(line, name).map(PathBuf::from)
}

/// Which node is meant, wherever on the line that stands.
pub fn connection(line: &[String]) -> Connection {
    Connection {
        profile: peek(line, "--profile"),
        rpc: peek(line, "--rpc"),
        timeout: peek(line, "--timeout").and_then(|text| text.parse().ok()),
    }
}

/// The help of a subcommand that names no contract yet; a mistake where nobody asked for it.
pub fn static_help(name: &str, is_asked: bool) -> Result<Report, Failure> {
    let mut all = Arguments::command();
    all.build();
    let help = all.find_subcommand_mut(name).map(Command::render_long_help);
    let text = help.map(|help| help.ansi().to_string()).unwrap_or_default();
    match is_asked {
        true => Ok(Report { data: json!({ "help": text }), text }),
        false => {
            Err(Failure::new(codes::USAGE, "a contract is needed")
                .hint(format!("weal {name} --help")))
        }
    }
}

/// A mistake on the line, in clap's words.
pub fn usage(error: &clap::Error) -> Failure {
    let text = error.to_string();
    let first = text.lines().next().unwrap_or_default();
    let message = first.strip_prefix("error: ").unwrap_or(first);
    let names: Vec<_> = text.lines().skip(1).filter(|line| line.starts_with("  --")).collect();
    let names = names.iter().map(|line| line.trim()).collect::<Vec<_>>().join(", ");
    let message = if names.is_empty() { message.into() } else { format!("{message} {names}") };
    Failure::new(codes::USAGE, message).hint("add --help to see what can be written")
}

/// The options of a subcommand, as clap derives them.
pub type Options = fn(Command) -> Command;

/// A command with the arguments of `method`, which its help lists first, and the options of a
/// subcommand of ours.
pub fn command(options: Options, usage: String, method: &Method, codec: &Codec) -> Command {
    let ours = options(Command::new("weal"));
    let mut command = Command::new("weal");
    for field in &method.args {
        let arg = Arg::new(forever(format!("{MARK}{}", field.name)))
            .long(forever(long(&ours, &field.name)))
            .value_name(forever(field.kind.to_string()))
            .help(help(field))
            .help_heading("Arguments of the method")
            .allow_hyphen_values(true);
        let is_optional = matches!(field.kind, Type::Option(_));
        command = command.arg(match is_optional {
            true => arg,
            false => arg.required_unless_present_any(["args_json", "help"]),
        });
    }
    options(command)
        .no_binary_name(true)
        .override_usage(format!("{usage} [--ARG VALUE]…"))
        .about(method.doc.clone())
        .after_help(after(method, codec))
        .arg(Arg::new("json").long("json").action(ArgAction::SetTrue).hide(true))
        // The usage says where they stand.
        .mut_args(|arg| if arg.is_positional() { arg.hide(true) } else { arg })
}

/// A name that clap can keep. A process reads one command line, so nothing piles up.
fn forever(text: String) -> &'static str {
    text.leak()
}

/// How an argument is written: with hyphens, and marked where an option of ours has its name.
fn long(command: &Command, name: &str) -> String {
    let name = name.replace('_', "-");
    let is_taken = command.get_arguments().any(|arg| arg.get_long() == Some(&name));
    if is_taken { format!("arg-{name}") } else { name }
}

/// What an argument is, in a line.
fn help(field: &Field) -> String {
    let Meaning { label, doc, unit, min, max, example, .. } = &field.meaning;
    let mut text = match (label.is_empty(), doc.is_empty()) {
        (true, true) => field.kind.to_string(),
        (false, true) => label.clone(),
        (true, false) => doc.clone(),
        (false, false) => format!("{label}. {doc}"),
    };
    let _ = match unit {
        Some(Unit::Asset(which)) => {
            write!(text, " [an amount of {}, as in `50 EUR`]", asset(which))
        }
        Some(unit) => write!(text, " [{}]", unit_text(unit)),
        None => Ok(()),
    };
    // A bound that nobody reaches tells nothing.
    let max = max.filter(|max| *max <= u128::from(u64::MAX));
    let min = min.filter(|min| *min > 0 || max.is_some());
    let _ = match (min, max) {
        (Some(min), Some(max)) => write!(text, " [{min} to {max}]"),
        (Some(min), None) => write!(text, " [{min} or more]"),
        (None, Some(max)) => write!(text, " [at most {max}]"),
        (None, None) => Ok(()),
    };
    if !example.is_empty() {
        let _ = write!(text, " [such as {example}]");
    }
    text
}

fn unit_text(unit: &Unit) -> &'static str {
    match unit {
        Unit::Asset(_) => "an amount",
        Unit::Seconds | Unit::Milliseconds => "a time, as in `2h30m`",
        Unit::Timestamp => "a date, as in `2026-05-01T12:00:00Z`",
        Unit::Blocks => "blocks",
        Unit::BasisPoints | Unit::PartsPerMillion | Unit::Percent => "a share, as in `2.5%`",
        Unit::Bytes => "a size, as in `64 KiB`",
        Unit::Gas => "gas",
    }
}

/// Who may call it, what the signer agrees to, and how it may refuse.
fn after(method: &Method, codec: &Codec) -> String {
    let mut text = String::new();
    let mut line = |word: &str, rest: String| {
        if !rest.is_empty() {
            let _ = writeln!(text, "{word:<9}{rest}");
        }
    };
    line("signs", method.intent.clone());
    if method.kind != MethodKind::Query {
        line("by", auth(&method.auth));
    }
    line("accepts", method.accepts.iter().map(asset).collect::<Vec<_>>().join(", "));
    if method.ok != Type::Unit {
        line("returns", method.ok.to_string());
    }
    line("says", method.emits.join(", "));
    for case in codec.abi().errors.iter().filter(|case| method.errors.contains(&case.code)) {
        line("refuses", format!("C{}-{}: {}", case.code, case.name, case.message));
    }
    text
}

/// Reads the whole line.
pub fn read(mut command: Command, line: &[String], method: &Method) -> Result<Read, Failure> {
    let words = line.iter().map(OsString::from);
    let matches = command.try_get_matches_from_mut(words).map_err(|error| usage(&error))?;
    if matches.get_flag("help") {
        let text = command.render_long_help().ansi().to_string();
        return Ok(Read::Help(Report { data: json!({ "help": text }), text }));
    }
    if let Some(stray) = matches.get_many::<String>("rest").and_then(|mut rest| rest.next()) {
        let names = method.args.iter().map(|field| format!("--{}", field.name.replace('_', "-")));
        let names = names.collect::<Vec<_>>().join(", ");
        let message = format!("`{}` has no argument {stray:?}", method.name);
        let hint =
            if names.is_empty() { "it takes none".into() } else { format!("it has: {names}") };
        return Err(Failure::new(codes::ARGUMENT, message).hint(hint));
    }
    let typed = |field: &Field| {
        let text = matches.get_one::<String>(&format!("{MARK}{}", field.name))?;
        Some((field.name.clone(), text.clone()))
    };
    let texts = method.args.iter().filter_map(typed).collect();
    Ok(Read::Matches(matches, Found { texts }))
}

#[cfg(test)]
mod tests {
    use clap::Args;
    use weal_types::abi::Abi;

    use super::*;
    use crate::args;

    fn codec() -> Codec {
        let text = r#"{"format":1,"contract":"Fund","layout":{"version":1,"hash":"0xHASH"},
            "methods":[{"name":"pay","kind":"call","auth":"owner","doc":"Pays a claim.",
              "args":[{"name":"claim_id","type":"u32","meaning":{"label":"Claim","min":"1"}},
                      {"name":"from","type":"i8"},{"name":"note","type":"Option<String>"}],
              "ok":"()","errors":[2]}],
            "errors":[{"code":2,"name":"Paid","message":"Already paid."}]}"#;
        let abi = Abi::from_json(&text.replace("HASH", &"0".repeat(64))).expect("a document");
        Codec::new(abi).expect("a document")
    }

    fn reading(words: &str) -> Result<Read, Failure> {
        let codec = codec();
        let method = codec.method("pay").expect("it is there");
        let line: Vec<_> = words.split(' ').map(str::to_owned).collect();
        let command = command(args::Call::augment_args, "weal call".into(), method, &codec);
        read(command, &line, method)
    }

    #[test]
    fn arguments_are_options_anywhere_on_the_line() {
        for words in [
            "fund pay --claim-id 7 --arg-from -3 --from tess --yes",
            "--from=tess fund pay --yes --arg-from=-3 --claim-id=7 --json",
        ] {
            let Ok(Read::Matches(matches, found)) = reading(words) else { panic!("{words}") };
            let texts = [("claim_id", "7"), ("from", "-3")];
            assert_eq!(found.texts, texts.map(|(a, b)| (a.to_owned(), b.to_owned())));
            assert_eq!(matches.get_one::<String>("from").map(String::as_str), Some("tess"));
        }
    }

    #[test]
    fn mistakes_name_what_is_missing_and_what_there_is() {
        let refused = |words| reading(words).map(|_| ()).expect_err(words);
        let missing = refused("fund pay --claim-id 7").message;
        assert!(missing.contains("--arg-from"), "{missing}");
        let stray = refused("fund pay --claim-id 7 --arg-from 1 --clam 7");
        assert_eq!(stray.code, "E1242");
        assert!(stray.hint.contains("--claim-id, --from, --note"), "{}", stray.hint);
        assert_eq!(refused("fund pay --claim-id 7 --claim-id 8 --arg-from 1").code, "E1201");
    }

    #[test]
    fn help_tells_about_the_method() {
        let Ok(Read::Help(report)) = reading("fund pay --help") else { panic!("no help") };
        for part in ["Pays a claim.", "--claim-id", "1 or more", "the owner", "C2-Paid", "--from"] {
            assert!(report.text.contains(part), "{part}: {}", report.text);
        }
    }

    #[test]
    fn options_are_found_wherever_they_stand() {
        let line = ["a", "--rpc", "http://x", "--profile=main", "--rpcs", "y"].map(str::to_owned);
        assert_eq!(peek(&line, "--rpc").as_deref(), Some("http://x"));
        assert_eq!(peek(&line, "--profile").as_deref(), Some("main"));
        assert_eq!(peek(&line, "--from"), None);
    }
}
