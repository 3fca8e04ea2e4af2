//! JSON-RPC: what a node answers, over HTTP and WebSocket on one port.
//!
//! ```text
//! socket ─► server ─► http ─────────► guard ──────────► methods ─► handlers ─► node
//!           places    host, origin    rate, in flight   params     view: decoded by ABI
//!           pace      body, routes    batch, errors     threads
//! ```
//!
//! | file | one idea |
//! |---|---|
//! | `config` | where it listens, whom it answers, the limits |
//! | `server` | from the socket to the methods, and the way to stop |
//! | `pace` | no connection is read faster than it reads |
//! | `http` | hosts, origins, routes |
//! | `rate` | how many requests an address may send |
//! | `guard` | what stands before every method |
//! | `methods`, `table` | what a method is; all of them |
//! | `discover` | the description of all of them |
//! | `subscribe` | blocks and events as they become final |
//! | `view`, `said`, `codecs` | one snapshot, and its values by their ABI |
//! | `chain`, `transaction`, `contract`, `prepare`, `state` | handlers |
//! | `account`, `event`, `trace`, `info` | handlers |
//! | `dev`, `part` | handlers that only a devnet has: for the chain; for its validators |
//! | `monitor` | health and metrics |
//!
//! `docs/rpc.md` in the repository is the reference of the methods. Their params and results are
//! `weal_client::rpc::types`.

mod account;
mod chain;
mod codecs;
mod config;
mod contract;
mod dev;
mod discover;
mod error;
mod event;
mod guard;
mod http;
mod info;
mod methods;
mod monitor;
mod pace;
mod part;
mod prepare;
mod rate;
mod said;
mod server;
mod state;
mod subscribe;
mod table;
mod trace;
mod transaction;
mod validators;
mod view;

use std::sync::Arc;

use serde_json::Value;
use tokio::sync::Semaphore;

use crate::{dev::DevChain, node::Node};

pub use config::{RpcConfig, RpcLimits};
pub use server::{RpcServer, RpcStartError};

use codecs::Codecs;

/// Version of the program.
const VERSION: &str = env!("CARGO_PKG_VERSION");

/// What the handlers work with.
struct Api {
    node: Node,
    /// The validators that run in this process, where the chain is a devnet.
    dev: Arc<DevChain>,
    config: RpcConfig,
    /// Places for what may block.
    places: Arc<Semaphore>,
    codecs: Codecs,
    /// What `rpc_discover` gives.
    document: Value,
}

impl Api {
    fn new(node: Node, dev: Arc<DevChain>, config: RpcConfig) -> Self {
        let table = table::methods(node.spec().is_devnet());
        Self {
            places: Arc::new(Semaphore::new(config.limits.queries as usize)),
            codecs: Codecs::default(),
            document: discover::document(&table, VERSION),
            node,
            dev,
            config,
        }
    }

    fn is_devnet(&self) -> bool {
        self.node.spec().is_devnet()
    }
}
