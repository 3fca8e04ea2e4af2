//! A whole chain, of one validator or of four: donations over JSON-RPC, from the socket to the
//! disk.
//!
//! Each node is a process of its own that waits for the disk as in production; the load generator
//! shares the machine with them. Each donation is a call of its own, signed beforehand.

pub mod chain;
mod load;
pub mod process;

use std::time::{Duration, Instant};

use crate::report::Row;

use chain::Prepared;
use process::NodeProcess;

/// Donations of the sustained run: some ten seconds.
const DONATIONS: usize = 60_000;

/// Donations sent one after the other, for the latency of a quiet chain.
const QUIET: usize = 300;

/// How long the idle node is watched.
const IDLE: Duration = Duration::from_secs(10);

/// What is expected of a chain.
struct Aims {
    /// Per cent of a core that an idle node may use.
    idle: f64,
    /// Milliseconds, submit to final, on a quiet chain.
    quiet: f64,
    /// Donations per second.
    rate: f64,
}

/// One validator.
pub fn run() -> Vec<Row> {
    measure(1, &Aims { idle: 0.5, quiet: 20.0, rate: 6_000.0 })
}

/// Four validators, all on this machine; clients are spread over them.
pub fn run_four() -> Vec<Row> {
    measure(4, &Aims { idle: 1.0, quiet: 60.0, rate: 4_000.0 })
}

fn measure(validators: u8, aims: &Aims) -> Vec<Row> {
    let nodes = process::start(validators);
    let urls: Vec<&str> = nodes.iter().map(NodeProcess::url).collect();
    let (first, last) = (urls[0], urls[urls.len() - 1]);
    let prepared = Prepared::new(first, DONATIONS, QUIET);
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .expect("a runtime");
    let mut rows = vec![Row::new("donate_gas", prepared.gas_used as f64, "gas")];

    // After the set-up, which the database may still be tidying up for a moment, and before the
    // load, which leaves it more to do.
    std::thread::sleep(Duration::from_secs(3));
    let (before, height) = (process::cpu(&nodes), prepared.height(first));
    std::thread::sleep(IDLE);
    let used: Duration =
        process::cpu(&nodes).since(&before).into_iter().map(|(_, time)| time).sum();
    let share = used.as_secs_f64() * 100.0 / IDLE.as_secs_f64() / f64::from(validators);
    rows.push(Row::new("idle_cpu", share, "%").target(aims.idle));
    let blocks = prepared.height(first) - height;
    rows.push(Row::new("idle_blocks", blocks as f64, "").target(0.0));

    // Whoever leads first is the first.
    let quiet = runtime.block_on(load::one_by_one(last, &prepared.quiet));
    rows.push(Row::new("quiet_latency_p50", millis(&quiet, 50), "ms").target(aims.quiet));
    rows.push(Row::new("quiet_latency_p99", millis(&quiet, 99), "ms"));

    let bytes = |nodes: &[NodeProcess]| nodes.iter().map(NodeProcess::disk_bytes).sum::<u64>();
    let (before, bytes_before) = (process::cpu(&nodes), bytes(&nodes));
    let own = cpu_time::ProcessTime::now();
    let begun = Instant::now();
    let latencies = runtime.block_on(load::sustained(&urls, &prepared.load));
    let elapsed = begun.elapsed();
    let generator = own.elapsed();
    let each = |time: Duration| time.as_secs_f64() * 1e6 / DONATIONS as f64;
    let rate = DONATIONS as f64 / elapsed.as_secs_f64();
    // The report knows the largest value that meets a target: here it is the time of one.
    rows.push(Row::new("throughput", rate, "per s"));
    rows.push(Row::new("time_each", 1e6 / rate, "us").target(1e6 / aims.rate));
    rows.push(Row::new("load_latency_p50", millis(&latencies, 50), "ms"));
    rows.push(Row::new("load_latency_p99", millis(&latencies, 99), "ms"));
    rows.push(Row::new("cpu_generator", each(generator), "us"));
    for (name, time) in process::cpu(&nodes).since(&before) {
        rows.push(Row::new(format!("cpu_{name}"), each(time), "us"));
    }
    for (stage, time) in nodes[0].stages() {
        rows.push(Row::new(format!("stage_{stage}"), each(time), "us"));
    }
    let bytes = bytes(&nodes).saturating_sub(bytes_before) as f64 / DONATIONS as f64;
    rows.push(Row::new("disk_each", bytes, "bytes"));

    rows
}

/// The latency that so many of a hundred do not exceed, in milliseconds.
fn millis(sorted: &[Duration], percent: usize) -> f64 {
    let index = (sorted.len() * percent / 100).min(sorted.len().saturating_sub(1));
    sorted.get(index).map_or(f64::NAN, |time| time.as_secs_f64() * 1e3)
}
