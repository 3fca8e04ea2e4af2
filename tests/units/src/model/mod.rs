//! The brute force: a list of unit objects per line.
//!
//! A unit that moves is a new object on the receiver's list that knows its gift and the *way* it
//! took: the hops and parts, one after the other. Units of one gift that took the same way are what
//! an interval is elsewhere.

mod closing;
mod messages;
mod views;

use std::{collections::BTreeMap, rc::Rc};

use crate::{
    check::{Counts, Moved, Refusal},
    step::{Kind, Rule},
};

/// Parts per million in the whole.
const MILLION: u128 = 1_000_000;

/// A result with a refusal.
pub type Outcome<T> = Result<T, Refusal>;

fn refuse<T>(code: &str) -> Outcome<T> {
    Err(Refusal::new(code))
}

/// The hops and parts that a unit passed.
type Way = Rc<Vec<(usize, usize)>>;

/// One minor unit on one line.
#[derive(Clone, Debug)]
struct Unit {
    gift: usize,
    /// Which of the gift's units it came from.
    index: u128,
    way: Way,
    /// When it arrived.
    time: u64,
    /// The run by which it left.
    left: Option<usize>,
}

/// A gift.
#[derive(Clone, Debug)]
struct Gift {
    name: String,
    line: String,
    len: u128,
    back: u128,
    time: u64,
    /// Amounts of the leaves, if it is a batch.
    leaves: Vec<u128>,
    commits: Vec<[u8; 32]>,
}

#[derive(Clone, Debug)]
struct Notice {
    to: String,
    until: u64,
    upto: u128,
}

#[derive(Clone, Debug)]
struct Line {
    fund: String,
    asset: String,
    kind: Kind,
    plan: Vec<(String, u32)>,
    fee_so_far: u32,
    is_closed: bool,
    notice: Option<Notice>,
    /// For a prepaid line: of which line, and how much at most.
    advance: Option<(String, u128)>,
    units: Vec<Unit>,
    next: usize,
    sent: u128,
    carved: u128,
}

impl Line {
    fn counts(&self) -> Counts {
        Counts {
            received: self.units.len() as u128,
            next: self.next as u128,
            sent: self.sent,
            carved: self.carved,
        }
    }

    fn free(&self) -> u128 {
        self.units.iter().filter(|unit| unit.left.is_none()).count() as u128
    }

    fn pending_notice(&self) -> Option<&Notice> {
        self.notice.as_ref().filter(|notice| (self.next as u128) < notice.upto)
    }
}

/// A round of pro-rata payments.
#[derive(Clone, Debug)]
struct Round {
    amount: u128,
    weight: u128,
    /// How many units of the intake were looked at.
    cursor: usize,
    before: u128,
    part: u128,
}

#[derive(Clone, Debug)]
struct Fund {
    asset: String,
    cooling: u64,
    ceiling: u32,
    closing: Rule,
    wind_down: u64,
    intake: Option<String>,
    closed_at: Option<u64>,
    rounds: BTreeMap<String, Round>,
}

/// A hop that was made.
#[derive(Clone, Debug)]
struct Hop {
    moved: Moved,
    /// Receivers of all parts.
    parts: usize,
    /// The children of offset 0, 1, … in part 0, as positions of its receiver.
    children: Vec<Vec<usize>>,
}

#[derive(Clone, Debug)]
struct Hold {
    line: String,
    start: usize,
    len: usize,
}

/// All funds, lines and units.
#[derive(Clone, Debug)]
pub struct Model {
    max_runs: usize,
    now: u64,
    funds: BTreeMap<String, Fund>,
    lines: BTreeMap<String, Line>,
    gifts: Vec<Gift>,
    hops: Vec<Hop>,
    runs: usize,
    holds: BTreeMap<String, Hold>,
    paid: BTreeMap<(String, String), u128>,
}

impl Model {
    /// An empty world, in which a hop may have `max_runs` runs.
    pub fn new(max_runs: usize) -> Self {
        Self {
            max_runs,
            now: 0,
            funds: BTreeMap::new(),
            lines: BTreeMap::new(),
            gifts: Vec::new(),
            hops: Vec::new(),
            runs: 0,
            holds: BTreeMap::new(),
            paid: BTreeMap::new(),
        }
    }

    fn fund(&self, name: &str) -> Outcome<&Fund> {
        self.funds.get(name).ok_or_else(|| Refusal::new("NOT_FOUND"))
    }

    fn line(&self, name: &str) -> Outcome<&Line> {
        self.lines.get(name).ok_or_else(|| Refusal::new("NOT_FOUND"))
    }

    /// A book's name.
    fn book(&self, fund: &str, asset: &str, book: &str) -> String {
        match self.funds[fund].asset == asset {
            true => format!("{fund}.{book}"),
            false => format!("{fund}.{book}.{asset}"),
        }
    }

    fn book_of(&self, line: &str, book: &str) -> String {
        let line = &self.lines[line];
        self.book(&line.fund, &line.asset, book)
    }

