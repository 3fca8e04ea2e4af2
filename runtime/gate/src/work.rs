//! How long a module may take to compile, estimated before it is compiled.
//!
//! Bounds on single quantities do not bound compile time: what costs is their products, such as
//! values that live across branches. So each function gets an estimate, and the sum is bounded. The
//! weights come from some 80 kinds of adversarial modules, each in several sizes, compiled by
//! Wasmtime 48.0.8 as the runtime configures it, on a busy core of the reference machine. They err
//! on the side of more: no kind took longer than its estimate. `docs/gate.md` has the table.

use crate::{
    codes,
    flow::Pressure,
    profile::{self, work_ns},
    refusal::Finding,
};

/// The work of one function or of several, in nanoseconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Estimate {
    /// Without optimisation.
    pub(crate) plain_ns: u64,
    /// What optimisation may add.
    pub(crate) hidden_ns: u64,
}

/// The work of a function with so many instructions, `computed` of which make a value. Counts are
/// bounded by a body's 64 KiB, so nothing overflows.
pub(crate) fn function(operators: u64, computed: u64, pressure: &Pressure) -> Estimate {
    let splits = pressure.branches + pressure.awkward;
    let plain_ns = work_ns::FUNCTION
        + work_ns::OPERATOR * operators
        + work_ns::BRANCH * pressure.branches
        + work_ns::SPLITS_SQUARED * splits * splits
        + work_ns::PASSED_SQUARED * pressure.passed_squared
        + work_ns::ALIVE * pressure.alive
        + work_ns::CALL * pressure.calls
        + work_ns::AWKWARD * pressure.awkward
        + work_ns::ALIVE_ACROSS * pressure.alive_across;
    // An optimising compiler that has computed a value once keeps it for the next time, so each of
    // them may live across every split.
    let hidden_ns = work_ns::HIDDEN * splits * splits.isqrt() * computed;
    Estimate { plain_ns, hidden_ns }
}

/// The work of the functions seen so far.
#[derive(Default)]
pub(crate) struct Work {
    total: Estimate,
    /// The function with the most, and how much that is.
    heaviest: (u32, u64),
}

impl Work {
    /// Adds a function. A refusal names the heaviest, since that one is worth splitting.
    pub(crate) fn add(&mut self, function: u32, work: Estimate) -> Result<(), Finding> {
        self.total.plain_ns += work.plain_ns;
        self.total.hidden_ns += work.hidden_ns;
        if work.plain_ns > self.heaviest.1 {
            self.heaviest = (function, work.plain_ns);
        }
        if self.total.plain_ns <= profile::WORK_NS {
            return Ok(());
        }
        let ms = |ns: u64| ns / 1_000_000;
        let (heaviest, heaviest_ns) = self.heaviest;
        let message = format!(
            "compiling takes up to {} ms, of {} allowed, and {} of them go into this function",
            ms(self.total.plain_ns),
            ms(profile::WORK_NS),
            ms(heaviest_ns),
        );
        Err(Finding::new(codes::WORK, message).in_function(heaviest))
    }

    /// Whether compiling with optimisation is bounded as well.
    pub(crate) fn may_optimise(&self) -> bool {
        self.total.plain_ns + self.total.hidden_ns <= profile::WORK_NS
    }
}
