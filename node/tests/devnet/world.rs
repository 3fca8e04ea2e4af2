//! A devnet of four validators in this process, asked over JSON-RPC.

use std::{future::Future, sync::Arc, time::Duration};

use parity_scale_codec::Encode;
use serde_json::{Value, json};
use tempfile::TempDir;
use weal_client::{
    keys::{dev_account, join},
    rpc::{
        Client, RpcError,
        types::{Hex, Hex32, Submit, TxGet, TxState},
    },
};
use weal_node::{
    dev::DevChain,
    node::{Node, NodeConfig},
    rpc::{RpcConfig, RpcServer},
    snapshots::SnapshotSettings,
};
use weal_runtime::system;
use weal_types::{
    Amount, AssetId, Gas, Nonce, TimeMs,
    codec::{Bounded, Bytes, Name, Version},
    transaction::{AssetAmount, Call, Transaction},
};

/// Looks until something is so, at 10 ms each: a minute, for a machine that is busy.
const LOOKS: u32 = 6_000;

pub struct World {
    pub chain: Arc<DevChain>,
    clients: Vec<Arc<Client>>,
    servers: Vec<RpcServer>,
    nonce: u64,
    _directory: TempDir,
}

pub fn config(directory: &TempDir) -> NodeConfig {
    NodeConfig {
        // Nobody has a state to give.
        snapshots: SnapshotSettings::none(),
        sync: false,
        cache_bytes: 8 << 20,
        pace_ms: 0,
        ..NodeConfig::new(directory.path().to_owned())
    }
}

impl World {
    pub async fn new(validators: u8) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let chain = DevChain::start("dev", validators, &config(&directory)).unwrap();
        Self::of(chain, directory).await
    }

    async fn of(chain: DevChain, directory: TempDir) -> Self {
        let chain = Arc::new(chain);
        let (mut servers, mut clients) = (Vec::new(), Vec::new());
        for (position, node) in chain.validators().iter().enumerate() {
            let config =
                RpcConfig { listen: "127.0.0.1:0".parse().unwrap(), ..RpcConfig::default() };
            let server = RpcServer::start_within(node.clone(), Arc::clone(&chain), config);
            let server = server.await.unwrap();
            let url = format!("http://{}", server.address());
            chain.listens(position, url.clone());
            clients.push(Arc::new(Client::new(&url, Duration::from_secs(60)).unwrap()));
            servers.push(server);
        }
        Self { chain, clients, servers, nonce: 0, _directory: directory }
    }

    pub fn node(&self, validator: usize) -> &Node {
        &self.chain.validators()[validator]
    }

    /// Asks a validator.
    pub fn ask(
        &self,
        validator: usize,
        method: &'static str,
        params: Value,
    ) -> impl Future<Output = Result<Value, RpcError>> + use<> {
        let client = Arc::clone(&self.clients[validator]);
        async move {
            let ask = move || client.request(method, &params);
            tokio::task::spawn_blocking(ask).await.unwrap()
        }
    }

    /// The answer of a validator that gives one.
    pub async fn call(&self, validator: usize, method: &'static str, params: Value) -> Value {
        let answer = self.ask(validator, method, params.clone()).await;
        answer.unwrap_or_else(|error| panic!("{method} {params}: {error}"))
    }

    /// The message of a refusal.
    pub async fn refused(&self, validator: usize, method: &'static str, params: Value) -> String {
        match self.ask(validator, method, params.clone()).await {
            Err(error) => error.to_string(),
            Ok(answer) => panic!("{method} {params}: {answer}"),
        }
    }

    /// Sends a transfer of Alice's through a validator, which accepts it.
    pub async fn send(&mut self, validator: usize) -> Hex32 {
        let wire = self.transfer();
        let submit = Submit { transactions: vec![Hex(wire)] };
        let params = serde_json::to_value(submit).unwrap();
        let verdicts = self.call(validator, "tx_submit", params).await;
        assert_eq!(verdicts[0]["status"], "accepted", "{verdicts}");
        serde_json::from_value(verdicts[0]["hash"].clone()).unwrap()
    }

    /// Alice's next transfer.
    pub fn transfer(&mut self) -> Vec<u8> {
        let (alice, bob) = (dev_account("alice").unwrap(), dev_account("bob").unwrap());
        let asset = AssetId::derive(&dev_account("ivan").unwrap().account(), "EUR");
        let args = (asset, bob.account(), Amount(1), Vec::<u8>::new()).encode();
        let call = Call {
            to: system::ASSETS,
            method: Name::new("transfer").unwrap(),
            args: Bytes::new(args).unwrap(),
            attach: Bounded::default(),
        };
        let limit = AssetAmount { asset, amount: Amount(1) };
        let transaction = Transaction {
            version: Version,
            signer: alice.account(),
            nonce: Nonce(self.nonce),
            valid_until: TimeMs(self.node(0).clock().now().0 + 3_600_000),
            gas_limit: Gas(5_000_000),
            max_fee: Amount::ZERO,
            sponsor: None,
            limits: Bounded::new(vec![limit]).unwrap(),
            calls: Bounded::new(vec![call]).unwrap(),
        };
        self.nonce += 1;
        let chain = self.node(0).spec().chain;
        let signature = alice.sign(&transaction, &chain);
        join(transaction, &chain, &[signature], &[]).unwrap().encode()
    }

    /// The chain was put back: Alice's nonces count from here.
    pub fn nonce_is(&mut self, nonce: u64) {
        self.nonce = nonce;
    }

    /// How far a validator has a transaction.
    pub async fn state(&self, validator: usize, hash: Hex32) -> TxState {
        let params = serde_json::to_value(TxGet { hash }).unwrap();
        let status = self.call(validator, "tx_get", params).await;
        serde_json::from_value(status["state"].clone()).unwrap()
    }

    /// Waits until a transaction is final at these validators.
    pub async fn settle(&self, hash: Hex32, validators: &[usize]) {
        for _ in 0..LOOKS {
            let mut are_final = true;
            for validator in validators {
                are_final &= self.state(*validator, hash).await == TxState::Final;
            }
            if are_final {
                return;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        let heads = self.call(0, "dev_validators", json!({})).await;
        panic!("{hash} is not final at {validators:?} within a minute: {heads:#}");
    }

    /// Waits until all validators have one block and one state. Its height.
    pub async fn agree(&self) -> u64 {
        for _ in 0..LOOKS {
            let all = self.call(0, "dev_validators", json!({})).await;
            let all = all.as_array().unwrap();
            let place = |one: &Value| (one["height"].clone(), one["state_root"].clone());
            if all.iter().all(|one| place(one) == place(&all[0])) {
                return all[0]["height"].as_str().unwrap().parse().unwrap();
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        panic!("they do not agree: {:#}", self.call(0, "dev_validators", json!({})).await);
    }

    pub async fn stop(self) {
        for server in self.servers {
            server.stop().await;
        }
        self.chain.validators().iter().for_each(Node::stop);
    }
}
