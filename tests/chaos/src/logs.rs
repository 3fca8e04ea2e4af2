//! Log lines of warnings and errors: each must be one that the fault explains.

use crate::{node::Node, report::Report};

/// What any fault explains: a validator that is away, or was.
const ALWAYS: &[&str] = &[
    "a validator is not reached",
    // Fetched by a validator that was away from one that is away now.
    "connections that did not end in time are dropped",
];

/// Lines of a node's log since the last look that neither `ALWAYS` nor `excused` explain.
pub fn unexplained(
    node: &mut Node,
    excused: &'static [&'static str],
    report: &mut Report,
) -> Vec<String> {
    let log = node.log();
    let new = log.get(node.read..).unwrap_or_default();
    node.read = log.len();
    let mut findings = Vec::new();
    for line in new.lines().filter(|line| is_alarm(line)) {
        match ALWAYS.iter().chain(excused).find(|known| line.contains(**known)) {
            Some(known) => *report.expected_lines.entry(known).or_default() += 1,
            None => findings.push(format!("validator {}: {line}", node.index)),
        }
    }
    findings
}

fn is_alarm(line: &str) -> bool {
    let is_level = line.contains(" WARN ") || line.contains(" ERROR ");
    is_level || line.contains("panicked") || line.starts_with("weal-node:")
}
