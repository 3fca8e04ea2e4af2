//! Which states of a replica are alike: nothing that can happen later tells them apart.
//!
//! A state is written out field by field, as `derive(Debug)` does, and fields are left out that no
//! later step within the model depends on. Two states with the same rest are one to the checker.
//! This is where the model takes liberties, so each field says why.

use crate::{
    machine::Machine,
    setup::{Delivery, Setup, Timers},
};

/// Left out of every state.
const ALWAYS: &[&str] = &[
    // Who signed a certificate: it is looked at only to choose whom to ask for a body.
    "signers",
    "signatures",
    // A signature here is determined by what is signed and by whom.
    "signature",
    // Pairs requests with answers; an answer comes within the step, or in the order of requests.
    "last_token",
    "token",
    // The same for all states of a replica.
    "settings",
];

/// Left out where no crash can make a difference between them.
const WITHOUT_CRASHES: &[&str] = &[
    // Every body that is looked for is found at once, and nobody reads the journal that keeps it.
    "bodies",
    // What it claims was said, and is part of what the validator said.
    "own_change",
];

/// Left out where VIEW-CHANGEs come in groups: the NEW-VIEW of the present view, which another one
/// for it does not replace.
const IN_GROUPS: &[&str] = &["new_view: Some"];

/// Left out where such groups have their effect at once: the VIEW-CHANGEs in a NEW-VIEW that was
/// accepted, and those that a leader has made use of. They are for views that this replica has
/// reached, so they make it follow nobody. A leader whose own VIEW-CHANGE waits for the journal has
/// yet to make use of them.
const AT_ONCE: &[&str] = &["changes"];

/// Left out where votes come as certificates: its own votes are all that it counts.
const AS_CERTIFICATES: &[&str] = &["prepares", "commits", "checkpoints"];

/// Left out where timers run out at any time: what they wait for, and for how long.
const FREE_TIMERS: &[&str] = &["watch", "productive", "is_waiting"];

/// Left out while a replica is between views: it hears no votes, and forgets this when it enters
/// one.
const BETWEEN_VIEWS: &[&str] = &["proposed", "accepted"];

/// What is left of a state.
pub fn likeness(setup: &Setup, machine: &Machine) -> String {
    let text = format!("{machine:?}");
    let is_between = text.contains("phase: Changing");
    let has_journal = machine.disk.matters(setup.journal_of(machine.who));
    let mut names = ALWAYS.to_vec();
    if !has_journal {
        names.extend(WITHOUT_CRASHES);
    }
    if setup.delivery != Delivery::Each {
        names.extend(IN_GROUPS);
        if !(has_journal && is_between) {
            names.extend(AT_ONCE);
        }
    }
    if setup.delivery == Delivery::Certificates {
        names.extend(AS_CERTIFICATES);
    }
    if setup.timers == Timers::Free {
        names.extend(FREE_TIMERS);
    }
    if is_between {
        names.extend(BETWEEN_VIEWS);
    }
    without(&text, &names)
}

/// A text without the values of these fields.
pub fn without(text: &str, names: &[&str]) -> String {
    let mut kept = String::with_capacity(text.len());
    let mut rest = text;
    // A field's name follows a space.
    while let Some(space) = rest.find(' ') {
        let (before, after) = rest.split_at(space + 1);
        kept.push_str(before);
        rest = after;
        let is_named = |name: &&&str| after.starts_with(**name) && ends_name(&after[name.len()..]);
        if let Some(name) = names.iter().find(is_named) {
            rest = &after[name.len()..];
            rest = &rest[value_length(rest)..];
        }
    }
    kept.push_str(rest);
    kept
}

/// Whether a name that was found ends here, and is not the beginning of a longer one.
fn ends_name(rest: &str) -> bool {
    rest.starts_with(": ") || rest.starts_with('(')
}

/// How long a value is: up to the comma or bracket that ends it.
fn value_length(text: &str) -> usize {
    let mut depth = 0_u32;
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            b'(' | b'[' | b'{' => depth += 1,
            b')' | b']' | b'}' if depth == 0 => return at,
            b')' | b']' | b'}' => depth -= 1,
            b',' if depth == 0 => return at,
            _ => {}
        }
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_goes_with_its_value_and_no_other_does() {
        let text = "A { one: B { x: [1, 2], y: (3, 4) }, once: Some(5), one_more: 6, last: None }";
        assert_eq!(without(text, &["one", "last"]), "A { , once: Some(5), one_more: 6, }");
        assert_eq!(without(text, &["once: Some"]), text.replace("once: Some(5)", ""));
    }

    #[test]
    fn what_is_left_out_exists() {
        let setup = Setup::views(0, 2);
        let world = crate::world::World::new(setup);
        let text = format!("{:?}", Machine::new(&world, 1));
        let fields =
            [ALWAYS, WITHOUT_CRASHES, AS_CERTIFICATES, FREE_TIMERS, BETWEEN_VIEWS].concat();
        // These stand in slots, certificates and batches, of which there are none at the start.
        let later = ["signers", "signatures", "signature", "token", "bodies"];
        let inner = [AS_CERTIFICATES, BETWEEN_VIEWS].concat();
        for field in fields.iter().filter(|field| !later.contains(field) && !inner.contains(field))
        {
            assert!(text.contains(&format!(" {field}: ")), "{field} is no field any more");
        }
    }
}
