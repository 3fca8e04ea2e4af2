//! Explores a model within limits, and says what came of it.

use std::{
    fmt,
    time::{Duration, Instant},
};

use stateright::{Checker, HasDiscoveries, Model};

use crate::{model::Cluster, setup::Setup};

/// How far a run goes.
#[derive(Clone, Copy, Debug, Default)]
pub struct Limits {
    /// Steps from the start; 0 for any number.
    pub depth: usize,
    /// States to generate; 0 for any number.
    pub states: usize,
    /// Seconds; 0 for any number.
    pub seconds: u64,
    /// Whether near states come first: finds the shortest counterexample, and needs more memory.
    pub is_broad: bool,
}

/// What a run found.
#[derive(Clone, Debug)]
pub struct Report {
    /// Steps taken.
    pub generated: usize,
    /// Different states.
    pub unique: usize,
    /// Longest way from the start.
    pub depth: usize,
    /// How long it took.
    pub seconds: f64,
    /// States of single replicas.
    pub nodes: usize,
    /// Messages.
    pub messages: usize,
    /// Whether every state within the bounds was visited.
    pub is_exhausted: bool,
    /// Examples of what is wanted, by name.
    pub examples: Vec<&'static str>,
    /// Violations, with the way there.
    pub violations: Vec<(&'static str, Vec<String>)>,
}

/// Explores.
pub fn explore(setup: Setup, limits: Limits, threads: usize) -> Report {
    let cluster = Cluster::new(setup);
    let world = std::sync::Arc::clone(&cluster.world);
    let mut builder = cluster.checker().threads(threads).finish_when(HasDiscoveries::AnyFailures);
    if limits.depth > 0 {
        builder = builder.target_max_depth(limits.depth);
    }
    if limits.states > 0 {
        builder = builder.target_state_count(limits.states);
    }
    if limits.seconds > 0 {
        // The checker looks at the clock when its threads share work, so one alone never does.
        builder = builder.threads(threads.max(2));
        builder = builder.timeout(Duration::from_secs(limits.seconds));
    }
    #[allow(clippy::disallowed_methods, reason = "how long a run takes is part of its result")]
    let start = Instant::now();
    let mut report = match limits.is_broad {
        true => report(&world, builder.spawn_bfs().join(), limits),
        false => report(&world, builder.spawn_dfs().join(), limits),
    };
    report.seconds = start.elapsed().as_secs_f64();
    report.is_exhausted &= limits.seconds == 0 || report.seconds < limits.seconds as f64;
    report
}

fn report(world: &crate::world::World, checker: impl Checker<Cluster>, limits: Limits) -> Report {
    let (generated, depth) = (checker.state_count(), checker.max_depth());
    let mut examples = Vec::new();
    let mut violations = Vec::new();
    for (name, path) in checker.discoveries() {
        let is_failure = checker.model().property(name).expectation.discovery_is_failure();
        if !is_failure {
            examples.push(name);
            continue;
        }
        let last = format!("{:?}", path.last_state());
        let steps = path.into_actions().into_iter();
        let steps = steps.map(|step| checker.model().format_action(&step)).chain([last]);
        violations.push((name, steps.collect()));
    }
    let was_cut = (limits.states > 0 && generated >= limits.states)
        || (limits.depth > 0 && depth >= limits.depth);
    Report {
        generated,
        unique: checker.unique_state_count(),
        depth,
        seconds: 0.0,
        nodes: world.node_count(),
        messages: world.message_count(),
        is_exhausted: violations.is_empty() && !was_cut,
        examples,
        violations,
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let end = if self.is_exhausted { "exhausted" } else { "not exhausted" };
        writeln!(
            f,
            "{} unique states, {} steps, depth {}, {end}",
            self.unique, self.generated, self.depth
        )?;
        writeln!(
            f,
            "{} states of single replicas, {} messages; {:.1} s",
            self.nodes, self.messages, self.seconds
        )?;
        for name in &self.examples {
            writeln!(f, "seen: {name}")?;
        }
        for (name, steps) in &self.violations {
            writeln!(f, "VIOLATED: {name}")?;
            for step in steps {
                writeln!(f, "  {step}")?;
            }
        }
        Ok(())
    }
}
