//! `docs/mutants.md`: its table is written, the rest is kept.

use std::path::PathBuf;

use anyhow::{Context, Result};
use weal_consensus_mutants::table;

use crate::{focus, seeds::Seeds};

/// Around the table.
const MARKS: [&str; 2] = ["<!-- table: begin -->\n", "<!-- table: end -->\n"];

/// Where it is.
pub fn path() -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/mutants.md"))
}

/// The document with the table that these seeds make.
pub fn render(document: &str, seeds: &Seeds) -> Result<String> {
    let [begin, end] = MARKS;
    let (before, rest) = document.split_once(begin).context("the table has no beginning")?;
    let (_, after) = rest.split_once(end).context("the table has no end")?;
    let rows: String = table::all()
        .iter()
        .enumerate()
        .map(|(index, row)| {
            let (needed, oracle) = match seeds.get(row.name) {
                Some((seed, oracle)) => ((seed + 1).to_string(), oracle.as_str()),
                None => ("–".to_owned(), "nothing"),
            };
            let among = focus::words(index);
            format!("| `{}` | {} | {among} | {needed} | {oracle} |\n", row.name, row.rule)
        })
        .collect();
    let head = "| mutant | the rule that it breaks | seeds with | seeds | caught by |\n\
                |---|---|---|---|---|\n";
    Ok([before, begin, head, &rows, end, after].concat())
}
