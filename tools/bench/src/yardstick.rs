//! How fast this machine is, now.
//!
//! Machines differ, and a shared one differs from minute to minute. So each suite also times a
//! piece of work that the project does not change, verifying an sr25519 signature, before and
//! after its own, and judges its times at the speed of the machine for which the targets were set.

use std::time::Instant;

use schnorrkel::{Keypair, MiniSecretKey, signing_context};

use crate::report::{best, micros_each};

/// Microseconds of one verification on the reference machine.
const REFERENCE_US: f64 = 36.0;
const ROUNDS: usize = 60;
const EACH: usize = 50;

/// A machine's speed as a part of the reference machine's; below 1 is slower.
#[derive(Clone, Copy)]
pub struct Speed(pub f64);

/// Microseconds of one verification here and now; takes a fifth of a second.
pub fn microseconds() -> f64 {
    let pair: Keypair = MiniSecretKey::from_bytes(&[3; 32])
        .expect("any 32 bytes are a seed")
        .expand_to_keypair(schnorrkel::ExpansionMode::Ed25519);
    let context = signing_context(b"substrate");
    let signature = pair.sign(context.bytes(b"yardstick"));
    best((0..ROUNDS).map(|_| {
        let start = Instant::now();
        for _ in 0..EACH {
            assert!(pair.public.verify(context.bytes(b"yardstick"), &signature).is_ok());
        }
        micros_each(start.elapsed(), EACH)
    }))
}

/// Runs `work` between two measurements of the machine.
pub fn beside<T>(work: impl FnOnce() -> T) -> (T, Speed) {
    let before = microseconds();
    let done = work();
    (done, Speed(REFERENCE_US / before.min(microseconds())))
}
