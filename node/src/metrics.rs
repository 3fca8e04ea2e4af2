//! What a node counts about itself, in the form that Prometheus reads.

use std::{fmt::Debug, hash::Hash, sync::atomic::AtomicU64, time::Duration};

use prometheus_client::{
    encoding::{EncodeLabelSet, EncodeLabelValue, text::encode},
    metrics::{counter::Counter, family::Family, gauge::Gauge},
    registry::{Registry, Unit},
};
use weal_net::{PeerStatus, Urgency};
use weal_state::{RocksMemory, TreeMemory};

/// A part of the way of a transaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EncodeLabelValue)]
pub enum Stage {
    /// Signatures and admission.
    Verify,
    /// What other validators send: decoding, and their signatures.
    Door,
    /// Contracts.
    Execute,
    /// Hashing the state.
    Tree,
    /// Writing to the database.
    Storage,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct StageLabel {
    stage: Stage,
}

/// What memory is held for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EncodeLabelValue)]
enum Part {
    Nodes,
    Leaves,
    Blocks,
    Writes,
    Tables,
    Copies,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct PartLabel {
    part: Part,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct UrgencyLabel {
    urgency: String,
}

/// All counters of a node.
pub struct Metrics {
    registry: Registry,
    time: Family<StageLabel, Counter<f64, AtomicU64>>,
    /// Transactions in final blocks, by how they ended.
    pub applied: Counter,
    /// See `applied`.
    pub reverted: Counter,
    /// See `applied`.
    pub skipped: Counter,
    /// Transactions that were not accepted.
    pub refused: Counter,
    /// Things that peers sent and no correct validator sends.
    pub strikes: Counter,
    /// Contradictions that validators signed.
    pub evidence: Counter,
    /// Height of the newest final block.
    pub height: Gauge,
    /// 1 if this node votes.
    pub votes: Gauge,
    /// Position of the validator that proposed it.
    pub proposer: Gauge,
    network: Family<UrgencyLabel, Gauge>,
    memory: Family<PartLabel, Gauge>,
    /// Transactions that wait.
    pub pool_transactions: Gauge,
    /// Their bytes.
    pub pool_bytes: Gauge,
    /// Other validators that this one is connected to.
    pub peers: Gauge,
    /// Height of the newest state that is kept for other nodes; 0 if there is none.
    pub snapshot_height: Gauge,
}

impl Default for Metrics {
    fn default() -> Self {
        let mut registry = Registry::with_prefix("weal");
        let time = Family::default();
        registry.register_with_unit(
            "stage_time",
            "Time that each stage took, over all transactions",
            Unit::Seconds,
            time.clone(),
        );
        let counter = |registry: &mut Registry, name: &str, help: &str| {
            let counter = Counter::default();
            registry.register(name, help, counter.clone());
            counter
        };
        let applied = counter(&mut registry, "applied", "Transactions that were applied");
        let reverted = counter(&mut registry, "reverted", "Transactions that were reverted");
        let skipped = counter(&mut registry, "skipped", "Transactions that blocks skipped");
        let refused = counter(&mut registry, "refused", "Transactions that were not accepted");
        let help = "Things that peers sent and no correct node sends";
        let strikes = counter(&mut registry, "strikes", help);
        let help = "Contradictions that validators signed";
        let evidence = counter(&mut registry, "evidence", help);
        let gauge = |registry: &mut Registry, name: &str, help: &str| {
            let gauge = Gauge::default();
            registry.register(name, help, gauge.clone());
            gauge
        };
        let height = gauge(&mut registry, "height", "Height of the newest final block");
        let help = "Whether this node votes: 1, or 0";
        let votes = gauge(&mut registry, "votes", help);
        let proposer =
            gauge(&mut registry, "proposer", "Position of the validator that proposed it");
        let help = "What was sent to the validators that are peers now, by how urgent it was";
        let network = bytes_each(&mut registry, "network_sent", help);
        let help = "Memory of the state's tree and of the databases, by what it is held for";
        let memory = bytes_each(&mut registry, "memory", help);
        let pool_transactions =
            gauge(&mut registry, "pool_transactions", "Transactions that wait for a block");
        let pool_bytes = gauge(&mut registry, "pool_bytes", "Bytes of transactions that wait");
        let peers = gauge(&mut registry, "peers", "Validators that this one is connected to");
        let help = "Height of the newest state that is kept for other nodes";
        let snapshot_height = gauge(&mut registry, "snapshot_height", help);
        Self {
            registry,
            time,
            applied,
            reverted,
            skipped,
            refused,
            strikes,
            evidence,
            height,
            votes,
            proposer,
            network,
            memory,
            pool_transactions,
            pool_bytes,
            peers,
            snapshot_height,
        }
    }
}

/// Registers bytes that are told apart by a label.
fn bytes_each<L>(registry: &mut Registry, name: &str, help: &str) -> Family<L, Gauge>
where
    L: EncodeLabelSet + Clone + Debug + Eq + Hash + Send + Sync + 'static,
{
    let family = Family::default();
    registry.register_with_unit(name, help, Unit::Bytes, family.clone());
    family
}

impl Metrics {
    /// Adds time to a stage.
    pub fn add(&self, stage: Stage, time: Duration) {
        self.time.get_or_create(&StageLabel { stage }).inc_by(time.as_secs_f64());
    }

    /// What was sent to the other validators so far.
    pub fn set_network(&self, peers: &[PeerStatus]) {
        for urgency in Urgency::ALL {
            let sent: u64 = peers.iter().map(|peer| peer.of(urgency).sent_bytes).sum();
            let label = UrgencyLabel { urgency: format!("{urgency:?}") };
            self.network.get_or_create(&label).set(i64::try_from(sent).unwrap_or(i64::MAX));
        }
    }

    /// What the state's tree and the database hold now.
    pub fn set_memory(&self, tree: TreeMemory, database: RocksMemory) {
        let parts = [
            (Part::Nodes, tree.nodes as u64),
            (Part::Leaves, tree.leaves as u64),
            (Part::Blocks, database.blocks),
            (Part::Writes, database.writes),
            (Part::Tables, database.tables),
        ];
        for (part, bytes) in parts {
            self.set_part(part, bytes);
        }
    }

    /// What the copies of the state for other nodes hold.
    pub fn set_memory_of_copies(&self, bytes: u64) {
        self.set_part(Part::Copies, bytes);
    }

    fn set_part(&self, part: Part, bytes: u64) {
        let gauge = self.memory.get_or_create(&PartLabel { part });
        gauge.set(i64::try_from(bytes).unwrap_or(i64::MAX));
    }

    /// All of it, as Prometheus reads it.
    pub fn text(&self) -> String {
        let mut text = String::new();
        // Writing to a string does not fail.
        let _ = encode(&mut text, &self.registry);
        text
    }
}
