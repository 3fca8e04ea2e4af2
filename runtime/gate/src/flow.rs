//! How many values are alive where control flow splits and joins: what a register allocator suffers
//! from.
//!
//! A local that is assigned inside a block and read after it is passed along each branch to the
//! block's end; a value that lives across branches must be kept somewhere meanwhile. Both are found
//! by the classic backward pass over liveness, made linear by WebAssembly's structure: who reads
//! backwards knows a block's label before its branches. Only a loop's label is not known; there,
//! all that the loop reads and all that is alive at a label around it is taken for alive, which
//! errs on the side of more.

use std::ops::{BitAnd, BitOr};

use wasmparser::{Error, Operator};

use crate::profile::LOCALS;

const WORDS: usize = (LOCALS as usize).div_ceil(64);

/// A set of locals.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
struct Set([u64; WORDS]);

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
enum Event {
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
    /// A target of a `br_table` but its default, which is a [`Event::Branch`] after them.
    Table(u32),
    /// `return` and `unreachable`.
    Leave,
    Call,
    /// Another instruction that needs certain registers for itself, or all of them.
    Awkward,
}

/// The instructions of a function that matter, in order, with the height of the operand stack after
/// them.
#[derive(Default)]
pub(crate) struct Flow {
    events: Vec<(Event, u16)>,
    /// Whether the last instruction was a constant.
    after_constant: bool,
}

/// What a register allocator has to cope with in one function.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Pressure {
    /// Branches; a loop counts as two.
    pub(crate) branches: u64,
    /// Values passed along each branch and into each join, squared and summed.
    pub(crate) passed_squared: u64,
    /// Values alive at each branch and join, summed.
    pub(crate) alive: u64,
    /// Calls.
    pub(crate) calls: u64,
    /// Instructions of [`Event::Awkward`].
    pub(crate) awkward: u64,
    /// Values alive at each call and awkward instruction, summed.
    pub(crate) alive_across: u64,
}

/// What a block reads and writes.
#[derive(Clone, Copy, Default)]
struct Region {
    is_loop: bool,
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
    /// Forgets the last function.
    pub(crate) fn clear(&mut self) {
        self.events.clear();
        self.after_constant = false;
    }

    /// Records an instruction of a valid function, and the height of the operand stack after it.
    pub(crate) fn record(&mut self, operator: &Operator<'_>, height: u32) -> Result<(), Error> {
        let after_constant = std::mem::replace(&mut self.after_constant, is_constant(operator));
        let event = match operator {
            Operator::LocalGet { local_index } => Event::Get(*local_index),
            Operator::LocalSet { local_index } | Operator::LocalTee { local_index } => {
                Event::Set(*local_index)
            }
            Operator::Block { .. } => Event::Block,
            Operator::Loop { .. } => Event::Loop,
            Operator::If { .. } => Event::If,
            Operator::Else => Event::Else,
            Operator::End => Event::End,
            Operator::Br { relative_depth } => Event::Branch(*relative_depth),
            Operator::BrIf { relative_depth } => Event::BranchIf(*relative_depth),
            Operator::BrTable { targets } => {
                for target in targets.targets() {
                    self.push(Event::Table(target?), height);
                }
                Event::Branch(targets.default())
            }
            Operator::Return | Operator::Unreachable => Event::Leave,
            Operator::Call { .. } => Event::Call,
            operator if is_awkward(operator, after_constant) => Event::Awkward,
            _ => return Ok(()),
        };
        self.push(event, height);
        Ok(())
    }

    /// Heights are bounded by the profile, far below 2^16.
    fn push(&mut self, event: Event, height: u32) {
        self.events.push((event, height as u16));
    }

    /// Reads and writes of each block, in the order of their ends; the function itself is the last.
    fn regions(&self) -> Vec<Region> {
        let mut closed = Vec::new();
        let mut open = vec![Region::default()];
        for (event, _) in &self.events {
            match event {
                Event::Block | Event::If => open.push(Region::default()),
                Event::Loop => open.push(Region { is_loop: true, ..Region::default() }),
                Event::End => {
                    let region = open.pop().unwrap_or_default();
                    closed.push(region);
                    if let Some(outer) = open.last_mut() {
                        outer.reads = outer.reads | region.reads;
                        outer.writes = outer.writes | region.writes;
                    }
                }
                Event::Get(local) => {
                    open.last_mut().into_iter().for_each(|region| region.reads.insert(*local));
                }
                Event::Set(local) => {
                    open.last_mut().into_iter().for_each(|region| region.writes.insert(*local));
                }
                _ => {}
            }
        }
        closed
    }

    /// Walks the function backwards. Validation has seen that blocks are closed and labels exist.
    pub(crate) fn pressure(&self) -> Pressure {
        let mut walk = Walk { regions: self.regions(), ..Walk::default() };
        for (event, height) in self.events.iter().rev() {
            walk.step(*event, u64::from(*height));
        }
        walk.pressure
    }
}

fn is_constant(operator: &Operator<'_>) -> bool {
    matches!(operator, Operator::I32Const { .. } | Operator::I64Const { .. })
}

/// Whether an instruction is [`Event::Awkward`]. A shift by a constant is not.
fn is_awkward(operator: &Operator<'_>, after_constant: bool) -> bool {
    use Operator as Op;
    match operator {
        Op::CallIndirect { .. } | Op::MemoryGrow { .. } => true,
        Op::MemoryCopy { .. } | Op::MemoryFill { .. } => true,
        Op::I32DivS | Op::I32DivU | Op::I32RemS | Op::I32RemU => true,
        Op::I64DivS | Op::I64DivU | Op::I64RemS | Op::I64RemU => true,
        Op::I32Shl | Op::I32ShrS | Op::I32ShrU | Op::I32Rotl | Op::I32Rotr => !after_constant,
        Op::I64Shl | Op::I64ShrS | Op::I64ShrU | Op::I64Rotl | Op::I64Rotr => !after_constant,
        _ => false,
    }
}

