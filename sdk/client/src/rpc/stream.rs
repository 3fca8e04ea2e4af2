//! A client that has many requests and subscriptions in flight, over WebSocket: for load generators
//! and for programs that follow the chain.

use std::{sync::Arc, time::Duration};

use jsonrpsee::{
    core::{
        client::{ClientT, Error, Subscription, SubscriptionClientT},
        traits::ToRpcParams,
    },
    ws_client::{WsClient, WsClientBuilder},
};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Value, value::RawValue};

use super::{
    client::RESPONSE_BYTES,
    fault::{NodeError, RpcError},
    types::{
        EventRecord, EventsSubscribe, Head, NoParams, Submit, SubmitVerdict, TxStatus, TxWait,
    },
};

/// How much may be in flight.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StreamSettings {
    /// How long a request may take, waiting for a transaction included.
    pub timeout: Duration,
    /// Requests that wait for an answer; the node has a limit of its own.
    pub requests: usize,
    /// Messages of one subscription that wait to be read; the next one ends the subscription.
    pub backlog: usize,
}

impl Default for StreamSettings {
    fn default() -> Self {
        Self { timeout: Duration::from_secs(75), requests: 256, backlog: 1_024 }
    }
}

/// A connection to one node; copies share it.
#[derive(Clone, Debug)]
pub struct Stream {
    client: Arc<WsClient>,
    url: Arc<str>,
}

/// Params by name.
struct ByName<'a, P>(&'a P);

impl<P: Serialize> ToRpcParams for ByName<'_, P> {
    fn to_rpc_params(self) -> Result<Option<Box<RawValue>>, serde_json::Error> {
        serde_json::value::to_raw_value(self.0).map(Some)
    }
}

impl Stream {
    /// Connects to the node at `url`, such as `ws://127.0.0.1:9933`.
    pub async fn connect(url: &str, settings: StreamSettings) -> Result<Self, RpcError> {
        if !url.starts_with("ws://") {
            let reason = "it does not start with ws://".into();
            return Err(RpcError::Address { url: url.into(), reason });
        }
        let client = WsClientBuilder::default()
            .request_timeout(settings.timeout)
            .connection_timeout(Duration::from_secs(5))
            .max_concurrent_requests(settings.requests)
            .max_buffer_capacity_per_subscription(settings.backlog)
            .max_response_size(u32::try_from(RESPONSE_BYTES).unwrap_or(u32::MAX))
            .build(url)
            .await
            .map_err(|error| RpcError::Unreachable {
                url: url.into(),
                reason: error.to_string(),
            })?;
        Ok(Self { client: Arc::new(client), url: url.into() })
    }

    /// Whether the connection stands. Once it does not, every request fails: connect again.
    pub fn is_connected(&self) -> bool {
        self.client.is_connected()
    }

    /// Asks for `method` with `params`, an object by name.
    pub async fn request<P: Serialize + Sync, R: DeserializeOwned>(
        &self,
        method: &str,
        params: &P,
    ) -> Result<R, RpcError> {
        let answer = self.client.request(method, ByName(params)).await;
        answer.map_err(|error| self.failed(method, error))
    }

    /// Hands over signed transactions; the same ones may be sent again.
    pub async fn tx_submit(&self, params: &Submit) -> Result<Vec<SubmitVerdict>, RpcError> {
        self.request("tx_submit", params).await
    }

    /// Waits until a transaction is final, or for as long as the params say.
    pub async fn tx_wait(&self, params: &TxWait) -> Result<TxStatus, RpcError> {
        self.request("tx_wait", params).await
    }

    /// Every block from now on, as it becomes final.
    pub async fn blocks(&self) -> Result<Subscription<Head>, RpcError> {
        self.subscribe("blocks_subscribe", &NoParams {}, "blocks_unsubscribe").await
    }

    /// Every event from now on that the params name, as its block becomes final.
    pub async fn events(
        &self,
        params: &EventsSubscribe,
    ) -> Result<Subscription<EventRecord>, RpcError> {
        self.subscribe("events_subscribe", params, "events_unsubscribe").await
    }

    async fn subscribe<P: Serialize + Sync, T: DeserializeOwned>(
        &self,
        method: &'static str,
        params: &P,
        end: &'static str,
    ) -> Result<Subscription<T>, RpcError> {
        let stream = self.client.subscribe(method, ByName(params), end).await;
        stream.map_err(|error| self.failed(method, error))
    }

    fn failed(&self, method: &str, error: Error) -> RpcError {
        let (url, method) = (self.url.to_string(), method.to_owned());
        match error {
            Error::Call(object) => {
                let data = object.data().and_then(|data| serde_json::from_str(data.get()).ok());
                let data: Value = data.unwrap_or_default();
                let text = |name: &str| data.get(name).and_then(Value::as_str).map(str::to_owned);
                RpcError::Refused(NodeError {
                    code: object.code(),
                    name: text("name").unwrap_or_default(),
                    hint: text("hint"),
                    message: object.message().to_owned(),
                    data,
                })
            }
            Error::ParseError(error) => {
                RpcError::NotRpc { url, method, status: 0, reason: error.to_string() }
            }
            other => RpcError::Lost { url, method, reason: other.to_string() },
        }
    }
}
