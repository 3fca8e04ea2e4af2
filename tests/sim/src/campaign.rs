//! Many seeds, one after the other on each thread, and what they show together.

use std::{
    collections::BTreeMap,
    fmt,
    ops::Range,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{
        Mutex,
        atomic::{AtomicU64, Ordering},
    },
    thread,
};

use cpu_time::ThreadTime;

use crate::{Failure, Options, Report, run};

/// What many runs show together.
#[derive(Clone, Debug, Default)]
pub struct Campaign {
    /// Runs.
    pub runs: u64,
    /// Messages that arrived.
    pub messages: u64,
    /// All events.
    pub events: u64,
    /// Simulated time, in milliseconds.
    pub simulated_ms: u64,
    /// Time of processors, in microseconds.
    pub core_us: u64,
    /// How many runs had signatures of sr25519, and their part of that time.
    pub real: (u64, u64),
    /// The longest healing, in milliseconds, and its seed.
    pub slowest: (u64, u64),
    /// The highest view and epoch that were seen.
    pub highest: (u64, u64),
    /// Heights that became final.
    pub heights: u64,
    /// Broken promises, by seed.
    pub failures: BTreeMap<u64, Failure>,
    /// What repeats a run, beside its seed.
    pub arguments: String,
}

/// Failures after which a campaign ends: the next ones rarely show more.
const MOST_FAILURES: usize = 50;

impl Campaign {
    /// Runs all seeds on so many threads.
    pub fn run(seeds: Range<u64>, threads: usize, options: &Options) -> Self {
        let next = AtomicU64::new(seeds.start);
        let total = Mutex::new(Self::default());
        let work = || {
            let mut own = Self::default();
            loop {
                let seed = next.fetch_add(1, Ordering::Relaxed);
                if seed >= seeds.end || own.failures.len() >= MOST_FAILURES {
                    break;
                }
                let began = ThreadTime::now();
                let report = guarded(seed, options);
                own.add(&report, began.elapsed().as_micros() as u64);
            }
            if let Ok(mut total) = total.lock() {
                total.join(own);
            }
        };
        thread::scope(|scope| {
            for _ in 0..threads.max(1) {
                scope.spawn(work);
            }
        });
        let total = total.into_inner().unwrap_or_default();
        Self { arguments: options.arguments(), ..total }
    }

    fn add(&mut self, report: &Report, core_us: u64) {
        self.runs += 1;
        self.core_us += core_us;
        if report.is_real {
            self.real = (self.real.0 + 1, self.real.1 + core_us);
        }
        self.messages += report.messages;
        self.events += report.events;
        self.simulated_ms += report.simulated_ms;
        self.heights += report.height;
        self.slowest = self.slowest.max((report.healing_ms, report.seed));
        self.highest = (self.highest.0.max(report.view), self.highest.1.max(report.epoch));
        if let Some(failure) = &report.failure {
            self.failures.insert(report.seed, failure.clone());
        }
    }

    fn join(&mut self, other: Self) {
        self.runs += other.runs;
        self.messages += other.messages;
        self.events += other.events;
        self.simulated_ms += other.simulated_ms;
        self.heights += other.heights;
        self.core_us += other.core_us;
        self.real = (self.real.0 + other.real.0, self.real.1 + other.real.1);
        self.slowest = self.slowest.max(other.slowest);
        self.highest = (self.highest.0.max(other.highest.0), self.highest.1.max(other.highest.1));
        self.failures.extend(other.failures);
    }

    /// Scenarios that one core runs in a second: with signatures that imitate, and with those of
    /// sr25519.
    pub fn per_core_second(&self) -> (u64, u64) {
        let (real, real_us) = self.real;
        let rate = |runs: u64, us: u64| runs * 1_000_000 / us.max(1);
        (rate(self.runs - real, self.core_us - real_us), rate(real, real_us))
    }
}

/// A run in which a panic is a failure like any other.
pub fn guarded(seed: u64, options: &Options) -> Report {
    let found = catch_unwind(AssertUnwindSafe(|| run(seed, options)));
    found.unwrap_or_else(|panic| {
        let text = panic.downcast_ref::<String>().cloned();
        let text = text.or_else(|| panic.downcast_ref::<&str>().map(|text| (*text).to_owned()));
        let detail = text.unwrap_or_default();
        let failure = Failure { at_us: 0, oracle: "no panic", detail };
        Report { failure: Some(failure), ..Report::empty(seed) }
    })
}

impl fmt::Display for Campaign {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let hours = self.simulated_ms as f64 / 3_600_000.0;
        let (imitated, real) = self.per_core_second();
        writeln!(f, "{} scenarios, {imitated} per core-second", self.runs)?;
        writeln!(f, "{} of them with sr25519, {real} per core-second", self.real.0)?;
        writeln!(f, "{} messages of {} events", self.messages, self.events)?;
        writeln!(f, "{hours:.1} hours of simulated time, {} final heights", self.heights)?;
        let (view, epoch) = self.highest;
        writeln!(f, "highest view {view}, highest epoch {epoch}")?;
        let (ms, seed) = self.slowest;
        writeln!(f, "slowest healing {:.1} s, of seed {seed}", ms as f64 / 1e3)?;
        for (seed, failure) in &self.failures {
            writeln!(f, "seed {seed}: {failure}")?;
            writeln!(f, "    weal-sim replay {seed}{} --trace", self.arguments)?;
        }
        write!(f, "{} failures", self.failures.len())
    }
}
