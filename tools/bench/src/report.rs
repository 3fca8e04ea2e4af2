//! Rows, and the two ways to print them.

use std::{fmt::Write, time::Duration};

use serde_json::json;

use crate::yardstick::Speed;

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

/// The least of `samples`: whatever else the machine does only ever adds time, so the shortest
/// round says most about the code.
pub fn best(samples: impl IntoIterator<Item = f64>) -> f64 {
    samples.into_iter().fold(f64::INFINITY, f64::min)
}

/// Microseconds of `time` for each of `count` things.
pub fn micros_each(time: Duration, count: usize) -> f64 {
    time.as_secs_f64() * 1e6 / count as f64
}

/// Whether a unit is one of time, and so depends on the machine's speed.
fn is_time(unit: &str) -> bool {
    matches!(unit, "us" | "ms" | "ns/gas")
}

/// `{"suite", "rows": [{"name", "value", "unit", "target"}]}` and a newline. Values are as
/// measured; the row `machine_speed` says on how fast a machine.
pub fn json(suite: &str, speed: Speed, rows: &[Row]) -> String {
    let speed = Row::new("machine_speed", speed.0, "of the reference's");
    let rows: Vec<_> = rows
        .iter()
        .chain([&speed])
        .map(|row| {
            let Row { name, value, unit, target } = row;
            json!({"name": name, "value": value, "unit": unit, "target": target})
        })
        .collect();
    format!("{}\n", json!({"suite": suite, "rows": rows}))
}

/// A table for people: each value as measured and, for times, at the speed of the reference
/// machine. A row that misses its target at that speed says so.
pub fn table(suite: &str, speed: Speed, rows: &[Row]) -> String {
    let mut text = format!("{suite}, on a machine with {:.2} of the reference's speed\n", speed.0);
    let header = ("row", "measured", "at reference speed");
    let _ = writeln!(text, "  {:<34} {:>12} {:>19}", header.0, header.1, header.2);
    for row in rows {
        let scaled = if is_time(row.unit) { row.value * speed.0 } else { row.value };
        let verdict = match row.target {
            None => String::new(),
            Some(target) if scaled <= target => format!("  within {target}"),
            Some(target) => format!("  MISSES {target}"),
        };
        // Writing to a string cannot fail.
        let Row { name, value, unit, .. } = row;
        let _ = writeln!(text, "  {name:<34} {value:>12.3} {scaled:>12.3} {unit:<6}{verdict}");
    }
    text
}
