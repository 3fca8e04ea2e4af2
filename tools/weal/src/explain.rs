//! `weal explain`: a page for every code.
//!
//! What a code means and the usual remedy stand where the code is declared: the gate's rules in
//! `weal-gate`, this program's failures in `codes`. The files in `explain` add why the rule exists
//! and an example, under the heading of the code.

use std::fmt::Write;

use serde_json::json;

use crate::{
    codes,
    outcome::{Failure, Report},
    text::{Align, BOLD, table, wrapped},
};

/// Reasons and examples, by code.
const PAGES: [&str; 2] = [include_str!("../explain/gate.md"), include_str!("../explain/tool.md")];

/// Columns of running text.
const COLUMNS: usize = 96;

/// What is known of a code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Entry {
    number: u16,
    name: &'static str,
    doc: &'static str,
    remedy: &'static str,
}

impl Entry {
    /// The gate's and our own, in order.
    fn all() -> impl Iterator<Item = Self> {
        let of_gate = weal_gate::codes::RULES.iter().map(|rule| Self {
            number: rule.code,
            name: rule.name,
            doc: rule.doc,
            remedy: rule.remedy,
        });
        let ours = codes::CODES.iter().map(|code| Self {
            number: code.number,
            name: code.name,
            doc: code.doc,
            remedy: code.remedy,
        });
        of_gate.chain(ours)
    }

    /// What the file of pages says under `## E…`.
    fn page(&self) -> Option<&'static str> {
        let heading = format!("## E{}\n", self.number);
        let after = PAGES.iter().find_map(|pages| pages.split_once(&heading))?.1;
        Some(after.split("\n## ").next().unwrap_or(after).trim())
    }
}

/// `weal explain`.
pub fn command(code: Option<&str>) -> Result<Report, Failure> {
    let Some(text) = code else { return Ok(list()) };
    let number = text.trim_start_matches(['E', 'e']).parse::<u16>().ok();
    let entry = Entry::all().find(|entry| Some(entry.number) == number);
    entry.map(page).ok_or_else(|| {
        let code = codes::UNKNOWN_CODE;
        Failure::new(code, format!("there is no error code `{}`", text.escape_debug()))
    })
}

fn list() -> Report {
    let mut rows = vec![["code", "name", "next"].map(str::to_owned).to_vec()];
    for entry in Entry::all() {
        rows.push(vec![format!("E{}", entry.number), entry.name.into(), entry.remedy.into()]);
    }
    let codes = Entry::all().map(|entry| {
        json!({ "code": format!("E{}", entry.number), "name": entry.name, "hint": entry.remedy })
    });
    Report {
        text: table(&[Align::Left; 3], &rows),
        data: json!({ "codes": codes.collect::<Vec<_>>() }),
    }
}

fn page(entry: Entry) -> Report {
    let Entry { number, name, doc, remedy } = entry;
    let mut text = format!("{BOLD}E{number}  {name}{BOLD:#}\n\n");
    text += &wrapped(doc, "  ", COLUMNS);
    let page = entry.page().unwrap_or_default();
    let mut is_code = false;
    for paragraph in page.split("\n\n") {
        text.push('\n');
        // An example stands between fences; everything else is running text.
        is_code |= paragraph.starts_with("```");
        if is_code {
            for line in paragraph.lines().filter(|line| !line.starts_with("```")) {
                let _ = writeln!(text, "      {line}");
            }
            is_code = !paragraph.ends_with("```");
        } else {
            text += &wrapped(paragraph, "  ", COLUMNS);
        }
    }
    let _ = write!(text, "\n  {BOLD}next{BOLD:#}\n{}", wrapped(remedy, "  ", COLUMNS));
    let data = json!({
        "code": format!("E{number}"),
        "name": name,
        "text": doc,
        "page": page,
        "hint": remedy,
    });
    Report { text, data }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_has_a_page_with_a_reason_and_an_example_and_no_page_is_without_a_code() {
        let mut missing = vec![];
        for entry in Entry::all() {
            let page = entry.page().unwrap_or_default();
            if page.split("```").count() != 3 || page.starts_with("```") {
                missing.push(entry.number);
            }
        }
        assert_eq!(missing, [0; 0], "reason and one fenced example in explain/*.md");
        let headings: usize = PAGES.iter().map(|pages| pages.matches("\n## E").count()).sum();
        assert_eq!(headings, Entry::all().count());
    }

    #[test]
    fn codes_ascend_and_names_differ() {
        let all: Vec<_> = Entry::all().collect();
        assert!(all.windows(2).all(|pair| pair[0].number < pair[1].number));
        let mut names: Vec<_> = all.iter().map(|entry| entry.name).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), all.len());
    }

    #[test]
    fn codes_are_read_with_and_without_the_letter() {
        for good in ["E1107", "e1107", "1107", "E1203"] {
            assert!(command(Some(good)).is_ok(), "{good}");
        }
        for bad in ["", "E", "E1", "E9999", "E99999", "layout", "\u{1b}[2J"] {
            assert!(command(Some(bad)).is_err(), "{bad}");
        }
        assert!(command(None).is_ok());
    }
}
