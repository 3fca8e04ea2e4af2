//! Whether the node works, and what it counts.

use weal_client::rpc::types::{NodeHealth, U64};

use crate::node::Node;

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
        self.0.metrics().text()
    }
}

/// Whether a node executes and answers.
pub(super) fn health(node: &Node) -> NodeHealth {
    let head = node.head();
    let problem = node.failure().borrow().clone();
    let (waiting, _) = node.pool().size();
    NodeHealth {
        ok: problem.is_none(),
        problem,
        head: U64(head.header.height.0),
        time_ms: U64(head.header.time.0),
        pending: U64(waiting as u64),
        // One validator certifies every chain of this version.
        peers: 0,
    }
}
