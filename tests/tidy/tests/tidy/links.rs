//! Documents lead where they say.

use std::path::Path;

use crate::{Source, files, report, root};

/// The targets of a document's links, with their lines.
fn links(document: &Source) -> Vec<(usize, &str)> {
    let mut found = Vec::new();
    let mut in_code = false;
    for (number, line) in (1..).zip(document.text.lines()) {
        if line.trim_start().starts_with("```") {
            in_code = !in_code;
        }
        if in_code {
            continue;
        }
        for part in line.split("](").skip(1) {
            if let Some((target, _)) = part.split_once(')') {
                found.push((number, target));
            }
        }
    }
    found
}

#[test]
fn links_between_documents_lead_to_files() {
    let mut findings = Vec::new();
    for document in files(|path| path.ends_with(".md")) {
        for (number, target) in links(&document) {
            let is_elsewhere = ["https://", "http://", "mailto:", "#"]
                .iter()
                .any(|start| target.starts_with(start));
            let file = target.split('#').next().unwrap_or(target);
            let directory = Path::new(&document.path).parent().unwrap_or(Path::new(""));
            if !is_elsewhere && !root().join(directory).join(file).exists() {
                findings.push(format!(
                    "{}:{number}: `{target}` does not exist: mend the link",
                    document.path
                ));
            }
        }
    }
    report(findings);
}

#[test]
fn every_document_is_in_the_index() {
    let documents = files(|path| path.starts_with("docs/") && path.ends_with(".md"));
    let index = documents.iter().find(|document| document.path == "docs/README.md");
    let index = index.expect("docs/README.md is the index");
    let listed: Vec<_> = links(index).into_iter().map(|(_, target)| target).collect();
    let missing = documents
        .iter()
        .filter_map(|document| document.path.strip_prefix("docs/"))
        .filter(|name| *name != "README.md" && !listed.contains(name))
        .map(|name| format!("docs/README.md:1: add a line for `{name}`"));
    report(missing.collect());
}
