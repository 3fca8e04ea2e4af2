//! The seeds that are known to kill, one line for each mutant: name, seed, promise.

use std::{collections::BTreeMap, fmt::Write, path::PathBuf};

use anyhow::{Context, Result, ensure};

use crate::campaign::Kill;

/// By mutant: the seed, and the promise broken.
pub type Seeds = BTreeMap<String, (u64, String)>;

/// Where they are kept.
pub fn path() -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/seeds.txt"))
}

/// Reads them.
pub fn read() -> Result<Seeds> {
    let text = std::fs::read_to_string(path()).context("seeds.txt is not there")?;
    let mut seeds = Seeds::new();
    for line in text.lines() {
        let mut words = line.splitn(3, ' ');
        let mut next = || words.next().with_context(|| format!("seeds.txt: `{line}`"));
        let (name, seed, oracle) = (next()?, next()?.parse()?, next()?);
        let known = seeds.insert(name.to_owned(), (seed, oracle.to_owned()));
        ensure!(known.is_none(), "seeds.txt has `{name}` twice");
    }
    Ok(seeds)
}

/// Adds what a campaign found, and forgets mutants that are gone.
pub fn write<'a>(found: impl Iterator<Item = (&'a str, &'a Kill)>) -> Result<()> {
    let mut seeds = read().unwrap_or_default();
    let names: Vec<_> = weal_consensus_mutants::table::all().iter().map(|row| row.name).collect();
    seeds.retain(|name, _| names.contains(&name.as_str()));
    for (name, kill) in found {
        seeds.insert(name.to_owned(), (kill.seed, kill.oracle.clone()));
    }
    let mut text = String::new();
    for (name, (seed, oracle)) in seeds {
        writeln!(text, "{name} {seed} {oracle}")?;
    }
    Ok(std::fs::write(path(), text)?)
}
