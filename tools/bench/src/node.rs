//! A whole chain, of one validator or of several: donations over JSON-RPC, from the socket to the
//! disk.
//!
//! Each node is a process of its own that waits for the disk as in production; the load generator
//! shares the machine with them. Donations are signed beforehand, so that what is measured is the
//! chain.

pub mod chain;
mod fault;
mod load;
pub mod process;

use std::{collections::BTreeSet, time::Duration};

use tokio::runtime::Runtime;
use weal_client::rpc::{
    Client,
    types::{Block, BlockGet, U64},
};

use crate::report::Row;

use chain::Prepared;
use load::Run;
use process::NodeProcess;

/// Donations sent one after the other, for the latency of a quiet chain.
const QUIET: usize = 300;

/// How long the idle chain is watched.
const IDLE: Duration = Duration::from_secs(10);

/// How long the chain runs at each part of its throughput.
const LEVEL: Duration = Duration::from_secs(10);

/// How long a node may take to answer when nothing else is asked of it.
const ANSWER: Duration = Duration::from_secs(30);

/// Donations per second for which a sustained run is signed; a faster chain ends it early.
const SIGNED_RATE: usize = 6_000;

/// What is run.
#[derive(Clone, Copy)]
pub struct Setup {
    /// Validators.
    pub validators: u8,
    /// How long the sustained run takes.
    pub time: Duration,
    /// Donations in one request.
    pub batch: usize,
}

/// What is expected of a chain.
struct Aims {
    /// Per cent of a core that an idle node may use.
    idle: f64,
    /// Milliseconds, submit to final, on a quiet chain.
    quiet: f64,
    /// Donations per second.
    rate: f64,
}

/// What every part of a run works with.
struct Bench {
    setup: Setup,
    nodes: Vec<NodeProcess>,
    prepared: Prepared,
    runtime: Runtime,
    rows: Vec<Row>,
}

/// Runs a chain. All validators are on this machine; clients are spread over them.
pub fn run(setup: Setup) -> Vec<Row> {
    let aims = match setup.validators {
        1 => Aims { idle: 0.5, quiet: 20.0, rate: 6_000.0 },
        _ => Aims { idle: 1.0, quiet: 60.0, rate: 4_000.0 },
    };
    let nodes = process::start(setup.validators);
    let prepared = Prepared::new(nodes[0].url());
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .expect("a runtime");
    let mut bench = Bench { setup, nodes, prepared, runtime, rows: Vec::new() };
    bench.row("donate_gas", bench.prepared.gas_used as f64, "gas");
    bench.idle(&aims);
    bench.quiet(&aims);
    let rate = bench.sustained(&aims);
    for percent in [10, 50, 90] {
        bench.level(rate, percent);
    }
    if setup.validators > 1 {
        bench.compare();
        bench.kill_the_leader(rate);
    }
    bench.rows
}

impl Bench {
    fn row(&mut self, name: impl Into<String>, value: f64, unit: &'static str) {
        self.rows.push(Row::new(name, value, unit));
    }

    fn aimed(&mut self, name: &str, value: f64, unit: &'static str, target: f64) {
        self.rows.push(Row::new(name, value, unit).target(target));
    }

    fn urls(&self) -> Vec<String> {
        self.nodes.iter().map(|node| node.url().to_owned()).collect()
    }

    /// A counter of all nodes together.
    fn sum(&self, count: impl Fn(&NodeProcess) -> f64) -> f64 {
        self.nodes.iter().map(count).sum()
    }

    /// After the set-up, which the database may still be tidying up for a moment, and before the
    /// load, which leaves it more to do.
    fn idle(&mut self, aims: &Aims) {
        std::thread::sleep(Duration::from_secs(3));
        let height = |bench: &Self| bench.nodes[0].metrics().get("weal_height");
        let (before, from) = (process::cpu(&self.nodes), height(self));
        std::thread::sleep(IDLE);
        let used: Duration =
            process::cpu(&self.nodes).since(&before).into_iter().map(|(_, time)| time).sum();
        let nodes = f64::from(self.setup.validators);
        let share = used.as_secs_f64() * 100.0 / IDLE.as_secs_f64() / nodes;
        self.aimed("idle_cpu", share, "%", aims.idle);
        self.aimed("idle_blocks", height(self) - from, "", 0.0);
    }

    /// Through the last node: whoever leads first is the first.
    fn quiet(&mut self, aims: &Aims) {
        let donations = self.prepared.sign(QUIET);
        let last = &self.nodes[self.nodes.len() - 1];
        let latencies = self.runtime.block_on(load::one_by_one(last.url(), &donations));
        self.aimed("quiet_latency_p50", millis(&latencies, 50), "ms", aims.quiet);
        self.row("quiet_latency_p99", millis(&latencies, 99), "ms");
    }

