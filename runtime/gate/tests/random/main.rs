//! Modules that nobody wrote: generated near the profile and far from it, cut off, and with bits
//! flipped. The gate never panics, says the same twice, and what it lets pass it makes into a valid
//! module with the same outside.

#[path = "../common/mod.rs"]
mod common;

mod sound;

use std::collections::BTreeMap;

use common::{running, token};
use sound::checked;
use weal_hostile::random::{Bytes, near, wild};

/// How often each code was given; 0 stands for a module that passed.
type Tally = BTreeMap<u16, u32>;

fn tally(modules: impl Iterator<Item = Vec<u8>>) -> Tally {
    let mut tally = Tally::new();
    for (at, module) in modules.enumerate() {
        *tally.entry(checked(&format!("module {at}"), &module)).or_default() += 1;
    }
    tally
}

/// Near the profile, most modules pass, so that the checks of what passes mean something.
#[test]
fn modules_near_the_profile_pass() {
    let (mut imports, mut methods, mut passed) = (0, 0, 0);
    let count = 2_000;
    for seed in 0..count {
        let module = near(seed as u64);
        if checked(&format!("seed {seed}"), &module.bytes) == 0 {
            passed += 1;
            imports += module.imports;
            methods += module.methods.len();
        }
    }
    assert!(passed > count * 4 / 5, "{passed} of {count} pass");
    assert!(methods > passed, "{methods} methods in {passed} modules");
    assert!(imports > passed / 10, "{imports} imports in {passed} modules");
}

/// Far from it, they fail in many ways.
#[test]
fn wild_modules_are_refused_for_many_reasons() {
    let tally = tally((0..1_000).map(wild));
    assert!(tally.len() >= 12, "{tally:?}");
}

#[test]
fn modules_that_are_cut_off_are_refused() {
    for module in [running("(drop (i32.const 1))"), token()] {
        assert_eq!(checked("whole", &module), 0);
        let tally = tally((0..module.len()).map(|length| module[..length].to_vec()));
        assert!(!tally.contains_key(&0), "{tally:?}");
    }
}

#[test]
fn flipped_bits_do_no_harm() {
    let flipped = |module: &[u8], bit: usize| {
        let mut module = module.to_vec();
        module[bit / 8] ^= 1 << (bit % 8);
        module
    };
    let small = running("(local i64) (loop (drop (i32.load (i32.const 1)))) return");
    let all = tally((0..small.len() * 8).map(|bit| flipped(&small, bit)));
    assert!(all.len() >= 8 && all.contains_key(&0), "{all:?}");

    let token = token();
    let bits = (0..token.len() * 8).step_by(3);
    let some = tally(bits.map(|bit| flipped(&token, bit)));
    assert!(some.len() >= 8 && some.contains_key(&0), "{some:?}");
}

/// Bytes of one place in another, and numbers that are too large.
#[test]
fn spliced_modules_do_no_harm() {
    let token = token();
    let mut bytes = Bytes::of(7);
    let spliced = (0..3_000).map(|_| {
        let mut module = token.clone();
        let length = 1 + bytes.below(12);
        let (from, to) = (bytes.below(module.len() - length), bytes.below(module.len() - length));
        match bytes.below(3) {
            0 => module.copy_within(from..from + length, to),
            1 => drop(module.splice(to..to + length, [0xff, 0xff, 0xff, 0xff, 0x0f])),
            _ => drop(module.drain(to..to + length)),
        }
        module
    });
    let tally = tally(spliced);
    assert!(tally.len() >= 8, "{tally:?}");
}
