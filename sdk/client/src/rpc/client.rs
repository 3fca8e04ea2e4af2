//! A client that waits for each answer, over HTTP: for command lines and scripts.

use std::{
    io::ErrorKind,
    sync::atomic::{AtomicU64, Ordering},
    time::Duration,
};

use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::{Value, json};
use ureq::{Agent, Timeout};

use super::{
    fault::{ErrorObject, RpcError},
    types::{
        AbiInfo, AccountGet, AccountInfo, AssetList, AssetSummary, ContractGet, ContractInfo,
        DevFaucet, EventPage, EventsQuery, Head, NoParams, NodeHealth, NodeInfo, ParamsInfo,
        Prepare, Prepared, Query, QueryResult, StateGet, StateRange, StateRangePage, StateValue,
        Submit, SubmitVerdict, TraceGet, TraceProven, TxGet, TxStatus, TxWait, WAIT_MS,
    },
};

/// Bytes of an answer: more than a node sends, so that a stranger cannot fill the memory.
pub const RESPONSE_BYTES: u64 = 64 * 1024 * 1024;

/// How long a connection may take. What answers later than this is not there.
const CONNECT: Duration = Duration::from_secs(5);

/// Characters of a foreign answer that an error repeats.
const SHOWN: usize = 120;

/// A client of one node.
///
/// It speaks plain HTTP: a node listens on the machine or the network of whoever runs it, and TLS
/// belongs to the proxy before it.
#[derive(Debug)]
pub struct Client {
    agent: Agent,
    url: String,
    timeout: Duration,
    next_id: AtomicU64,
}

/// An answer. Both fields are absent where something else answers.
#[derive(Deserialize)]
struct Answer {
    #[serde(default, deserialize_with = "present")]
    result: Option<Value>,
    error: Option<ErrorObject>,
}

/// Keeps a result of `null` apart from none.
fn present<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Option<Value>, D::Error> {
    Value::deserialize(deserializer).map(Some)
}

impl Client {
    /// A client of the node at `url`, such as `http://127.0.0.1:9933`, that waits for an answer as
    /// long as `timeout`. Nothing is sent yet.
    pub fn new(url: &str, timeout: Duration) -> Result<Self, RpcError> {
        let refused = |reason: &str| {
            Err(RpcError::Address { url: url.to_owned(), reason: reason.to_owned() })
        };
        if url.starts_with("https://") {
            return refused("this client speaks plain HTTP; TLS ends at a proxy or a tunnel");
        }
        if url.strip_prefix("http://").is_none_or(|host| host.is_empty()) {
            return refused("it does not start with http:// and a host");
        }
        let agent = Agent::config_builder()
            // A proxy of the surroundings would see, and could change, what is asked.
            .proxy(None)
            .http_status_as_error(false)
            .max_redirects(0)
            .timeout_resolve(Some(CONNECT))
            .timeout_connect(Some(CONNECT))
            .build()
            .new_agent();
        Ok(Self { agent, url: url.to_owned(), timeout, next_id: AtomicU64::new(1) })
    }

    /// Where the node is.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Asks for `method` with `params`, an object by name.
    pub fn request<P: Serialize, R: DeserializeOwned>(
        &self,
        method: &str,
        params: &P,
    ) -> Result<R, RpcError> {
        self.request_within(method, params, self.timeout)
    }

    fn request_within<P: Serialize, R: DeserializeOwned>(
        &self,
        method: &str,
        params: &P,
        timeout: Duration,
    ) -> Result<R, RpcError> {
        let id = self.next_id.fetch_add(1, Ordering::Relaxed);
        let body = json!({ "jsonrpc": "2.0", "id": id, "method": method, "params": params });
        let mut response = self
            .agent
            .post(&self.url)
            .config()
            .timeout_global(Some(timeout))
            .build()
            .content_type("application/json")
            .send(body.to_string())
            .map_err(|error| self.failed(method, &error))?;
        let status = response.status().as_u16();
        let text = response
            .body_mut()
            .with_config()
            .limit(RESPONSE_BYTES)
            .read_to_string()
            .map_err(|error| self.lost(method, error.to_string()))?;
        let foreign = |reason: String| RpcError::NotRpc {
            url: self.url.clone(),
            method: method.to_owned(),
            status,
            reason,
        };
        let answer: Answer = serde_json::from_str(&text).map_err(|_| foreign(excerpt(&text)))?;
        match answer {
            Answer { error: Some(error), .. } => Err(RpcError::Refused(error.into())),
            Answer { result: Some(result), .. } => serde_json::from_value(result)
                .map_err(|error| foreign(format!("the result is of another form: {error}"))),
            Answer { .. } => Err(foreign(excerpt(&text))),
        }
    }

