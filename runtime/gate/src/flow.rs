//! How many values are alive where control flow splits and joins: what a register allocator suffers
//! from.
//!
//! A local that is assigned inside a block and read after it must be passed along each branch to
//! the block's end; a value that lives across branches must be kept somewhere meanwhile. Both are
//! found by the classic backward pass over liveness, made linear by WebAssembly's structure: a
//! block's label is known before its branches when one reads backwards. Only a loop's label is not;
//! there, everything that the loop reads, and everything that is alive at a label around it, is
//! taken for alive. That errs on the side of more.

use std::ops::{BitAnd, BitOr};

use crate::profile::LOCALS;

const WORDS: usize = (LOCALS as usize).div_ceil(64);

/// A set of locals.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Set([u64; WORDS]);

impl Set {
    /// Locals above the limit have been refused before.
    fn insert(&mut self, local: u32) {
        if let Some(word) = self.0.get_mut(local as usize / 64) {
            *word |= 1 << (local % 64);
        }
    }

    fn remove(&mut self, local: u32) {
        if let Some(word) = self.0.get_mut(local as usize / 64) {
            *word &= !(1 << (local % 64));
        }
    }

    fn len(&self) -> u64 {
        self.0.iter().map(|word| u64::from(word.count_ones())).sum()
    }
}

impl BitOr for Set {
    type Output = Self;

    fn bitor(mut self, other: Self) -> Self {
        self.0.iter_mut().zip(other.0).for_each(|(word, other)| *word |= other);
        self
    }
}

impl BitAnd for Set {
    type Output = Self;

    fn bitand(mut self, other: Self) -> Self {
        self.0.iter_mut().zip(other.0).for_each(|(word, other)| *word &= other);
        self
    }
}

/// What an instruction means for liveness.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Event {
    Get(u32),
    /// `local.set` and `local.tee`.
    Set(u32),
    Block,
    Loop,
    If,
    Else,
    End,
    Branch(u32),
    BranchIf(u32),
    /// One target of a `br_table`. The first recorded ends the code before it, as `br` does.
    Table { depth: u32, first: bool },
    /// `return` and `unreachable`.
    Leave,
    /// An instruction that needs certain registers, or none of them in use: calls, divisions,
    /// shifts.
    Fixed,
}

/// The instructions of a function that matter, in order, with the height of the operand stack.
#[derive(Default)]
pub(crate) struct Flow {
    events: Vec<(Event, u16)>,
}

/// What liveness costs a register allocator in one function.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Pressure {
    /// Branches and joins.
    pub(crate) edges: u64,
    /// Values passed along edges.
    pub(crate) passed: u64,
    /// The same, squared for each edge.
    pub(crate) passed_squared: u64,
    /// Values alive at each edge, summed.
    pub(crate) alive: u64,
    /// Values alive at each [`Event::Fixed`], summed.
    pub(crate) alive_at_fixed: u64,
    /// How many those are.
    pub(crate) fixed: u64,
    /// Most values alive at one edge or [`Event::Fixed`].
    pub(crate) alive_most: u64,
}

/// A block during the forward pass: what it reads and writes.
#[derive(Clone, Copy, Default)]
struct Region {
    reads: Set,
    writes: Set,
}

/// A block during the backward pass.
struct Frame {
    /// What is alive where branches to the block's label land.
    label: Set,
    /// What is passed along each of them.
    passed: u64,
    /// What is alive after the block.
    after: Set,
    /// What is alive at the start of the `else` part.
    alternative: Option<Set>,
    /// What is alive at any label around.
    around: Set,
}

impl Flow {
    pub(crate) fn clear(&mut self) {
        self.events.clear();
    }

    /// `height` is bounded by the profile, far below 2^16.
    pub(crate) fn push(&mut self, event: Event, height: u32) {
        self.events.push((event, height as u16));
    }

