//! The model: states, what leads from one to the next, and what must hold in each.

use std::{
    collections::BTreeMap,
    fmt,
    hash::{Hash, Hasher},
    sync::Arc,
};

use stateright::{Model, Property};
use weal_types::{Hash as Digest, Height};

use crate::{
    cast::SIZE,
    inputs::Inputs,
    machine::{Fault, Machine},
    node::{Input, Node},
    print::print,
    setup::{Setup, Timers},
    sight::Sight,
    world::World,
};

/// See the module.
pub struct Cluster {
    /// What all states share.
    pub world: Arc<World>,
}

/// The honest validators, each in one state. What they sent is part of that, and Byzantine ones
/// need none, so this is all.
#[derive(Clone)]
pub struct State {
    /// By validator.
    pub nodes: Vec<Arc<Node>>,
    /// Crashes that may still happen.
    pub crashes: u8,
    /// What tells it from other states.
    print: u64,
}

/// Something happens to one honest validator.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Move {
    /// The place of the validator in [`State::nodes`].
    pub place: usize,
    /// What happens.
    pub input: Input,
}

impl Hash for State {
    fn hash<H: Hasher>(&self, state: &mut H) {
        state.write_u64(self.print);
    }
}

impl PartialEq for State {
    fn eq(&self, other: &Self) -> bool {
        self.print == other.print
    }
}

impl fmt::Debug for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for node in &self.nodes {
            let machine = &node.machine;
            let (who, view, target) = (machine.who, machine.replica.view(), machine.target);
            let ordered: Vec<_> = machine.ordered.iter().map(|(at, it)| (at.0, it[0])).collect();
            write!(f, "[{who}: view {view} of {target} ordered {ordered:?}")?;
            write!(f, " stable {} {:?}] ", machine.replica.stable_height(), machine.faults)?;
        }
        write!(f, "crashes {}", self.crashes)
    }
}

impl Cluster {
    /// A model of a run.
    pub fn new(setup: Setup) -> Self {
        Self { world: Arc::new(World::new(setup)) }
    }

    fn inputs(&self, state: &State) -> Vec<Move> {
        let sight = Sight::of(&self.world, &state.nodes);
        let mut moves = Vec::new();
        for (place, node) in state.nodes.iter().enumerate() {
            let mut inputs = Inputs {
                world: &self.world,
                sight: &sight,
                nodes: &state.nodes,
                machine: &node.machine,
                found: Vec::new(),
            };
            inputs.collect();
            if state.crashes > 0 && self.world.setup.crasher == Some(node.machine.who) {
                inputs.crashes();
            }
            moves.extend(inputs.found.into_iter().map(|input| Move { place, input }));
        }
        if self.world.setup.timers == Timers::Patient {
            moves.retain(|step| self.step(state, *step).is_some());
            if moves.is_empty() {
                let places =
                    (0..state.nodes.len()).filter(|place| state.nodes[*place].machine.is_waiting);
                moves.extend(places.map(|place| Move { place, input: Input::Impatience }));
            }
        }
        moves
    }

    fn step(&self, state: &State, step: Move) -> Option<State> {
        let next = state.nodes[step.place].after(&self.world, step.input)?;
        let mut after = state.clone();
        after.nodes[step.place] = next;
        after.crashes -= u8::from(matches!(step.input, Input::Crash { .. }));
        after.print = print(&self.world, &after.nodes, after.crashes);
        Some(after)
    }
}

impl Model for Cluster {
    type State = State;
    type Action = Move;

    fn init_states(&self) -> Vec<State> {
        let setup = &self.world.setup;
        let honest = (0..SIZE).filter(|who| !setup.is_byzantine(*who));
        let nodes = honest.map(|who| self.world.node(Machine::new(&self.world, who)));
        let nodes: Vec<_> = nodes.collect();
        let print = print(&self.world, &nodes, u8::from(setup.crasher.is_some()));
        vec![State { nodes, crashes: u8::from(setup.crasher.is_some()), print }]
    }

    fn actions(&self, state: &State, actions: &mut Vec<Move>) {
        // What lies behind a fault is of no interest.
        if state.nodes.iter().all(|node| node.machine.faults.is_empty()) {
            actions.extend(self.inputs(state));
        }
    }

    fn next_state(&self, state: &State, step: Move) -> Option<State> {
        self.step(state, step)
    }

    fn format_action(&self, step: &Move) -> String {
        match step.input {
            Input::Hear(ids) => {
                let mut ids = ids.to_vec();
                ids.dedup();
                let heard = ids.into_iter().filter(|id| *id != 0);
                let heard: Vec<_> =
                    heard.map(|id| crate::trace::brief(&self.world.message(id))).collect();
                format!("{}th hears {}", step.place, heard.join(", "))
            }
            input => format!("{}th: {input:?}", step.place),
        }
    }

    fn properties(&self) -> Vec<Property<Self>> {
        let mut properties = vec![
            Property::always(AGREEMENT, |_, state| agree(state, |machine| machine.ordered.clone())),
            Property::always(HEADERS, |_, state| agree(state, headers)),
            Property::always(CERTIFICATES, |model: &Self, state| model.certificates_agree(state)),
            Property::always(NEW_VIEWS, |model: &Self, state| model.new_views_keep(state)),
            Property::always("no honest replica halts", |_, it| lacks(it, Fault::Halts)),
            Property::always("none contradicts itself", |_, it| lacks(it, Fault::Contradicts)),
            Property::always("none is accused", |_, it| lacks(it, Fault::AccusesHonest)),
            Property::always("none enters wrongly", |_, it| lacks(it, Fault::EntersWrongly)),
            Property::always("none is silenced", |_, it| lacks(it, Fault::Mute)),
            Property::sometimes("all order everything", |model: &Self, state| {
                model.is_ordered(state)
            }),
        ];
        if self.world.setup.timers == Timers::Patient {
            properties.push(Property::always(PROGRESS, |model: &Self, state| {
                model.is_ordered(state) || model.next_steps(state).iter().any(|_| true)
            }));
        }
        properties
    }
}

/// Agreement on order.
pub const AGREEMENT: &str = "one digest is ordered in each slot";
/// Agreement on results.
pub const HEADERS: &str = "one header is executed at each height";
/// No two certificates contradict each other.
pub const CERTIFICATES: &str = "certificates are unique";
/// New views lose nothing.
pub const NEW_VIEWS: &str = "new views keep what was committed";
/// Something always happens until all is ordered.
pub const PROGRESS: &str = "nobody waits forever";

fn lacks(state: &State, fault: Fault) -> bool {
    state.nodes.iter().all(|node| !node.machine.faults.contains(&fault))
}

fn headers(machine: &Machine) -> BTreeMap<Height, Digest> {
    machine.chain.iter().map(|header| (header.height, header.hash().0)).collect()
}

/// Whether no two honest validators have different entries for one height.
fn agree(state: &State, entries: fn(&Machine) -> BTreeMap<Height, Digest>) -> bool {
    let mut all = BTreeMap::new();
    let entries = state.nodes.iter().flat_map(|node| entries(&node.machine));
    entries.into_iter().all(|(height, hash)| *all.entry(height).or_insert(hash) == hash)
}
