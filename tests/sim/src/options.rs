//! What a run may be told beside its seed.

use std::{collections::BTreeSet, fmt, str::FromStr};

/// A kind of fault. Each seed leaves some of them out, because faults hide each other: a cluster
/// that is always cut in two never shows what a slow disk does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// Messages are lost.
    Loss,
    /// Some messages take seconds.
    Delay,
    /// Messages arrive twice.
    Duplicate,
    /// The cluster is cut in two.
    Partition,
    /// Some hosts are heard but hear nothing, or the other way round.
    OneWay,
    /// A partition comes and goes.
    Flap,
    /// A host loses power.
    Crash,
    /// A host loses power between two actions of one step.
    Edge,
    /// All hosts lose power.
    Power,
    /// A host stands still for a while.
    Stall,
    /// A disk becomes slow.
    SlowDisk,
    /// Execution becomes slow.
    SlowExecutor,
    /// A clock is wrong.
    Clock,
    /// The database lags behind the journal.
    Lag,
    /// Up to f members are traitors.
    Byzantine,
    /// The validators change.
    Epochs,
    /// In the end only a quorum comes back.
    Core,
    /// sr25519 and encoded messages, in one run of a hundred.
    Real,
}

impl Kind {
    /// All of them.
    pub const ALL: [Self; 18] = [
        Self::Loss,
        Self::Delay,
        Self::Duplicate,
        Self::Partition,
        Self::OneWay,
        Self::Flap,
        Self::Crash,
        Self::Edge,
        Self::Power,
        Self::Stall,
        Self::SlowDisk,
        Self::SlowExecutor,
        Self::Clock,
        Self::Lag,
        Self::Byzantine,
        Self::Epochs,
        Self::Core,
        Self::Real,
    ];

    /// As it is called on the command line.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Loss => "loss",
            Self::Delay => "delay",
            Self::Duplicate => "duplicate",
            Self::Partition => "partition",
            Self::OneWay => "one-way",
            Self::Flap => "flap",
            Self::Crash => "crash",
            Self::Edge => "edge",
            Self::Power => "power",
            Self::Stall => "stall",
            Self::SlowDisk => "slow-disk",
            Self::SlowExecutor => "slow-executor",
            Self::Clock => "clock",
            Self::Lag => "lag",
            Self::Byzantine => "byzantine",
            Self::Epochs => "epochs",
            Self::Core => "core",
            Self::Real => "real",
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.name().fmt(f)
    }
}

impl FromStr for Kind {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let found = Self::ALL.into_iter().find(|kind| kind.name() == text);
        found.ok_or_else(|| format!("no kind of fault is called {text}"))
    }
}

/// What a run may be told beside its seed. The default leaves everything to the seed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Options {
    /// Kinds of faults that do not happen, whatever the seed says.
    pub without: BTreeSet<Kind>,
    /// Kinds of faults that happen, whatever the seed says.
    pub with: BTreeSet<Kind>,
    /// Planned faults that do not happen, by their number in the plan.
    pub skip: BTreeSet<usize>,
    /// Transactions that are not submitted, by their number.
    pub unsent: BTreeSet<usize>,
    /// What all traitors do, by the name of its file; and there are some.
    pub traitor: Option<String>,
    /// How long healing may take, instead of the bound that follows from the protocol's timers: to
    /// find runs that heal slowly.
    pub patience_ms: Option<u64>,
    /// Whether a readable trace is kept.
    pub trace: bool,
}

impl Options {
    /// The arguments that repeat a run with these options.
    pub fn arguments(&self) -> String {
        let list = |name: &str, items: Vec<String>| match items.is_empty() {
            true => String::new(),
            false => format!(" --{name} {}", items.join(",")),
        };
        let numbers = |set: &BTreeSet<usize>| set.iter().map(usize::to_string).collect();
        let kinds = |set: &BTreeSet<Kind>| set.iter().map(Kind::to_string).collect();
        list("without", kinds(&self.without))
            + &list("with", kinds(&self.with))
            + &list("skip", numbers(&self.skip))
            + &list("unsent", numbers(&self.unsent))
            + &list("traitor", self.traitor.iter().cloned().collect())
            + &list("patience-ms", self.patience_ms.iter().map(u64::to_string).collect())
    }
}