/// The backward pass.
#[derive(Default)]
struct Walk {
    /// Those that have not been entered yet; the last is entered next.
    regions: Vec<Region>,
    frames: Vec<Frame>,
    /// Locals that are read before they are written from here on.
    alive: Set,
    pressure: Pressure,
}

impl Walk {
    fn step(&mut self, event: Event, height: u64) {
        match event {
            Event::Get(local) => self.alive.insert(local),
            Event::Set(local) => self.alive.remove(local),
            Event::End => {
                let region = self.regions.pop().unwrap_or_default();
                let frame = Frame::new(self.frames.last(), self.alive, &region);
                self.join(frame.passed, height);
                self.frames.push(frame);
            }
            Event::Else => {
                self.pressure.branches += 1;
                if let Some(frame) = self.frames.last_mut() {
                    frame.alternative = Some(self.alive);
                    self.alive = frame.after;
                    let passed = frame.passed;
                    self.join(passed, height);
                }
            }
            Event::If => {
                self.pressure.branches += 1;
                if let Some(frame) = self.frames.pop() {
                    self.alive = self.alive | frame.alternative.unwrap_or(frame.after);
                }
                self.join(0, height);
            }
            Event::Block => {
                self.frames.pop();
            }
            Event::Loop => {
                self.pressure.branches += 2;
                if let Some(frame) = self.frames.pop() {
                    self.alive = frame.label;
                    self.join(frame.passed, height);
                }
            }
            Event::Branch(depth) => {
                self.alive = Set::default();
                self.branch(depth, height);
            }
            Event::BranchIf(depth) | Event::Table(depth) => self.branch(depth, height),
            Event::Leave => {
                self.pressure.branches += 1;
                self.alive = Set::default();
                self.join(0, height);
            }
            Event::Call => {
                self.pressure.calls += 1;
                self.pressure.alive_across += self.alive.len() + height;
            }
            Event::Awkward => {
                self.pressure.awkward += 1;
                self.pressure.alive_across += self.alive.len() + height;
            }
        }
    }

    fn branch(&mut self, depth: u32, height: u64) {
        self.pressure.branches += 1;
        let at = self.frames.len().checked_sub(1 + depth as usize);
        let mut passed = 0;
        if let Some(target) = at.and_then(|at| self.frames.get(at)) {
            self.alive = self.alive | target.label;
            passed = target.passed;
        }
        self.join(passed, height);
    }

    fn join(&mut self, passed: u64, height: u64) {
        self.pressure.passed_squared += passed * passed;
        self.pressure.alive += self.alive.len() + height;
    }
}

impl Frame {
    fn new(outer: Option<&Self>, after: Set, region: &Region) -> Self {
        let around = outer.map_or(Set::default(), |outer| outer.around) | after;
        let label = if region.is_loop { region.reads | around } else { after };
        let passed = (label & region.writes).len();
        Self { label, passed, after, alternative: None, around: around | label }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pressure(events: &[Event]) -> Pressure {
        let mut flow = Flow::default();
        events.iter().for_each(|event| flow.push(*event, 0));
        flow.push(Event::End, 0);
        flow.pressure()
    }

    #[test]
    fn what_is_read_after_a_block_is_passed_to_its_end() {
        use Event::{Block, BranchIf, End, Get, Set};
        let read = [Block, Get(0), BranchIf(0), Set(1), End, Get(1)];
        let found = pressure(&read);
        // One value along the branch, one where the code falls through.
        assert_eq!((found.branches, found.passed_squared), (1, 2));
        let unread = [Block, Get(0), BranchIf(0), Set(1), End, Get(0)];
        assert_eq!(pressure(&unread).passed_squared, 0);
    }

    #[test]
    fn what_a_loop_reads_and_writes_is_passed_around_it() {
        use Event::{BranchIf, End, Get, Loop, Set};
        let found = pressure(&[Set(0), Set(1), Loop, Get(0), Set(0), Get(1), BranchIf(0), End]);
        // Local 0 on the way in, back, and out; local 1 does not change.
        assert_eq!((found.branches, found.passed_squared), (3, 3));
    }

    #[test]
    fn a_value_is_alive_between_its_write_and_its_last_read() {
        use Event::{Call, Get, Set};
        let found = pressure(&[Call, Set(3), Call, Get(3), Call]);
        assert_eq!((found.calls, found.alive_across), (3, 1));
    }

    #[test]
    fn nothing_is_alive_before_leaving() {
        use Event::{Awkward, Block, Branch, End, Get, Leave, Set};
        let found = pressure(&[Set(0), Awkward, Leave, Get(0)]);
        assert_eq!((found.awkward, found.alive_across), (1, 0));
        let jumped = pressure(&[Set(0), Block, Awkward, Branch(0), Get(0), End]);
        assert_eq!(jumped.alive_across, 0);
    }

    #[test]
    fn both_sides_of_an_if_count() {
        use Event::{Call, Else, End, Get, If, Set};
        let found = pressure(&[Set(0), Set(1), Call, If, Get(0), Else, Get(1), End]);
        assert_eq!(found.alive_across, 2);
    }
}
