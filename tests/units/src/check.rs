//! What every bookkeeper of provenance can be asked, and running a scenario on one.

use std::collections::BTreeMap;

use crate::{
    step::{Leaves, Step},
    vectors::{Expected, Scenario},
};

/// Counters of a line: received, next position, sent in order, carved out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// C.
    pub received: u128,
    /// D.
    pub next: u128,
    /// S.
    pub sent: u128,
    /// K.
    pub carved: u128,
}

/// A hop, as a step made it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Moved {
    /// The sender and the first position taken.
    pub id: (String, u128),
    /// The message, `back`, `close` or `similar`.
    pub kind: String,
    /// First positions and lengths.
    pub runs: Vec<(u128, u128)>,
    /// Line, first position and length of each part that is not empty.
    pub to: Vec<(String, u128, u128)>,
}

/// Why a step was refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// The contract's code, such as `NOT_FREE`.
    pub code: String,
    /// For `RUNS`, how much one hop can take.
    pub most: Option<u128>,
}

impl Refusal {
    /// A refusal with this code.
    pub fn new(code: &str) -> Self {
        Self { code: code.into(), most: None }
    }
}

/// Intervals of lines: name, start, end. Sorted, neighbours merged.
pub type Places = Vec<(String, u128, u128)>;

/// Gifts by name, with how many units are theirs, by position.
pub type Givers = Vec<(String, u128)>;

/// Units of one gift that an exchange made less than one unit of the other asset.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Dust {
    /// The first of them, on the line that gave them away.
    pub start: u128,
    /// The position behind the last.
    pub end: u128,
    /// Whose they were.
    pub gift: String,
    /// The line that received, and the unit that contains them.
    pub at: (String, u128),
}

/// Sorts intervals and merges neighbours.
pub fn merged(mut places: Places) -> Places {
    places.sort();
    let mut merged: Places = Vec::new();
    for (line, start, end) in places {
        match merged.last_mut() {
            Some(last) if last.0 == line && last.2 == start => last.2 = end,
            _ => merged.push((line, start, end)),
        }
    }
    merged
}

/// Merges neighbours of the same gift.
pub fn merged_givers(givers: Givers) -> Givers {
    let mut merged = Givers::new();
    for (gift, units) in givers {
        match merged.last_mut() {
            Some(last) if last.0 == gift => last.1 += units,
            _ => merged.push((gift, units)),
        }
    }
    merged
}

/// Keeps books of provenance.
pub trait Subject {
    /// Performs a step at a time in seconds; a refusal changes nothing.
    fn act(&mut self, at: u64, step: &Step) -> Result<Vec<Moved>, Refusal>;
    /// The counters of all lines that received anything.
    fn counts(&mut self) -> BTreeMap<String, Counts>;
    /// Where a gift's units are, or those of one leaf; merged.
    fn places(&mut self, gift: &str, leaf: Option<usize>) -> Places;
    /// What the hop of this sender and position made less than one unit, by position; nothing
    /// unless it is an exchange.
    fn dust(&mut self, hop: &(String, u128)) -> Vec<Dust>;
    /// Whose units lie in an interval, by position; neighbours merged.
    fn givers(&mut self, line: &str, start: u128, end: u128) -> Givers;
    /// What was paid back, by gift and asset.
    fn paid(&mut self) -> BTreeMap<(String, String), u128>;
}

/// Runs a scenario and compares all that it says.
///
/// # Panics
///
/// Where something differs.
pub fn run(subject: &mut impl Subject, scenario: &Scenario) {
    let (mut payouts, mut exchanges) = (Vec::new(), Vec::new());
    for (number, entry) in scenario.steps.iter().enumerate() {
        let place = format!("{}, step {number}: {:?}", scenario.name, entry.step);
        let outcome = subject.act(entry.at, &entry.step);
        match &entry.expected {
            Expected::Hops(hops) => {
                assert_eq!(outcome.as_ref(), Ok(hops), "{place}");
                let exchange = hops.iter().filter(|hop| hop.kind == "convert");
                exchanges.extend(exchange.map(|hop| hop.id.clone()));
                if let Step::SpendBatch { leaves, .. } = &entry.step {
                    let (line, start, _) = hops[0].to[0].clone();
                    payouts.push((line, start, leaves.clone()));
                }
            }
            Expected::Refusal { code, most } => {
                let refusal = outcome.expect_err(&place);
                assert_eq!(&refusal.code, code, "{place}");
                if most.is_some() {
                    assert_eq!(&refusal.most, most, "{place}");
                }
            }
        }
    }
    compare(subject, scenario, &payouts);
    let dust: Vec<Dust> = exchanges.iter().flat_map(|hop| subject.dust(hop)).collect();
    for (gift, expected) in &scenario.expect.dust {
        let own = dust.iter().filter(|dust| dust.gift == *gift);
        let mut found: Vec<_> = own.map(|dust| dust.at.clone()).collect();
        found.sort();
        assert_eq!(&found, expected, "{}: dust of {gift}", scenario.name);
    }
}

type Payouts = [(String, u128, Leaves)];

fn compare(subject: &mut impl Subject, scenario: &Scenario, payouts: &Payouts) {
    let (name, expect) = (&scenario.name, &scenario.expect);
    assert_eq!(subject.counts(), expect.lines, "{name}");
    for (gift, places) in &expect.places {
        assert_eq!(&subject.places(gift, None), places, "{name}: {gift}");
    }
    for (gift, leaves) in &expect.leaf_places {
        for (index, places) in leaves.iter().enumerate() {
            assert_eq!(&subject.places(gift, Some(index)), places, "{name}: {gift}/{index}");
        }
    }
    for (line, start, end, givers) in &expect.givers {
        assert_eq!(&subject.givers(line, *start, *end), givers, "{name}: {line}");
    }
    for ((line, start, leaves), expected) in payouts.iter().zip(&expect.payees) {
        let mut at = *start;
        for ((_, amount), givers) in leaves.iter().zip(expected) {
            assert_eq!(&subject.givers(line, at, at + amount), givers, "{name}: payee at {at}");
            at += amount;
        }
    }
    assert_eq!(subject.paid(), expect.paid, "{name}");
}