    fn failed(&self, method: &str, error: &ureq::Error) -> RpcError {
        use ureq::Error;
        let (url, reason) = (self.url.clone(), error.to_string());
        match error {
            Error::BadUri(_) | Error::Http(_) => RpcError::Address { url, reason },
            Error::HostNotFound
            | Error::ConnectionFailed
            | Error::Timeout(Timeout::Resolve | Timeout::Connect) => {
                RpcError::Unreachable { url, reason }
            }
            Error::Io(io) if is_no_connection(io) => {
                RpcError::Unreachable { url, reason: io.to_string() }
            }
            _ => self.lost(method, reason),
        }
    }

    fn lost(&self, method: &str, reason: String) -> RpcError {
        RpcError::Lost { url: self.url.clone(), method: method.to_owned(), reason }
    }
}

/// Whether nothing can have been sent. What is not recognised counts as lost, which is the safe
/// side.
fn is_no_connection(error: &std::io::Error) -> bool {
    let is_refused = matches!(
        error.kind(),
        ErrorKind::ConnectionRefused
            | ErrorKind::HostUnreachable
            | ErrorKind::NetworkUnreachable
            | ErrorKind::AddrNotAvailable
    );
    // A name that does not resolve has no kind of its own in the standard library.
    is_refused || error.to_string().starts_with("failed to lookup address information")
}

/// The start of a foreign text, in quotes.
fn excerpt(text: &str) -> String {
    let start: String = text.trim().chars().take(SHOWN).collect();
    format!("{start:?}")
}

/// The methods, each under its own name.
impl Client {
    /// The newest final block.
    pub fn chain_head(&self) -> Result<Head, RpcError> {
        self.request("chain_head", &NoParams {})
    }

    /// The parameters in force.
    pub fn chain_params(&self) -> Result<ParamsInfo, RpcError> {
        self.request("chain_params", &NoParams {})
    }

    /// What the node is and which chain it follows.
    pub fn node_info(&self) -> Result<NodeInfo, RpcError> {
        self.request("node_info", &NoParams {})
    }

    /// Whether the node works.
    pub fn node_health(&self) -> Result<NodeHealth, RpcError> {
        self.request("node_health", &NoParams {})
    }

    /// Hands over signed transactions; the same ones may be sent again.
    pub fn tx_submit(&self, params: &Submit) -> Result<Vec<SubmitVerdict>, RpcError> {
        self.request("tx_submit", params)
    }

    /// Waits until a transaction is final, or for as long as the params say.
    pub fn tx_wait(&self, params: &TxWait) -> Result<TxStatus, RpcError> {
        let wait = Duration::from_millis(params.timeout_ms.unwrap_or(WAIT_MS).into());
        self.request_within("tx_wait", params, self.timeout + wait)
    }

    /// What is known of a transaction.
    pub fn tx_get(&self, params: &TxGet) -> Result<TxStatus, RpcError> {
        self.request("tx_get", params)
    }

    /// What can be called on a contract.
    pub fn contract_abi(&self, params: &ContractGet) -> Result<AbiInfo, RpcError> {
        self.request("contract_abi", params)
    }

    /// A contract's record.
    pub fn contract_info(&self, params: &ContractGet) -> Result<ContractInfo, RpcError> {
        self.request("contract_info", params)
    }

    /// Asks a contract.
    pub fn contract_query(&self, params: &Query) -> Result<QueryResult, RpcError> {
        self.request("contract_query", params)
    }

    /// Tries calls and gives the transaction to sign; compare it with
    /// [`crate::transaction::Request::accept`].
    pub fn contract_prepare(&self, params: &Prepare) -> Result<Prepared, RpcError> {
        self.request("contract_prepare", params)
    }

    /// A record of the state.
    pub fn state_get(&self, params: &StateGet) -> Result<StateValue, RpcError> {
        self.request("state_get", params)
    }

    /// Records of the state, in order.
    pub fn state_range(&self, params: &StateRange) -> Result<StateRangePage, RpcError> {
        self.request("state_range", params)
    }

    /// What became of a gift, and the proof of it.
    pub fn trace_proof(&self, params: &TraceGet) -> Result<TraceProven, RpcError> {
        self.request("trace_proof", params)
    }

    /// An account and what it has.
    pub fn account_get(&self, params: &AccountGet) -> Result<AccountInfo, RpcError> {
        self.request("account_get", params)
    }

    /// The assets of the chain, by id.
    pub fn asset_list(&self, params: &AssetList) -> Result<Vec<AssetSummary>, RpcError> {
        self.request("asset_list", params)
    }

    /// What contracts said, in the order of the chain.
    pub fn events_query(&self, params: &EventsQuery) -> Result<EventPage, RpcError> {
        self.request("events_query", params)
    }

    /// Money out of nothing, on a devnet.
    pub fn dev_faucet(&self, params: &DevFaucet) -> Result<Value, RpcError> {
        self.request("dev_faucet", params)
    }
}
