//! Each rule from both sides: a module just inside it passes, and one just outside is refused with
//! its code, at the right place, and with a remedy.
//!
//! Bounds are taken from the profile, so that this table says where they lie and not what they are.

#[path = "../common/mod.rs"]
mod common;

mod code;
mod file;
mod instructions;
mod layout;
mod outside;
mod text;

use std::collections::BTreeSet;

use common::{gate, place::At};
use weal_gate::codes::{RULES, Rule, rule};

/// A rule from both sides.
pub struct Case {
    rule: &'static Rule,
    what: String,
    inside: Vec<u8>,
    outside: Vec<u8>,
    function: Option<String>,
    at: At,
}

/// A case whose refusal names neither function nor place.
pub fn case(
    rule: &'static Rule,
    what: impl Into<String>,
    inside: Vec<u8>,
    outside: Vec<u8>,
) -> Case {
    Case { rule, what: what.into(), inside, outside, function: None, at: At::Nowhere }
}

impl Case {
    /// The refusal names this place.
    fn at(self, at: At) -> Self {
        Self { at, ..self }
    }

    /// The refusal names this function and this place.
    fn in_function(self, name: &str, at: At) -> Self {
        Self { function: Some(name.into()), at, ..self }
    }

    /// What is wrong with how the gate takes this case, if anything is.
    fn fault(&self) -> Option<String> {
        if let Err(refusal) = gate(&self.inside) {
            return Some(format!("inside, {refusal}"));
        }
        let refusal = match gate(&self.outside) {
            Ok(_) => return Some("outside, it passes".into()),
            Err(refusal) => refusal,
        };
        if (refusal.code, refusal.rule) != (self.rule.code, self.rule.name) {
            return Some(format!("outside, {refusal}"));
        }
        if refusal.function != self.function {
            return Some(format!("function {:?}: {refusal}", self.function));
        }
        if !self.at.is(&self.outside, refusal.offset) {
            return Some(format!(
                "place {:?}, which is {:x?}: {refusal}",
                self.at,
                self.at.offset(&self.outside)
            ));
        }
        let is_known = rule(refusal.code).is_some_and(|rule| rule.remedy == refusal.remedy);
        if !is_known || refusal.remedy.is_empty() || refusal.message.is_empty() {
            return Some(format!("no remedy or no message: {refusal}"));
        }
        let text = refusal.to_string();
        let is_shown = text.starts_with(&format!("error[E{}]: {}", refusal.code, refusal.message))
            && text.ends_with(&format!("\n  next  {}", refusal.remedy))
            && text.lines().count() == 2;
        (!is_shown).then(|| format!("shown otherwise: {refusal}"))
    }
}

fn cases() -> Vec<Case> {
    [file::cases(), outside::cases(), layout::cases(), code::cases()]
        .into_iter()
        .flatten()
        .collect()
}

#[test]
fn every_rule_has_a_case() {
    let covered: BTreeSet<u16> = cases().iter().map(|case| case.rule.code).collect();
    let rules: BTreeSet<u16> = RULES.iter().map(|rule| rule.code).collect();
    assert_eq!(covered, rules);
}

#[test]
fn modules_inside_a_rule_pass_and_outside_are_refused() {
    let faults: Vec<_> = cases()
        .iter()
        .filter_map(|case| {
            let fault = case.fault()?;
            Some(format!("E{} {} ({}): {fault}", case.rule.code, case.rule.name, case.what))
        })
        .collect();
    assert!(faults.is_empty(), "\n{}", faults.join("\n"));
}
