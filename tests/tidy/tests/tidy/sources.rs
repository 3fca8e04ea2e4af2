//! Sizes of files, functions and lines, and words that must not stay.

use syn::visit::Visit;

use crate::{Source, files, report};

/// Lines of a file without its inline tests: what can be read in one sitting.
const BODY_LINES: usize = 400;
/// Lines of a file of tests, and of any file as a whole.
const FILE_LINES: usize = 800;
/// Lines of a function, from `fn` to its closing brace: one screen.
const FUNCTION_LINES: usize = 70;
/// Characters of a line: two files side by side.
const COLUMNS: usize = 100;

fn rust_files() -> Vec<Source> {
    files(|path| path.ends_with(".rs"))
}

fn is_test_file(path: &str) -> bool {
    path.ends_with("/tests.rs") || path.contains("/tests/") || path.contains("/benches/")
}

fn parse(source: &Source) -> syn::File {
    syn::parse_file(&source.text).unwrap_or_else(|error| {
        panic!("{}:{}: {error}", source.path, error.span().start().line);
    })
}

/// Lines of `item` if it is an inline module of tests, its `#[cfg(test)]` included; otherwise 0.
fn test_lines(item: &syn::Item) -> usize {
    let syn::Item::Mod(syn::ItemMod { attrs, mod_token, content: Some((braces, _)), .. }) = item
    else {
        return 0;
    };
    let is_cfg_test = |attribute: &syn::Attribute| {
        attribute.path().is_ident("cfg")
            && attribute.parse_args::<syn::Path>().is_ok_and(|path| path.is_ident("test"))
    };
    match attrs.iter().any(is_cfg_test) {
        true => braces.span.close().end().line - mod_token.span.start().line + 2,
        false => 0,
    }
}

#[test]
fn files_are_read_in_one_sitting() {
    let mut findings = Vec::new();
    for source in rust_files() {
        let total = source.text.lines().count();
        let tests: usize = parse(&source).items.iter().map(test_lines).sum();
        let body = total - tests;
        if total > FILE_LINES {
            findings.push(format!(
                "{}:{FILE_LINES}: {total} lines, but {FILE_LINES} are the most: split it by idea",
                source.path
            ));
        } else if body > BODY_LINES && !is_test_file(&source.path) {
            findings.push(format!(
                "{}:{BODY_LINES}: {body} lines without tests, but {BODY_LINES} are the most: move \
                 one idea into a file of its own",
                source.path
            ));
        }
    }
    report(findings);
}

/// Collects the functions that are too long.
struct Functions<'a> {
    path: &'a str,
    findings: Vec<String>,
}

impl Functions<'_> {
    fn measure(&mut self, signature: &syn::Signature, block: &syn::Block) {
        let first = signature.fn_token.span.start().line;
        let length = block.brace_token.span.close().end().line - first + 1;
        if length > FUNCTION_LINES {
            self.findings.push(format!(
                "{}:{first}: `{}` has {length} lines, but {FUNCTION_LINES} are the most: name its \
                 steps as functions",
                self.path, signature.ident
            ));
        }
    }
}

impl<'ast> Visit<'ast> for Functions<'_> {
    fn visit_item_fn(&mut self, function: &'ast syn::ItemFn) {
        self.measure(&function.sig, &function.block);
        syn::visit::visit_item_fn(self, function);
    }

    fn visit_impl_item_fn(&mut self, function: &'ast syn::ImplItemFn) {
        self.measure(&function.sig, &function.block);
        syn::visit::visit_impl_item_fn(self, function);
    }

    fn visit_trait_item_fn(&mut self, function: &'ast syn::TraitItemFn) {
        if let Some(block) = &function.default {
            self.measure(&function.sig, block);
        }
        syn::visit::visit_trait_item_fn(self, function);
    }
}

#[test]
fn functions_fit_on_a_screen() {
    let mut findings = Vec::new();
    for source in rust_files() {
        let mut functions = Functions { path: &source.path, findings: Vec::new() };
        functions.visit_file(&parse(&source));
        findings.extend(functions.findings);
    }
    report(findings);
}

#[test]
fn lines_fit_beside_each_other() {
    let mut findings = Vec::new();
    for source in rust_files() {
        for (number, line) in (1..).zip(source.text.lines()) {
            let columns = line.chars().count();
            // A link cannot be broken.
            if columns > COLUMNS && !line.contains("https://") {
                findings.push(format!(
                    "{}:{number}: {columns} columns, but {COLUMNS} are the most: break the line",
                    source.path
                ));
            }
        }
    }
    report(findings);
}

/// Words that say something is unfinished, or true on one machine only. They are written in halves
/// so that this file does not contain them.
const FORBIDDEN: [(&str, &str); 8] = [
    (concat!("to", "do!("), "finish it, or leave it out"),
    (concat!("unimpl", "emented!("), "finish it, or leave it out"),
    (concat!("FIX", "ME"), "mend it, or file an issue and name it in words"),
    (concat!("XX", "X"), "mend it, or file an issue and name it in words"),
    (concat!("/wo", "rk/"), "use a path inside the repository"),
    (concat!("/ro", "ot/"), "use a path inside the repository"),
    (concat!("../sha", "red"), "the repository stands alone"),
    (concat!(".lib", "rary"), "the repository stands alone"),
];

#[test]
fn nothing_is_left_unfinished_or_tied_to_a_machine() {
    let is_text = |path: &str| {
        let name = path.rsplit('/').next().unwrap_or(path);
        let endings = [".rs", ".md", ".toml", ".sh", ".ts", ".js", ".mjs", ".html"];
        name == "Makefile" || name == "run" || endings.iter().any(|end| name.ends_with(end))
    };
    let mut findings = Vec::new();
    for source in files(is_text) {
        for (number, line) in (1..).zip(source.text.lines()) {
            for (word, remedy) in FORBIDDEN {
                if line.contains(word) {
                    findings.push(format!("{}:{number}: `{word}`: {remedy}", source.path));
                }
            }
        }
    }
    report(findings);
}
