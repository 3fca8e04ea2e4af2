//! One honest validator in one state, kept once, with what is known of its next states.

use std::{
    collections::BTreeMap,
    sync::{Arc, RwLock},
};

use crate::{
    machine::Machine,
    world::{Id, World, read, write},
};

/// Something that can happen to one honest validator.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Input {
    /// Messages arrive together; 0 is none.
    Hear([Id; 3]),
    /// The patience with a leader ends.
    Impatience,
    /// The moment comes to say what one has, and to fetch what one lacks.
    Heartbeat,
    /// The oldest batch that something waits for is durable.
    Durable,
    /// A power cut: so many batches that were not yet called durable survive, and the database or
    /// what it was at the start.
    Crash {
        /// How many.
        kept: u8,
        /// Whether the database survives.
        database: bool,
    },
}

/// See the module.
pub struct Node {
    /// Its number.
    pub number: u32,
    /// The number of its state without what it said.
    pub core: u32,
    /// The validator.
    pub machine: Machine,
    next: RwLock<BTreeMap<Input, Option<Arc<Node>>>>,
}

impl Node {
    /// A node of which nothing is known yet.
    pub fn new(number: u32, core: u32, machine: Machine) -> Self {
        Self { number, core, machine, next: RwLock::default() }
    }

    /// The state after something happened; `None` if nothing changes, or if it lies beyond the
    /// bounds.
    pub fn after(&self, world: &World, input: Input) -> Option<Arc<Self>> {
        if let Some(known) = read(&self.next).get(&input) {
            return known.clone();
        }
        let mut machine = self.machine.clone();
        let is_within = machine.take(world, input);
        let next = is_within.then(|| world.node(machine));
        let next = next.filter(|next| next.number != self.number);
        write(&self.next).insert(input, next.clone());
        next
    }
}
