//! Whether the node works, and what it counts.

use weal_client::rpc::types::{NodeHealth, U64};

use crate::{engine::Voice, node::Node};

/// Answers for the node to whoever watches over it.
pub(super) struct Monitor(Node);

impl Monitor {
    pub fn new(node: Node) -> Self {
        Self(node)
    }

    /// Whether the node is well, and the text that says so.
    pub fn health(&self) -> (bool, String) {
        let health = health(&self.0);
        // Texts and numbers: writing cannot fail.
        (health.ok, serde_json::to_string(&health).unwrap_or_default())
    }

    /// All counters, as Prometheus reads them.
    pub fn metrics(&self) -> String {
        let metrics = self.0.metrics();
        metrics.peers.set(peers(&self.0).into());
        metrics.votes.set((self.0.voice() == Voice::Votes).into());
        // Now, and not with the last block: that none comes is when somebody wants to know.
        let gauge = |value: usize| i64::try_from(value).unwrap_or(i64::MAX);
        let (transactions, bytes) = self.0.pool().size();
        metrics.pool_transactions.set(gauge(transactions));
        metrics.pool_bytes.set(gauge(bytes));
        // A database that fails to tell will be heard of when it is used.
        if let (Ok(tree), Ok(database)) = (self.0.state().memory(), self.0.database_memory()) {
            metrics.set_memory(tree, database);
        }
        if let Some(network) = self.0.network() {
            metrics.set_network(&network.peers());
        }
        metrics.text()
    }
}

/// Whether a node executes and answers.
pub(super) fn health(node: &Node) -> NodeHealth {
    let head = node.head();
    let problem = node.failure().borrow().as_ref().map(ToString::to_string);
    let problem = problem.or_else(|| node.is_paused().then(|| "this validator is paused".into()));
    let (waiting, _) = node.pool().size();
    NodeHealth {
        ok: problem.is_none(),
        problem,
        head: U64(head.header.height.0),
        time_ms: U64(head.header.time.0),
        pending: U64(waiting as u64),
        peers: peers(node),
        voice: node.voice().text().into(),
    }
}

/// Other validators of the present set that the node is connected to. Followers, and who comes or
/// has gone, may be connected too; nothing rests on them.
fn peers(node: &Node) -> u32 {
    let (Some(network), Ok(set)) = (node.network(), node.validators()) else { return 0 };
    let peers = network.peers();
    let validates = |key| set.validators.iter().any(|validator| validator.key == key);
    peers.iter().filter(|peer| peer.votes_up && validates(peer.key)).map(|_| 1).sum()
}
