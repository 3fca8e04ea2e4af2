//! Gas and time of each method, for `weal test --costs`.

#![allow(clippy::disallowed_methods, reason = "this is where a test measures time")]

use std::{
    env,
    fs::OpenOptions,
    io::Write,
    time::{Duration, Instant},
};

use weal_types::Gas;

/// The file to which every call in Wasm adds a line `{"method", "gas", "us"}`. Nothing is written
/// where it is not set.
const FILE: &str = "WEAL_TEST_COSTS";

/// Measures one call.
pub(super) struct Timer(Instant);

impl Timer {
    pub(super) fn start() -> Self {
        Self(Instant::now())
    }

    pub(super) fn stop(&self) -> Duration {
        self.0.elapsed()
    }
}

/// Notes what a call took: the gas of its transaction, and the time of its block.
pub(super) fn note(method: &str, gas: Gas, time: Duration) {
    let Some(path) = env::var_os(FILE) else { return };
    let us = time.as_micros() as u64;
    let line = serde_json::json!({ "method": method, "gas": gas.0, "us": us });
    // In one piece: tests run side by side, and all add to the file.
    let line = format!("{line}\n");
    let file = OpenOptions::new().create(true).append(true).open(&path);
    let written = file.and_then(|mut file| file.write_all(line.as_bytes()));
    if let Err(error) = written {
        panic!("cannot write the costs to {}: {error}", path.display());
    }
}
