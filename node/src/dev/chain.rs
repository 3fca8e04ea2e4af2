//! The validators of a devnet that run in this process, and what can be done to them.
//!
//! What is done to the chain is done to all of them: they share one clock, and go back together,
//! for one that goes back alone has forgotten what it said, and must be silent.

use std::sync::{Mutex, MutexGuard, PoisonError};

use weal_types::{PublicKey, certificate::ValidatorSet};

use super::{Dev, DevError, Snapshot};
use crate::{
    clock::ClockMode,
    node::{Node, StartError},
};

/// How it stands with one validator.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Condition {
    /// Where its JSON-RPC listens, once it does.
    pub rpc: Option<String>,
    /// Whether it is paused.
    pub is_paused: bool,
    /// The validators of its group, itself among them: whom it can hear.
    pub group: Vec<u32>,
}

/// Validators of one devnet, by their positions.
pub struct DevChain {
    validators: Vec<Node>,
    /// Held while something is done to them, one thing at a time.
    standing: Mutex<Standing>,
}

/// What is known of the validators besides what they know themselves.
struct Standing {
    /// The group of each.
    groups: Vec<Vec<u32>>,
    rpc: Vec<Option<String>>,
}

impl DevChain {
    /// The devnet of these validators, in the order of their positions.
    pub fn new(validators: Vec<Node>) -> Self {
        let rpc = vec![None; validators.len()];
        let groups = vec![everybody(&validators); validators.len()];
        Self { validators, standing: Mutex::new(Standing { groups, rpc }) }
    }

    /// The validators.
    pub fn validators(&self) -> &[Node] {
        &self.validators
    }

    /// Notes where a validator's JSON-RPC listens.
    pub fn listens(&self, position: usize, url: String) {
        if let Some(rpc) = self.standing().rpc.get_mut(position) {
            *rpc = Some(url);
        }
    }

    /// How it stands with each validator.
    pub fn conditions(&self) -> Vec<Condition> {
        let standing = self.standing();
        let rows = self.validators.iter().zip(&standing.groups).zip(&standing.rpc);
        let condition = |((node, group), rpc): ((&Node, &Vec<u32>), &Option<String>)| Condition {
            rpc: rpc.clone(),
            is_paused: node.is_paused(),
            group: group.clone(),
        };
        rows.map(condition).collect()
    }

    /// Whether all validators of the chain run in this process, so that all can be reached.
    pub fn is_whole(&self) -> Result<(), DevError> {
        let Some(first) = self.validators.first() else { return Err(DevError::Alone) };
        first.dev()?;
        let set = self.set()?;
        let seats = self.validators.iter().filter(|node| node.keys().among(&set).1.is_some());
        let (here, validators) = (seats.count(), set.validators.len());
        if here == validators { Ok(()) } else { Err(DevError::Elsewhere { here, validators }) }
    }

    /// Who validates, as whoever is furthest knows it.
    pub fn set(&self) -> Result<ValidatorSet, DevError> {
        let furthest = self.validators.iter().max_by_key(|node| node.head().header.height);
        let node = furthest.ok_or(DevError::Alone)?;
        node.validators().map_err(|error| DevError::State(error.to_string()))
    }

    /// Whether there are several validators, all in this process.
    fn is_parted(&self) -> Result<(), DevError> {
        self.is_whole()?;
        if self.validators.len() == 1 { Err(DevError::Alone) } else { Ok(()) }
    }

    /// Stops a validator, as the end of its process would. What it knows can still be read.
    pub fn pause(&self, validator: u32) -> Result<(), DevError> {
        self.is_parted()?;
        let _standing = self.standing();
        self.validator(validator)?.pause();
        Ok(())
    }

    /// Lets a paused validator go on, or all of them.
    pub fn resume(&self, validator: Option<u32>) -> Result<(), DevError> {
        self.is_parted()?;
        let _standing = self.standing();
        match validator {
            Some(validator) => resume(self.validator(validator)?),
            None => self.validators.iter().try_for_each(resume),
        }
    }

    /// Parts the validators: those of different groups do not hear each other.
    pub fn partition(&self, groups: &[Vec<u32>]) -> Result<(), DevError> {
        self.is_parted()?;
        let mut group_of: Vec<Option<&Vec<u32>>> = vec![None; self.validators.len()];
        for group in groups {
            for &validator in group {
                self.validator(validator)?;
                let place = group_of.get_mut(validator as usize);
                if place.is_some_and(|place| place.replace(group).is_some()) {
                    return Err(DevError::Groups(format!("validator {validator} stands twice")));
                }
            }
        }
        if let Some(missing) = group_of.iter().position(Option::is_none) {
            return Err(DevError::Groups(format!("validator {missing} is missing")));
        }
        let groups = group_of.into_iter().flatten().cloned().collect();
        self.set_groups(&mut self.standing(), groups);
        Ok(())
    }

