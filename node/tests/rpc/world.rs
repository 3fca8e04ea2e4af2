//! A devnet with ten people whose keys everybody knows, and its JSON-RPC.

use std::net::SocketAddr;

use parity_scale_codec::{Decode, Encode};
use serde_json::{Value, json};
use tempfile::TempDir;
use weal_client::keys::{DEV_ACCOUNTS, KeyPair, dev_account, join};
use weal_node::{
    genesis::ChainSpec,
    node::{Node, NodeConfig},
    rpc::{RpcConfig, RpcLimits, RpcServer},
    validator_key::ValidatorKey,
};
use weal_types::{AssetId, ContractId, address::Address, transaction::Transaction};

use crate::wire::{post, request};

/// What everybody has of every asset at first, in cents.
pub const WEALTH: u128 = 1_000_000;

pub fn pair(name: &str) -> KeyPair {
    dev_account(name).unwrap()
}

pub fn address(name: &str) -> String {
    pair(name).address()
}

/// The address of a system contract.
pub fn system(number: u8) -> String {
    Address::Contract(ContractId::system(number)).to_text()
}

/// The asset EUR, which Ivan issues.
pub fn euro() -> String {
    let id = AssetId::derive(&pair("ivan").account(), "EUR");
    format!("0x{}", hex::encode(id.0))
}

fn validator() -> ValidatorKey {
    ValidatorKey::from_seed([9; 32]).unwrap()
}

pub fn document(mode: &str) -> String {
    let mut text = format!(
        "name = \"test\"\nmode = \"{mode}\"\ntime_ms = 1_700_000_000_000\n\
         governance = \"{}\"\n\n[[validators]]\nkey = \"0x{}\"\norganisation = \"we\"\n",
        address("judy"),
        hex::encode(validator().public().0)
    );
    for name in DEV_ACCOUNTS {
        text += &format!("\n[[accounts]]\nname = \"{name}\"\naccount = \"{}\"\n", address(name));
    }
    let issuer = address("ivan");
    text += &format!("\n[[assets]]\nsymbol = \"EUR\"\nscale = 2\nissuer = \"{issuer}\"\n");
    for name in DEV_ACCOUNTS {
        let account = address(name);
        text += &format!("[[assets.balances]]\naccount = \"{account}\"\namount = \"{WEALTH}\"\n");
    }
    text
}

/// A node that answers.
pub struct World {
    pub node: Node,
    pub address: SocketAddr,
    /// It ends when it is dropped.
    _server: RpcServer,
    _directory: TempDir,
}

impl World {
    pub async fn new() -> Self {
        Self::with(|_| {}).await
    }

    /// A devnet whose server `change` has configured.
    pub async fn with(change: impl FnOnce(&mut RpcConfig)) -> Self {
        Self::of(&document("devnet"), change).await
    }

    pub async fn limited(change: impl FnOnce(&mut RpcLimits)) -> Self {
        Self::with(|config| change(&mut config.limits)).await
    }

    pub async fn of(document: &str, change: impl FnOnce(&mut RpcConfig)) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let config = NodeConfig {
            sync: false,
            cache_bytes: 8 << 20,
            pace_ms: 0,
            ..NodeConfig::new(directory.path().to_owned())
        };
        let spec = ChainSpec::from_toml(document).unwrap();
        let node = Node::start(config, spec, validator()).unwrap();
        let mut config =
            RpcConfig { listen: "127.0.0.1:0".parse().unwrap(), ..RpcConfig::default() };
        change(&mut config);
        let server = RpcServer::start(node.clone(), config).await.unwrap();
        let address = server.address();
        Self { node, address, _server: server, _directory: directory }
    }

    /// The result of a method that answers.
    #[track_caller]
    pub fn call<'a>(&'a self, method: &'a str, params: Value) -> impl Future<Output = Value> + 'a {
        let place = std::panic::Location::caller();
        async move {
            let mut answer = post(self.address, &request(method, &params)).await.json();
            assert_eq!(answer["error"], Value::Null, "{method} {params}, called at {place}");
            answer["result"].take()
        }
    }

    /// The error of a method that does not.
    #[track_caller]
    pub fn refused<'a>(
        &'a self,
        method: &'a str,
        params: Value,
    ) -> impl Future<Output = Refused> + 'a {
        let place = std::panic::Location::caller();
        async move {
            let mut answer = post(self.address, &request(method, &params)).await.json();
            assert_eq!(answer["result"], Value::Null, "{method} {params}, called at {place}");
            Refused::of(answer["error"].take())
        }
    }

    /// Signs what was prepared.
    pub fn sign(&self, prepared: &Value, signer: &str) -> String {
        let transaction = unhex(&prepared["transaction"]);
        let transaction = Transaction::decode(&mut &transaction[..]).unwrap();
        let chain = self.node.spec().chain;
        let signature = pair(signer).sign(&transaction, &chain);
        let signed = join(transaction, &chain, &[signature], &[]).unwrap();
        format!("0x{}", hex::encode(signed.encode()))
    }

    /// Sends one call to its end.
    pub async fn send(&self, signer: &str, call: Value) -> Value {
        let from = address(signer);
        let prepared =
            self.call("contract_prepare", json!({ "from": from, "calls": [call] })).await;
        let signed = self.sign(&prepared, signer);
        let verdicts = self.call("tx_submit", json!({ "transactions": [signed] })).await;
        assert_eq!(verdicts[0]["status"], "accepted", "{verdicts}");
        let status = self.call("tx_wait", json!({ "hash": verdicts[0]["hash"] })).await;
        assert_eq!(status["state"], "final", "{status}");
        status
    }
}

/// A call that sends euros.
pub fn transfer(to: &str, amount: u128) -> Value {
    json!({
        "contract": system(2),
        "method": "transfer",
        "args": {
            "asset": euro(),
            "to": address(to),
            "amount": amount.to_string(),
            "reference": "0x01",
        },
    })
}

/// An error as a client sees it.
#[derive(Debug)]
pub struct Refused {
    pub code: i64,
    pub name: String,
    pub message: String,
    pub data: Value,
}

impl Refused {
    #[track_caller]
    pub fn of(mut error: Value) -> Self {
        assert!(error["data"]["hint"].is_string(), "{error}");
        Self {
            code: error["code"].as_i64().unwrap(),
            name: error["data"]["name"].as_str().unwrap().into(),
            message: error["message"].as_str().unwrap().into(),
            data: error["data"].take(),
        }
    }

    /// Whether it is the refusal of a limit that is named with its value.
    #[track_caller]
    pub fn is_limit(&self, kind: &str, field: &str, value: u64) {
        assert_eq!(self.name, kind, "{self:?}");
        let name = format!("rpc.limits.{field}");
        assert_eq!(self.data["limit"], json!({ "name": name, "value": value }), "{self:?}");
        assert!(self.message.contains(&format!("{name} is {value}")), "{self:?}");
    }
}

pub fn unhex(value: &Value) -> Vec<u8> {
    hex::decode(value.as_str().unwrap().strip_prefix("0x").unwrap()).unwrap()
}
