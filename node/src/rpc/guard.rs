//! What stands before every method: rates, what is in flight, and errors of one shape.

use std::{
    future::Future,
    net::IpAddr,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use jsonrpsee::{
    server::{
        BatchResponseBuilder, MethodResponse,
        middleware::rpc::{Batch, BatchEntry, Notification, Request, RpcServiceT},
    },
    types::{
        Id,
        error::{
            METHOD_NOT_FOUND_CODE, OVERSIZED_RESPONSE_CODE, TOO_BIG_BATCH_RESPONSE_CODE,
            TOO_MANY_SUBSCRIPTIONS_CODE,
        },
    },
};
use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore},
    time::Instant,
};
use weal_client::rpc::error;

use super::{config::RpcLimits, error::Error, rate::Rates};

/// What the server knows of one connection.
pub(super) struct Connection {
    pub address: IpAddr,
    pub limits: RpcLimits,
    pub rates: Arc<Rates>,
    /// Whether it has become a WebSocket. Requests over HTTP have been counted when they came in.
    pub is_socket: AtomicBool,
    in_flight: Arc<Semaphore>,
    /// Given back when the last of the connection is gone.
    _place: OwnedSemaphorePermit,
}

impl Connection {
    pub fn new(
        address: IpAddr,
        limits: RpcLimits,
        rates: Arc<Rates>,
        place: OwnedSemaphorePermit,
    ) -> Self {
        let in_flight = Arc::new(Semaphore::new(limits.in_flight as usize));
        let is_socket = AtomicBool::new(false);
        Self { address, limits, rates, is_socket, in_flight, _place: place }
    }

    /// Counts requests against the rate of the address.
    pub fn count(&self, requests: u32) -> Result<(), Error> {
        if self.rates.admit(self.address, requests, Instant::now()) {
            return Ok(());
        }
        let (name, value) = ("rpc.limits.rate_per_second", self.limits.rate_per_second);
        Err(Error::limit(error::LIMIT_RATE, "too many requests from this address", name, value))
    }

    /// Lets in one message with this many requests.
    fn admit(&self, requests: u32) -> Result<OwnedSemaphorePermit, Error> {
        // HTTP has counted one request already.
        let is_socket = self.is_socket.load(Ordering::Relaxed);
        self.count(if is_socket { requests } else { requests.saturating_sub(1) })?;
        Arc::clone(&self.in_flight).try_acquire_owned().map_err(|_| {
            let (name, value) = ("rpc.limits.in_flight", self.limits.in_flight);
            let found = "too many requests wait for an answer on this connection";
            Error::limit(error::LIMIT_IN_FLIGHT, found, name, value)
        })
    }

    /// Errors that come from below get the shape of ours.
    fn reshape(&self, id: Id<'_>, method: &str, response: MethodResponse) -> MethodResponse {
        let limits = &self.limits;
        let error = match response.as_error_code() {
            Some(OVERSIZED_RESPONSE_CODE | TOO_BIG_BATCH_RESPONSE_CODE) => Error::limit(
                error::LIMIT_RESPONSE,
                "the answer is too long",
                "rpc.limits.response_bytes",
                limits.response_bytes,
            ),
            Some(TOO_MANY_SUBSCRIPTIONS_CODE) => Error::limit(
                error::LIMIT_SUBSCRIPTIONS,
                "too many subscriptions on this connection",
                "rpc.limits.subscriptions",
                limits.subscriptions,
            ),
            Some(METHOD_NOT_FOUND_CODE) => {
                let shown: String = method.chars().take(64).collect();
                Error::new(error::METHOD_NOT_FOUND, format!("there is no method {shown:?}"))
            }
            _ => return response,
        };
        error.response(id)
    }
}

/// The service of one connection, guarded.
#[derive(Clone)]
pub(super) struct Guard<S> {
    pub service: S,
    pub connection: Arc<Connection>,
}

impl<S> Guard<S>
where
    S: RpcServiceT<MethodResponse = MethodResponse> + Clone + Send + Sync + 'static,
{
    /// Answers one request that has been let in.
    fn answer<'a>(&self, request: Request<'a>) -> impl Future<Output = MethodResponse> + Send + 'a {
        let connection = Arc::clone(&self.connection);
        let (id, method) = (request.id.clone(), request.method.clone());
        let is_socket = connection.is_socket.load(Ordering::Relaxed);
        let answer = if !is_socket && is_subscription(&method) {
            Err(Error::new(error::INVALID_REQUEST, "subscriptions need a WebSocket"))
        } else {
            Ok(self.service.call(request))
        };
        async move {
            match answer {
                Ok(answer) => connection.reshape(id, &method, answer.await),
                Err(error) => error.response(id),
            }
        }
    }
}

/// Whether a method begins or ends a subscription.
fn is_subscription(method: &str) -> bool {
    method.ends_with("_subscribe") || method.ends_with("_unsubscribe")
}

impl<S> RpcServiceT for Guard<S>
where
    S: RpcServiceT<MethodResponse = MethodResponse, NotificationResponse = MethodResponse>
        + Clone
        + Send
        + Sync
        + 'static,
{
    type MethodResponse = MethodResponse;
    type NotificationResponse = MethodResponse;
    type BatchResponse = MethodResponse;

    fn call<'a>(&self, request: Request<'a>) -> impl Future<Output = MethodResponse> + Send + 'a {
        let admitted = self.connection.admit(1);
        let answer = match admitted {
            Ok(permit) => Ok((permit, self.answer(request))),
            Err(error) => Err(error.response(request.id)),
        };
        async move {
            match answer {
                Ok((_permit, answer)) => answer.await,
                Err(refused) => refused,
            }
        }
    }

    fn batch<'a>(&self, batch: Batch<'a>) -> impl Future<Output = MethodResponse> + Send + 'a {
        let this = self.clone();
        async move {
            let limits = this.connection.limits;
            let length = u32::try_from(batch.len()).unwrap_or(u32::MAX);
            if length > limits.batch {
                let found = format!("a batch of {length} requests");
                let name = "rpc.limits.batch";
                return Error::limit(error::LIMIT_BATCH, &found, name, limits.batch)
                    .response(Id::Null);
            }
            let _permit = match this.connection.admit(length) {
                Ok(permit) => permit,
                Err(error) => return error.response(Id::Null),
            };
            this.answer_all(batch).await
        }
    }

    fn notification<'a>(
        &self,
        notification: Notification<'a>,
    ) -> impl Future<Output = MethodResponse> + Send + 'a {
        self.service.notification(notification)
    }
}

impl<S> Guard<S>
where
    S: RpcServiceT<MethodResponse = MethodResponse> + Clone + Send + Sync + 'static,
{
    /// Answers the requests of a batch one after another.
    async fn answer_all(&self, batch: Batch<'_>) -> MethodResponse {
        let mut answers =
            BatchResponseBuilder::new_with_limit(self.connection.limits.response_bytes as usize);
        let mut only_notifications = !batch.is_empty();
        for entry in batch {
            let response = match entry {
                // A notification asks for no answer, and no method is worth calling without one.
                Ok(BatchEntry::Notification(_)) => continue,
                Ok(BatchEntry::Call(request)) => self.answer(request).await,
                Err(refused) => {
                    let (error, id) = refused.into_parts();
                    MethodResponse::error(id, error)
                }
            };
            only_notifications = false;
            if let Err(too_long) = answers.append(response) {
                return self.connection.reshape(Id::Null, "", too_long);
            }
        }
        if only_notifications {
            return MethodResponse::notification();
        }
        MethodResponse::from_batch(answers.finish())
    }
}