    /// As much as the chain takes. Returns donations per second.
    fn sustained(&mut self, aims: &Aims) -> f64 {
        let Setup { time, batch, .. } = self.setup;
        let donations = self.prepared.sign(time.as_secs() as usize * SIGNED_RATE);
        let urls = self.urls();
        let urls: Vec<&str> = urls.iter().map(String::as_str).collect();
        let before = Usage::of(self);
        let own = cpu_time::ProcessTime::now();
        let run = self.runtime.block_on(load::sustained(&urls, &donations, batch, time));
        let generator = own.elapsed();
        let after = Usage::of(self);
        self.prepared.unsign(donations.len() - run.donations);

        let count = run.donations as f64;
        let rate = count / run.elapsed.as_secs_f64();
        self.row("time", run.elapsed.as_secs_f64(), "s");
        self.row("throughput", rate, "per s");
        // The report knows the largest value that meets a target: here it is the time of one.
        self.aimed("time_each", 1e6 / rate, "us", 1e6 / aims.rate);
        self.latencies("load", &run);
        let blocks = after.height - before.height;
        self.row("blocks", blocks / run.elapsed.as_secs_f64(), "per s");
        self.row("block_donations", count / blocks, "");
        let micros = |time: Duration| time.as_secs_f64() * 1e6 / count;
        let threads = after.cpu.since(&before.cpu);
        let all: Duration = threads.iter().map(|(_, time)| *time).sum();
        self.row("cpu_nodes", micros(all), "us");
        self.row("cpu_generator", micros(generator), "us");
        for (name, time) in threads {
            self.row(format!("cpu_{name}"), micros(time), "us");
        }
        for ((stage, from), (_, to)) in before.stages.iter().zip(&after.stages) {
            self.row(format!("stage_{stage}"), (to - from) * 1e6 / count, "us");
        }
        self.row("disk_each", (after.disk - before.disk) / count, "bytes");
        self.row("wire_each", (after.wire - before.wire) / count, "bytes");
        rate
    }

    /// At a part of the throughput.
    fn level(&mut self, rate: f64, percent: u32) {
        let rate = rate * f64::from(percent) / 100.0;
        let donations = self.prepared.sign((rate * LEVEL.as_secs_f64()) as usize);
        let urls = self.urls();
        let urls: Vec<&str> = urls.iter().map(String::as_str).collect();
        let run = load::paced(&urls, &donations, self.setup.batch, rate);
        let run = self.runtime.block_on(run);
        self.latencies(&format!("at_{percent}"), &run);
    }

    /// All validators have executed the same: a header names its parent, so one block that all have
    /// speaks for all below it.
    fn compare(&mut self) {
        let heights = self.nodes.iter().map(|node| node.metrics().get("weal_height"));
        let common = heights.fold(f64::INFINITY, f64::min);
        let params = BlockGet { height: Some(U64(common as u64)), hash: None };
        let hash = |node: &NodeProcess| {
            let client = Client::new(node.url(), ANSWER).expect("an address");
            let block: Block = client.request("chain_block", &params).expect("a block");
            block.header.hash.0
        };
        let hashes: BTreeSet<_> = self.nodes.iter().map(hash).collect();
        assert_eq!(hashes.len(), 1, "validators differ at height {common}: {hashes:?}");
        self.row("same_blocks", common, "heights");
    }

    fn latencies(&mut self, name: &str, run: &Run) {
        for percent in [50, 99] {
            let name = format!("{name}_latency_p{percent}");
            self.row(name, millis(&run.latencies, percent), "ms");
        }
    }
}

/// What the nodes have used and done so far.
struct Usage {
    cpu: process::Cpu,
    height: f64,
    /// Seconds of each stage, of all nodes together.
    stages: Vec<(String, f64)>,
    /// Bytes of all files.
    disk: f64,
    /// Bytes that nodes sent to each other.
    wire: f64,
}

impl Usage {
    fn of(bench: &Bench) -> Self {
        let metrics: Vec<_> = bench.nodes.iter().map(NodeProcess::metrics).collect();
        let stage = "weal_stage_time_seconds_total{stage=\"";
        let names = ["verify", "door", "execute", "tree", "storage"];
        let seconds = |name: &str| {
            let all = metrics.iter().flat_map(|metrics| metrics.of(stage));
            all.filter(|(other, _)| other == name).map(|(_, seconds)| seconds).sum()
        };
        let sent = "weal_network_sent_bytes{urgency=\"";
        Self {
            cpu: process::cpu(&bench.nodes),
            height: metrics[0].get("weal_height"),
            stages: names.map(|name| (name.to_owned(), seconds(name))).to_vec(),
            disk: bench.sum(|node| node.disk_bytes() as f64),
            wire: metrics.iter().flat_map(|metrics| metrics.of(sent)).map(|(_, bytes)| bytes).sum(),
        }
    }
}

/// The latency that so many of a hundred do not exceed, in milliseconds.
fn millis(sorted: &[Duration], percent: usize) -> f64 {
    let index = (sorted.len() * percent / 100).min(sorted.len().saturating_sub(1));
    sorted.get(index).map_or(f64::NAN, |time| time.as_secs_f64() * 1e3)
}
