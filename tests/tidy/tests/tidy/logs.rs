//! Every line that the node logs at `warn` or `error` stands in the operator's guide, with what it
//! means.

use syn::visit::Visit;

use crate::{files, report};

/// The page with the table of log lines.
const GUIDE: &str = "docs/operate.md";

/// What runs in the daemon.
const FOLDERS: [&str; 5] =
    ["node/src/", "node/net/src/", "node/state/src/", "node/consensus/src/", "runtime/src/"];

/// The messages that a file logs at `warn` and `error`, with their lines.
#[derive(Default)]
struct Messages(Vec<(usize, String)>);

impl<'ast> Visit<'ast> for Messages {
    fn visit_macro(&mut self, found: &'ast syn::Macro) {
        let name = found.path.segments.last().map(|segment| segment.ident.to_string());
        if matches!(name.as_deref(), Some("warn" | "error")) {
            // The message is the last text at the outermost level; fields come before it.
            let texts = found.tokens.clone().into_iter().filter_map(|token| match token {
                proc_macro2::TokenTree::Literal(literal) => {
                    syn::parse_str::<syn::LitStr>(&literal.to_string()).ok()
                }
                _ => None,
            });
            let line = found.path.segments[0].ident.span().start().line;
            let text = texts.last().map(|text| text.value()).unwrap_or_default();
            self.0.push((line, text));
        }
        syn::visit::visit_macro(self, found);
    }
}

/// The messages in the guide's table: the first cell of each row, in ticks.
fn explained() -> Vec<String> {
    let guide = files(|path| path == GUIDE).remove(0).text;
    let (_, section) = guide.split_once("\n## Log lines\n").expect("the guide has log lines");
    let section = section.split("\n## ").next().unwrap_or(section);
    let rows = section.lines().filter_map(|line| line.strip_prefix("| `")?.split_once('`'));
    rows.map(|(message, _)| message.to_owned()).collect()
}

#[test]
fn every_warning_of_the_node_is_explained() {
    let explained = explained();
    let (mut findings, mut logged) = (Vec::new(), Vec::new());
    let is_ours =
        |path: &str| path.ends_with(".rs") && FOLDERS.iter().any(|folder| path.starts_with(folder));
    for source in files(is_ours) {
        let mut messages = Messages::default();
        messages.visit_file(&syn::parse_file(&source.text).expect("the file is Rust"));
        let written = ["tracing::warn!(", "tracing::error!("];
        let written: usize = written.iter().map(|call| source.text.matches(call).count()).sum();
        if written != messages.0.len() {
            findings.push(format!("{}: a warning inside another macro is not seen", source.path));
        }
        for (line, message) in messages.0 {
            if !explained.contains(&message) {
                findings.push(format!(
                    "{}:{line}: {GUIDE} has no row for the log line `{message}`: say what it means \
                     and what to do",
                    source.path
                ));
            }
            logged.push(message);
        }
    }
    assert!(logged.len() > 10, "the node logs warnings; only {} were found", logged.len());
    for message in explained.iter().filter(|message| !logged.contains(message)) {
        findings.push(format!("{GUIDE}: no code logs `{message}`: take its row out"));
    }
    report(findings);
}
