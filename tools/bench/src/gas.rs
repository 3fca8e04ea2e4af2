//! Suite `gas`: for every line of the gas schedule, the worst program found, in nanoseconds per
//! gas.
//!
//! One gas is one nanosecond, and no program may take more than [`WORST`] times that. A program
//! that stresses one line still pays for others, and pays little: what counts is what an attacker
//! gets for a whole block's gas.

mod host;
mod instructions;
mod lab;
mod records;

use crate::report::Row;

/// The most that any program may take, as a multiple of its gas.
pub const WORST: f64 = 4.0;

/// Runs the suite.
pub fn run() -> Vec<Row> {
    let mut lab = lab::Lab::new();
    let mut rows = instructions::rows(&mut lab);
    rows.extend(host::rows(&mut lab));
    rows.extend(records::rows(&mut lab));
    rows
}

/// A row of the table.
fn row(line: &str, ns_per_gas: f64) -> Row {
    Row::new(line, ns_per_gas, "ns/gas").target(WORST)
}
