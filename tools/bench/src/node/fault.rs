//! The leader dies under load.

use std::time::{Duration, Instant};

use super::{Bench, NodeProcess, load};

/// Part of the throughput that goes on meanwhile: three of four validators can carry it.
const LOAD: f64 = 0.5;

/// How long the load goes on, and when it has lasted long enough for a blow.
const TIME: Duration = Duration::from_secs(20);
const KILL_AFTER: Duration = Duration::from_secs(4);

/// Longest acceptable time until the next final block, in milliseconds.
const AIM_MS: f64 = 3_000.0;

/// The validator that proposed the newest final block, and its height.
fn newest(node: &NodeProcess) -> (usize, f64) {
    let metrics = node.metrics();
    (metrics.get("weal_proposer") as usize, metrics.get("weal_height"))
}

impl Bench {
    /// Kills whoever leads. Clients use the other nodes; every donation must become final.
    pub(super) fn kill_the_leader(&mut self, rate: f64) {
        // Its term may end before it is killed; the next one has only begun then.
        while !self.try_to_kill_the_leader(rate) {}
    }

    /// Whether whoever was killed led.
    fn try_to_kill_the_leader(&mut self, rate: f64) -> bool {
        let rate = rate * LOAD;
        let donations = self.prepared.sign((rate * TIME.as_secs_f64()) as usize);
        let (leader, _) = newest(&self.nodes[0]);
        let mut killed = self.nodes.remove(leader);
        let urls = self.urls();
        let batch = self.setup.batch;
        let load = self.runtime.spawn(async move {
            let urls: Vec<&str> = urls.iter().map(String::as_str).collect();
            load::paced(&urls, &donations, batch, rate).await
        });
        std::thread::sleep(KILL_AFTER);
        if newest(&self.nodes[0]).0 != leader {
            self.runtime.block_on(load).expect("the load");
            self.nodes.insert(leader, killed);
            return false;
        }
        killed.kill();
        let since = Instant::now();
        // What it proposed before may still become final; what counts is the next one's block.
        while newest(&self.nodes[0]).0 == leader && since.elapsed() < TIME {
            std::thread::sleep(Duration::from_millis(5));
        }
        let silence = since.elapsed().as_secs_f64() * 1e3;
        let run = self.runtime.block_on(load).expect("the load");
        self.aimed("leader_killed_to_final", silence, "ms", AIM_MS);
        self.latencies("leader_killed", &run);
        true
    }
}