    /// Reads and writes of each block, in the order of their ends; the function itself is the last.
    fn regions(&self) -> Vec<(bool, Region)> {
        let mut regions = Vec::new();
        let mut open = vec![(false, Region::default())];
        for (event, _) in &self.events {
            match event {
                Event::Block | Event::If => open.push((false, Region::default())),
                Event::Loop => open.push((true, Region::default())),
                Event::End => {
                    if let Some((is_loop, region)) = open.pop() {
                        regions.push((is_loop, region));
                        if let Some((_, outer)) = open.last_mut() {
                            outer.reads = outer.reads | region.reads;
                            outer.writes = outer.writes | region.writes;
                        }
                    }
                }
                Event::Get(local) => {
                    if let Some((_, region)) = open.last_mut() {
                        region.reads.insert(*local);
                    }
                }
                Event::Set(local) => {
                    if let Some((_, region)) = open.last_mut() {
                        region.writes.insert(*local);
                    }
                }
                _ => {}
            }
        }
        regions
    }

    /// Sums up the function. Validation has seen that blocks are closed and labels exist.
    pub(crate) fn pressure(&self) -> Pressure {
        let mut regions = self.regions();
        let mut pressure = Pressure::default();
        let mut frames: Vec<Frame> = Vec::new();
        let mut alive = Set::default();
        for (event, height) in self.events.iter().rev() {
            let height = u64::from(*height);
            match *event {
                Event::Get(local) => alive.insert(local),
                Event::Set(local) => alive.remove(local),
                Event::End => {
                    let (is_loop, region) = regions.pop().unwrap_or_default();
                    let frame = Frame::new(frames.last(), alive, is_loop, &region);
                    pressure.edge(frame.passed, alive.len() + height);
                    frames.push(frame);
                }
                Event::Else => {
                    if let Some(frame) = frames.last_mut() {
                        frame.alternative = Some(alive);
                        alive = frame.after;
                        pressure.edge(frame.passed, alive.len() + height);
                    }
                }
                Event::If => {
                    if let Some(frame) = frames.pop() {
                        alive = alive | frame.alternative.unwrap_or(frame.after);
                        pressure.edge(0, alive.len() + height);
                    }
                }
                Event::Block => {
                    frames.pop();
                }
                Event::Loop => {
                    if let Some(frame) = frames.pop() {
                        alive = frame.label;
                        pressure.edge(frame.passed, alive.len() + height);
                    }
                }
                Event::Branch(depth) | Event::Table { depth, first: true } => {
                    alive = Set::default();
                    pressure.branch(&frames, depth, &mut alive, height);
                }
                Event::BranchIf(depth) | Event::Table { depth, first: false } => {
                    pressure.branch(&frames, depth, &mut alive, height);
                }
                Event::Leave => {
                    alive = Set::default();
                    pressure.edge(0, height);
                }
                Event::Fixed => {
                    let count = alive.len() + height;
                    pressure.fixed += 1;
                    pressure.alive_at_fixed += count;
                    pressure.alive_most = pressure.alive_most.max(count);
                }
            }
        }
        pressure
    }
}

impl Frame {
    fn new(outer: Option<&Self>, after: Set, is_loop: bool, region: &Region) -> Self {
        let around = outer.map_or(Set::default(), |outer| outer.around) | after;
        let label = if is_loop { region.reads | around } else { after };
        let passed = (label & region.writes).len();
        Self { label, passed, after, alternative: None, around: around | label }
    }
}

impl Pressure {
    fn edge(&mut self, passed: u64, alive: u64) {
        self.edges += 1;
        self.passed += passed;
        self.passed_squared += passed * passed;
        self.alive += alive;
        self.alive_most = self.alive_most.max(alive);
    }

    fn branch(&mut self, frames: &[Frame], depth: u32, alive: &mut Set, height: u64) {
        // A branch to the function's own label leaves, and nothing is alive after that.
        let target = frames.len().checked_sub(1 + depth as usize).and_then(|at| frames.get(at));
        let (label, passed) =
            target.map_or((Set::default(), 0), |target| (target.label, target.passed));
        *alive = *alive | label;
        self.edge(passed, alive.len() + height);
    }
}
