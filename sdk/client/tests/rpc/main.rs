//! Both clients against real servers: one that speaks JSON-RPC, and sockets that misbehave.

mod http;
mod stream;

use std::net::SocketAddr;

use jsonrpsee::{
    RpcModule,
    server::{Server, ServerHandle, SubscriptionMessage},
    types::ErrorObjectOwned,
};
use serde_json::{Value, json};
use tokio::runtime::{Builder, Runtime};

/// A JSON-RPC server that ends with the value.
struct Node {
    runtime: Runtime,
    address: SocketAddr,
    server: ServerHandle,
}

impl Drop for Node {
    fn drop(&mut self) {
        // It may have stopped by itself.
        let _ = self.server.stop();
    }
}

fn refusal() -> ErrorObjectOwned {
    let data = json!({ "name": "unknown_contract", "hint": "check the address", "more": 7 });
    ErrorObjectOwned::owned(1103, "no contract lives there", Some(data))
}

fn head(height: u64) -> Value {
    let hash = format!("0x{}", "0".repeat(64));
    json!({
        "height": height.to_string(), "hash": hash, "time_ms": "5", "state_root": hash,
        "transactions": 0,
        // Newer nodes say more.
        "weather": "fine",
    })
}

fn methods() -> RpcModule<()> {
    let mut module = RpcModule::new(());
    module.register_method("chain_head", |_, (), _| head(3)).unwrap();
    module.register_method("echo", |params, (), _| params.parse::<Value>()).unwrap();
    module.register_method("contract_abi", |_, (), _| Err::<Value, _>(refusal())).unwrap();
    module.register_method("node_info", |_, (), _| json!({ "version": 7 })).unwrap();
    module
        .register_subscription(
            "blocks_subscribe",
            "blocks",
            "blocks_unsubscribe",
            |_, pending, _, _| async move {
                let sink = pending.accept().await?;
                for height in 4..7 {
                    let raw = serde_json::value::to_raw_value(&head(height))?;
                    sink.send(SubscriptionMessage::from(raw)).await?;
                }
                Ok(())
            },
        )
        .unwrap();
    module
}

fn node() -> Node {
    let runtime = Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let server = runtime.block_on(Server::builder().build("127.0.0.1:0")).unwrap();
    let address = server.local_addr().unwrap();
    let server = runtime.block_on(async { server.start(methods()) });
    Node { runtime, address, server }
}