    /// The next `x` units in order.
    fn next_units(&self, line: &str, x: u128) -> Outcome<Vec<usize>> {
        let line = self.line(line)?;
        if x == 0 {
            return refuse("ZERO");
        }
        if x > line.free() {
            return refuse("INSUFFICIENT");
        }
        let free = line.units.iter().enumerate().filter(|(_, unit)| unit.left.is_none());
        let positions: Vec<usize> = free.map(|(at, _)| at).take(x as usize).collect();
        self.check_runs(positions)
    }

    /// All free units in `[s, e)`.
    fn units_at(&self, line: &str, s: u128, e: u128) -> Outcome<Vec<usize>> {
        let units = &self.line(line)?.units;
        let is_there =
            |at: &usize| units[*at].left.is_none() && (*at as u128) >= s && (*at as u128) < e;
        let positions: Vec<usize> = (0..units.len()).filter(is_there).collect();
        match positions.is_empty() {
            true => refuse("NOT_FREE"),
            false => self.check_runs(positions),
        }
    }

    /// Whether the units lie in few enough runs for one hop.
    fn check_runs(&self, positions: Vec<usize>) -> Outcome<Vec<usize>> {
        let fits = self.fitting(&positions);
        match fits == positions.len() {
            true => Ok(positions),
            false => Err(Refusal { code: "RUNS".into(), most: Some(fits as u128) }),
        }
    }

    /// How many of the units one hop can take.
    fn fitting(&self, positions: &[usize]) -> usize {
        let mut runs = 0;
        for (place, at) in positions.iter().enumerate() {
            if place == 0 || positions[place - 1] + 1 != *at {
                runs += 1;
            }
            if runs > self.max_runs {
                return place;
            }
        }
        positions.len()
    }

    /// Moves units: `to` has for each receiver the offsets whose children it gets, in order. In
    /// order of sending, or carved.
    fn send(
        &mut self,
        from: &str,
        positions: &[usize],
        is_carved: bool,
        to: &[(String, Vec<usize>)],
        kind: &str,
    ) -> Moved {
        let (number, first_run) = (self.hops.len(), self.runs);
        let mut runs: Vec<(u128, u128)> = Vec::new();
        let mut taken = Vec::new();
        let line = self.lines.get_mut(from).expect("it was taken from");
        for at in positions {
            match runs.last_mut() {
                Some((start, len)) if *start + *len == *at as u128 => *len += 1,
                _ => runs.push((*at as u128, 1)),
            }
            let unit = &mut line.units[*at];
            assert!(unit.left.is_none(), "a unit leaves once");
            unit.left = Some(first_run + runs.len() - 1);
            taken.push(unit.clone());
        }
        self.runs += runs.len();
        if is_carved {
            line.carved += positions.len() as u128;
        } else {
            line.sent += positions.len() as u128;
            line.next = positions.last().expect("at least one") + 1;
        }
        let mut children = vec![Vec::new(); positions.len()];
        let mut parts = Vec::new();
        for (part, (receiver, offsets)) in to.iter().enumerate() {
            let units = &mut self.lines.get_mut(receiver).expect("receivers exist").units;
            let start = units.len() as u128;
            for offset in offsets {
                if part == 0 {
                    children[*offset].push(units.len());
                }
                let mut way = taken[*offset].way.to_vec();
                way.push((number, part));
                let parent = &taken[*offset];
                units.push(Unit {
                    gift: parent.gift,
                    index: parent.index,
                    way: way.into(),
                    time: self.now,
                    left: None,
                });
            }
            if !offsets.is_empty() {
                parts.push((receiver.clone(), start, offsets.len() as u128));
            }
        }
        let id = (from.to_owned(), runs[0].0);
        let moved = Moved { id, kind: kind.into(), runs, to: parts };
        self.hops.push(Hop { moved: moved.clone(), parts: to.len(), children });
        moved
    }

    /// Moves units that stay themselves.
    fn transfer(
        &mut self,
        from: &str,
        positions: &[usize],
        is_carved: bool,
        to: &str,
        kind: &str,
    ) -> Moved {
        let all = (0..positions.len()).collect();
        self.send(from, positions, is_carved, &[(to.to_owned(), all)], kind)
    }

    /// Units of the line that are of the same gift and came by the same way as the one at `at`.
    fn fellows(&self, line: &str, at: usize) -> Vec<usize> {
        let units = &self.lines[line].units;
        let is_fellow = |other: &usize| {
            units[*other].gift == units[at].gift && units[*other].way == units[at].way
        };
        let fellows: Vec<usize> = (0..units.len()).filter(is_fellow).collect();
        let is_stretch = fellows.windows(2).all(|pair| pair[0] + 1 == pair[1]);
        assert!(is_stretch, "units of one way lie together");
        fellows
    }

    /// Where units for a line arrive.
    fn arrives_at(&self, line: &str) -> String {
        match self.lines[line].is_closed {
            true => self.book_of(line, "closing"),
            false => line.into(),
        }
    }

    fn pay(&mut self, gift: usize, asset: &str, units: u128) {
        let key = (self.gifts[gift].name.clone(), asset.to_owned());
        *self.paid.entry(key).or_default() += units;
    }
}
