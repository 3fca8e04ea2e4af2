//! Rows, and the two ways to print them.

use std::{fmt::Write, time::Duration};

use serde_json::json;

/// One measurement.
pub struct Row {
    /// `what_unit`, stable across versions: scripts look rows up by it.
    pub name: String,
    /// The measurement.
    pub value: f64,
    /// Its unit: `us`, `ms`, `bytes`, `ns/gas`.
    pub unit: &'static str,
    /// The largest value that meets the design, where there is one.
    pub target: Option<f64>,
}

impl Row {
    /// A row without a target.
    pub fn new(name: impl Into<String>, value: f64, unit: &'static str) -> Self {
        Self { name: name.into(), value, unit, target: None }
    }

    /// Adds the largest value that meets the design.
    pub fn target(self, target: f64) -> Self {
        Self { target: Some(target), ..self }
    }
}

/// The middle of `samples`, which must not be empty.
pub fn median(mut samples: Vec<f64>) -> f64 {
    samples.sort_by(f64::total_cmp);
    samples[samples.len() / 2]
}

/// Microseconds of `time` for each of `count` things.
pub fn micros_each(time: Duration, count: usize) -> f64 {
    time.as_secs_f64() * 1e6 / count as f64
}

/// `{"suite", "rows": [{"name", "value", "unit", "target"}]}` and a newline.
pub fn json(suite: &str, rows: &[Row]) -> String {
    let rows: Vec<_> = rows
        .iter()
        .map(|row| {
            let Row { name, value, unit, target } = row;
            json!({"name": name, "value": value, "unit": unit, "target": target})
        })
        .collect();
    format!("{}\n", json!({"suite": suite, "rows": rows}))
}

/// A table for people; a row that misses its target says so.
pub fn table(suite: &str, rows: &[Row]) -> String {
    let mut text = format!("{suite}\n");
    for row in rows {
        let verdict = match row.target {
            None => String::new(),
            Some(target) if row.value <= target => format!("  within {target}"),
            Some(target) => format!("  MISSES {target}"),
        };
        // Writing to a string cannot fail.
        let _ = writeln!(text, "  {:<34} {:>12.3} {:<8}{verdict}", row.name, row.value, row.unit);
    }
    text
}
