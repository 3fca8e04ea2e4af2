//! The golden scenario `runs_limit` for any limit.
//!
//! It is about hops with at most three runs, where the contract allows more. Its holes lie in a
//! regular row, so the same story can be told with as many as a limit takes; told with three it is
//! the golden one.

use std::collections::BTreeMap;

use crate::{
    check::{Counts, Moved},
    step::Step,
    vectors::{Entry, Expect, Expected, Scenario, scenarios},
};

/// Units of each hole, and from the start of one to the next.
const HOLE: u128 = 2;
const PITCH: u128 = 6;
/// Units before the first hole, behind the last that are paid, and those that are left.
const HEAD: u128 = 3;
const TAIL: u128 = 12;
const LEFT: u128 = 19;

/// The scenario with hops of at most `runs` runs.
///
/// # Panics
///
/// Without the golden one.
pub fn runs_limit(runs: usize) -> Scenario {
    let golden = scenarios().into_iter().find(|scenario| scenario.name == "runs_limit");
    let golden = golden.expect("there is a scenario of this name");
    let is_opening = |entry: &&Entry| !matches!(entry.step, Step::Donate { .. });
    let opening = golden.steps.iter().take_while(is_opening).cloned();
    let shape = Shape { runs: runs as u128 };
    Scenario {
        max_runs: runs,
        steps: opening.chain(shape.story()).collect(),
        expect: shape.expect(),
        ..golden
    }
}

/// What follows from the limit.
struct Shape {
    runs: u128,
}

impl Shape {
    /// Two hops' worth of pieces have one hole fewer between them.
    fn holes(&self) -> u128 {
        2 * self.runs - 1
    }

    /// Where hole `index` starts.
    fn hole(&self, index: u128) -> u128 {
        HEAD + PITCH * index
    }

    /// The pieces before, between and behind the holes: start and length.
    fn pieces(&self) -> Vec<(u128, u128)> {
        let between = (1..self.holes()).map(|index| (self.hole(index) - 4, PITCH - HOLE));
        let last = (self.hole(self.holes() - 1) + HOLE, TAIL);
        [(0, HEAD)].into_iter().chain(between).chain([last]).collect()
    }

    /// Behind the last unit that is paid.
    fn paid_end(&self) -> u128 {
        self.hole(self.holes() - 1) + HOLE + TAIL
    }

    /// What one hop can take of the first pieces, and what the next ones have.
    fn payments(&self) -> [u128; 2] {
        let pieces = self.pieces();
        let (first, second) = pieces.split_at(self.runs as usize);
        [first, second].map(|pieces| pieces.iter().map(|piece| piece.1).sum())
    }

    fn story(&self) -> Vec<Entry> {
        let total = self.paid_end() + LEFT;
        let prog = || String::from("prog");
        let done = |step, hops| Entry { at: 0, step, expected: Expected::Hops(hops) };
        let moved = |from: &str, kind: &str, runs: Vec<(u128, u128)>, to: (&str, u128)| {
            let units = runs.iter().map(|run| run.1).sum();
            let (id, to) = ((from.to_owned(), runs[0].0), (to.0.to_owned(), to.1, units));
            vec![Moved { id, kind: kind.into(), runs, to: vec![to] }]
        };
        let (fund, gift) = ("F".into(), "g1".into());
        let whole = moved("in", "split", vec![(0, total)], ("prog", 0));
        let mut story = vec![
            done(Step::Donate { fund, amount: total, gift }, vec![]),
            done(Step::Split { line: "in".into(), x: total }, whole),
        ];
        for index in 0..self.holes() {
            let s = self.hole(index);
            let step = Step::Hold { id: format!("h{index}"), line: prog(), s, e: s + HOLE };
            let held = moved("prog", "hold", vec![(s, HOLE)], ("F.held", HOLE * index));
            story.push(done(step, held));
        }
        let spend = |x| Step::Spend { line: prog(), x };
        let [most, rest] = self.payments();
        let refusal = Expected::Refusal { code: "RUNS".into(), most: Some(most) };
        story.push(Entry { at: 0, step: spend(rest), expected: refusal });
        let pieces = self.pieces();
        let (first, second) = pieces.split_at(self.runs as usize);
        let paid = |pieces: &[(u128, u128)], at| {
            moved("prog", "spend", pieces.to_vec(), ("F.delivered", at))
        };
        story.push(done(spend(most), paid(first, 0)));
        story.push(done(spend(rest), paid(second, most)));
        story
    }

    fn expect(&self) -> Expect {
        let (end, held) = (self.paid_end(), HOLE * self.holes());
        let (total, paid) = (end + LEFT, self.payments().iter().sum());
        let received = |received| Counts { received, ..Counts::default() };
        let lines = [
            ("F.delivered", received(paid)),
            ("F.held", received(held)),
            ("in", Counts { next: total, sent: total, ..received(total) }),
            ("prog", Counts { next: end, sent: paid, carved: held, ..received(total) }),
        ];
        let places = [("F.delivered", 0, paid), ("F.held", 0, held), ("prog", end, end + LEFT)];
        let places = places.map(|(line, start, end)| (line.into(), start, end)).into();
        Expect {
            lines: lines.map(|(line, counts)| (line.into(), counts)).into(),
            places: [("g1".into(), places)].into(),
            leaf_places: BTreeMap::new(),
            dust: BTreeMap::new(),
            givers: vec![("F.delivered".into(), 0, paid, vec![("g1".into(), paid)])],
            payees: Vec::new(),
            paid: BTreeMap::new(),
        }
    }
}
