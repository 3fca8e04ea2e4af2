//! Puts mutants into source text.
//!
//! An edit names its place by a piece of text that the file contains once. Where the piece is
//! longer than what is to be replaced, `⟦` and `⟧` stand around that. What is replaced is either an
//! expression or, if it ends in `;`, a statement; both stay in the text, as the other branch.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write,
    fs,
    ops::Range,
    path::Path,
};

use crate::table::Mutant;

/// One replacement on its way into a file.
struct Placed<'a> {
    range: Range<usize>,
    mutant: usize,
    replace: &'a str,
}

/// The source of the library at `directory` as one file, with the mutants in it.
pub fn generate(directory: &Path, mutants: &[Mutant]) -> Result<String, String> {
    let files: BTreeSet<_> =
        mutants.iter().flat_map(|mutant| mutant.edits).map(|edit| edit.file).collect();
    let mut edited = BTreeMap::new();
    let mut reasons = Vec::new();
    for file in files {
        match read(&directory.join(file)).and_then(|source| rewrite(&source, file, mutants)) {
            Ok(text) => {
                edited.insert(file, text);
            }
            Err(reason) => reasons.push(reason),
        }
    }
    if !reasons.is_empty() {
        return Err(reasons.join("\n"));
    }
    let mut root = String::new();
    inline(&mut root, directory, directory, "lib.rs", &edited)?;
    Ok(root)
}

fn read(path: &Path) -> Result<String, String> {
    fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))
}

/// Appends a file, and in place of each `mod x;` the module itself; tests are left out.
fn inline(
    text: &mut String,
    root: &Path,
    directory: &Path,
    file: &str,
    edited: &BTreeMap<&str, String>,
) -> Result<(), String> {
    let path = directory.join(file);
    let name = path.strip_prefix(root).ok().and_then(Path::to_str).unwrap_or_default();
    let source = match edited.get(name) {
        Some(source) => source.clone(),
        None => read(&path)?,
    };
    let within = match file {
        "lib.rs" => directory.to_owned(),
        _ => path.with_extension(""),
    };
    let mut is_test = false;
    for line in source.lines() {
        let module = line.strip_prefix("pub ").unwrap_or(line).strip_prefix("mod ");
        match module.and_then(|module| module.strip_suffix(';')) {
            Some(_) if is_test => {}
            Some(module) => {
                let _ = writeln!(text, "{} {{", line.trim_end_matches(';'));
                inline(text, root, &within, &format!("{module}.rs"), edited)?;
                text.push_str("}\n");
            }
            None if line == "#[cfg(test)]" => {}
            // What belongs to a whole crate stands in the crate that includes this.
            None if file == "lib.rs" && ["//!", "#!["].iter().any(|of| line.starts_with(of)) => {}
            None => {
                let _ = writeln!(text, "{line}");
            }
        }
        is_test = line == "#[cfg(test)]";
    }
    Ok(())
}

/// One file with all edits that concern it.
pub fn rewrite(source: &str, file: &str, mutants: &[Mutant]) -> Result<String, String> {
    let mut placed = Vec::new();
    let mut reasons = Vec::new();
    for (mutant, row) in mutants.iter().enumerate() {
        for edit in row.edits.iter().filter(|edit| edit.file == file) {
            match place(source, edit.find) {
                Ok(range) => placed.push(Placed { range, mutant, replace: edit.replace }),
                Err(reason) => reasons.push(format!("mutant `{}`, {file}: {reason}", row.name)),
            }
        }
    }
    if !reasons.is_empty() {
        return Err(reasons.join("\n"));
    }
    placed.sort_by_key(|edit| (edit.range.start, edit.range.end, edit.mutant));
    let mut text = String::new();
    let mut done = 0;
    for group in placed.chunk_by(|one, other| one.range == other.range) {
        let Some(Placed { range, mutant, .. }) = group.first() else { continue };
        if range.start < done {
            let name = mutants[*mutant].name;
            return Err(format!("mutant `{name}`, {file}: its place overlaps another's"));
        }
        text.push_str(&source[done..range.start]);
        text.push_str(&branches(&source[range.clone()], group));
        done = range.end;
    }
    text.push_str(&source[done..]);
    Ok(text)
}

/// `if one { … } else if other { … } else { original }`.
fn branches(original: &str, group: &[Placed]) -> String {
    let chain: String = group
        .iter()
        .map(|edit| format!("if crate::chosen::is({}) {{ {} }} else ", edit.mutant, edit.replace))
        .collect();
    match original.ends_with(';') {
        true => format!("{chain}{{ {original} }}"),
        false => format!("({chain}{{ {original} }})"),
    }
}

/// Where in the source the text between the marks stands, or all of `find` without marks.
fn place(source: &str, find: &str) -> Result<Range<usize>, String> {
    let (before, rest) = find.split_once('⟦').unwrap_or(("", find));
    let (inside, after) = rest.split_once('⟧').unwrap_or((rest, ""));
    let whole = [before, inside, after].concat();
    let mut found = source.match_indices(&whole);
    match (found.next(), found.next()) {
        (Some((at, _)), None) => {
            let start = at + before.len();
            Ok(start..start + inside.len())
        }
        (None, _) => Err(format!("the source has no longer:\n{whole}")),
        (Some(_), Some(_)) => Err(format!("the source has more than once:\n{whole}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::table::Edit;

    const SOURCE: &str = "fn f() {\n    let a = b + c;\n    g(a);\n    g(a + 1);\n}\n";

    fn mutant(edits: &'static [Edit]) -> Mutant {
        Mutant { name: "m", rule: "r", edits }
    }

    #[test]
    fn both_branches_stand_in_the_text() {
        let sum = mutant(&[Edit { file: "f.rs", find: "let a = ⟦b + c⟧;", replace: "b" }]);
        let call = mutant(&[Edit { file: "f.rs", find: "g(a);", replace: "" }]);
        let other = mutant(&[Edit { file: "f.rs", find: "b + c", replace: "c" }]);
        let text = rewrite(SOURCE, "f.rs", &[sum, call, other]).expect("all are found");
        let expected = "fn f() {\n    let a = (if crate::chosen::is(0) { b } else \
                        if crate::chosen::is(2) { c } else { b + c });\n    \
                        if crate::chosen::is(1) {  } else { g(a); }\n    g(a + 1);\n}\n";
        assert_eq!(text, expected);
        assert_eq!(rewrite(SOURCE, "g.rs", &[sum]).as_deref(), Ok(SOURCE));
    }

    #[test]
    fn a_mutant_that_no_longer_fits_is_named() {
        for (find, part) in [("b - c", "no longer"), ("g(a", "more than once")] {
            let edit = Edit { file: "f.rs", find, replace: "" };
            let edits: &'static [Edit] = Box::leak(Box::new([edit]));
            let reason = rewrite(SOURCE, "f.rs", &[mutant(edits)]).expect_err("it does not fit");
            assert!(reason.contains("mutant `m`, f.rs") && reason.contains(part), "{reason}");
        }
        let one = mutant(&[Edit { file: "f.rs", find: "b + c", replace: "" }]);
        let other = mutant(&[Edit { file: "f.rs", find: "a = b", replace: "" }]);
        let reason = rewrite(SOURCE, "f.rs", &[one, other]).expect_err("they overlap");
        assert!(reason.contains("overlaps"), "{reason}");
    }

    #[test]
    fn names_are_distinct() {
        let mut names: Vec<_> = crate::table::all().iter().map(|mutant| mutant.name).collect();
        let count = names.len();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), count);
    }
}
