//! Where the server listens, whom it answers, and how much of it anybody gets.

use std::net::{Ipv4Addr, SocketAddr, SocketAddrV4};

use serde::{Deserialize, Serialize};

/// The `[rpc]` section of the node's configuration.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct RpcConfig {
    /// Address and port for HTTP and WebSocket.
    pub listen: SocketAddr,
    /// Names under which the node is reached, besides IP addresses and `localhost`: without this
    /// filter, a page whose name suddenly resolves to the node's address could talk to it. `*`
    /// admits every name.
    pub hosts: Vec<String>,
    /// Origins of web pages that may use the node, such as `https://wallet.example`, besides the
    /// node's own pages. `*` admits every page.
    pub origins: Vec<String>,
    /// The most of everything.
    pub limits: RpcLimits,
}

impl Default for RpcConfig {
    fn default() -> Self {
        Self {
            listen: SocketAddr::V4(SocketAddrV4::new(Ipv4Addr::LOCALHOST, 9933)),
            hosts: Vec::new(),
            origins: Vec::new(),
            limits: RpcLimits::default(),
        }
    }
}

/// The most that clients get. Each refusal names the field here and its value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct RpcLimits {
    /// Bytes of one request. 256 transactions of some hundred bytes fit many times over.
    pub body_bytes: u32,
    /// Requests in one batch; they are answered one after another.
    pub batch: u32,
    /// Open connections.
    pub connections: u32,
    /// Requests that one WebSocket waits for.
    pub in_flight: u32,
    /// Subscriptions of one WebSocket.
    pub subscriptions: u32,
    /// Messages that may wait until one WebSocket reads them.
    pub unread: u32,
    /// Milliseconds that a subscription waits for a place among them before it is dropped.
    pub slow_ms: u32,
    /// Milliseconds that a connection may take nothing of what it is sent.
    pub stall_ms: u32,
    /// Requests from one address per second, in the long run; 0 for any number. A batch counts as
    /// its requests.
    pub rate_per_second: u32,
    /// Requests from one address at once, before the rate counts.
    pub rate_burst: u32,
    /// Whether programs on the node's own machine are held to the rate too. A proxy on that machine
    /// is one program.
    pub rate_local: bool,
    /// Bytes of one response.
    pub response_bytes: u32,
    /// Queries, dry runs and look-ups at once: each occupies a thread.
    pub queries: u32,
    /// Milliseconds that a query waits for its turn.
    pub query_wait_ms: u32,
}

impl Default for RpcLimits {
    fn default() -> Self {
        Self {
            body_bytes: 2 * 1024 * 1024,
            batch: 100,
            connections: 1_000,
            in_flight: 256,
            subscriptions: 32,
            unread: 256,
            slow_ms: 10_000,
            stall_ms: 30_000,
            rate_per_second: 500,
            rate_burst: 2_000,
            rate_local: false,
            response_bytes: 10 * 1024 * 1024,
            queries: 8,
            query_wait_ms: 5_000,
        }
    }
}
