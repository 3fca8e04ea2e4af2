//! What a run shows.

use std::fmt;

/// The outcome of one run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    /// What decided everything.
    pub seed: u64,
    /// Over all deliveries, in order: equal for two runs of one seed.
    pub digest: u64,
    /// Messages that arrived.
    pub messages: u64,
    /// All events: messages, timers, disks, executors, faults.
    pub events: u64,
    /// Simulated time, in milliseconds.
    pub simulated_ms: u64,
    /// From the end of all faults to the agreement of all, in milliseconds.
    pub healing_ms: u64,
    /// The highest stable height.
    pub height: u64,
    /// The highest view of an honest replica, over all epochs.
    pub view: u64,
    /// The highest epoch.
    pub epoch: u64,
    /// Whether signatures were those of sr25519.
    pub is_real: bool,
    /// Faults in the plan, and transactions.
    pub planned: (usize, usize),
    /// The first broken promise, if any.
    pub failure: Option<Failure>,
    /// What happened, if it was asked for.
    pub trace: Vec<String>,
}

/// A broken promise.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// When, in microseconds of simulated time.
    pub at_us: u64,
    /// Which promise.
    pub oracle: &'static str,
    /// How.
    pub detail: String,
}

impl Report {
    /// Nothing has happened yet.
    pub(crate) const fn empty(seed: u64) -> Self {
        Self {
            seed,
            digest: 0,
            messages: 0,
            events: 0,
            simulated_ms: 0,
            healing_ms: 0,
            height: 0,
            view: 0,
            epoch: 0,
            is_real: false,
            planned: (0, 0),
            failure: None,
            trace: Vec::new(),
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let seconds = self.at_us as f64 / 1e6;
        write!(f, "{} at {seconds:.3} s: {}", self.oracle, self.detail)
    }
}
