//! Makes a failing run smaller: what can be left out without its promise being kept again is.

use crate::{Kind, Options, Report, guarded};

/// A run that fails with as little as possible.
#[derive(Clone, Debug)]
pub struct Shrunk {
    /// What is left out.
    pub options: Options,
    /// The failing run.
    pub report: Report,
    /// How many runs it took.
    pub runs: u64,
}

/// Leaves out kinds of faults, then single faults and transactions, in ever smaller parts, as long
/// as the same promise is broken (delta debugging, Zeller & Hildebrandt 2002). `None` if the run
/// does not fail.
pub fn shrink(seed: u64, options: &Options) -> Option<Shrunk> {
    let report = guarded(seed, options);
    report.failure.as_ref()?;
    let mut shrunk = Shrunk { options: options.clone(), report, runs: 1 };
    for kind in Kind::ALL {
        shrunk.without(&[kind], |options, kind| options.without.extend([*kind]));
    }
    let (faults, transactions) = shrunk.report.planned;
    let faults: Vec<usize> = (0..faults).collect();
    shrunk.without_parts(&faults, |options, fault| options.skip.extend([*fault]));
    let transactions: Vec<usize> = (0..transactions).collect();
    shrunk.without_parts(&transactions, |options, number| options.unsent.extend([*number]));
    Some(shrunk)
}

impl Shrunk {
    /// Leaves these out together, if the run still fails. Returns whether it does.
    fn without<T>(&mut self, parts: &[T], leave: impl Fn(&mut Options, &T)) -> bool {
        let mut options = self.options.clone();
        parts.iter().for_each(|part| leave(&mut options, part));
        if options == self.options {
            return true;
        }
        let seed = self.report.seed;
        let report = guarded(seed, &options);
        self.runs += 1;
        let promise = |report: &Report| report.failure.as_ref().map(|failure| failure.oracle);
        let is_same = promise(&report) == promise(&self.report);
        if is_same {
            (self.options, self.report) = (options, report);
        }
        is_same
    }

    /// Leaves out all of these, or else as much as possible of each half.
    fn without_parts<T>(&mut self, parts: &[T], leave: impl Fn(&mut Options, &T) + Copy) {
        if parts.is_empty() || self.without(parts, leave) || parts.len() == 1 {
            return;
        }
        let (first, second) = parts.split_at(parts.len() / 2);
        self.without_parts(first, leave);
        self.without_parts(second, leave);
    }
}