    /// Lets all validators hear each other again.
    pub fn heal(&self) -> Result<(), DevError> {
        self.is_parted()?;
        self.set_groups(&mut self.standing(), vec![everybody(&self.validators); self.count()]);
        Ok(())
    }

    /// Takes a snapshot of every validator, while none of them runs: nothing that one has said is
    /// missing where another remembers it.
    pub fn snapshot(&self) -> Result<Snapshot, DevError> {
        let all = self.all()?;
        if let [one] = &all[..] {
            return one.snapshot();
        }
        let _standing = self.standing();
        let running: Vec<_> = self.validators.iter().filter(|node| !node.is_paused()).collect();
        running.iter().for_each(|node| node.pause());
        let id = all.iter().map(Dev::next_id).max().unwrap_or(1);
        let taken: Result<Vec<_>, _> = all.iter().map(|dev| dev.snapshot_as(id)).collect();
        running.into_iter().try_for_each(resume)?;
        let highest = taken?.into_iter().max_by_key(|snapshot| snapshot.height);
        highest.ok_or(DevError::Alone)
    }

    /// Runs the chain from a snapshot on. All validators run and hear each other then. The height
    /// that it goes on from.
    pub fn restore(&self, id: u64) -> Result<(), DevError> {
        let all = self.all()?;
        let mut standing = self.standing();
        // Whatever is wrong with a snapshot is found before anything is changed.
        let rests = all.iter().map(|dev| dev.read(id)).collect::<Result<Vec<_>, _>>()?;
        let numbers = all.iter().zip(&rests).map(|(dev, rest)| dev.prepare(id, rest));
        let numbers = numbers.collect::<Result<Vec<_>, _>>()?;
        let clock = rests.first().map(super::Rest::clock);
        self.begin_again(&mut standing, &numbers, clock.unwrap_or(START))
    }

    /// Begins again at block 0. All validators run and hear each other then.
    pub fn reset(&self) -> Result<(), DevError> {
        let all = self.all()?;
        let mut standing = self.standing();
        let numbers = all.iter().map(|dev| dev.new_directory().map(|(number, _)| number));
        let numbers = numbers.collect::<Result<Vec<_>, _>>()?;
        self.begin_again(&mut standing, &numbers, START)
    }

    /// Runs every validator from another directory. None goes on before all have stopped: it would
    /// learn from the others what lies after the place that it goes back to.
    fn begin_again(
        &self,
        standing: &mut Standing,
        numbers: &[u64],
        clock: ClockMode,
    ) -> Result<(), DevError> {
        self.validators.iter().for_each(Node::pause);
        for node in &self.validators {
            node.clock().set(clock);
        }
        self.set_groups(standing, vec![everybody(&self.validators); self.count()]);
        let mut pairs = self.validators.iter().zip(numbers);
        pairs.try_for_each(|(node, number)| Dev(node).switch(*number))
    }

    fn all(&self) -> Result<Vec<Dev<'_>>, DevError> {
        self.is_whole()?;
        self.validators.iter().map(Node::dev).collect()
    }

    fn count(&self) -> usize {
        self.validators.len()
    }

    fn validator(&self, validator: u32) -> Result<&Node, DevError> {
        let last = self.count().saturating_sub(1);
        let found = self.validators.get(validator as usize);
        found.ok_or(DevError::NoValidator { given: validator, last })
    }

    fn standing(&self) -> MutexGuard<'_, Standing> {
        self.standing.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn set_groups(&self, standing: &mut Standing, groups: Vec<Vec<u32>>) {
        for (node, group) in self.validators.iter().zip(&groups) {
            let others = (0..).zip(&self.validators);
            let apart = others.filter(|(position, _)| !group.contains(position));
            let keys: Vec<PublicKey> = apart.flat_map(|(_, other)| other.keys().public()).collect();
            node.cut(keys);
        }
        standing.groups = groups;
    }
}

/// The clock of a chain that begins.
const START: ClockMode = ClockMode::Following { ahead_ms: 0 };

fn resume(node: &Node) -> Result<(), DevError> {
    node.resume().map_err(|error: StartError| DevError::Start(Box::new(error)))
}

fn everybody(validators: &[Node]) -> Vec<u32> {
    (0..).zip(validators).map(|(position, _)| position).collect()
}
