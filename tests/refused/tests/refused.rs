//! Code that breaks a rule does not compile, and the message says what to write instead.
//!
//! Each file of `refused` breaks one rule; the message stands beside it. `TRYBUILD=overwrite`
//! writes the messages anew.

#[test]
fn broken_rules_are_explained() {
    trybuild::TestCases::new().compile_fail("tests/refused/*.rs");
}
